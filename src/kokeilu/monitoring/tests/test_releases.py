"""Releases: prepared, checked by another person, published at a set time, never changed; who sees what before."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.utils.translation import override

from kokeilu import clock
from kokeilu.access.models import ChangeLog, Role
from kokeilu.monitoring import (
    release_actions,
    release_again,
    release_calendar,
    release_findings,
    release_queries,
    release_source,
)
from kokeilu.monitoring.models import Release, ReleaseCheck, ReleaseContent, ReleaseFile, SafePart
from kokeilu.monitoring.tests.released import MADE_AT, MONTHS, figures, keep, made, publish
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db

NOW = datetime(2021, 3, 31, 9, 0, tzinfo=clock.HELSINKI)
EIGHT = datetime(2021, 4, 15, 8, 0, tzinfo=clock.HELSINKI)


@pytest.fixture
def at(monkeypatch):
    """Stand at a moment: `at(EIGHT)`."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stand(NOW)
    return stand


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def preparer(actor_of):
    return actor_of(Role.ANALYST, "ely")


@pytest.fixture
def checker(actor_of):
    return actor_of(Role.ANALYST, "ely")


def refused(sql: str, *parameters: object) -> str:
    """The name of the constraint by which the database refuses a statement."""
    with pytest.raises(Error) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return error.value.__cause__.diag.constraint_name


# The steps


def test_a_release_goes_from_prepared_to_published_at_its_time(at, preparer, checker):
    release = keep(preparer)
    assert release_calendar.state(release) == "prepared"
    release = release_actions.check(release.pk, remark="fine", actor=checker)
    assert release_calendar.state(release) == "checked"
    release = release_actions.schedule(release.pk, EIGHT, actor=preparer)
    assert release_calendar.state(release) == "scheduled"
    at(EIGHT - timedelta(seconds=1))
    assert not release_calendar.published().exists()
    assert list(release_calendar.coming()) == [release]
    at(EIGHT)  # nothing runs at that moment
    assert list(release_calendar.published()) == [release]
    assert release_calendar.state(release) == "published"
    told = ChangeLog.objects.filter(subject="release", subject_id=release.pk).order_by("id")
    assert [one.action for one in told] == ["prepare", "check", "schedule"]


def test_who_prepared_it_does_not_check_it(at, preparer):
    release = keep(preparer)
    with pytest.raises(Problem, match="does not check it"):
        release_actions.check(release.pk, actor=preparer)
    sql = "UPDATE monitoring_release SET checked_by_id = prepared_by_id, checked_at = now()"
    assert refused(sql) == "checked_by_another_person"


def test_only_analysts_of_the_organisation_make_a_release(at, preparer, checker, actor_of):
    release = keep(preparer)
    for role, organisation in ((Role.ANALYST, "helsinki"), (Role.TEAM_LEAD, "helsinki"), (Role.ADMINISTRATOR, "te")):
        other = actor_of(role, organisation)
        for step in (
            lambda other=other: release_actions.check(release.pk, actor=other),
            lambda other=other: release_actions.schedule(release.pk, actor=other),
            lambda other=other: release_actions.withdraw(release.pk, "no", actor=other),
        ):
            with pytest.raises(PermissionDenied):
                step()
    with pytest.raises(PermissionDenied):
        keep(actor_of(Role.WORKER, "espoo"))


def test_steps_out_of_order_are_refused(at, preparer, checker):
    release = keep(preparer)
    with pytest.raises(Problem, match="not checked"):
        release_actions.schedule(release.pk, actor=preparer)
    release_actions.check(release.pk, actor=checker)
    with pytest.raises(Problem, match="not waiting"):
        release_actions.check(release.pk, actor=checker)
    with pytest.raises(Problem, match="past"):
        release_actions.schedule(release.pk, NOW - timedelta(minutes=1), actor=preparer)
    release_actions.schedule(release.pk, EIGHT, actor=preparer)
    release_actions.schedule(release.pk, EIGHT + timedelta(days=1), actor=checker)  # put off
    at(EIGHT + timedelta(days=1))
    for step in (
        lambda: release_actions.schedule(release.pk, actor=preparer),
        lambda: release_actions.withdraw(release.pk, "wrong", actor=preparer),
    ):
        with pytest.raises(Problem, match="is published"):
            step()


def test_a_time_that_comes_while_the_checks_run_is_kept(at, preparer, checker, monkeypatch):
    """Nobody takes a release back, or puts it off, that became public meanwhile."""
    release = keep(preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, EIGHT, actor=preparer)
    run_checks = release_actions.run_checks

    def slowly(*arguments: object) -> ReleaseCheck:
        at(EIGHT + timedelta(minutes=4))
        return run_checks(*arguments)

    at(EIGHT - timedelta(minutes=1))
    monkeypatch.setattr(release_actions, "run_checks", slowly)
    with pytest.raises(Problem, match="is published"):
        release_actions.schedule(release.pk, EIGHT + timedelta(days=1), actor=preparer)
    assert Release.objects.get().publish_at == EIGHT


def test_a_withdrawn_release_stays_with_its_reason_and_lets_another_begin(at, preparer, checker):
    release = keep(preparer)
    with pytest.raises(Problem, match="needs a reason"):
        release_actions.withdraw(release.pk, " ", actor=checker)
    with pytest.raises(Problem, match="under way"):
        keep(preparer)
    release_actions.withdraw(release.pk, "wrong panel", actor=checker)
    at(EIGHT)
    assert release_calendar.state(Release.objects.get()) == "withdrawn"
    assert not release_calendar.published().exists()
    assert keep(preparer).number == release.number


def test_a_failing_check_blocks_says_which_and_stays_on_record(at, preparer, checker, monkeypatch):
    release = keep(preparer)
    assert release.checks.get().passed
    monkeypatch.setattr(release_findings.published_attack, "of_release", lambda *_: ["espoo: 3–3"])
    with pytest.raises(Problem, match="No hidden figure can be derived"):
        release_actions.check(release.pk, actor=checker)
    assert [one.passed for one in ReleaseCheck.objects.order_by("id")] == [True, False]
    assert Release.objects.get().checked_at is None
    monkeypatch.undo()


def test_an_exposing_pattern_is_really_found_by_the_audit(at, preparer, checker):
    """The audit runs on what the release keeps: a release whose pattern was left out cannot be published."""
    import polars as pl

    prepared = made()
    bare = prepared.version.cells.with_columns(
        status=pl.when(pl.col("status") == "secondary").then(pl.lit("published")).otherwise("status")
    )
    broken = release_source.Prepared(prepared.table, release_source.Version("new", bare), prepared.made_from)
    release = release_actions.keep(broken, actor=preparer)
    with pytest.raises(Problem, match="No hidden figure can be derived"):
        release_actions.check(release.pk, actor=checker)


# Revisions


def test_a_new_month_replaces_without_a_reason_and_the_earlier_stays(at, preparer, checker):
    first = publish(preparer, checker, figures(MONTHS[:2]))
    at(EIGHT)
    second = publish(preparer, checker)
    assert second.replaces == first
    assert release_calendar.state(first) == "replaced"
    assert release_calendar.newest("monthly-figures") == second
    assert set(release_calendar.published()) == {first, second}


def test_revised_figures_need_a_reason(at, preparer, checker):
    publish(preparer, checker)
    at(EIGHT)
    with pytest.raises(Problem, match=r"published figures change, among them espoo"):
        keep(preparer, figures(espoo_2021_01=20.0))
    release = keep(preparer, figures(espoo_2021_01=20.0), reason="A late extract of Espoo")
    assert release.reason == "A late extract of Espoo"


def test_until_its_time_the_earlier_release_stands(at, preparer, checker):
    first = publish(preparer, checker, figures(MONTHS[:2]))
    second = keep(preparer)
    release_actions.check(second.pk, actor=checker)
    release_actions.schedule(second.pk, EIGHT, actor=preparer)
    assert release_calendar.state(first) == "published"
    at(EIGHT)
    assert release_calendar.state(first) == "replaced"


# What never changes


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE monitoring_releasecontent SET content = 'x'", "append_only"),
        ("DELETE FROM monitoring_releasecontent", "append_only"),
        ("UPDATE monitoring_releasefile SET name = 'other'", "append_only"),
        ("DELETE FROM monitoring_releasefile", "append_only"),
        ("UPDATE monitoring_releasecheck SET passed = true", "append_only"),
        ("DELETE FROM monitoring_release", "append_only"),
        ("UPDATE monitoring_release SET reason = 'other'", "release_step"),
        ("UPDATE monitoring_release SET made_from = '{}'", "release_step"),
        ("UPDATE monitoring_release SET prepared_at = now()", "release_step"),
        ("UPDATE monitoring_release SET remark = 'other'", "release_step"),
        ("UPDATE monitoring_release SET checked_at = NULL, checked_by_id = NULL", "release_step"),
        ("UPDATE monitoring_release SET publish_at = publish_at + interval '1 day'", "release_step"),
        (
            "UPDATE monitoring_release SET publish_at = NULL, scheduled_at = NULL, scheduled_by_id = NULL",
            "release_step",
        ),
        (
            "UPDATE monitoring_release SET publish_at = publish_at + interval '2 day',"
            " scheduled_at = publish_at + interval '1 day'",
            "release_step",
        ),
        (
            "UPDATE monitoring_release SET withdrawn_at = publish_at, withdrawn_by_id = checked_by_id,"
            " withdrawn_reason = 'no'",
            "release_step",
        ),
        ("TRUNCATE monitoring_release CASCADE", "append_only"),
        ("TRUNCATE monitoring_releasecontent CASCADE", "append_only"),
        ("TRUNCATE monitoring_releasefile", "append_only"),
        ("TRUNCATE monitoring_releasecheck", "append_only"),
        ("TRUNCATE monitoring_pagesversion", "append_only"),
    ],
)
def test_the_database_refuses_to_change_a_published_release(at, preparer, checker, change, constraint):
    publish(preparer, checker)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no check
    assert refused(change) == constraint


STEPS = {"checked_by", "checked_at", "remark", "publish_at", "scheduled_by", "scheduled_at",
         "withdrawn_by", "withdrawn_at", "withdrawn_reason"}  # fmt: skip
"""What is written of a release after it was made."""


def test_before_its_time_too_nothing_that_was_made_is_changed(at, preparer, checker):
    """Every column of a release but those of its steps, and every table that it is kept in."""
    publish(preparer, checker)
    release = keep(preparer, figures(espoo_2021_02=20), reason="A correction")
    made = [one for one in Release._meta.concrete_fields if one.name not in STEPS]
    assert len(made) == len(Release._meta.concrete_fields) - len(STEPS) > 12
    for one in made:
        change = f'UPDATE monitoring_release SET "{one.column}" = NULL WHERE id = %s'
        assert refused(change, release.pk) == "release_step", one.name
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no check
    for table in ("releasetable", "releasefile", "releasecheck", "pagesversion", "releasecontent", "release"):
        assert refused(f"TRUNCATE monitoring_{table} CASCADE") == "append_only", table
    SafePart.objects.create(sha256="0" * 64, by="1" * 64)
    for table in ("releasecontent", "releasefile", "releasecheck", "release", "safepart"):
        assert refused(f"DELETE FROM monitoring_{table}") == "append_only", table
    assert refused("UPDATE monitoring_safepart SET by = sha256") == "append_only"


def test_of_a_withdrawn_release_no_further_step_is_written(at, preparer, checker):
    release = keep(preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.withdraw(release.pk, "wrong panel", actor=checker)
    for step in (
        "withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawn_reason = ''",
        "withdrawn_reason = 'other'",
        "publish_at = checked_at, scheduled_at = checked_at, scheduled_by_id = prepared_by_id",
    ):
        assert refused(f"UPDATE monitoring_release SET {step}") == "release_step", step


# A step that lies of its moment, as if it came before the time that was set.
LATER = "UPDATE monitoring_release SET publish_at = publish_at + interval '1 year'"
LIES = [
    LATER,
    f"{LATER}, scheduled_at = scheduled_at + interval '1 second'",
    "UPDATE monitoring_release SET withdrawn_at = scheduled_at, withdrawn_by_id = checked_by_id,"
    " withdrawn_reason = 'no'",
]


@pytest.mark.parametrize("lie", LIES)
def test_once_its_time_is_past_no_step_is_written_whatever_moment_it_carries(at, preparer, checker, lie):
    release = keep(preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, EIGHT, actor=preparer)
    at(EIGHT)
    assert refused(lie) == "release_step"


@pytest.mark.parametrize("lie", LIES)
def test_where_the_clock_is_the_databases_own_nobody_moves_it(preparer, checker, monkeypatch, lie):
    """`kokeilu.now` counts in a demonstration alone: here the release was made when the database says so too."""
    now = datetime.now(clock.HELSINKI)
    start = now - timedelta(minutes=30)
    monkeypatch.setattr(clock, "now", lambda: start)
    prepared = made()
    table = replace(prepared.table, updated=start)
    release = release_actions.keep(replace(prepared, table=table), actor=preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, start + timedelta(minutes=5), actor=preparer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kokeilu.now', %s, true)", [start.isoformat()])
    assert refused(lie) == "release_step"
    assert refused("UPDATE monitoring_release SET recorded_at = NULL") == "release_step"


def test_a_content_lies_under_its_own_hash_alone(at):
    sql = "INSERT INTO monitoring_releasecontent (sha256, content) VALUES (repeat('0', 64), 'x')"
    assert refused(sql) == "content_under_its_hash"


def test_a_release_comes_out_the_same_bit_for_bit(at, preparer, checker):
    release = publish(preparer, checker)
    assert release_again.differences(release) == []
    contents = dict(ReleaseFile.objects.values_list("name", "content__content"))
    assert len(contents) == 9
    assert all(len(bytes(content)) for content in contents.values())
    assert release_queries.table_of(release).updated == MADE_AT


def test_a_file_that_would_come_out_otherwise_is_named(at, preparer, checker, monkeypatch):
    release = publish(preparer, checker)
    monkeypatch.setattr(release_actions.release_files.format_csv, "csv", lambda table: b"other")
    assert release_again.differences(release) == ["monthly-figures-2021-02.csv"]


def test_other_code_of_the_same_version_is_told(at, preparer, monkeypatch):
    release = keep(preparer)
    assert "was not kept then" in release_again.made_with(release)
    release.made_from["code"] = "0" * 64
    assert "the code of this installation" in release_again.made_with(release)
    release.made_from["code"] = release_source.code()
    assert release_again.made_with(release) == "the programs are the same ones"


def test_the_same_bytes_are_kept_once(at, preparer):
    release = keep(preparer)
    release_actions.withdraw(release.pk, "once more", actor=preparer)
    before = ReleaseContent.objects.count()
    keep(preparer)
    assert ReleaseContent.objects.count() == before


# Before the publication


def test_the_pages_hide_the_months_that_a_release_under_way_is_first_to_hold(at, preparer, checker):
    assert release_calendar.embargoed_from() is None
    first = keep(preparer, figures(MONTHS[:2]))
    assert f"{release_calendar.embargoed_from():%Y-%m}" == "2021-01"
    release_actions.check(first.pk, actor=checker)
    release_actions.schedule(first.pk, EIGHT, actor=preparer)
    at(EIGHT)
    assert release_calendar.embargoed_from() is None
    keep(preparer)
    assert f"{release_calendar.embargoed_from():%Y-%m}" == "2021-02"
