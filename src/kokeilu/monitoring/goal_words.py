"""The words and numbers of goals in the user interface."""

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kokeilu.monitoring.goal_models import Direction, Target
from kokeilu.monitoring.indicators import INDICATORS, Indicator
from kokeilu.monitoring.queries import Figure
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
    "no_day": gettext_lazy("No day was set"),
    "into_services": gettext_lazy("Not told: people have moved into services"),
    "unknown": gettext_lazy("Not known"),
}
COLORS: Final = {
    "reached": "success", "on_course": "success", "behind": "danger", "no_day": "neutral", "into_services": "warning",
    "unknown": "neutral",
}  # fmt: skip
READINGS: Final = {
    "into_services": gettext_lazy(
        "Registered unemployment is lower than before, but broad unemployment is not: people have moved into services. "
        "This is no success."
    ),
    "both_fell": gettext_lazy(
        "Registered and broad unemployment are lower than before. The figures do not show that more people went to the "
        "open labour market."
    ),
    "open_market": gettext_lazy(
        "Registered and broad unemployment are lower than before, and more people went to the open labour market."
    ),
    "broad_rose": gettext_lazy("Broad unemployment is higher than before."),
    "out_of_services": gettext_lazy("Fewer people are in services than before; registered unemployment is not lower."),
    "unchanged": gettext_lazy("Registered and broad unemployment are about as they were before."),
}
"""Of the newest month against the same calendar month in the last year before something began."""


def name(indicator: str) -> str:
    """A figure's name in the reader's language, as it stands alone."""
    one, language = INDICATORS[indicator], formats.language()
    if one.kind != "flow" or one.part_of is None:
        return one.name[language]
    return f"{INDICATORS[one.part_of].name[language]}: {one.name[language]}"


def definition(indicator: str) -> str:
    """The address of a figure's definition."""
    return f"{reverse('monitoring:definitions')}#{indicator}"


def written(value: float | None, indicator: Indicator) -> str:
    """A value in the indicator's unit; unknown is a dash."""
    if value is None:
        return "–"
    if indicator.unit == "per cent":
        return formats.share(value / 100)
    if indicator.unit == "euros":
        return euros(value, 0)
    return formats.number(value, 0)


def euros(value: float, decimals: int = 0) -> str:
    """An amount as the language writes it."""
    number = formats.number(value, decimals)
    return f"€{number}" if formats.language() == "en" else f"{number}{formats.NO_BREAK_SPACE}€"


def shown(figure: Figure | None, indicator: Indicator) -> str:
    """A published figure: a hidden one by the word that stands everywhere."""
    if figure is not None and figure.suppressed:
        return pgettext("figure", "hidden")
    return written(figure.value if figure else None, indicator)


def change(value: float | None, indicator: Indicator) -> str:
    """A change with its sign: of a rate in percentage points, else in per cent of what was before."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else formats.MINUS if value < 0 else "±"
    if indicator.unit == "per cent":
        return _("%(number)s percentage points") % {"number": f"{sign}{formats.number(abs(value), 1)}"}
    return f"{sign}{formats.share(abs(value))}"


def aim(target: Target) -> str:
    """What a target says: at least 75 %, at most 5 %."""
    value = written(float(target.value), INDICATORS[target.indicator])
    form = _("at least %(value)s") if target.direction == Direction.UP else _("at most %(value)s")
    return form % {"value": value}
