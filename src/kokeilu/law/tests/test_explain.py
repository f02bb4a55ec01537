"""Explanations: complete in three languages, the same for one person and for a column of people."""

from datetime import date
from itertools import product

import polars as pl
import pytest

from kokeilu.law.definition import load, shipped, shipped_keys
from kokeilu.law.explain import (
    DECISIONS,
    MISSING,
    NO_AREA,
    NOT_VERIFIED,
    Reason,
    leaving,
    longest_stay,
    reasons,
    sentences,
    staying,
    transferred,
    trial_ended,
)
from kokeilu.law.facts import FACTS
from kokeilu.law.positions import LANGUAGES
from kokeilu.law.rules import decide
from kokeilu.law.tests import oracle
from kokeilu.law.tests.definitions import SOUND, write
from kokeilu.problems import Problem

ON = date(2021, 3, 1)
KNOWN = {
    "person": "1", "job_search_valid": True, "trial_area": "helsinki", "unemployed": True, "laid_off": False,
    "supported_work": False, "in_service": False, "earnings_related_right": True, "age": 40,
    "domestic_language": True, "immigrant": False,
}  # fmt: skip
SCHEMA = {"person": pl.String, **{fact: FACTS[fact].kind.polars for fact in oracle.FACTS}}


def explained(language="en", **facts):
    trial = shipped("kuntakokeilu")
    decisions = decide(trial, pl.DataFrame([{**KNOWN, **facts}], schema=SCHEMA), ON)
    return sentences(trial, decisions, language).item()


def test_in_names_every_ground_with_its_citation():
    assert explained(age=29, immigrant=True) == (
        "Is a customer of the trial. The job search is valid. [1269/2020 2 §] "
        "The home municipality is in the trial area Helsinki. [1269/2020 4 § (not verified)] "
        "The person is unemployed. [1269/2020 2 §] The person is under 30. "
        "The person is an immigrant within the integration act. [1269/2020 4 § (not verified)]"
    )


def test_out_names_what_fails():
    assert explained(job_search_valid=False, age=20) == (
        "Is not a customer of the trial. The job search is not valid. [1269/2020 2 §]"
    )


def test_group_speaks_for_its_parts():
    text = explained("fi")
    assert text.startswith("Ei kuulu kokeilun asiakkaisiin. Henkilöllä on oikeus ansiopäivärahaan, hän on täyttänyt")
    assert text.endswith("[1269/2020 4 § (ei vahvistettu)]")


def test_undecided_names_the_missing_fact_and_no_other():
    assert explained("sv", age=None, trial_area="espoo") == (
        "Det går ännu inte att avgöra om personen hör till försöket. Uppgift som saknas: ålder. "
        "[1269/2020 4 § (ej bekräftad)]"
    )


def test_area_is_named_in_the_reader_s_language():
    assert "försöksområdet Esbo" in explained("sv", age=20, trial_area="espoo")
    assert "kokeilualueeseen Espoo" in explained("fi", age=20, trial_area="espoo")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_person_and_a_column_say_the_same(language):
    trial = shipped("kuntakokeilu")
    decisions = decide(trial, oracle.random_facts(3000, seed=5, missing_share=0.2), ON)
    column = sentences(trial, decisions, language)
    for row, text in zip(decisions.head(250).iter_rows(named=True), column, strict=False):
        missing = tuple(row["missing"].split())
        for reason in reasons(trial, ON, row["pattern"], row["decision"], language, area=row["area"], missing=missing):
            assert reason.text in text
            assert f"[{reason.citation}]" in text
            assert (NOT_VERIFIED[language] in reason.citation) is not reason.verified


def test_explanation_does_not_depend_on_the_order_of_people():
    trial = shipped("kuntakokeilu")
    decisions = decide(trial, oracle.random_facts(2000, seed=6, missing_share=0.2), ON)
    told = decisions.with_columns(sentences(trial, decisions, "fi"))
    shuffled = decisions.sample(fraction=1, shuffle=True, seed=1)
    assert shuffled.with_columns(sentences(trial, shuffled, "fi")).sort("person").equals(told.sort("person"))


def test_without_missing_facts_every_fact_of_the_open_criteria_is_named():
    trial = shipped("kuntakokeilu")
    row = decide(trial, pl.DataFrame([{**KNOWN, "age": None}], schema=SCHEMA), ON).row(0, named=True)
    assert [r.text for r in reasons(trial, ON, row["pattern"], "undecided", "en")] == ["Missing fact: age."]


def test_decisions_of_several_versions(tmp_path):
    trial = load(write(tmp_path))
    facts = pl.DataFrame(
        {"person": ["1", "2"], "age": [20, 40], "trial_area": ["helsinki", "none"]},
        schema_overrides={"age": pl.Int32},
    )
    both = pl.concat([decide(trial, facts, date(2021, 6, 1)), decide(trial, facts, date(2022, 6, 1))])
    mixed = both.sort("person")
    apart = [sentences(trial, mixed[[row]], "en").item() for row in range(4)]
    assert sentences(trial, mixed, "en").to_list() == apart
    assert sentences(trial, both.clear(), "en").to_list() == []


def test_pattern_that_does_not_lead_to_the_decision():
    with pytest.raises(Problem, match="pattern 0 of 2021-03-01 is not in"):
        reasons(shipped("kuntakokeilu"), ON, 0, "in", "fi")


def test_unknown_language():
    trial = shipped("kuntakokeilu")
    decisions = decide(trial, oracle.random_facts(5, seed=1, missing_share=0), ON)
    with pytest.raises(Problem, match="no sentences in 'de'"):
        sentences(trial, decisions, "de")
    with pytest.raises(Problem, match="no sentences in 'de'"):
        reasons(trial, ON, 0, "out", "de")


def test_pattern_of_another_version(tmp_path):
    trial = load(write(tmp_path))
    decisions = pl.DataFrame(
        {
            "person": ["1"],
            "decision": ["in"],
            "area": ["helsinki"],
            "version": ["2021-01-01"],
            "pattern": [9],
            "missing": [""],
        }
    )
    with pytest.raises(Problem, match="9 is not a pattern of small of 2021-01-01"):
        sentences(trial, decisions, "fi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_in_every_language(language):
    for key in shipped_keys():
        trial = shipped(key)
        for part in (*trial.criteria, *trial.groups.values()):
            for words in filter(None, (part.yes, part.no)):
                assert words[language].strip()
                assert words[language][0].isupper() and words[language].endswith(".")
    for words in (*DECISIONS.values(), NOT_VERIFIED, MISSING, NO_AREA, *(f.label for f in FACTS.values())):
        assert words[language].strip()


def test_no_sentence_is_another_language_s():
    for key in shipped_keys():
        for part in (*shipped(key).criteria, *shipped(key).groups.values()):
            for words in filter(None, (part.yes, part.no)):
                assert len(set(words.values())) == 3
    for fact in FACTS.values():
        assert len(set(fact.label.values())) == 3


def test_no_placeholder_is_left_in_any_explanation():
    trial = shipped("kuntakokeilu")
    decisions = decide(trial, oracle.random_facts(20_000, seed=7, missing_share=0.2), ON)
    for language in LANGUAGES:
        assert not sentences(trial, decisions, language).str.contains(r"[{}]").any()


def test_area_that_is_not_known_is_said_so(tmp_path):
    text = SOUND.replace('no.en = "Lives elsewhere."', 'no.en = "Not in {area}."')
    trial = load(write(tmp_path, text))
    facts = pl.DataFrame({"person": ["1"], "age": [20], "trial_area": ["none"]}, schema_overrides={"age": pl.Int32})
    decisions = decide(trial, facts, date(2021, 6, 1))
    assert "Not in (not known)." in sentences(trial, decisions, "en").item()


def test_every_decision_of_three_criteria_is_explained(tmp_path):
    trial = load(write(tmp_path))
    rows = [
        {"person": str(i), "age": age, "trial_area": area}
        for i, (age, area) in enumerate(product([None, 20, 40], [None, "none", "helsinki"]))
    ]
    facts = pl.DataFrame(rows, schema={"person": pl.String, "age": pl.Int32, "trial_area": pl.String})
    told = dict(zip(facts["person"], sentences(trial, decide(trial, facts, date(2021, 6, 1)), "en"), strict=True))
    marked = "[1/2000 2 § (not verified)]"
    where = "Missing fact: whether the home municipality is in a trial area."
    assert told == {
        "0": f"It cannot be decided yet. Missing fact: age. [1/2000 1 §] {where} {marked}",
        "1": f"Is not a customer of the trial. Lives elsewhere. {marked}",
        "2": "It cannot be decided yet. Missing fact: age. [1/2000 1 §]",
        "3": f"It cannot be decided yet. {where} {marked}",
        "4": f"Is not a customer of the trial. Lives elsewhere. {marked}",
        "5": f"Is a customer of the trial. Young. [1/2000 1 §] Lives in Helsinki. {marked}",
        "6": "Is not a customer of the trial. Not young. [1/2000 1 §]",
        "7": f"Is not a customer of the trial. Not young. [1/2000 1 §] Lives elsewhere. {marked}",
        "8": "Is not a customer of the trial. Not young. [1/2000 1 §]",
    }  # fmt: skip


# -- staying and leaving -----------------------------------------------------------------------------

LATER = date(2023, 3, 1)


def pattern(trial, on, **states):
    """All criteria no but those given."""
    criteria = trial.version_on(on).criteria
    return sum(states.get(criterion.key, 0) * 3**place for place, criterion in enumerate(criteria))


def test_leaving_rests_on_what_the_exit_rests_on():
    trial = shipped("kuntakokeilu")
    assert leaving(trial, ON, pattern(trial, ON, job_search=1), "sv") == [
        Reason("Hemkommunen hör inte till något försöksområde.", "1269/2020 4 § (ej bekräftad)", verified=False)
    ]
    (reason,) = leaving(trial, LATER, pattern(trial, LATER, job_search=1), "en")
    assert reason.text == trial.groups["belongs_to_area"].no["en"]


@pytest.mark.parametrize("state", [1, 2])
def test_who_does_not_leave_has_no_reasons_to(state):
    trial = shipped("kuntakokeilu")
    with pytest.raises(Problem, match="nobody leaves by pattern"):
        leaving(trial, ON, pattern(trial, ON, resident=state), "en")
    helsinki = shipped("palvelukokeilu-helsinki")
    with pytest.raises(Problem, match="nobody leaves by pattern"):
        leaving(helsinki, date(2020, 1, 1), 0, "en")


def test_leaving_where_nobody_stays_is_the_decision_of_the_day():
    trial = shipped("tyollisyysalue-2025")
    day = date(2025, 1, 1)
    assert leaving(trial, day, 0, "en") == reasons(trial, day, 0, "out", "en")


def test_staying_is_by_the_version():
    trial = shipped("kuntakokeilu")
    assert staying(trial, LATER, "fi") == Reason(
        "Asiakkuus jatkuu: kokeilun asiakkaaksi tullut pysyy asiakkaana.",
        "1269/2020 (HE 295/2022 vp) (ei vahvistettu)",
        verified=False,
    )
    with pytest.raises(Problem, match="nobody stays in"):
        staying(shipped("tyollisyysalue-2025"), date(2025, 1, 1), "fi")


def test_the_longest_stay_and_the_end():
    helsinki = shipped("palvelukokeilu-helsinki")
    assert longest_stay(helsinki, date(2020, 11, 1), "en").text == "The longest time in the trial has passed."
    with pytest.raises(Problem, match="limits no stay"):
        longest_stay(shipped("kuntakokeilu"), ON, "en")
    assert trial_ended(helsinki, "sv") == Reason(
        "Försöket har upphört.", "palvelukokeilun tiedote 2019 (ej bekräftad)", verified=False
    )


def test_a_transfer_by_decision_tells_its_ground():
    ground = shipped("kuntakokeilu").transfer_ground("safety", date(2021, 6, 1))
    assert transferred(ground, "sv") == Reason(
        "Kundrelationen har överförts av säkerhetsskäl.", "1269/2020 5 § (ej bekräftad)", verified=False
    )
    with pytest.raises(Problem, match="no sentences in 'de'"):
        transferred(ground, "de")


# -- the facts behind a reason -----------------------------------------------------------------------


def behind(decision, day=ON, **states):
    trial = shipped("kuntakokeilu")
    return [reason.facts for reason in reasons(trial, day, pattern(trial, day, **states), decision, "en")]


def test_a_reason_names_the_facts_that_its_criterion_asks_about():
    assert behind("in", job_search=1, resident=1, unemployed=1, under_30=1) == [
        ("job_search_valid",), ("trial_area",), ("unemployed",), ("age",),
    ]  # fmt: skip


def test_a_group_that_speaks_for_its_parts_names_the_facts_of_those_that_carry_it():
    trial = shipped("kuntakokeilu")
    (reason,) = reasons(trial, ON, pattern(trial, ON, job_search=1, resident=1, unemployed=1), "out", "en")
    assert reason.text == trial.groups["target_group"].no["en"]
    assert reason.facts == ("earnings_related_right", "age", "domestic_language", "immigrant")
    assert behind("in", LATER, job_search=1, placed_in_area=1, laid_off=1, immigrant=1)[1] == (
        "municipality", "temporary_protection", "trial_area",
    )  # fmt: skip


def test_an_undecided_reason_names_its_missing_fact():
    assert behind("undecided", job_search=1, resident=1, unemployed=1, no_earnings_related=2) == [
        ("earnings_related_right",)
    ]


def test_what_rests_on_no_fact_names_none():
    assert trial_ended(shipped("palvelukokeilu-helsinki"), "sv").facts == ()
    trial = shipped("kuntakokeilu")
    (reason,) = leaving(trial, LATER, pattern(trial, LATER, job_search=1), "en")
    assert reason.facts == ("municipality", "trial_area", "temporary_protection")
