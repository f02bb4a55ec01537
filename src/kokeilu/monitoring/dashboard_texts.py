"""The words of an area's dashboard: what each small chart shows, the change since a year before, the same as a table.

The words say how far a figure moved, never whether that is good: `reading` alone judges, from three figures together.
"""

from datetime import date
from typing import Any, Final

from babel.lists import format_list
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.monitoring import dashboard, definition_texts, queries, small_charts
from kokeilu.monitoring.comparable import VARIABLES
from kokeilu.monitoring.dashboard import Panel, Value
from kokeilu.monitoring.dashboard_queries import Dashboard
from kokeilu.monitoring.figure_texts import shown, written
from kokeilu.monitoring.indicators import INDICATORS, Indicator
from kokeilu.monitoring.queries import Figure
from kokeilu.web import formats

VARIABLE_NAMES: Final[dict[str, Promise]] = {
    "size": gettext_lazy("Size: job seekers"),
    "unemployed": gettext_lazy("Registered unemployed, of job seekers"),
    "in_services": gettext_lazy("In services, of the broadly unemployed"),
    "laid_off": gettext_lazy("Fully laid off, of the registered unemployed"),
    "long_term": gettext_lazy("Long-term unemployed, of the registered unemployed"),
    "structural": gettext_lazy("Structural unemployment, of broad unemployment"),
    "inflow": gettext_lazy("Inflow of a month, of the registered unemployed"),
}


DECIMALS: Final = {"per cent": 1}
"""With so many decimals a unit's figures are written, else with none: less than that is no change to a reader."""


def panel(shows: Dashboard, one: Panel, month: date) -> dict[str, Any]:
    """What the page shows of a panel: name, the month's figure, its change, targets, picture, and table."""
    indicator = INDICATORS[one.indicator]
    picture = small_charts.small_chart(one)
    before = month.replace(year=month.year - 1)
    return {
        "key": one.indicator,
        "name": definition_texts.whole_name(one.indicator),
        "href": definition_texts.href(one.indicator),
        "published": any(one.indicator in figures for figures in shows.own.values()),
        "value": shown(shows.own.get(month, {}).get(one.indicator), indicator),
        "change": changed(_value(shows, before, one), _value(shows, month, one), indicator),
        "targets": _targets(one, month, indicator),
        "picture": picture and {
            "href": f"{reverse('monitoring:small_chart', args=[shows.area, one.indicator])}?v={picture.sha256}",
            "width": small_charts.WIDTH, "height": small_charts.HEIGHT,
        },
        "alt": _alternative(shows, one, indicator),
        "unlike": [_area(area) for area in shows.others if area not in one.others],
        "columns": _columns(shows, one),
        "rows": _rows(shows, one, indicator),
    }  # fmt: skip


def _area(key: str) -> str:
    return queries.area_name(key, formats.language())


def _value(shows: Dashboard, month: date, one: Panel) -> Value:
    figure = shows.own.get(month, {}).get(one.indicator)
    return figure.value if figure else None


def changed(before: Value, now: Value, indicator: Indicator) -> str:
    """How the figure has moved in a year, in words without praise or blame."""
    change = dashboard.change(before, now)
    if change is None:
        return _("The change from a year before is not known.")
    if round(change.difference, DECIMALS.get(indicator.unit, 0)) == 0:
        return _("The same as a year before.")
    if indicator.unit == "per cent":
        said = {"points": formats.number(abs(change.difference), 1)}
        up, down = (
            _("Up %(points)s percentage points from a year before."),
            _("Down %(points)s percentage points from a year before."),
        )
    elif change.share is None:
        said = {"number": written(abs(change.difference), indicator)}
        up, down = _("Up %(number)s from a year before."), _("Down %(number)s from a year before.")
    else:
        said = {"number": written(abs(change.difference), indicator), "share": formats.share(abs(change.share))}
        up, down = (
            _("Up %(number)s (%(share)s) from a year before."), _("Down %(number)s (%(share)s) from a year before."),
        )  # fmt: skip
    return (up if change.difference > 0 else down) % said


def _targets(one: Panel, month: date, indicator: Indicator) -> list[str]:
    """The targets ahead with their days; where there is none, the one that still holds in the month."""
    said = [
        _("Target: %(value)s by %(day)s") % {"value": written(value, indicator), "day": formats.day(day)}
        for day, value in one.ahead
    ]
    due = dict(zip(one.months, one.targets, strict=True)).get(month)
    if not said and due is not None:
        said.append(_("Target: %(value)s") % {"value": written(due, indicator)})
    return said


def _alternative(shows: Dashboard, one: Panel, indicator: Indicator) -> str:
    """What the picture shows, for whoever does not see it: lowest, highest and last figure, others, target."""
    known = [(value, month) for month, value in zip(one.months, one.own, strict=True) if value is not None]
    if not known:
        return ""
    (low, low_month), (high, high_month), (last, last_month) = min(known), max(known), known[-1]
    said = [
        _("Line chart of %(name)s, %(area)s: lowest %(low)s in %(low_month)s, highest %(high)s in %(high_month)s, "
          "%(last)s in %(last_month)s.") % {
            "name": indicator.name[formats.language()], "area": _area(shows.area),
            "low": written(low, indicator), "low_month": formats.month(low_month),
            "high": written(high, indicator), "high_month": formats.month(high_month),
            "last": written(last, indicator), "last_month": formats.month(last_month),
        }
    ]  # fmt: skip
    ends = [
        f"{_area(area)} {written(value, indicator)}"
        for area, values in one.others.items()
        if (value := values[one.months.index(last_month)]) is not None
    ]
    if ends:
        said.append(_("Comparable areas then: %(areas)s.") % {"areas": ", ".join(ends)})
    return " ".join([*said, *(f"{text}." for text in _targets(one, last_month, indicator))])


def _columns(shows: Dashboard, one: Panel) -> list[str]:
    """The heads of the table's columns of numbers."""
    level = INDICATORS[one.indicator].unit in dashboard.AMOUNTS
    others = [_("%(area)s, at this level") % {"area": _area(area)} if level else _area(area) for area in one.others]
    return [_area(shows.area), *([_("Target")] if one.has_targets else []), *others]


def _rows(shows: Dashboard, one: Panel, indicator: Indicator) -> list[tuple[str, list[str]]]:
    """The table's rows, the newest month first: the very numbers of the picture."""
    rows, has_targets = [], one.has_targets
    for place, month in enumerate(one.months):
        cells = [shown(shows.own[month].get(one.indicator), indicator)]
        if has_targets:
            cells.append(shown(Figure(one.targets[place], suppressed=False), indicator))
        for area, values in one.others.items():
            figure = shows.others[area].get(month, {}).get(one.indicator)
            hidden = figure is not None and figure.suppressed
            cells.append(shown(Figure(None if hidden else values[place], hidden), indicator))
        rows.append((formats.unbroken_month(month), cells))
    return rows[::-1]


def comparison(shows: Dashboard) -> dict[str, Any] | None:
    """Why the comparable areas are comparable: the variables side by side; None where there are none."""
    if not shows.comparables:
        return None
    areas = [shows.area, *(one.area for one in shows.comparables)]
    rows = [
        (VARIABLE_NAMES[variable.key], [
            _variable(shows.profiles[area][variable.key], share=variable.per is not None) for area in areas
        ])
        for variable in VARIABLES
    ]  # fmt: skip
    distances = ["–", *(formats.number(one.distance, 2) for one in shows.comparables)]
    return {
        "names": format_list([_area(one.area) for one in shows.comparables], locale=formats.language()),
        "columns": [_area(area) for area in areas],
        "rows": [*rows, (_("Distance (0: alike)"), distances)],
        "first": shows.base[0],
        "last": shows.base[-1],
    }


def _variable(value: Value, *, share: bool) -> str:
    if value is None:
        return _("not known")
    return formats.share(value / 100) if share else formats.number(value, 0)
