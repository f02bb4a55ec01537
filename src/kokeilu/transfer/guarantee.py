"""What the database itself guarantees of responsibility, as SQL for the migration.

Overlap is refused by an exclusion constraint. Gaps are refused here: at the end of a transaction the responsibilities
of every person that it touched must cover all days from `known_since`, without end. A row trigger that asks this
person by person costs 36 µs a row, 30 s for a first load of 300 000 people. So statement triggers note who was touched,
one row a statement, and the deferred constraint trigger of that row asks for all of them at once: 3 µs a person.
docs/decisions/transfer-responsibility.md has the figures and why it is sound.
"""

_TRIGGERS = {
    "transfer_responsibility": {
        "INSERT": ("SELECT array_agg(person_id) FROM after_rows", "NEW TABLE AS after_rows"),
        "UPDATE": ("SELECT array_agg(person_id) FROM after_rows", "NEW TABLE AS after_rows"),
        "DELETE": ("SELECT array_agg(person_id) FROM before_rows", "OLD TABLE AS before_rows"),
        "TRUNCATE": ("SELECT array_agg(id) FROM register_person", ""),
    },
    "register_person": {
        "INSERT": ("SELECT array_agg(id) FROM after_rows", "NEW TABLE AS after_rows"),
        "UPDATE": (
            "SELECT array_agg(id) FROM after_rows JOIN before_rows USING (id)"
            " WHERE after_rows.known_since <> before_rows.known_since",
            "OLD TABLE AS before_rows NEW TABLE AS after_rows",
        ),
    },
}

_CHECK = """
-- Who was touched by each statement of the running transaction; empty outside of one, so it needs no log.
CREATE UNLOGGED TABLE transfer_unchecked (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    persons uuid[] NOT NULL
);
ALTER TABLE transfer_unchecked ALTER COLUMN persons SET STORAGE EXTERNAL; -- random bytes: compressing gains nothing

CREATE FUNCTION transfer_check_responsibility() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    broken uuid[];
BEGIN
    -- EXECUTE plans anew with the array at hand: for one person and for 300 000 the best plans differ.
    EXECUTE $query$
        SELECT array_agg(id) FROM (
            SELECT person.id
              FROM unnest($1) AS touched (id)
              JOIN register_person person ON person.id = touched.id
              LEFT JOIN transfer_responsibility responsibility
                ON responsibility.person_id = person.id AND responsibility.superseded_by_id IS NULL
             GROUP BY person.id
            HAVING range_agg(responsibility.valid)
                   IS DISTINCT FROM datemultirange(daterange(person.known_since, NULL))
        ) AS uncovered
    $query$ INTO broken USING NEW.persons;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'no organisation is responsible on some day for % of the people touched, such as %',
                cardinality(broken), broken[1]
            USING ERRCODE = 'check_violation', CONSTRAINT = 'responsible_every_day',
                  TABLE = 'transfer_responsibility';
    END IF;
    DELETE FROM transfer_unchecked WHERE id = NEW.id;
    RETURN NULL;
END
$body$;

CREATE CONSTRAINT TRIGGER responsible_every_day AFTER INSERT ON transfer_unchecked
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transfer_check_responsibility();
"""

_NOTHING_OVERWRITTEN = """
CREATE FUNCTION transfer_refuse_overwriting() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'responsibility % can only be closed or superseded, by a run', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'nothing_overwritten', TABLE = 'transfer_responsibility';
END
$body$;
"""


def _overwritten_when(*columns: str) -> str:
    """The trigger that lets a row be closed or superseded, and keeps these columns as they are."""
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    return f"""
CREATE TRIGGER nothing_overwritten BEFORE UPDATE ON transfer_responsibility FOR EACH ROW WHEN (NOT (
    ({new})
        IS NOT DISTINCT FROM
    ({old})
    AND OLD.superseded_by_id IS NULL
    AND CASE
        WHEN NEW.superseded_by_id IS NULL THEN
            upper_inf(OLD.valid) AND NOT upper_inf(NEW.valid) AND lower(NEW.valid) = lower(OLD.valid)
            AND NEW.closed_by_id IS NOT NULL
        ELSE NEW.valid = OLD.valid AND NEW.closed_by_id IS NOT DISTINCT FROM OLD.closed_by_id
    END
)) EXECUTE FUNCTION transfer_refuse_overwriting();
"""


_FIRST_COLUMNS = ("id", "person_id", "organisation_id", "ground", "decision_id", "recorded_at")
# A responsibility rests on a decision on the same person.
_SAME_PERSON = """
ALTER TABLE transfer_responsibility ADD CONSTRAINT responsibility_decision_of_person
    FOREIGN KEY (decision_id, person_id) REFERENCES transfer_decision (id, person_id) DEFERRABLE INITIALLY DEFERRED;
"""


def _note(table: str, event: str) -> str:
    touched, rows = _TRIGGERS[table][event]
    function = f"{table}_{event.lower()}_touched"
    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO transfer_unchecked (persons)
    SELECT persons FROM ({touched}) AS touched (persons) WHERE persons IS NOT NULL;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {function} AFTER {event} ON {table} {f"REFERENCING {rows}" if rows else ""}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


_EVENTS = [(table, event) for table, events in _TRIGGERS.items() for event in events]

CREATE = (
    _CHECK
    + "".join(_note(*each) for each in _EVENTS)
    + _NOTHING_OVERWRITTEN
    + _overwritten_when(*_FIRST_COLUMNS)
    + _SAME_PERSON
)
DROP = (
    "".join(f"DROP FUNCTION {table}_{event.lower()}_touched() CASCADE;" for table, event in _EVENTS)
    + "DROP TABLE transfer_unchecked; DROP FUNCTION transfer_check_responsibility();"
    " DROP FUNCTION transfer_refuse_overwriting() CASCADE;"
    " ALTER TABLE transfer_responsibility DROP CONSTRAINT responsibility_decision_of_person;"
)

# What gave a responsibility and what restored it, of the second migration, stay as they are too.
_AGAIN = "DROP TRIGGER nothing_overwritten ON transfer_responsibility;"
GUARD_ORIGIN = _AGAIN + _overwritten_when(*_FIRST_COLUMNS, "opened_by_id", "restored_by_id")
LEAVE_ORIGIN = _AGAIN + _overwritten_when(*_FIRST_COLUMNS)
