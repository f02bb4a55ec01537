"""Extracts in, periods out: newer ones, the same one again, corrections, what was known when."""

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings, strategies

from kokeilu.access.models import ChangeLog, Role
from kokeilu.extract import COLUMNS
from kokeilu.problems import Problem
from kokeilu.register import intake, queries
from kokeilu.register.actions import import_extracts
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.models import Contact, Details, Extract, Person, PersonCode, Situation, SupportDays
from kokeilu.register.periods import Counts
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, random_rows, write

pytestmark = pytest.mark.django_db


def load(folder: Path, as_of: date, rows: list[dict[str, Any]], **options: bool) -> Counts:
    """Import one extract and return its counts."""
    path = write(folder / f"{as_of}-{len(list(folder.iterdir()))}.parquet", rows)
    counts = import_extracts([(path, as_of)], **options).extracts[0].counts
    assert counts is not None
    return counts


def known(day: date) -> dict[str, dict[str, Any]]:
    """The facts of a day by identity code, from the database."""
    facts = queries.facts_on(day)
    assert facts.columns == ["person", *list(COLUMNS)[1:]]
    return {str(queries.identity_code(row.pop("person"))): row for row in facts.to_dicts()}


def expected(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["person"]: {name: row[name] for name in COLUMNS if name != "person"} for row in rows}


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Everything the register holds, without surrogate ids and times."""
    found = {}
    with connection.cursor() as cursor:
        for name, facts in PERIOD_FACTS.items():
            cursor.execute(
                f"SELECT c.hash, t.valid, o.as_of, o.sha256, e.as_of, e.sha256, s.as_of, {', '.join(facts)}"
                f" FROM register_{name} t JOIN register_personcode c ON c.person_id = t.person_id"
                " JOIN register_extract o ON o.id = t.opened_by_id"
                " LEFT JOIN register_extract e ON e.id = t.closed_by_id"
                " LEFT JOIN register_extract s ON s.id = t.superseded_by_id"
            )
            found[name] = sorted(cursor.fetchall(), key=repr)
        cursor.execute(
            "SELECT c.hash, t.as_of, t.days, x.as_of, s.as_of FROM register_supportdays t"
            " JOIN register_personcode c ON c.person_id = t.person_id JOIN register_extract x ON x.id = t.extract_id"
            " LEFT JOIN register_extract s ON s.id = t.superseded_by_id"
        )
        found["counter"] = sorted(cursor.fetchall(), key=repr)
        cursor.execute(
            "SELECT c.hash, p.known_since FROM register_person p JOIN register_personcode c ON c.person_id = p.id"
        )
        found["people"] = sorted(cursor.fetchall(), key=repr)
        cursor.execute("SELECT as_of, sha256, file_name, rows, rejected, correction FROM register_extract")
        found["extracts"] = sorted(cursor.fetchall(), key=repr)
    return found


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE register_person, register_extract CASCADE")


def test_a_first_extract_is_what_is_known(tmp_path: Path) -> None:
    rows = [person(0), person(1, family_name=None, immigrant=None, labour_market_support_days=None), person(2)]
    assert load(tmp_path, FIRST, rows) == Counts(3, 3, 0, 0, 0, 0)
    assert known(FIRST) == known(THIRD) == expected(rows)
    assert known(FIRST - timedelta(days=1)) == {}
    assert set(Person.objects.values_list("known_since", flat=True)) == {FIRST}


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", random_rows(1))
    assert not import_extracts([(path, FIRST)]).already_imported
    before = contents()
    again = import_extracts([(path, FIRST)])
    assert again.already_imported
    assert contents() == before


def test_unchanged_facts_write_nothing(tmp_path: Path) -> None:
    rows = [person(number) for number in range(5)]
    load(tmp_path, FIRST, rows)
    before = {name: rows for name, rows in contents().items() if name != "extracts"}
    changed = [*rows[1:], person(0, city="Espoo")]
    assert load(tmp_path, SECOND, rows) == Counts(5, 0, 0, 0, 5, 0)
    assert {name: rows for name, rows in contents().items() if name != "extracts"} == before
    assert load(tmp_path, THIRD, changed) == Counts(5, 0, 1, 0, 4, 0)
    assert (Contact.objects.count(), Details.objects.count(), Situation.objects.count()) == (6, 5, 5)


def test_a_newer_extract_closes_and_opens(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(0), person(1), person(2)])
    newer = [person(0, employment_code="03", labour_market_support_days=7), person(2), person(3)]
    assert load(tmp_path, SECOND, newer) == Counts(3, 1, 1, 0, 1, 1)
    assert known(FIRST) == expected([person(0), person(1), person(2)])
    assert known(SECOND) == expected(newer)
    assert load(tmp_path, THIRD, [person(1)]) == Counts(1, 0, 0, 1, 0, 3)
    assert known(THIRD) == expected([person(1)])
    assert queries.current(Situation).count() == 1
    assert queries.on_day(Situation, SECOND).count() == 3


def test_several_extracts_in_one_go_may_continue_stored_ones(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(0), person(1)])
    paths = [(write(tmp_path / f"{day}.csv", rows), day) for day, rows in
             ((THIRD, [person(1), person(2)]), (SECOND, [person(1)]))]  # fmt: skip
    done = import_extracts(paths)
    assert [extract.as_of for extract in done.extracts] == [SECOND, THIRD]
    assert known(SECOND) == expected([person(1)])
    assert known(THIRD) == expected([person(1), person(2)])


@pytest.mark.django_db(transaction=True)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.lists(strategies.integers(0, 10_000), min_size=1, max_size=4), strategies.data())
def test_many_extracts_in_one_pass_are_as_one_by_one(tmp_path: Path, seeds: list[int], data) -> None:
    """The databases are equal row by row, and every day's facts are the extract's."""
    days = [FIRST + timedelta(days=7 * number) for number in range(len(seeds))]
    files = [
        (write(tmp_path / f"{day}.parquet", random_rows(seed)), day) for day, seed in zip(days, seeds, strict=True)
    ]
    cut = data.draw(strategies.integers(0, len(files)))
    empty()
    for file in files:
        import_extracts([file])
    one_by_one = contents()
    empty()
    import_extracts(files)
    assert contents() == one_by_one
    empty()
    for some in (files[:cut], files[cut:]):
        import_extracts(some)
    assert contents() == one_by_one
    for seed, day in zip(seeds, days, strict=True):
        assert known(day) == expected(random_rows(seed))


def test_an_older_extract_is_refused(tmp_path: Path) -> None:
    load(tmp_path, SECOND, [person(0)])
    before = contents()
    for day in (FIRST, SECOND):
        with pytest.raises(Problem, match="--correction"):
            load(tmp_path, day, [person(1)])
    assert contents() == before


def test_a_correction_supersedes_and_what_was_known_stays(tmp_path: Path) -> None:
    first, second, third = [person(0), person(1)], [person(0), person(1)], [person(0), person(1, city="Vantaa")]
    for day, rows in ((FIRST, first), (SECOND, second), (THIRD, third)):
        load(tmp_path, day, rows)
    moments = [Extract.objects.get(as_of=day).imported_at for day in (FIRST, SECOND, THIRD)]
    mended = [person(0, city="Espoo", labour_market_support_days=3), person(2)]
    assert load(tmp_path, SECOND, mended, correction=True) == Counts(2, 1, 1, 0, 0, 1)
    assert known(FIRST) == expected(first)
    assert known(SECOND) == known(THIRD - timedelta(days=1)) == expected(mended)
    assert known(THIRD) == expected(third)
    corrected = Extract.objects.get(correction=True)
    for day, rows in ((FIRST, first), (SECOND, second), (THIRD, third)):
        then = queries.facts_as_known(day, moments[-1]).drop("person")
        assert sorted(map(repr, then.to_dicts())) == sorted(map(repr, expected(rows).values()))
    # After the first extract alone, its facts were thought to go on.
    assert queries.facts_as_known(THIRD, moments[0]).equals(queries.facts_as_known(FIRST, moments[0]))
    assert queries.facts_as_known(THIRD, moments[1])["city"].to_list() == ["Helsinki", "Helsinki"]
    assert queries.facts_as_known(SECOND, corrected.imported_at).equals(queries.facts_on(SECOND))
    assert queries.facts_as_known(FIRST, moments[0] - timedelta(days=1)).is_empty()


def test_a_correction_of_the_newest_extract_and_of_before_the_first(tmp_path: Path) -> None:
    load(tmp_path, SECOND, [person(0), person(1)])
    load(tmp_path, SECOND, [person(1, city="Kerava"), person(2)], correction=True)
    assert known(THIRD) == expected([person(1, city="Kerava"), person(2)])
    load(tmp_path, FIRST, [person(0), person(1)], correction=True)
    assert known(FIRST) == expected([person(0), person(1)])
    assert known(SECOND) == expected([person(1, city="Kerava"), person(2)])
    assert set(Person.objects.values_list("known_since", flat=True)) == {FIRST, SECOND}
    load(tmp_path, THIRD, [person(0)])
    assert known(THIRD) == expected([person(0)])


@pytest.mark.django_db(transaction=True)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    strategies.lists(
        strategies.tuples(strategies.integers(0, 5), strategies.integers(0, 10_000)), min_size=1, max_size=6
    )
)
def test_any_order_of_extracts_gives_each_day_its_last_word(tmp_path: Path, steps: list[tuple[int, int]]) -> None:
    """Extracts of any days in any order, the late ones as corrections: each day's facts are those of the newest extract
    of that day or before, and of several of one day the last; and what was known after each step stays so."""
    empty()
    days = [FIRST + timedelta(days=9 * number) for number in range(6)]
    said: dict[date, list[dict[str, Any]]] = {}
    history = []
    for step, (which, seed) in enumerate(steps):
        path = write(tmp_path / f"{step}.parquet", random_rows(seed))
        import_extracts([(path, days[which])], correction=True)
        if not Extract.objects.filter(file_name=path.name).exists():
            continue  # the same bytes for the same day as before
        said[days[which]] = random_rows(seed)
        # All within one transaction of the test, so that each step gets a moment of its own.
        moment = Extract.objects.get(file_name=path.name)
        history.append((moment.imported_at, {day: queries.facts_on(day) for day in days}))
        for day in days:
            earlier = [at for at in said if at <= day]
            assert known(day) == (expected(said[max(earlier)]) if earlier else {})
    for moment, views in history:
        for day, view in views.items():
            assert queries.facts_as_known(day, moment).equals(view)


def test_a_dry_run_counts_and_stores_nothing(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(0), person(1)])
    before = contents()
    assert load(tmp_path, SECOND, [person(1, city="Espoo"), person(2)], dry_run=True) == Counts(2, 1, 1, 0, 0, 1)
    assert contents() == before


def test_a_dry_run_checks_what_a_commit_would(tmp_path: Path, monkeypatch) -> None:
    def orphan(cursor, as_of: date) -> None:
        cursor.execute("UPDATE register_situation SET opened_by_id = gen_random_uuid()")

    monkeypatch.setattr(intake, "_callbacks", [*intake._callbacks, orphan])
    with pytest.raises(IntegrityError):
        load(tmp_path, FIRST, [person(0)], dry_run=True)


def test_new_people_are_announced_within_the_import(tmp_path: Path, monkeypatch) -> None:
    heard = []

    def listen(cursor, as_of: date) -> None:
        cursor.execute("SELECT count(*) FROM register_person WHERE known_since <= %s", [as_of])
        heard.append((cursor.fetchone()[0], as_of))

    monkeypatch.setattr(intake, "_callbacks", [*intake._callbacks, listen])
    load(tmp_path, FIRST, [person(0)])
    load(tmp_path, SECOND, [person(0), person(1)])
    assert heard == [(1, FIRST), (2, SECOND)]


def test_who_may_import_and_what_is_logged(tmp_path: Path, actor_of) -> None:
    path = write(tmp_path / "extract.csv", [person(0)])
    with pytest.raises(PermissionDenied):
        import_extracts([(path, FIRST)], actor=actor_of(Role.WORKER, "helsinki"))
    officer = actor_of(Role.STATE_OFFICER, "te")
    import_extracts([(path, FIRST)], actor=officer)
    extract = Extract.objects.get()
    line = ChangeLog.objects.filter(action="register.import").get()
    assert (line.user, line.subject_id, line.new["new"]) == (officer.user, str(extract.pk), 1)
    assert extract.imported_by == officer.user


def test_codes_are_nowhere_in_plain_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Every column of every table is searched, and the logs."""
    rows = [person(number) for number in range(4)]
    with caplog.at_level(logging.DEBUG):
        load(tmp_path, FIRST, rows[:3])
        load(tmp_path, SECOND, rows, correction=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        everything = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            everything += cursor.fetchone()[0] or ""
    assert "Koivula" in everything  # names are there, so the search sees what is stored
    for row in rows:
        plain = row["person"]
        assert plain not in everything
        assert plain.encode().hex() not in everything
        assert plain not in caplog.text


def test_codes_are_found_and_read_with_the_key_only(tmp_path: Path, settings) -> None:
    load(tmp_path, FIRST, [person(0), person(1)])
    found = queries.find_person(person(0)["person"])
    assert found is not None
    assert queries.identity_code(found) == person(0)["person"]
    assert queries.find_person(f" {person(0)['person'].lower()} ") == found
    assert queries.find_person(person(7)["person"]) is None
    sealed = {bytes(row.ciphertext) for row in PersonCode.objects.all()}
    assert len({part[:12] for part in sealed}) == 2  # no nonce twice
    settings.CODE_KEY = "another"
    assert queries.find_person(person(0)["person"]) is None


def test_the_database_refuses_overlapping_facts(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(0)])
    with connection.cursor() as cursor, pytest.raises(Exception, match="no_overlap") as caught:
        cursor.execute(
            "INSERT INTO register_situation (person_id, valid, opened_by_id)"
            " SELECT person_id, daterange(%s, NULL), opened_by_id FROM register_situation",
            [SECOND],
        )
    assert isinstance(caught.value.__cause__, psycopg.errors.ExclusionViolation)


def test_a_first_load_builds_every_index_and_constraint_again(tmp_path: Path) -> None:
    structure = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid::regclass::text LIKE 'register_%'"
        " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'register_%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(structure)
        before = sorted(cursor.fetchall())
        load(tmp_path, FIRST, [person(0)])
        cursor.execute(structure)
        assert sorted(cursor.fetchall()) == before
    assert any("no_overlap" in name for _, name, _ in before)


def test_readings_of_the_counter_are_stored_where_they_move(tmp_path: Path) -> None:
    for day, days in ((FIRST, 10), (SECOND, 10), (THIRD, None)):
        load(tmp_path, day, [person(0, **{COUNTER: days})])
    assert list(SupportDays.objects.order_by("as_of").values_list("as_of", "days")) == [(FIRST, 10), (THIRD, None)]


def test_facts_in_columns_have_the_types_of_the_format(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(0)])
    facts = queries.facts_on(FIRST)
    assert facts.schema == pl.Schema({"person": pl.String(), **{k: v for k, v in COLUMNS.items() if k != "person"}})
    assert queries.facts_on(date(2000, 1, 1)).schema == facts.schema
