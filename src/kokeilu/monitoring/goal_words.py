"""The words and numbers of goals in the user interface."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.monitoring import figure_texts
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.definition_texts import POPULATION_NAMES, whole_name
from kokeilu.monitoring.goal_models import LANGUAGES, Direction, Expectation, Statement, Target
from kokeilu.monitoring.goal_rules import Missing, Whose
from kokeilu.monitoring.indicators import INDICATORS, Indicator
from kokeilu.problems import Problem
from kokeilu.web import formats

KINDS: Final = {
    "target": gettext_lazy("Target"),
    "package": gettext_lazy("Work package"),
    "measure": gettext_lazy("Measure"),
}
ADDED: Final = {
    "target": gettext_lazy("Add a target"),
    "package": gettext_lazy("Add a work package"),
    "measure": gettext_lazy("Add a measure"),
}
COURSES: Final = {
    "reached": gettext_lazy("Reached"),
    "on_course": gettext_lazy("On course"),
    "behind": gettext_lazy("Behind the path"),
    "missed": gettext_lazy("Not reached by its day"),
    "no_day": gettext_lazy("No day was set"),
    "alone": gettext_lazy("Not told: registered unemployment alone does not show it"),
    "unknown": gettext_lazy("Not known"),
}
COLORS: Final = {
    "reached": "success", "on_course": "success", "behind": "danger", "missed": "danger", "no_day": "neutral",
    "alone": "warning", "unknown": "neutral",
}  # fmt: skip
READINGS: Final = {
    "into_services": gettext_lazy(
        "Registered unemployment is lower than before, but broad unemployment is not: people have moved into services. "
        "This is no success."
    ),
    "registered_fell": gettext_lazy(
        "Registered unemployment is lower than before, but broad unemployment is not. This is no success."
    ),
    "both_fell": gettext_lazy(
        "Registered and broad unemployment are lower than before. The figures do not show that more people went to the "
        "open labour market."
    ),
    "open_market": gettext_lazy(
        "Registered and broad unemployment are lower than before, and more people went to the open labour market."
    ),
    "mostly_services": gettext_lazy(
        "Registered and broad unemployment are lower than before. At least half of the fall in registered unemployment "
        "comes from more people being in services."
    ),
    "broad_rose": gettext_lazy("Broad unemployment is higher than before."),
    "registered_rose": gettext_lazy(
        "Registered unemployment is higher than before; broad unemployment is about the same."
    ),
    "out_of_services": gettext_lazy(
        "Broad unemployment is lower than before, because fewer people are in services; registered unemployment is "
        "about the same or higher."
    ),
    "unchanged": gettext_lazy("Registered and broad unemployment are about as they were before."),
}
"""Of the newest month against the same calendar month in the last year before something began."""


def change(value: float | None, indicator: Indicator) -> str:
    """A change with its sign: of a rate in percentage points, else in per cent of what was before."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else formats.MINUS if value < 0 else "±"
    if indicator.unit == "per cent":
        return f"{sign}{figure_texts.changed(abs(value), indicator)}"
    return f"{sign}{formats.share(abs(value))}"


def aim(target: Target) -> str:
    """What a target says: at least 75 %, at most 9 000 people."""
    value = figure_texts.counted(float(target.value), INDICATORS[target.indicator])
    form = _("at least %(value)s") if target.direction == Direction.UP else _("at most %(value)s")
    return form % {"value": value}


def label(target: Target) -> str:
    """What tells a target from all others of its area: the figure, what is aimed at, and the day."""
    words = f"{whole_name(target.indicator)}, {aim(target)}"
    return f"{words}, {formats.day(target.by_day)}" if target.by_day else words


MISSING: Final[dict[Missing, Promise]] = {
    "words": gettext_lazy("The group is told in words only: no published figure can be shown of it."),
    "population": gettext_lazy("Not published of this group: classes are published of all residents only."),
    "division": gettext_lazy("Not published of this group: the figure is not broken down by this division."),
}
"""Why nothing stands where a group's figure would."""


def people(whose: Whose) -> str:
    """Whose figure it is, to stand behind its name: all residents, or of them the classes of a group."""
    name = formats.within(str(POPULATION_NAMES[whose.population]))
    return f"{name}: {classes(whose)}" if whose.dimension else name


def classes(whose: Whose) -> str:
    """The classes of a group by their names: Under 25 + 25 to 29."""
    dimension, language = DIMENSIONS[whose.dimension], formats.language()
    return " + ".join(dimension.class_name(group)[language] for group in sorted(whose.classes, key=dimension.place))


def expected(one: Expectation) -> str:
    """Which way a figure is expected to go, by how much and by when."""
    words = str(one.get_direction_display())
    if one.size is not None:
        size = figure_texts.changed(float(one.size), INDICATORS[one.indicator])
        words = _("%(direction)s by %(size)s") % {"direction": words, "size": size}
    if one.by_day is not None:
        words = _("%(change)s, until %(day)s") % {"change": words, "day": formats.day(one.by_day)}
    return words


def sentence(problem: Problem) -> str:
    """A problem's one line as a form tells it."""
    line = str(problem)
    return line[:1].upper() + line[1:]


def written_in(rows: Iterable[Statement]) -> str:
    """In which languages an area has written, where these are not all the reader's own: in a sentence, else empty."""
    names = dict(LANGUAGES)
    found = sorted({row.language for row in rows})
    if not set(found) - {formats.language()}:
        return ""
    return _("The area's own texts are in the language in which they were written: %(languages)s.") % {
        "languages": ", ".join(str(names[each]) for each in found)
    }
