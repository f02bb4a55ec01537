"""What the database itself guarantees of releases, as SQL for the migration.

Contents, files and results of checks are only added; a content's key is its hash. Of a release only the next step can
be written: check, time of publication, withdrawal. Once its time is past neither can be written any more, because a
step carries its own moment: setting another time and withdrawing must come before the time that was set.
"""

_ONLY_ADDED = """
CREATE FUNCTION monitoring_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
END
$body$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON monitoring_releasecontent
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON monitoring_releasefile
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON monitoring_releasecheck
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON monitoring_release
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();

ALTER TABLE monitoring_releasecontent ADD CONSTRAINT content_under_its_hash
    CHECK (sha256 = encode(sha256(content), 'hex'));
"""
_STEPS = """
-- A release begins as prepared; its steps come one after another.
CREATE FUNCTION monitoring_release_begins() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF num_nonnulls(NEW.checked_at, NEW.publish_at, NEW.withdrawn_at) > 0 THEN
        RAISE EXCEPTION 'a release begins as prepared'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_step', TABLE = 'monitoring_release';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER begins BEFORE INSERT ON monitoring_release
    FOR EACH ROW EXECUTE FUNCTION monitoring_release_begins();

CREATE FUNCTION monitoring_release_step() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    made_before record := (OLD.id, OLD."table", OLD.number, OLD.title, OLD.first_month, OLD.last_month,
        OLD.organisation_id, OLD.prepared_by_id, OLD.prepared_at, OLD.replaces_id, OLD.reason, OLD.content_id,
        OLD.protection_id, OLD.made_from);
    made_now record := (NEW.id, NEW."table", NEW.number, NEW.title, NEW.first_month, NEW.last_month,
        NEW.organisation_id, NEW.prepared_by_id, NEW.prepared_at, NEW.replaces_id, NEW.reason, NEW.content_id,
        NEW.protection_id, NEW.made_from);
BEGIN
    IF made_now IS DISTINCT FROM made_before
       OR OLD.withdrawn_at IS NOT NULL
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
CREATE TRIGGER step BEFORE UPDATE ON monitoring_release
    FOR EACH ROW EXECUTE FUNCTION monitoring_release_step();
"""
PAGES_ONLY_ADDED = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON monitoring_pagesversion
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();
"""
TABLES = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON monitoring_releasetable
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change();

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
CREATE = _ONLY_ADDED + _STEPS
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
