"""What the database itself guarantees of releases, as SQL for the migrations.

Contents, files and results of checks are only added, and their tables are not emptied; a content's key is its hash. Of
a release only the next step can be written: check, time of publication, withdrawal. Once its time is past none can be
written any more: by the database's own clock, or where a demonstration stands on another day by the moment that it
tells (`kokeilu.now`, `writing.standing_at`). Whether it does so the database saw when the release was made.
"""


def _only_added(table: str, but: str = "UPDATE OR DELETE") -> str:
    return f"""
CREATE TRIGGER append_only BEFORE {but} ON monitoring_{table}
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();"""


_ONLY_ADDED = f"""
CREATE FUNCTION monitoring_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
END
$body$;{"".join(map(_only_added, ("releasecontent", "releasefile", "releasecheck")))}{_only_added("release", "DELETE")}

ALTER TABLE monitoring_releasecontent ADD CONSTRAINT content_under_its_hash
    CHECK (sha256 = encode(sha256(content), 'hex'));
"""


def _steps(*, kept: str = "", declared: str = "", made: str = "", past: str = "") -> str:
    """The functions of a release's steps; the further clauses are those of the database's clock."""
    return f"""
-- A release begins as prepared; its steps come one after another.
CREATE OR REPLACE FUNCTION monitoring_release_begins() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF num_nonnulls(NEW.checked_at, NEW.publish_at, NEW.withdrawn_at) > 0 THEN
        RAISE EXCEPTION 'a release begins as prepared'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_step', TABLE = 'monitoring_release';
    END IF;{kept}
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION monitoring_release_step() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE{declared}
    made_before record := (OLD.id, OLD."table", OLD.number, OLD.title, OLD.first_month, OLD.last_month,
        OLD.organisation_id, OLD.prepared_by_id, OLD.prepared_at, OLD.replaces_id, OLD.reason, OLD.content_id,
        OLD.protection_id, OLD.made_from{made and f", OLD.{made}"});
    made_now record := (NEW.id, NEW."table", NEW.number, NEW.title, NEW.first_month, NEW.last_month,
        NEW.organisation_id, NEW.prepared_by_id, NEW.prepared_at, NEW.replaces_id, NEW.reason, NEW.content_id,
        NEW.protection_id, NEW.made_from{made and f", NEW.{made}"});
BEGIN
    IF made_now IS DISTINCT FROM made_before
       OR OLD.withdrawn_at IS NOT NULL{past}
       OR OLD.checked_at IS NOT NULL AND (NEW.checked_by_id, NEW.checked_at, NEW.remark)
          IS DISTINCT FROM (OLD.checked_by_id, OLD.checked_at, OLD.remark)
       OR OLD.publish_at IS NOT NULL AND (NEW.publish_at, NEW.scheduled_by_id, NEW.scheduled_at)
          IS DISTINCT FROM (OLD.publish_at, OLD.scheduled_by_id, OLD.scheduled_at)
          AND (NEW.scheduled_at IS NULL OR NEW.scheduled_at < OLD.scheduled_at OR NEW.scheduled_at >= OLD.publish_at)
    THEN
        RAISE EXCEPTION 'what is made or decided of a release is not changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_step', TABLE = 'monitoring_release';
    END IF;
    RETURN NEW;
END
$body$;
"""


_STEP_TRIGGERS = """
CREATE TRIGGER begins BEFORE INSERT ON monitoring_release
    FOR EACH ROW EXECUTE FUNCTION monitoring_release_begins();
CREATE TRIGGER step BEFORE UPDATE ON monitoring_release
    FOR EACH ROW EXECUTE FUNCTION monitoring_release_step();
"""
PAGES_ONLY_ADDED = f"{_only_added('pagesversion')}\n"
SAFE_PARTS_ONLY_ADDED = f"{_only_added('safepart')}\n"
TABLES = f"""{_only_added("releasetable")}

-- Who checks a release has seen all of it.
CREATE FUNCTION monitoring_release_is_whole() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM monitoring_release
               WHERE id = NEW.release_id AND num_nonnulls(checked_at, withdrawn_at) > 0) THEN
        RAISE EXCEPTION 'nothing is added to a release that was checked or withdrawn'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_is_whole', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER whole BEFORE INSERT ON monitoring_releasetable
    FOR EACH ROW EXECUTE FUNCTION monitoring_release_is_whole();
CREATE TRIGGER whole BEFORE INSERT ON monitoring_releasefile
    FOR EACH ROW EXECUTE FUNCTION monitoring_release_is_whole();
"""
DROP_TABLES = """
DROP TRIGGER whole ON monitoring_releasefile;
DROP TRIGGER whole ON monitoring_releasetable;
DROP FUNCTION monitoring_release_is_whole();
DROP TRIGGER append_only ON monitoring_releasetable;
"""
CREATE = _ONLY_ADDED + _steps() + _STEP_TRIGGERS
DROP = """
DROP TRIGGER step ON monitoring_release;
DROP FUNCTION monitoring_release_step();
DROP TRIGGER begins ON monitoring_release;
DROP FUNCTION monitoring_release_begins();
ALTER TABLE monitoring_releasecontent DROP CONSTRAINT content_under_its_hash;
DROP TRIGGER append_only ON monitoring_release;
DROP TRIGGER append_only ON monitoring_releasecheck;
DROP TRIGGER append_only ON monitoring_releasefile;
DROP TRIGGER append_only ON monitoring_releasecontent;
DROP FUNCTION monitoring_refuse_change();
"""
NO_CLOCK = _steps()
# `real`: when the release was made, Kokeilu's clock and the database's were the same. Nobody moves that one.
CLOCK = _steps(
    kept="""
    NEW.recorded_at := clock_timestamp();""",
    declared="""
    real constant boolean := abs(extract(epoch FROM OLD.recorded_at - OLD.prepared_at)) < 24 * 60 * 60;
    told constant text := CASE WHEN real THEN '' ELSE coalesce(current_setting('kokeilu.now', true), '') END;
    moment constant timestamptz := coalesce(nullif(told, '')::timestamptz, clock_timestamp());""",
    made="recorded_at",
    past="""
       OR OLD.publish_at <= moment""",
)
KEPT_TABLES = tuple(
    f"monitoring_{name}"
    for name in ("release", "releasecontent", "releasefile", "releasecheck", "releasetable", "pagesversion")
)
"""The tables that are never emptied."""
NEVER_EMPTIED = "".join(
    f"""
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION monitoring_refuse_change();
"""
    for table in KEPT_TABLES
)
MAY_BE_EMPTIED = "".join(f"DROP TRIGGER never_emptied ON {table};\n" for table in KEPT_TABLES)
