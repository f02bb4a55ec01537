"""The definitions that come with the project."""

from datetime import date, timedelta

import polars as pl
import pytest

from kokeilu.law.areas import municipalities
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.examples import SCHEMA, failures
from kokeilu.law.explain import sentences
from kokeilu.law.facts import derive
from kokeilu.law.logic import NO, UNKNOWN, YES, Name, Not
from kokeilu.law.rules import OUTCOMES, decide, outcome
from kokeilu.law.trial import OPEN_END
from kokeilu.problems import Problem


@pytest.mark.parametrize("key", shipped_keys())
def test_every_example_is_right(key):
    trial = shipped(key)
    assert len(trial.examples) >= 12
    assert failures(trial) == []


def test_areas_of_kuntakokeilu():
    trial = shipped("kuntakokeilu")
    rows = trial.areas_on(date(2021, 3, 1))
    assert len({row.area for row in rows}) == 21
    assert len(rows) == 100
    assert {row.area for row in rows if not row.verified} == {"etela-pohjanmaa"}
    assert trial.areas_on(date(2021, 2, 28)) == ()
    expected = {row.area: row.customers_expected for row in rows}
    assert (expected["helsinki"], expected["vantaa-kerava"], expected["espoo"]) == (50_000, 21_000, 18_000)
    assert expected["porvoo"] is expected["raasepori-hanko"] is None


def test_what_is_not_verified_stays_marked():
    trial = shipped("kuntakokeilu")
    assert not any(criterion.verified for criterion in trial.criteria if "4 §" in criterion.law)
    assert all(criterion.verified for criterion in trial.criteria if "4 §" not in criterion.law)
    assert any("four areas with 18 municipalities are missing" in question for question in trial.open_questions)


def test_versions_of_kuntakokeilu():
    versions = shipped("kuntakokeilu").versions
    assert [version.key for version in versions] == [
        "2021-03-01", "2021-06-01", "2021-10-02", "2022-05-02", "2022-08-01", "2023-03-01",
    ]  # fmt: skip
    assert [version.area_by for version in versions] == [("municipality",)] * 5 + [("municipality", "placed_in")]
    assert {version.trial_to for version in versions[:4]} == {date(2023, 7, 1)}
    assert {version.trial_to for version in versions[4:]} == {date(2025, 1, 1)}
    assert not any(version.verified for version in versions)
    assert all(version.stays for version in versions)


def test_first_version_is_as_decisions_were_made_with():
    version = shipped("kuntakokeilu").versions[0]
    assert [criterion.key for criterion in version.criteria] == [
        "job_search", "resident", "unemployed", "laid_off", "supported_work", "in_service", "no_earnings_related",
        "under_30", "foreign_language", "immigrant",
    ]  # fmt: skip
    assert (version.to_day, version.exit) == (date(2021, 6, 1), Not(Name("resident")))


# What a version says may not change once people have been decided by it; a new version may be added.
DIGESTS = {
    ("kuntakokeilu", "2021-03-01"): "55edb5071fb0fb26",
    ("kuntakokeilu", "2021-06-01"): "702e78d5d90bd485",
    ("kuntakokeilu", "2021-10-02"): "37c04b7312dfa09f",
    ("kuntakokeilu", "2022-05-02"): "25bcde84e1c9b31a",
    ("kuntakokeilu", "2022-08-01"): "dc6054772a21f38f",
    ("kuntakokeilu", "2023-03-01"): "8aefb4335e817f61",
    ("kuntakokeilu-2019", "2020-03-01"): "a02635d97aba5cd1",
    ("palvelukokeilu-helsinki", "2019-11-01"): "dfefac31fdb56f39",
    ("tyollisyysalue-2025", "2025-01-01"): "7a44eaea9eb46ee3",
}


@pytest.mark.parametrize("key", shipped_keys())
def test_what_shipped_versions_say_has_not_changed(key):
    assert {(key, version.key): version.sha256[:16] for version in shipped(key).versions}.items() <= DIGESTS.items()


@pytest.mark.parametrize("key", shipped_keys())
def test_examples_are_decided_alike_by_sql(key):
    trial = shipped(key)
    for version in trial.versions:
        here = [example for example in trial.examples if version.from_day <= example.on < version.to_day]
        for day in {example.on for example in here}:
            people = [{"person": str(e.line), **e.person} for e in here if e.on == day]
            facts = derive(pl.DataFrame(people, schema=SCHEMA), day, trial)
            assert decide(trial, facts, day, "duckdb").equals(decide(trial, facts, day))


@pytest.mark.parametrize("key", shipped_keys())
def test_every_version_has_examples_of_each_decision(key):
    trial = shipped(key)
    given = {(trial.version_on(example.on).key, example.decision) for example in trial.examples}
    assert given == {(version.key, decision) for version in trial.versions for decision in OUTCOMES}


@pytest.mark.parametrize("key", shipped_keys())
def test_every_version_has_examples_on_its_borders(key):
    trial = shipped(key)
    days = {example.on for example in trial.examples}
    for version in trial.versions:
        assert version.from_day in days
        assert version.to_day == OPEN_END or version.to_day - timedelta(days=1) in days


@pytest.mark.parametrize("key", shipped_keys())
def test_every_criterion_decides_examples_both_ways(key):
    """There is an example that the criterion's yes decides, and one that its no decides: the other answer would
    change the decision.
    """
    trial = shipped(key)
    decisive = set()
    for example in trial.examples:
        person = pl.DataFrame([{"person": "1", **example.person}], schema=SCHEMA)
        decided = decide(trial, derive(person, example.on, trial), example.on).row(0, named=True)
        version = trial.version_on(example.on)
        for place, criterion in enumerate(version.criteria):
            state = decided["pattern"] // 3**place % 3
            if state != UNKNOWN:
                other = decided["pattern"] + (1 - 2 * state) * 3**place
                if outcome(version, other) != decided["decision"]:
                    decisive.add((criterion.key, state))
    assert decisive == {(criterion.key, state) for criterion in trial.criteria for state in (NO, YES)}


def test_one_area_key_has_one_name_in_all_definitions():
    names = {}
    for key in shipped_keys():
        for row in shipped(key).areas:
            if row.area is not None:
                assert names.setdefault(row.area, (row.name, row.name_sv)) == (row.name, row.name_sv)


def test_transfer_grounds_of_section_5():
    trial = shipped("kuntakokeilu")
    assert trial.transfer_grounds_on(date(2021, 5, 31)) == ()
    grounds = trial.transfer_grounds_on(date(2021, 6, 1))
    assert [ground.key for ground in grounds] == ["request", "language_rights", "unsuitable_relation", "safety"]
    for ground in grounds:
        assert (ground.verified, ground.leads_to, ground.law) == (False, ("area", "state"), "1269/2020 5 §")
    assert trial.transfer_grounds_on(date(2024, 12, 31)) == grounds
    assert trial.transfer_ground("safety", date(2024, 12, 31)).name["sv"] == "Säkerhet"
    with pytest.raises(Problem, match=r"no transfer ground 'safety' on 2021-05-31 \(no ground is known then"):
        trial.transfer_ground("safety", date(2021, 5, 31))
    with pytest.raises(Problem, match=r"no transfer ground 'wish' on 2021-06-01 \(known then: request, "):
        trial.transfer_ground("wish", date(2021, 6, 1))


@pytest.mark.parametrize(("day", "by"), [(date(2021, 10, 1), "state"), (date(2021, 10, 2), "municipality")])
def test_two_statements_become_the_municipality_s_on_2_10_2021(day, by):
    trial = shipped("kuntakokeilu")
    assert {task.key: task.by for task in trial.tasks_on(day, "statement")} == {
        "job_search_validity_statement": by, "unemployment_statement": by, "other_statements": "state",
    }  # fmt: skip
    assert trial.task_on("unemployment_statement", day).by == by
    assert trial.task_on("training_selection", day).by == "state"
    assert trial.task_on("startup_grant", day).by == "unknown"
    with pytest.raises(Problem, match="no task 'no_such' on"):
        trial.task_on("no_such", day)


def test_helsinki_2019_limits_places_and_stay():
    trial = shipped("palvelukokeilu-helsinki")
    assert (trial.places.least, trial.places.most) == (600, 900)
    (version,) = trial.versions
    assert version.stays
    assert version.longest_stay.after(date(2019, 11, 1)) == date(2020, 11, 1)


def test_everybody_belongs_somewhere_from_2025_on():
    trial = shipped("tyollisyysalue-2025")
    day = date(2025, 1, 1)
    placed = {row.municipality for row in (*trial.areas_on(day), *trial.open_municipalities_on(day))}
    assert placed == {code for code, place in municipalities().items() if place.to_day is None or place.to_day > day}
    alone = {row.name for row in trial.areas_on(day) if row.verified}
    assert alone == {"Helsinki", "Kouvola", "Lahti", "Vantaa"}
    assert {municipalities()[row.municipality].region for row in trial.open_municipalities_on(day)} == {"Ahvenanmaa"}


def test_a_definition_may_have_its_own_words_for_the_decision():
    trial = shipped("tyollisyysalue-2025")
    day = date(2025, 1, 1)
    person = pl.DataFrame([{"person": "1", "municipality": "091", "job_search_valid": True}], schema=SCHEMA)
    decided = decide(trial, derive(person, day, trial), day)
    assert sentences(trial, decided, "en").item() == (
        "Is a customer of the employment area. The job search is valid. "
        "The home municipality is in the employment area Helsinki. [380/2023 (not verified)]"
    )
