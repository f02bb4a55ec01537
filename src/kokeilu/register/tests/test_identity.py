"""Who is whom: unions, new codes, deaths, protection, in any order with imports, and revoked again."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from kokeilu.access.models import ChangeLog, Role
from kokeilu.extract import COLUMNS
from kokeilu.problems import Problem
from kokeilu.register import queries, standing, statements, uniting
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Contact, Death, Details, Person, PersonCode, Protection, Record, Union
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, write
from kokeilu.register.tests.test_import import contents, load

pytestmark = pytest.mark.django_db

NEW_CODE = person(50)["person"]


def who(number: int) -> UUID:
    """The person found by the code of a test person."""
    found = queries.find_person(person(number)["person"])
    assert found is not None
    return found


def facts(day: date) -> dict[UUID, dict[str, Any]]:
    """What is known of everyone on a day."""
    return {UUID(row.pop("person")): row for row in queries.facts_on(day).to_dicts()}


def row_of(number: int, **given: Any) -> dict[str, Any]:
    """A row as facts_on gives it back."""
    return {name: value for name, value in person(number, **given).items() if name != "person"}


def test_two_records_become_one_person(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1)])
    load(tmp_path, SECOND, [person(2), person(3)])
    kept, merged = who(2), who(1)
    stated = statements.merge(kept, merged, "the same name and address", actor=None)
    assert isinstance(stated.statement, Union)
    assert who(1) == who(2) == kept
    assert queries.identity_code(kept) == queries.identity_code(merged) == person(2)["person"]
    assert facts(FIRST) == {kept: row_of(1)}
    assert facts(SECOND) == {kept: row_of(2), who(3): row_of(3)}
    assert Person.objects.get(pk=kept).known_since == FIRST
    assert Person.objects.get(pk=merged).known_until == FIRST


def test_what_was_known_before_a_union_can_still_be_asked(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    before, moment = facts(FIRST), timezone.now()
    statements.merge(who(2), who(1), "", actor=None)
    assert {UUID(row.pop("person")): row for row in queries.facts_as_known(FIRST, moment).to_dicts()} == before
    assert len(facts(FIRST)) == 1


def test_extracts_go_on_under_either_code_and_a_split_tells_them_apart(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    first, second = who(1), who(2)
    union = statements.merge(first, second, "", actor=None).statement
    counts = load(tmp_path, SECOND, [person(2, city="Turku")])
    assert (counts.people, counts.changed, counts.closed) == (1, 1, 1)
    assert facts(SECOND) == {first: row_of(2, city="Turku")}
    load(tmp_path, THIRD, [person(1, city="Oulu"), person(2, city="Turku")])
    assert facts(THIRD) == {first: row_of(1, city="Oulu")}
    assert isinstance(union, Union)
    statements.revoke(union, "not the same person", actor=None)
    assert facts(FIRST) == {first: row_of(1), second: row_of(2)}
    assert facts(SECOND) == {second: row_of(2, city="Turku")}
    assert facts(THIRD) == {first: row_of(1, city="Oulu"), second: row_of(2, city="Turku")}
    assert not Record.objects.exists()
    with pytest.raises(Problem):
        statements.revoke(union, "again", actor=None)


def test_a_new_code_finds_the_same_person_and_is_the_one_shown(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1)])
    kept = who(1)
    union = statements.add_code(kept, NEW_CODE.lower(), "correction of the birth date", actor=None).statement
    assert who(50) == kept
    assert queries.identity_code(kept) == NEW_CODE
    load(tmp_path, SECOND, [person(1), person(50, city="Turku")])
    assert facts(SECOND) == {kept: row_of(50, city="Turku")}
    assert isinstance(union, Union)
    statements.revoke(union, "mistyped", actor=None)
    assert facts(SECOND) == {kept: row_of(1), who(50): row_of(50, city="Turku")}
    assert who(50) != kept


def test_a_code_taken_back_before_any_extract_had_it_is_a_new_persons(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1)])
    union = statements.add_code(who(1), NEW_CODE, "", actor=None).statement
    assert isinstance(union, Union)
    statements.revoke(union, "", actor=None)
    assert load(tmp_path, SECOND, [person(1), person(50)]).new == 1
    assert facts(SECOND) == {who(1): row_of(1), who(50): row_of(50)}
    newcomer = Person.objects.get(pk=who(50))
    assert (newcomer.known_since, newcomer.known_until) == (SECOND, None)


@pytest.mark.parametrize("code", ["", "010160-900", person(1)["person"][:-1] + "!", "310260-900X"])
def test_what_is_no_code_is_refused_without_repeating_it(tmp_path: Path, code: str) -> None:
    load(tmp_path, FIRST, [person(1)])
    with pytest.raises(Problem) as refused:
        statements.add_code(who(1), code, "", actor=None)
    assert not code or code not in str(refused.value)


def test_a_code_of_the_register_is_united_not_added(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    with override("en"), pytest.raises(Problem, match="already"):
        statements.add_code(who(1), person(2)["person"], "", actor=None)
    assert PersonCode.objects.count() == 2


def test_a_person_is_united_with_another_one_only(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    first, second = who(1), who(2)
    statements.merge(first, second, "", actor=None)
    for pair in ((first, second), (second, first), (first, first)):
        with pytest.raises(Problem):
            statements.merge(*pair, "", actor=None)


def test_nothing_holds_after_a_death_and_reports_after_it_do_not_show(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    load(tmp_path, SECOND, [person(1, city="Turku"), person(2)])
    dead, other = who(1), who(2)
    died = FIRST + timedelta(days=9)
    death = statements.record_death(dead, died, "the population register", actor=None).statement
    assert facts(died) == {dead: row_of(1), other: row_of(2)}
    assert facts(SECOND) == {other: row_of(2)}
    assert queries.deceased([dead, other]) == {dead}
    assert queries.deceased([dead, other], died) == set()
    load(tmp_path, THIRD, [person(1, city="Oulu"), person(2)])
    assert facts(THIRD) == {other: row_of(2)}
    assert isinstance(death, Death)
    statements.revoke(death, "somebody else of the same name", actor=None)
    assert facts(SECOND)[dead] == row_of(1, city="Turku")
    assert facts(THIRD)[dead] == row_of(1, city="Oulu")
    assert queries.deceased([dead]) == set()


def test_a_death_is_recorded_once_and_never_ahead(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1)])
    with override("en"), pytest.raises(Problem, match="future"):
        statements.record_death(who(1), THIRD + timedelta(days=1), "", actor=None)
    statements.record_death(who(1), THIRD, "", actor=None)
    with override("en"), pytest.raises(Problem, match="already"):
        statements.record_death(who(1), FIRST, "", actor=None)


def test_protection_by_an_officer_stands_against_extracts_until_revoked(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1)])
    protection = statements.protect(who(1), FIRST, "a decision of the registry", actor=None).statement
    assert queries.current(Details).get().protected is True
    load(tmp_path, SECOND, [person(1, education=5)])
    assert queries.current(Details).get().protected is True
    assert isinstance(protection, Protection)
    statements.revoke(protection, "the non-disclosure ended", actor=None)
    assert queries.current(Details).get().protected is False


def test_only_a_state_officer_states_who_is_whom(tmp_path: Path, actor_of: Callable) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    first, second = who(1), who(2)
    for role, place in ((Role.TEAM_LEAD, "helsinki"), (Role.WORKER, "helsinki"), (Role.ADMINISTRATOR, "te")):
        with pytest.raises(PermissionDenied):
            statements.merge(first, second, "", actor=actor_of(role, place))
    officer = actor_of(Role.STATE_OFFICER, "te")
    union = statements.merge(first, second, "the same person", actor=officer).statement
    assert isinstance(union, Union)
    statements.revoke(union, "two persons", actor=officer)
    union.refresh_from_db()
    assert (union.recorded_by, union.revoked_by, union.reason, union.revoked_reason) == (
        officer.user, officer.user, "the same person", "two persons",
    )  # fmt: skip
    logged = ChangeLog.objects.filter(subject_id=str(first)).order_by("pk")
    assert [line.action for line in logged] == ["register.merge", "register.revoke_merge"]


def test_a_preview_changes_nothing(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    before = contents()
    _, seen = statements.preview(statements.merge, who(1), who(2), "", actor=None, look=lambda: facts(FIRST))
    assert list(seen.values()) == [row_of(1)]
    assert contents() == before
    assert not Union.objects.exists()


def test_what_extracts_say_against_statements_waits_for_an_officer(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(number) for number in range(1, 6)])
    statements.record_death(who(1), FIRST, "", actor=None)
    statements.protect(who(2), FIRST, "", actor=None)
    statements.merge(who(3), who(4), "", actor=None)
    assert standing.waiting() == []
    load(tmp_path, SECOND, [person(number) for number in range(1, 6)])
    waiting = {each.person: str(each.text) for each in standing.waiting()}
    assert set(waiting) == {who(1), who(2), who(3)}
    assert len(set(waiting.values())) == 3
    load(tmp_path, THIRD, [person(2, protected=True), person(4)])
    assert standing.waiting() == []  # the extract agrees by now


def test_protection_that_an_extract_takes_away_is_logged(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1, protected=True), person(2, protected=True), person(3)])
    load(tmp_path, SECOND, [person(1), person(2, protected=True), person(3, education=5)])
    lost = ChangeLog.objects.filter(action="register.protection_lost")
    assert [line.subject_id for line in lost] == [str(who(1))]
    load(tmp_path, THIRD, [person(1, education=5), person(2, protected=None)])
    assert set(lost.all().values_list("subject_id", flat=True)) == {str(who(1)), str(who(2))}
    assert lost.all().count() == 2
    load(tmp_path, SECOND, [person(1), person(2), person(3, education=5)], correction=True)
    assert lost.all().count() == 3


# An act of the property test: what, on which codes, and rows or days as numbers.
_numbers = st.integers(0, 2)
_extract = st.tuples(
    st.just("import"),
    st.lists(st.tuples(_numbers, st.sampled_from(["Espoo", "Turku"])), unique_by=lambda row: row[0]),
    st.integers(0, 5),
)
_act = st.one_of(
    _extract,
    _extract,
    st.tuples(st.just("merge"), _numbers, _numbers),
    st.tuples(st.just("revoke"), _numbers, _numbers),
    st.tuples(st.just("die"), _numbers, st.integers(-2, 30)),
)


class Oracle:
    """What must be known, day by day, from what was said: no periods, no rows."""

    def __init__(self) -> None:
        self.said: dict[date, dict[int, dict[str, Any]]] = {}
        self.unions: list[tuple[int, int, Union]] = []
        self.deaths: dict[int, tuple[date, Death]] = {}

    def order(self, number: int) -> list[int]:
        return [number, *(record for kept, merged, _ in self.unions if kept == number for record in self.order(merged))]

    def root(self, number: int) -> int:
        return next((self.root(kept) for kept, merged, _ in self.unions if merged == number), number)

    def on(self, day: date) -> dict[int, dict[str, Any]]:
        newest = max((each for each in self.said if each <= day), default=None)
        told = self.said[newest] if newest else {}
        found = {}
        for root in {self.root(number) for number in range(3)}:
            records = self.order(root)
            died = min((self.deaths[each][0] for each in records if each in self.deaths), default=date.max)
            first = next((each for each in records if each in told), None)
            if first is not None and day <= died:
                found[root] = told[first]
        return found


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(_act, min_size=3, max_size=9))
@example(
    [("import", [(0, "Espoo"), (1, "Turku")], 0), ("merge", 0, 1), ("import", [(1, "Espoo")], 3), ("revoke", 0, 0)]
)
def test_any_sequence_gives_each_day_what_was_said_of_the_person(tmp_path: Path, acts: list[tuple]) -> None:
    with transaction.atomic():
        _try(tmp_path, acts)
        transaction.set_rollback(True)


def _try(tmp_path: Path, acts: list[tuple]) -> None:
    oracle, start = Oracle(), FIRST
    path = write(tmp_path / "start.parquet", [person(number) for number in range(3)])
    import_extracts([(path, start)])
    oracle.said[start] = {number: row_of(number) for number in range(3)}
    records = {number: who(number) for number in range(3)}
    for step, act in enumerate(acts):
        _perform(act, step, oracle, records, tmp_path)
        with connection.cursor() as cursor:  # what a commit would check
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for day in {*oracle.said, THIRD}:
            assert facts(day) == {records[root]: said for root, said in oracle.on(day).items()}
        _check_what_is_kept()
    for _kept, _merged, union in reversed(oracle.unions):
        statements.revoke(union, "", actor=None)
    for _day, death in oracle.deaths.values():
        statements.revoke(death, "", actor=None)
    assert not Record.objects.exists()
    for day, told in oracle.said.items():
        assert facts(day) == {records[number]: said for number, said in told.items()}


def _check_what_is_kept() -> None:
    """What is kept of a record is what its reports make of it, one after the other."""
    for record in Record.objects.all():
        own = uniting.from_json(record.own)
        for each in record.reports.select_related("extract").order_by("pk"):
            told = None if each.facts is None else uniting.facts_from_json(each.facts)
            own = uniting.report(own, each.extract.as_of, each.until, told, "")
        assert record.known == uniting.to_json(own)
        assert record.ends == uniting.end_of(own)


def _perform(act: tuple, step: int, oracle: Oracle, records: dict[int, UUID], folder: Path) -> None:
    what, first, second = act
    if what == "import":
        day = FIRST + timedelta(days=9 * second)  # often before the newest one: then it is a correction
        rows = [person(number, city=city, labour_market_support_days=step) for number, city in first]
        if rows:
            import_extracts([(write(folder / f"{step}.parquet", rows), day)], correction=True)
            oracle.said[day] = {
                number: row_of(number, city=city, labour_market_support_days=step) for number, city in first
            }
    elif what == "merge" and oracle.root(first) != oracle.root(second):
        kept, merged = oracle.root(first), oracle.root(second)
        union = statements.merge(records[kept], records[merged], "", actor=None).statement
        assert isinstance(union, Union)
        oracle.unions.append((kept, merged, union))
    elif what == "revoke" and oracle.unions:
        *_, union = oracle.unions.pop(first % len(oracle.unions))
        statements.revoke(union, "", actor=None)
    elif what == "die" and not any(each in oracle.deaths for each in oracle.order(oracle.root(first))):
        day = FIRST + timedelta(days=second)
        root = oracle.root(first)
        death = statements.record_death(records[root], day, "", actor=None).statement
        assert isinstance(death, Death)
        oracle.deaths[root] = (day, death)


def test_every_column_is_kept_of_a_record_that_statements_touch(tmp_path: Path) -> None:
    unknown = {name: None for name in COLUMNS if name != "person"}
    load(tmp_path, FIRST, [person(1), person(2)])
    statements.merge(who(1), who(2), "", actor=None)
    load(tmp_path, SECOND, [person(1, **unknown)])
    assert facts(SECOND) == {who(1): unknown}


def test_reports_that_were_never_worked_out_are_when_they_are_met(tmp_path: Path) -> None:
    """As in a database of the release before, which kept the reports alone."""
    load(tmp_path, FIRST, [person(1), person(2)])
    statements.merge(who(1), who(2), "", actor=None)
    load(tmp_path, SECOND, [person(2, city="Turku")])
    Record.objects.update(known=None, ends=None)
    load(tmp_path, THIRD, [person(3)])
    _check_what_is_kept()
    assert facts(SECOND) == {who(1): row_of(2, city="Turku")}
    assert facts(THIRD) == {who(3): row_of(3)}


def test_an_import_reads_only_the_records_it_concerns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who died and was reported no more costs an import nothing, however many they are."""
    load(tmp_path, FIRST, [person(number) for number in range(8)])
    for number in range(8):
        statements.record_death(who(number), FIRST, "", actor=None)
    load(tmp_path, SECOND, [person(9)])
    read: list[Any] = []
    really = uniting.from_json
    monkeypatch.setattr(uniting, "from_json", lambda kept: read.append(kept) or really(kept))
    load(tmp_path, THIRD, [person(9), person(1)])
    assert len(read) == 1
    assert facts(THIRD) == {who(9): row_of(9)}
    assert [each.text for each in standing.waiting()], "the report of a dead person waits for an officer"


def test_a_code_that_two_people_had_is_told_apart_by_corrected_extracts(tmp_path: Path) -> None:
    """The state gives the second person a code of their own, and delivers the days of the past again."""
    load(tmp_path, FIRST, [person(1), person(3)])
    load(tmp_path, SECOND, [person(1, city="Turku", labour_market_support_days=40), person(3)])
    second = person(2, city="Turku", labour_market_support_days=40)
    load(tmp_path, THIRD, [person(1), second, person(3)])
    assert facts(SECOND)[who(1)]["city"] == "Turku"
    assert Person.objects.get(pk=who(2)).known_since == THIRD
    load(tmp_path, SECOND, [person(1), second, person(3)], correction=True)
    assert facts(SECOND) == {
        who(1): row_of(1), who(2): row_of(2, city="Turku", labour_market_support_days=40), who(3): row_of(3),
    }  # fmt: skip
    assert Person.objects.get(pk=who(2)).known_since == SECOND
    assert Contact.objects.filter(person=who(1), city="Turku", superseded_by__isnull=False).count() == 1
