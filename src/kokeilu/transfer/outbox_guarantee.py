"""What the database itself guarantees of the outbox, as SQL for the migration.

A delivery goes only from a state to one that may follow on it (outbox_models.NEXT), so nothing that was sent is sent
again or called back, whoever writes; it never changes its notice or channel. What a person said about being written
to is never changed.
"""

from kokeilu.transfer.outbox_models import NEXT

_STEPS = ", ".join(f"'{state}>{after}'" for state, following in NEXT.items() for after in following)

CREATE = f"""
CREATE FUNCTION transfer_refuse_delivery_step() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'delivery % cannot go from % to %', OLD.id, OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_steps', TABLE = 'transfer_delivery';
END
$body$;

CREATE TRIGGER delivery_steps BEFORE UPDATE ON transfer_delivery FOR EACH ROW WHEN (
    (NEW.id, NEW.notice_id, NEW.channel) IS DISTINCT FROM (OLD.id, OLD.notice_id, OLD.channel)
    OR OLD.state IN ('sent', 'cancelled')
    OR NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{_STEPS}])
) EXECUTE FUNCTION transfer_refuse_delivery_step();

CREATE FUNCTION transfer_refuse_choice_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'a contact choice is never changed: add a new one'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contact_choice_added', TABLE = 'transfer_contactchoice';
END
$body$;

CREATE TRIGGER contact_choice_added BEFORE UPDATE ON transfer_contactchoice
    FOR EACH ROW EXECUTE FUNCTION transfer_refuse_choice_change();
"""
DROP = "DROP FUNCTION transfer_refuse_delivery_step() CASCADE; DROP FUNCTION transfer_refuse_choice_change() CASCADE;"
