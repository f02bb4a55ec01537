"""The dimensions of the published tables of monthly figures, with the words of their codes in every language."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from babel.dates import format_date

from kokeilu.law.definition import area_names, shipped
from kokeilu.monitoring import builder_texts, release_texts
from kokeilu.monitoring.breakdown_rules import Dimension as Breakdown
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.published_table import LANGUAGES, Code, Dimension, Role, Words
from kokeilu.panel.rules import month_end, month_named
from kokeilu.problems import Problem

ROLES: Final[dict[str, Role]] = {"area": "geo", "population": "other", "month": "time", "indicator": "metric"}
TOGETHER: Final = "together"
"""The code of all areas together among the areas."""
LOCALES: Final = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


def dimension(key: str, codes: Iterable[str]) -> Dimension:
    """One of the dimensions of `release_audit.KEY` with these codes, in the order in which tables have them."""
    return Dimension(key, release_texts.DIMENSIONS[key], ROLES[key], tuple(_codes(key, set(codes))))


def classes(by: Breakdown, groups: Iterable[str]) -> Dimension:
    """The dimension that figures are broken down by, with these classes in the order of the tables."""
    codes = tuple(Code(group, by.class_name(group)) for group in sorted(set(groups), key=by.place))
    return Dimension(by.key, by.name, "other", codes)


def class_notes(by: Breakdown) -> list[Words]:
    """What to say of a breakdown: that it is not revised, where nobody has verified how it tells people apart, and
    where it cannot divide the figures that registered unemployment is read with.
    """
    unverified: Words = {one: builder_texts.UNVERIFIED_CLASSES[one].format(name=by.name[one]) for one in LANGUAGES}
    said = [(True, builder_texts.NOT_REVISED), (not by.verified, unverified), (by.alone, builder_texts.NO_DURATION)]
    return [words for holds, words in said if holds]


def _codes(key: str, held: set[str]) -> list[Code]:
    match key:
        case "area":
            return [_area(code) for code in sorted(held, key=lambda code: (code == TOGETHER, code))]
        case "population":
            return [Code(code, release_texts.POPULATIONS[code]) for code in POPULATIONS if code in held]
        case "month":
            return [Code(code, month_words(code)) for code in sorted(held)]
    return [measure(code) for code in INDICATORS if code in held]


def _area(key: str) -> Code:
    if key == TOGETHER:
        return Code(key, release_texts.TOGETHER)
    return Code(key, area_names().get(key, dict.fromkeys(LANGUAGES, key)))


def measure(key: str) -> Code:
    """An indicator with its definition, unit and source."""
    one = INDICATORS[key]
    return Code(
        key, whole_name(key), one.definition, release_texts.UNITS[one.unit], release_texts.DECIMALS[one.unit],
        one.source, one.verified,
    )  # fmt: skip


def whole_name(key: str) -> Words:
    """An indicator's name as it stands alone: that of a share of a flow begins with the whole."""
    one = INDICATORS[key]
    if one.kind != "flow" or one.part_of is None:
        return one.name
    whole = INDICATORS[one.part_of].name
    return {language: f"{whole[language]}: {one.name[language]}" for language in LANGUAGES}


def month_words(month: str) -> Words:
    """A month (2021-03) in words."""
    day = date.fromisoformat(f"{month}-01")
    return {language: format_date(day, "LLLL y", locale=LOCALES[language]) for language in LANGUAGES}


def unverified_law(trial: str, month: str) -> list[str]:
    """The parts of the trial's law that the populations rest on in the month and whose text has not been seen."""
    try:
        return shipped(trial).unverified_on(month_end(month_named(month)))
    except (Problem, LookupError):
        return []  # before the trial's first version nothing rests on it
