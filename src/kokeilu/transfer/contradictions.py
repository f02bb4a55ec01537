"""Facts that contradict each other: a run leaves such a person where they are, and the register is to be mended.

A rule asks about columns of the register extract; an unknown fact contradicts nothing. Only what cannot be true
of one person on one day is a rule; what is merely unusual is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kokeilu.extract import NONE
from kokeilu.law.facts import DERIVED, FACTS
from kokeilu.law.trial import Version

FOUND: Final = pl.Schema({"person": pl.String(), "rule": pl.String()})


@dataclass(frozen=True)
class Rule:
    """A contradiction: where `holds`, the facts `between` cannot all be true. `label` says it to an officer."""

    holds: pl.Expr
    between: tuple[str, ...]  # columns of the extract
    label: str | Promise


RULES: Mapping[str, Rule] = {
    "at_work_and_unemployed": Rule(
        (pl.col("employment_code") == "01") & pl.col("unemployed_since").is_not_null(),
        ("employment_code", "unemployed_since"),
        _("Works in the open market, and is unemployed since a day"),
    ),
    "allowance_without_right": Rule(
        (pl.col("benefit") == "earnings_related") & ~pl.col("earnings_related_right"),
        ("benefit", "earnings_related_right"),
        _("Is paid the earnings-related allowance without being entitled to it"),
    ),
    "nowhere": Rule(
        (pl.col("municipality") == NONE) & (pl.col("placed_in") == NONE),
        ("municipality", "placed_in"),
        _("Has no home municipality and is placed nowhere"),
    ),
    "protection_with_home": Rule(
        pl.col("temporary_protection") & (pl.col("municipality") != NONE),
        ("temporary_protection", "municipality"),
        _("Is under temporary protection and has a home municipality"),
    ),
}


def find(extract: pl.DataFrame, version: Version) -> pl.DataFrame:
    """The contradictions of these people (FOUND, by person and rule) between facts that the version asks about.

    `extract` has typed columns of a register extract, at least those of RULES, and `person`.
    """
    asked = _asked(version)
    found = [
        extract.filter(rule.holds).select("person", rule=pl.lit(name))
        for name, rule in RULES.items()
        if asked.intersection(rule.between)
    ]
    return pl.concat([FOUND.to_frame(), *found]).sort("person", "rule")


def _asked(version: Version) -> set[str]:
    """The columns of the extract that the version's facts come from."""
    direct = {fact for fact in version.facts if fact not in DERIVED}
    return direct.union(*(FACTS[fact].sources for fact in version.facts if fact in DERIVED))
