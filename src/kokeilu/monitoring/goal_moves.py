"""What the figures did since something began: before and now, elsewhere, and month by month, in the reader's words."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kokeilu.monitoring import figure_texts, goal_charts, goal_rules, goal_words
from kokeilu.monitoring.charts import Size
from kokeilu.monitoring.definition_texts import UNITS, href, whole_name
from kokeilu.monitoring.goal_charts import Line, TargetChart
from kokeilu.monitoring.goal_models import Expectation, Measure, Target
from kokeilu.monitoring.goal_queries import Published
from kokeilu.monitoring.goal_rules import EVERYBODY, Whose
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.reading import Sentence, sentence
from kokeilu.web import formats

Column = tuple[str, Whose]  # an indicator's key, and whose figure it is


@dataclass(frozen=True)
class Place:
    """An area with the areas that it is compared with (keys), and what is published of all of them."""

    area: str
    others: list[str]
    figures: Published


@dataclass(frozen=True)
class Time:
    """The days of something that is done: `until` is the first day after it, None while it lasts."""

    begins: date
    until: date | None = None


def pursued(target: Target) -> Time:
    """The days on which a target is pursued: what came after its day is not of it."""
    return Time(target.from_day, target.by_day and target.by_day + timedelta(days=1))


def measure_lasts(measure: Measure) -> Time:
    """The days of a measure."""
    return Time(measure.valid.lower, measure.valid.upper)


def said(place: Place, time: Time, whose: Whose = EVERYBODY) -> Sentence:
    """What the three figures that belong together say of the time since something began."""
    months = goal_rules.compared(place.figures.months, time.begins, time.until)
    if months.before is None or months.now is None:
        return "unknown"
    before, now = (place.figures.headline(place.area, month, whose) for month in (months.before, months.now))
    return sentence(before, now)


def reading(place: Place, time: Time, whose: Whose = EVERYBODY) -> str:
    """The same as a sentence, which names the group that it is of; empty where nothing can be said."""
    words = str(goal_words.READINGS.get(said(place, time, whose), ""))
    return f"{goal_words.classes(whose)}: {words}" if words and whose.dimension else words


def moved(key: str, whose: Whose, place: Place, time: Time, expected: Expectation | None = None) -> dict[str, Any]:
    """A figure before a day and now, its change, and the change in comparable areas; or why it is not told."""
    row = {
        "name": whole_name(key),
        "href": href(key),
        "people": goal_words.people(whose),
        "words": expected.group if expected else "",
        "expected": goal_words.expected(expected) if expected else "",
    }
    missing = goal_rules.missing(key, whose, row["words"])
    return row | ({"missing": goal_words.MISSING[missing]} if missing else _compared(key, whose, place, time))


def _compared(key: str, whose: Whose, place: Place, time: Time) -> dict[str, Any]:
    indicator, figures = INDICATORS[key], place.figures
    held = figures.figures(place.area, key, whose)
    months = goal_rules.compared(list(held), time.begins, time.until)

    def changed(area: str) -> float | None:
        before, now = (figures.value(area, key, month, whose) for month in (months.before, months.now))
        return goal_rules.change(before.value if before else None, now.value if now else None, indicator)

    others, told = goal_rules.elsewhere([changed(area) for area in place.others])
    before, now = (figures.value(place.area, key, month, whose) for month in (months.before, months.now))
    return {
        "before": figure_texts.shown(before, indicator),
        "before_month": months.before,
        "now": figure_texts.shown(now, indicator),
        "now_month": months.now,
        "change": goal_words.change(changed(place.area), indicator),
        "elsewhere": goal_words.change(others, indicator),
        "areas": told,
    }


def measure(one: Measure, place: Place) -> dict[str, Any]:
    """A measure with what each figure did that it is expected to move, and what always stands beside it."""
    expected, time = list(one.expectations.all()), measure_lasts(one)
    rows = [moved(each.indicator, each.whose, place, time, each) for each in expected]
    known = {(each.indicator, each.whose) for each in expected}
    registered = [each for each in expected if goal_rules.is_registered(each.indicator)]
    beside = dict.fromkeys(column for each in registered for column in goal_rules.beside(each.whose))
    rows += [moved(key, whose, place, time) for key, whose in beside if (key, whose) not in known]
    read = dict.fromkeys(goal_rules.headline_of(each.whose) for each in registered)
    readings = [reading(place, time, whose) for whose in read]
    return {
        "goal": one,
        "rows": rows,
        "readings": [each for each in readings if each],
        "curves": [
            {"number": number, **curve(each, place.figures)}
            for number, each in enumerate(expected)
            if len(months(each, place.figures)) > 1
        ],
    }


def months(one: Expectation, figures: Published) -> list[date]:
    """The months of an expected figure from a year before the measure to its end; none where it is not told."""
    if goal_rules.missing(one.indicator, one.whose, one.group):
        return []
    begins, until = one.measure.valid.lower, one.measure.valid.upper
    first = goal_rules.month_of(begins).replace(year=begins.year - 1)
    held = figures.figures(one.measure.package.area, one.indicator, one.whose)
    return [month for month in held if month >= first and (until is None or month < until)]


def columns(key: str, whose: Whose) -> list[Column]:
    """A figure, and those of its unit that stand beside it wherever it stands."""
    beside = goal_rules.beside(whose) if goal_rules.is_registered(key) else []
    return [(key, whose), *(each for each in beside if INDICATORS[each[0]].unit == INDICATORS[key].unit)]


def curve(one: Expectation, figures: Published) -> dict[str, Any]:
    """An expected figure month by month, as the words and the table beside its chart."""
    area, held, shown = one.measure.package.area, months(one, figures), columns(one.indicator, one.whose)
    last = held[-1] if held else None
    return {
        "figure": whole_name(one.indicator),
        "people": goal_words.people(one.whose),
        "columns": [{"label": _("Month")}, *({"label": name, "number": True} for name in names(shown))],
        "rows": [[formats.unbroken_month(month), *cells(area, shown, month, figures)] for month in reversed(held)],
        "gaps": any(None in line.values for line in lines(area, shown, held, figures)),
        "last": last,
        "now": figure_texts.shown(figures.value(area, one.indicator, last, one.whose), INDICATORS[one.indicator]),
    }


def chart(one: Expectation, figures: Published, size: Size) -> TargetChart:
    """The chart of an expected figure."""
    held = months(one, figures)
    found = lines(one.measure.package.area, columns(one.indicator, one.whose), held, figures)
    return TargetChart(size, goal_charts.months_of(held), found, str(UNITS[INDICATORS[one.indicator].unit]))


def lines(area: str, shown: list[Column], held: list[date], figures: Published) -> list[Line]:
    """The lines of figures over months."""
    values = [dict(figures.history(area, key, whose)) for key, whose in shown]
    return [
        Line(name, [of.get(month) for month in held]) for name, of in zip(names(shown), values, strict=True)
    ]  # fmt: skip


def cells(area: str, shown: list[Column], month: date, figures: Published) -> list[str]:
    """A month's figures as a table writes them."""
    return [figure_texts.shown(figures.value(area, key, month, whose), INDICATORS[key]) for key, whose in shown]


def names(shown: list[Column]) -> list[str]:
    """The figures' names; those of other people than the first's say whose they are."""
    people = shown[0][1]
    return [
        whole_name(key) if whose == people else f"{whole_name(key)}, {goal_words.people(whose)}" for key, whose in shown
    ]
