"""An undo restores who was responsible before; it deletes nothing, and refuses where something rests on the run."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import translation

from kokeilu.access.models import ChangeLog, Role
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.transfer import actions, dependants, queries, undo
from kokeilu.transfer.dependants import Dependence
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests.people import FEBRUARY, OUT, START, UNDECIDED, extract, people, report

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
MARCH, APRIL = date(2021, 3, 31), date(2021, 4, 1)


@pytest.fixture(autouse=True)
def _in_english(db: None) -> None:
    actions.ensure_organisations(TRIAL)
    translation.activate("en")


def standing() -> list[tuple]:
    """Who is responsible for whom on which days, and why."""
    rows = Responsibility.objects.standing().values_list(
        "person", "organisation__key", "valid", "ground", "decision__run", "closed_by"
    )
    return sorted(rows, key=lambda row: (str(row[0]), row[2].lower))


def settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("reported", [FEBRUARY, START])  # on the day of the run itself nothing of the state's remains
def test_everybody_is_back_and_nothing_is_deleted(reported: date) -> None:
    people(extract(reported), {}, OUT, UNDECIDED, {"municipality": "049"})
    before, rows = standing(), Responsibility.objects.count()
    made = actions.run(TRIAL, START).run
    undone = undo.undo(made.pk, "the wrong day")
    settle()
    assert standing() == before
    assert (undone.people, undone.run.kind, undone.run.undoes) == (2, "undo", made)
    assert list(undone.counts.flows) == [
        {"origin": "espoo", "goes_to": "te", "people": 1}, {"origin": "helsinki", "goes_to": "te", "people": 1},
    ]  # fmt: skip
    assert Responsibility.objects.count() == rows + 2 + 2  # the areas' rows, superseded, and the state's again
    assert Responsibility.objects.filter(restored_by=undone.run).count() == 2


def test_who_when_and_why_is_known_of_every_moment() -> None:
    (person,) = people(extract(), {})
    made = actions.run(TRIAL, START).run
    undone = undo.undo(made.pk, "the wrong day").run

    def known(moment: datetime) -> list[tuple]:
        rows = queries.as_known(person.pk, moment)
        return [(row.organisation.key, row.valid.lower, row.valid.upper, row.ground) for row in rows]

    assert known(made.finished_at - timedelta(seconds=5)) == []
    assert known(made.finished_at) == [("te", FEBRUARY, START, "intake"), ("helsinki", START, None, "decision")]
    assert known(undone.finished_at) == [("te", FEBRUARY, None, "intake")]
    assert undone.reason == "the wrong day"


def test_the_same_run_can_be_made_again() -> None:
    people(extract(), {}, OUT)
    made = actions.run(TRIAL, START).run
    moved = [row[:4] for row in standing()]
    undo.undo(made.pk)
    again = actions.run(TRIAL, START)
    assert not again.done_before
    assert [row[:4] for row in standing()] == moved
    undo.undo(again.run.pk)
    settle()
    assert len(standing()) == 2


def test_done_again_it_changes_nothing_and_says_so() -> None:
    people(extract(), {})
    made = actions.run(TRIAL, START).run
    first = undo.undo(made.pk)
    before = standing()
    for act in (undo.undo, undo.preview):
        again = act(made.pk)
        assert (again.done_before, again.run, again.people) == (True, first.run, 1)
    assert standing() == before
    assert Run.objects.count() == 2


def test_a_preview_counts_and_changes_nothing() -> None:
    people(extract(), {}, {})
    made = actions.run(TRIAL, START).run
    before = standing()
    seen = undo.preview(made.pk)
    assert (seen.people, seen.hindrances, seen.lapsing) == (2, (), ())
    assert standing() == before
    assert Run.objects.count() == 1


def test_an_old_run_is_refused_with_the_later_ones_named() -> None:
    people(extract(), {})
    first = actions.run(TRIAL, START).run
    days = [START, date(2021, 3, 5), date(2021, 3, 6), date(2021, 3, 7), date(2021, 3, 8)]
    for day in days[1:]:
        actions.run(TRIAL, day)
    before = standing()
    with pytest.raises(Problem, match=r"kuntakokeilu, 8 March 2021; .*6 March 2021 and 1 more") as refused:
        undo.undo(first.pk, accept=["later_runs"])
    assert refused.value.mend == "undo those first, the newest one first"
    assert [each.key for each in undo.preview(first.pk).hindrances] == ["later_runs"]
    assert standing() == before
    for run in Run.objects.order_by("-finished_at"):
        undo.undo(run.pk)
    assert [row[1] for row in standing()] == ["te"]


def test_runs_one_after_the_other_are_undone_back_to_the_first_day() -> None:
    source = extract()
    moves, leaves, comes = people(source, {}, {}, OUT)
    states = [standing()]
    made = [actions.run(TRIAL, START).run]
    states.append(standing())
    later = extract(MARCH)
    report(later, moves, {"municipality": "049"})
    report(later, leaves, {"municipality": "257"})
    report(later, comes, {})
    made.append(actions.run(TRIAL, APRIL).run)
    for run, state in zip(reversed(made), reversed(states), strict=True):
        undo.undo(run.pk)
        settle()
        assert standing() == state


@pytest.mark.parametrize("which", ["nothing", "an undo"])
def test_what_is_no_run_is_refused(which: str) -> None:
    people(extract(), {})
    made = actions.run(TRIAL, START).run
    key = uuid.uuid4() if which == "nothing" else undo.undo(made.pk).run.pk
    with pytest.raises(Problem, match="There is no such run to undo"):
        undo.undo(key)


def test_what_lower_rooms_rest_on_it_keeps_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    people(extract(), {})
    made = actions.run(TRIAL, START).run
    hard, soft = Dependence("letters", "5 letters were sent."), Dependence("work", "3 plans were made.", may_lapse=True)
    found: list = [hard, soft]
    monkeypatch.setattr(dependants, "_finders", [lambda cursor, run: found[0], lambda cursor, run: found[-1]])
    before = standing()
    for accept in ((), ("letters",), ("work",), ("letters", "work")):
        with pytest.raises(Problem, match="5 letters were sent") as refused:
            undo.undo(made.pk, accept=accept)
        assert ("3 plans were made" in str(refused.value)) == ("work" not in accept)
    seen = undo.preview(made.pk)
    assert (seen.hindrances, seen.lapsing, seen.people) == ((hard,), (soft,), 1)
    found[:] = [soft]
    monkeypatch.setattr(dependants, "_finders", [lambda cursor, run: soft])
    with pytest.raises(Problem, match="3 plans were made") as refused:
        undo.undo(made.pk)
    assert "accept that these lose their force: work" in refused.value.mend
    assert standing() == before
    assert undo.undo(made.pk, accept=["work"]).lapsing == (soft,)


def test_the_change_log_tells_who_undid_what_and_why(actor_of: Callable) -> None:
    people(extract(), {})
    made = actions.run(TRIAL, START).run
    actor = actor_of(Role.STATE_OFFICER, "te")
    undone = undo.undo(made.pk, "the wrong day", actor=actor).run
    line = ChangeLog.objects.get(action="transfer.undo")
    assert (line.user, line.subject_id, undone.started_by) == (actor.user, str(made.pk), actor.user)
    assert line.new == {"undo": str(undone.pk), "people": 1, "lapsed": [], "reason": "the wrong day"}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STATE_OFFICER])
def test_only_the_state_officer_undoes(actor_of: Callable, role: Role) -> None:
    people(extract(), {})
    made = actions.run(TRIAL, START).run
    for act in (undo.preview, undo.undo):
        with pytest.raises(PermissionDenied):
            act(made.pk, actor=actor_of(role, "helsinki"))
    assert Run.objects.count() == 1
