"""Which missing facts matter, where tests overlap, repeat a fact or ask whether it is missing."""

from datetime import date

import polars as pl
import pytest

from kokeilu.law.definition import load
from kokeilu.law.facts import FACTS
from kokeilu.law.rules import decide
from kokeilu.law.tests.definitions import SOUND, write

# tests of the two criteria, member, facts that are known, decision, what is missing
CASES = {
    "one fact twice, jointly decided": ("age < 30", "age >= 30", "young OR local", {}, "undecided", "age"),
    "one fact twice, contrary": ("age < 30", "age > 40", "young AND local", {}, "undecided", "age"),
    "a known part leaves a fact without weight": (
        "immigrant OR (age < 30 AND education > 3)", "immigrant", "young", {"age": 40}, "undecided", "immigrant",
    ),
    "a known part gives a fact weight": (
        "immigrant OR (age < 30 AND education > 3)", "immigrant", "young", {"age": 20}, "undecided",
        "education immigrant",
    ),
    "missing is asked for and so decides": ("age IS NULL", "immigrant", "young", {}, "in", ""),
    "missing is asked for in part": (
        "age IS NULL", "immigrant", "young AND local", {}, "undecided", "age immigrant",
    ),
    "texts": (
        "benefit IN ('none', 'basic_allowance')", "age < 30", "young AND local", {"age": 20}, "undecided", "benefit",
    ),
    "days": (
        "unemployed_since BETWEEN DATE '2021-01-01' AND DATE '2021-01-01'", "age < 30", "young", {}, "undecided",
        "unemployed_since",
    ),
    "true and false": ("immigrant = TRUE", "immigrant <> FALSE", "young AND local", {}, "undecided", "immigrant"),
    "not": ("NOT immigrant", "age < 30", "NOT (young OR local)", {"age": 50}, "undecided", "immigrant"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_missing(name, tmp_path):
    first, second, member, known, decision, missing = CASES[name]
    text = (
        SOUND[: SOUND.index("[[example]]")]
        .replace("age < 30", first)
        .replace("trial_area <> 'none'", second)
        .replace('"young AND local"', f'"{member}"')
    )
    trial = load(write(tmp_path, text))
    asked = trial.versions[0].facts
    facts = pl.DataFrame(
        [{"person": "1", **{fact: known.get(fact) for fact in asked}}],
        schema={"person": pl.String, **{fact: FACTS[fact].kind.polars for fact in asked}},
    )
    row = decide(trial, facts, date(2021, 6, 1)).row(0, named=True)
    assert (row["decision"], row["missing"]) == (decision, missing)


def test_undecided_always_says_what_is_missing(tmp_path):
    """Kleene's logic leaves `x OR NOT x` open though every value of x gives the same."""
    trial = load(write(tmp_path, SOUND.replace('"young AND local"', '"young OR NOT young"')))
    facts = pl.DataFrame({"person": ["1"], "age": [None]}, schema={"person": pl.String, "age": pl.Int32})
    row = decide(trial, facts, date(2021, 6, 1)).row(0, named=True)
    assert (row["decision"], row["missing"]) == ("undecided", "age")
