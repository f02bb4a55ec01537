"""What the database itself guarantees of requests, as SQL for the migration.

A step is a row of `services_event`; the trigger of its insertion locks the request, asks the table of transitions, and
writes where the request now stands. Nobody else may write that, and nothing else of a request ever changes.
"""

_APPEND_ONLY = """
CREATE FUNCTION services_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
END
$body$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON services_event
    FOR EACH ROW EXECUTE FUNCTION services_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON services_reminder
    FOR EACH ROW EXECUTE FUNCTION services_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON services_responsetime
    FOR EACH ROW EXECUTE FUNCTION services_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON services_request
    FOR EACH ROW EXECUTE FUNCTION services_refuse_change();

"""
_ONLY_BY_EVENTS = """
-- A request changes only from inside the trigger of its events, and only in what follows from them.
CREATE TRIGGER only_by_events BEFORE UPDATE ON services_request FOR EACH ROW WHEN (
    pg_trigger_depth() = 0
    OR (NEW.id, NEW.person_id, NEW.responsibility_id, NEW.asked_for_id, NEW.asked_by_id, NEW.asked_on, NEW.trial,
        NEW.task, NEW.kind, NEW.law, NEW.law_verified, NEW.training, NEW.question)
       IS DISTINCT FROM
       (OLD.id, OLD.person_id, OLD.responsibility_id, OLD.asked_for_id, OLD.asked_by_id, OLD.asked_on, OLD.trial,
        OLD.task, OLD.kind, OLD.law, OLD.law_verified, OLD.training, OLD.question)
) EXECUTE FUNCTION services_refuse_change();
"""
_BEGINS = """
-- A request begins as new, and under a responsibility of its person and organisation that holds on the day.
CREATE FUNCTION services_check_request() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.state <> 'new' OR NEW.officer_id IS NOT NULL THEN
        RAISE EXCEPTION 'a request begins with its first event'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_transition', TABLE = 'services_request';
    END IF;
    PERFORM FROM transfer_responsibility responsibility
       JOIN access_organisation organisation ON organisation.id = responsibility.organisation_id
      WHERE responsibility.id = NEW.responsibility_id AND responsibility.person_id = NEW.person_id
        AND responsibility.organisation_id = NEW.asked_for_id AND responsibility.superseded_by_id IS NULL
        AND responsibility.valid @> NEW.asked_on AND organisation.kind <> 'state';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the organisation that asks is not responsible for the person on %', NEW.asked_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_of_responsible', TABLE = 'services_request';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER begins BEFORE INSERT ON services_request FOR EACH ROW EXECUTE FUNCTION services_check_request();

-- At the end of a transaction every request has been sent.
CREATE FUNCTION services_check_sent() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM services_event WHERE request_id = NEW.id) THEN
        RAISE EXCEPTION 'request % was written and not sent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_sent', TABLE = 'services_request';
    END IF;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER request_sent AFTER INSERT ON services_request
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION services_check_sent();

CREATE FUNCTION services_take_step() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    request services_request;
    reached text;
    by_state boolean;
BEGIN
    SELECT * INTO request FROM services_request WHERE id = NEW.request_id FOR UPDATE;
    SELECT allowed.reached INTO reached FROM (VALUES
        ('new', 'send', 'sent'),
        ('sent', 'take_up', 'taken_up'),
        ('sent', 'withdraw', 'withdrawn'),
        ('sent', 'close', 'closed'),
        ('taken_up', 'put_back', 'sent'),
        ('taken_up', 'return', 'returned'),
        ('taken_up', 'answer', 'answered'),
        ('taken_up', 'withdraw', 'withdrawn'),
        ('taken_up', 'close', 'closed'),
        ('returned', 'supply', 'sent'),
        ('returned', 'withdraw', 'withdrawn'),
        ('returned', 'close', 'closed'),
        ('answered', 'acknowledge', 'acknowledged'),
        ('answered', 'close', 'closed')
    ) AS allowed (state, step, reached) WHERE allowed.state = request.state AND allowed.step = NEW.step;
    IF reached IS NULL THEN
        RAISE EXCEPTION 'a request that is % cannot %', request.state, NEW.step
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_transition', TABLE = 'services_event';
    END IF;
    SELECT organisation.kind = 'state' INTO by_state
      FROM access_organisation organisation WHERE organisation.id = NEW.organisation_id;
    IF NEW.step IN ('take_up', 'put_back', 'return', 'answer', 'close') AND by_state IS NOT TRUE THEN
        RAISE EXCEPTION 'only the state does this step: %', NEW.step
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_by_state', TABLE = 'services_event';
    END IF;
    IF NEW.step IN ('return', 'answer') AND NEW.by_id IS DISTINCT FROM request.officer_id THEN
        RAISE EXCEPTION 'only the officer who took the request up does this step: %', NEW.step
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_by_officer', TABLE = 'services_event';
    END IF;
    IF NEW.step = 'answer' AND (request.kind = 'statement')
       <> (NEW.outcome IN ('favourable', 'unfavourable', 'no_statement')) THEN
        RAISE EXCEPTION 'the outcome % is of another kind of request', NEW.outcome
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_outcome', TABLE = 'services_event';
    END IF;
    IF NEW.on < request.since THEN
        RAISE EXCEPTION 'the step of % is before the one of %', NEW.on, request.since
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_in_order', TABLE = 'services_event';
    END IF;
    UPDATE services_request
       SET state = reached,
           officer_id = CASE NEW.step WHEN 'take_up' THEN NEW.by_id
                                      WHEN 'answer' THEN officer_id
                                      WHEN 'acknowledge' THEN officer_id END,
           since = NEW.on,
           deadline = coalesce(NEW.deadline, deadline),
           due = NEW.due
     WHERE id = NEW.request_id;
    RETURN NEW;
END
$body$;
CREATE TRIGGER take_step BEFORE INSERT ON services_event FOR EACH ROW EXECUTE FUNCTION services_take_step();
"""
CREATE = _APPEND_ONLY + _ONLY_BY_EVENTS + _BEGINS
DROP = """
DROP FUNCTION services_take_step() CASCADE;
DROP FUNCTION services_check_sent() CASCADE;
DROP FUNCTION services_check_request() CASCADE;
DROP FUNCTION services_refuse_change() CASCADE;
"""

# A request follows its person where records are united, and back: the second migration lets it, and nothing else.
FOLLOW = """
DROP TRIGGER only_by_events ON services_request;
CREATE FUNCTION services_keep_request() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    following text[] = ARRAY['state', 'officer_id', 'since', 'deadline', 'due']; -- what follows from events
BEGIN
    IF pg_trigger_depth() > 1 THEN -- inside the trigger of an event
        IF to_jsonb(NEW) - following = to_jsonb(OLD) - following THEN
            RETURN NEW;
        END IF;
    ELSIF to_jsonb(NEW) - 'person_id' = to_jsonb(OLD) - 'person_id' AND EXISTS (
        WITH RECURSIVE kept (record) AS (
            SELECT person_id FROM transfer_responsibility WHERE id = NEW.responsibility_id
            UNION
            SELECT united.kept_id FROM kept
              JOIN register_union united ON united.merged_id = kept.record AND united.revoked_at IS NULL
        ) SELECT FROM kept WHERE record = NEW.person_id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of services_request are only added: steps are events'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only', TABLE = 'services_request';
END
$body$;
CREATE TRIGGER only_by_events BEFORE UPDATE ON services_request FOR EACH ROW EXECUTE FUNCTION services_keep_request();
"""
STAY = "DROP FUNCTION services_keep_request() CASCADE;" + _ONLY_BY_EVENTS
