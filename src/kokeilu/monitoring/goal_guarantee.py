"""What the database itself guarantees of goals, as SQL for the migration: rows are added, and superseded once."""

TABLES = ("target", "workpackage", "measure")

_FUNCTION = """
CREATE FUNCTION monitoring_supersede_once() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.superseded_by_id IS NOT NULL OR NEW.superseded_by_id IS NULL
       OR to_jsonb(NEW) - 'superseded_by_id' <> to_jsonb(OLD) - 'superseded_by_id'
    THEN
        RAISE EXCEPTION 'what was said of % is superseded, not changed', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$body$;
"""
CREATE = (
    _FUNCTION
    + "".join(
        f"""
CREATE TRIGGER supersede_once BEFORE UPDATE ON monitoring_{table}
    FOR EACH ROW EXECUTE FUNCTION monitoring_supersede_once();
CREATE TRIGGER append_only BEFORE DELETE ON monitoring_{table}
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
"""
        for table in TABLES
    )
    + """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON monitoring_expectation
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
"""
)
DROP = (
    "DROP TRIGGER append_only ON monitoring_expectation;"
    + "".join(
        f"""
DROP TRIGGER append_only ON monitoring_{table};
DROP TRIGGER supersede_once ON monitoring_{table};
"""
        for table in TABLES
    )
    + "DROP FUNCTION monitoring_supersede_once();"
)

CREATE_COSTS = """
CREATE TRIGGER supersede_once BEFORE UPDATE ON monitoring_servicecost
    FOR EACH ROW EXECUTE FUNCTION monitoring_supersede_once();
CREATE TRIGGER append_only BEFORE DELETE ON monitoring_servicecost
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
"""
DROP_COSTS = """
DROP TRIGGER append_only ON monitoring_servicecost;
DROP TRIGGER supersede_once ON monitoring_servicecost;
"""
