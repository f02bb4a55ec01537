"""What the database itself guarantees of facts' references to extracts, as SQL for the migration.

A foreign key asks row by row whether the extract exists: 7 µs a row and key, 1.3 s of a month of 150 000 people, whose
rows all name the same one or two extracts. So a statement trigger asks for the distinct extracts of all rows that a
statement wrote, and an extract can neither be deleted nor change its id.
"""

_KEYS = {
    "register_details": ("opened_by_id", "closed_by_id", "superseded_by_id"),
    "register_contact": ("opened_by_id", "closed_by_id", "superseded_by_id"),
    "register_situation": ("opened_by_id", "closed_by_id", "superseded_by_id"),
    "register_supportdays": ("extract_id", "superseded_by_id"),
}

_KEPT = """
CREATE FUNCTION register_keep_extract() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'extract % is kept: facts name it', OLD.id
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'extract_kept', TABLE = 'register_extract';
END
$body$;
CREATE TRIGGER extract_kept_from_delete BEFORE DELETE ON register_extract
    FOR EACH ROW EXECUTE FUNCTION register_keep_extract();
CREATE TRIGGER extract_kept_from_update BEFORE UPDATE ON register_extract
    FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION register_keep_extract();
"""


def _known(table: str) -> str:
    """The triggers of one table, for rows inserted and rows updated."""
    named = " UNION ".join(f"SELECT {key} FROM written" for key in _KEYS[table])
    function = f"{table}_extract_known"
    triggers = "".join(
        f"""
CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
        for event in ("INSERT", "UPDATE")
    )
    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    missing uuid;
BEGIN
    SELECT key INTO missing FROM ({named}) AS named (key)
     WHERE key IS NOT NULL AND NOT EXISTS (SELECT FROM register_extract WHERE id = key) LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'there is no extract %', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'extract_known', TABLE = '{table}';
    END IF;
    RETURN NULL;
END
$body$;
{triggers}"""


CREATE = _KEPT + "".join(map(_known, _KEYS))
DROP = "DROP FUNCTION register_keep_extract() CASCADE;" + "".join(
    f"DROP FUNCTION {table}_extract_known() CASCADE;" for table in _KEYS
)
