"""Revisions: a month is added, a correction changes months and says why, and what was stays readable bit for bit."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from kokeilu.law.definition import shipped
from kokeilu.panel import folder
from kokeilu.panel.build import Built, build, read_spells
from kokeilu.panel.check import open_panel
from kokeilu.panel.folder import Manifest
from kokeilu.panel.rules import DIMENSIONS, month_of
from kokeilu.problems import Problem
from kokeilu.register import queries, statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Person
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, write
from kokeilu.register.tests.test_import import load
from kokeilu.transfer import actions, undo

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
START = date(2021, 3, 1)


def seeker(number: int, **facts: Any) -> dict[str, Any]:
    """One who is responsible to an area from the trial's start on: no right to earnings-related benefit."""
    return person(number, **{"temporary_protection": False, **facts})


def told(built: Built) -> tuple[int, list[int], list[tuple[int, int]], list[str]]:
    """Number, added months, changed months with people, kinds of causes."""
    made = built.manifest
    changed = [(each.month, each.persons) for each in made.changed_months]
    return made.revision, list(made.added_months), changed, [cause.kind for cause in made.causes]


def test_a_month_is_added_and_the_files_before_it_stay(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    load(tmp_path, FIRST, [seeker(1), seeker(2)])
    load(tmp_path, SECOND, [seeker(1), seeker(2, employment_code="03")])
    first = build(panel)
    assert told(first) == (1, [202101, 202102], [], ["extract", "extract"])
    load(tmp_path, THIRD, [seeker(1), seeker(2, employment_code="01")])
    second = build(panel)
    assert told(second) == (2, [202103], [], ["extract"])
    kept = {part for part in first.manifest.parts if part.content == "person_months" or part.month is not None}
    assert kept < set(second.manifest.parts)


def test_a_correction_changes_its_month_and_says_why(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    for day in (FIRST, SECOND, THIRD):
        load(tmp_path, day, [seeker(1), seeker(2)])
    build(panel)
    load(tmp_path, SECOND, [seeker(1, service="coaching"), seeker(2)], correction=True)
    built = build(panel)
    # The month of the corrected extract, and the days of March up to the next extract.
    assert told(built) == (2, [], [(202102, 1), (202103, 1)], ["corrected_extract"])
    rows = [
        pl.read_parquet(open_panel(panel, revision).person_months).filter(service="coaching").height
        for revision in (1, 2)
    ]
    assert rows == [0, 1]


def test_a_run_and_its_undoing_are_revisions(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    actions.ensure_organisations(TRIAL)
    for day in (FIRST, SECOND, THIRD):
        load(tmp_path, day, [seeker(1)])
    start = build(panel).manifest
    run = actions.run(TRIAL, THIRD).run
    assert told(build(panel)) == (2, [], [(202103, 1)], ["run_full"])
    undo.undo(run.pk, "the wrong day")
    undone = build(panel)
    assert told(undone) == (3, [], [(202103, 1)], ["run_undo"])
    assert undone.manifest.sha256 == start.sha256


def test_statements_on_identities_are_revisions(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    load(tmp_path, FIRST, [seeker(1), seeker(2)])
    start = build(panel).manifest
    one, two = Person.objects.order_by("sex")  # a woman and a man
    union = statements.merge(one.pk, two.pk, "one person", actor=None).statement
    assert told(build(panel)) == (2, [], [(202101, 1)], ["run_identity", "statement"])
    statements.revoke(union, "two people", actor=None)
    assert build(panel).manifest.sha256 == start.sha256


def test_a_new_identity_code_tells_the_sex(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    load(tmp_path, FIRST, [seeker(1)])
    build(panel)
    record = queries.find_person(seeker(1)["person"])
    assert record is not None
    statements.add_code(record, seeker(50)["person"], "the population register's", actor=None)
    build(panel)
    sexes = [read_spells(panel, folder.read_manifest(panel, number)).get_column("sex").item() for number in (1, 2)]
    assert sexes == ["male", "female"]


def test_where_nothing_differs_there_is_no_revision(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    load(tmp_path, FIRST, [seeker(1)])
    first = build(panel)
    before = {path: path.stat().st_mtime_ns for path in (panel / "panel.json", *panel.rglob("*.parquet"))}
    again = build(panel)
    assert (first.revised, again.revised, again.manifest) == (True, False, first.manifest)
    assert {path: path.stat().st_mtime_ns for path in (panel / "panel.json", *panel.rglob("*.parquet"))} == before


def test_a_panel_keeps_its_first_month_and_its_trial(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    for day in (FIRST, SECOND):
        load(tmp_path, day, [seeker(1)])
    build(panel, 202102)
    load(tmp_path, THIRD, [seeker(1)])
    assert build(panel).manifest.first_month == 202102
    with pytest.raises(Problem, match="the panel begins in 2021-02"):
        build(panel, 202101)
    with pytest.raises(Problem, match="has the areas of kuntakokeilu, not of kuntakokeilu-2019"):
        build(panel, trial="kuntakokeilu-2019")


def test_a_panel_of_another_database_or_of_a_later_register_is_not_continued(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    load(tmp_path, SECOND, [seeker(1)])
    made = build(panel).manifest
    load(tmp_path, FIRST, [seeker(1)], correction=True)
    folder.write_manifest(panel, _with(made, as_of=THIRD.isoformat()))
    with pytest.raises(Problem, match="the register ends on 2021-02-28, the panel knows it up to 2021-03-31"):
        build(panel)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE panel_key SET inner_block = outer_block")
    with pytest.raises(Problem, match="another database's"):
        build(panel)


def _with(manifest: Manifest, **changed: Any) -> Manifest:
    from dataclasses import replace

    return replace(manifest, **changed)


def test_a_panel_that_lost_its_manifest_goes_on_from_its_last_revision(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    load(tmp_path, FIRST, [seeker(1)])
    build(panel)
    load(tmp_path, SECOND, [seeker(1)])
    second = build(panel).manifest
    (panel / folder.MANIFEST).unlink()
    with pytest.raises(Problem, match=r"copy the last file of revisions/ to panel\.json"):
        open_panel(panel)
    again = build(panel)
    assert (again.revised, again.manifest) == (False, second)
    assert open_panel(panel).manifest == second
    assert open_panel(panel, 1).manifest.last_month == 202101


def test_a_revision_that_is_not_there_is_told(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [seeker(1)])
    build(tmp_path / "panel")
    for number in (0, 2):
        with pytest.raises(Problem, match=rf"the panel has no revision {number} \(it has 1 to 1\)"):
            open_panel(tmp_path / "panel", number)


_numbers = st.integers(0, 2)
_row = st.tuples(_numbers, st.sampled_from(["02", "03", "01"]), st.sampled_from(["091", "049", "none"]))
_import = st.tuples(st.just("import"), st.lists(_row, unique_by=lambda row: row[0], min_size=1), st.integers(0, 5))
_act = st.one_of(
    _import,
    _import,
    st.tuples(st.just("merge"), _numbers, _numbers),
    st.tuples(st.just("revoke"), _numbers, _numbers),
    st.tuples(st.just("die"), _numbers, st.integers(0, 50)),
    st.tuples(st.just("run"), _numbers, st.integers(0, 60)),
    st.tuples(st.just("undo"), _numbers, _numbers),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(_act, min_size=2, max_size=6))
@example([("import", [(0, "03", "091")], 5), ("run", 0, 0), ("import", [(0, "02", "049")], 2), ("undo", 0, 0)])
@example([("merge", 0, 1), ("import", [(1, "01", "091")], 4), ("die", 2, 20), ("revoke", 0, 0)])
@example([("run", 0, 23), ("die", 2, 16), ("undo", 2, 1), ("revoke", 0, 0), ("undo", 0, 0)])
def test_a_panel_built_step_by_step_is_the_panel_built_at_once(tmp_path: Path, acts: list[tuple]) -> None:
    place = tmp_path / str(len(list(tmp_path.iterdir())))
    place.mkdir()
    with transaction.atomic():
        _try(place, acts)
        transaction.set_rollback(True)


def _try(place: Path, acts: list[tuple]) -> None:
    actions.ensure_organisations(TRIAL)
    import_extracts([(write(place / "start.parquet", [seeker(number) for number in range(3)]), FIRST)])
    stated: list[Any] = []
    runs: list[UUID] = []
    kept: dict[int, dict[str, bytes]] = {}
    panel = place / "panel"
    for step, act in enumerate(acts):
        try:
            with transaction.atomic():
                _perform(act, step, place, stated, runs)
        except Problem:
            pass  # not to be done now, such as undoing what something rests on
        with connection.cursor() as cursor:  # what a commit would check
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        made = build(panel).manifest
        kept[made.revision] = {part.path: (panel / part.path).read_bytes() for part in made.parts}
    build(place / "at-once")
    for content in folder.CONTENTS:
        found = open_panel(panel).manifest.of(content)
        assert [part.sha256 for part in found] == [
            part.sha256 for part in open_panel(place / "at-once").manifest.of(content)
        ]
    for revision, files in kept.items():
        manifest = open_panel(panel, revision).manifest
        assert {part.path: (panel / part.path).read_bytes() for part in manifest.parts} == files
        _check_changes(panel, revision)


def _check_changes(panel: Path, revision: int) -> None:
    """The months that a revision says it changed are those of whose days it tells otherwise, looked at one by one."""
    if revision == 1:
        return
    before, after = (folder.read_manifest(panel, number) for number in (revision - 1, revision))
    old, new = (read_spells(panel, manifest).to_dicts() for manifest in (before, after))
    days = (before.register_day - timedelta(days=number) for number in range(100))
    differing = {month_of(day) for day in days if _on(old, day) != _on(new, day)}
    covered = range(before.first_month, before.last_month + 1)
    assert {each.month for each in after.changed_months} == differing & set(covered)


def _on(spells: list[dict[str, Any]], day: date) -> dict[int, dict[str, Any]]:
    """Everybody's state on a day."""
    return {
        row["person"]: {name: row[name] for name in DIMENSIONS}
        for row in spells
        if row["from"] <= day and (row["to"] is None or day < row["to"])
    }


def _perform(act: tuple, step: int, place: Path, stated: list[Any], runs: list[UUID]) -> None:
    what, first, second = act
    who = [queries.find_person(seeker(number)["person"]) for number in range(3)]
    if what == "import":
        day = FIRST + timedelta(days=15 * second)
        rows = [seeker(number, employment_code=code, municipality=home) for number, code, home in first]
        import_extracts([(write(place / f"{step}.parquet", rows), day)], correction=True)
    elif what == "merge" and who[first] != who[second]:
        stated.append(statements.merge(who[first], who[second], "", actor=None).statement)  # type: ignore[arg-type]
    elif what == "die":
        day = FIRST + timedelta(days=second)
        stated.append(statements.record_death(who[first], day, "", actor=None).statement)  # type: ignore[arg-type]
    elif what == "revoke" and stated:
        statements.revoke(stated.pop(), "", actor=None)
    elif what == "run":
        made = actions.run(TRIAL, START + timedelta(days=second)).run
        if made is not None:
            runs.append(made.pk)
    elif what == "undo" and runs:
        undo.undo(runs.pop(), "wrong")
