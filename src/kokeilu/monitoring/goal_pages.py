"""The pages of goals: all areas' targets, and an area's targets, work packages and measures."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import goal_actions, goal_charts, goal_queries, goal_rules, goal_words, operations, queries
from kokeilu.monitoring.charts import WIDTHS, Size
from kokeilu.monitoring.definition_texts import POPULATION_NAMES
from kokeilu.monitoring.goal_charts import Line, TargetChart
from kokeilu.monitoring.goal_models import Expectation, Measure, Target
from kokeilu.monitoring.goal_queries import Published
from kokeilu.monitoring.goal_rules import Standing
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.reading import Sentence, sentence
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.web import formats

A_YEAR: Final = 365 * 24 * 3600
FORCE: Final = ("employment_rate", "unemployment_rate")
"""Figures that need the labour force."""


@page(operations.SEE)
def goals(request: Request) -> HttpResponse:
    """The targets of all areas: what is aimed at, where one is, and whether one is on course."""
    targets = goal_queries.standing_targets()
    figures = goal_queries.published({one.indicator for one in targets})
    language = formats.language()
    rows = [_overview_row(one, figures) for one in targets]
    rows.sort(key=lambda row: str(row["area"]))
    known = {one.area for one in targets} | {area for area, _population, _indicator in figures.by_key}
    named = sorted(
        (names[language], key)
        for key, names in queries.area_names().items()
        if key in known or goal_actions.may_set(request.actor, key)
    )
    return render(
        request,
        "monitoring/goals.html",
        {
            "rows": rows, "force_missing": _force_missing(targets, figures), "threshold": THRESHOLD,
            "areas": [{"name": name, "href": reverse("monitoring:goals_of", args=[key])} for name, key in named],
        },
    )  # fmt: skip


def _overview_row(target: Target, figures: Published) -> dict[str, Any]:
    found = standing(target, figures)
    return {
        "area": queries.area_name(target.area, formats.language()),
        "href": reverse("monitoring:goals_of", args=[target.area]),
        **_told(target, found, figures),
    }


def _told(target: Target, found: Standing, figures: Published) -> dict[str, Any]:
    """A target and how one stands to it, in words."""
    indicator = INDICATORS[target.indicator]
    history = figures.by_key.get((target.area, "residents", target.indicator), {})
    last = max(history, default=None)
    return {
        "figure": goal_words.name(target.indicator),
        "definition": goal_words.definition(target.indicator),
        "aim": goal_words.aim(target),
        "by": target.by_day,
        "month": last,
        "now": goal_words.shown(history.get(last) if last else None, indicator),
        "due": goal_words.written(found.due, indicator),
        "distance": _distance(found, target),
        "course": goal_words.COURSES[found.course],
        "color": goal_words.COLORS[found.course],
    }


def _distance(found: Standing, target: Target) -> str:
    """How much is missing; none once the target is reached."""
    if found.distance is None:
        return "–"
    missing = max(found.distance, 0.0)
    if INDICATORS[target.indicator].unit == "per cent":
        return _("%(number)s percentage points") % {"number": formats.number(missing, 1)}
    return goal_words.written(missing, INDICATORS[target.indicator])


def standing(target: Target, figures: Published) -> Standing:
    """How the area stands to a target in the newest month that has the figure."""
    history = figures.history(target.area, target.indicator)
    return goal_rules.standing(
        history,
        value=float(target.value),
        direction="up" if target.direction == "up" else "down",
        from_day=target.from_day,
        by_day=target.by_day,
        sentence=_sentence(target.area, target.from_day, None, figures),
        registered=goal_rules.is_registered(target.indicator),
    )


def _sentence(area: str, begins: date, until: date | None, figures: Published) -> Sentence:
    """What the three figures that belong together say of the time since a day."""
    months = goal_rules.compared(figures.months, begins, until)
    if months.before is None or months.now is None:
        return "unknown"
    return sentence(figures.headline(area, months.before), figures.headline(area, months.now))


def _force_missing(targets: list[Target], figures: Published) -> list[str]:
    """The names of targets' figures that nobody has published because the labour force is not given."""
    published = {(area, indicator) for area, _population, indicator in figures.by_key}
    missing = {
        one.indicator for one in targets if one.indicator in FORCE and (one.area, one.indicator) not in published
    }
    return [goal_words.name(key) for key in FORCE if key in missing]


@page(operations.SEE)
def goals_of(request: Request, area: str) -> HttpResponse:
    """An area's targets against the path to them, and its work packages with their measures."""
    if area not in queries.area_names():
        raise Http404
    targets, packages = goal_queries.standing_targets(area), goal_queries.packages(area)
    measures = goal_queries.measures(area)
    every = [one for of_package in measures.values() for one in of_package]
    moved = {one.indicator for measure in every for one in measure.expectations.all()}
    figures = goal_queries.published(goal_rules.together([*(one.indicator for one in targets), *moved]))
    shown = {first: [_measure(one, figures) for one in of_package] for first, of_package in measures.items()}
    return render(
        request,
        "monitoring/goals_of.html",
        {
            "area": area, "name": queries.area_name(area, formats.language()),
            "targets": [_target(one, figures) for one in targets],
            "force_missing": _force_missing(targets, figures),
            "packages": [{"package": one, "measures": shown.get(one.first_id or one.pk, [])} for one in packages],
            "may_set": goal_actions.may_set(request.actor, area), "threshold": THRESHOLD,
        },
    )  # fmt: skip


def _columns(target: Target) -> list[str]:
    """The figures of a target's chart and table: its own, and those that stand beside registered unemployment."""
    beside = [key for key in goal_rules.together([target.indicator]) if key != target.indicator]
    return [target.indicator, *(key for key in beside if INDICATORS[key].unit == INDICATORS[target.indicator].unit)]


def _months(target: Target, figures: Published) -> list[date]:
    first = goal_rules.month_of(target.from_day)
    known = [month for month, _value in figures.history(target.area, target.indicator)]
    earlier = [month for month in known if month <= first]
    return [month for month in known if month >= (max(earlier) if earlier else first)]


def _path(target: Target, figures: Published, months: list[date]) -> list[float | None]:
    start = goal_rules.started(figures.history(target.area, target.indicator), target.from_day)
    if start is None or target.by_day is None:
        return [None] * len(months)
    value = float(target.value)
    return [goal_rules.path(start, target.from_day, value, target.by_day, month) for month in months]


def chart(target: Target, figures: Published, size: Size) -> TargetChart:
    """What the chart of a target shows in the reader's language: the figure, its path, and the target."""
    months = _months(target, figures)
    lines = []
    for key in _columns(target):
        values = dict(figures.history(target.area, key))
        lines.append(Line(goal_words.name(key), [values.get(month) for month in months]))
    if target.by_day is not None:
        lines.insert(1, Line(_("Path to the target"), _path(target, figures, months)))
    else:
        lines.insert(1, Line(_("Target"), [float(target.value)] * len(months)))
    unit = {"per cent": _("Per cent"), "euros": _("Euros"), "persons": _("People")}[INDICATORS[target.indicator].unit]
    return TargetChart(size, goal_charts.months_of(months), lines, unit)


def _target(target: Target, figures: Published) -> dict[str, Any]:
    months = _months(target, figures)
    indicator = INDICATORS[target.indicator]
    keys = _columns(target)
    path = _path(target, figures, months)
    columns = [
        {"label": _("Month")}, {"label": goal_words.name(keys[0]), "number": True},
        *([{"label": _("Path to the target"), "number": True}] if target.by_day else []),
        *({"label": goal_words.name(key), "number": True} for key in keys[1:]),
    ]  # fmt: skip
    rows = []
    for month, due in reversed(list(zip(months, path, strict=True))):
        first, *others = (goal_words.shown(figures.value(target.area, key, month), INDICATORS[key]) for key in keys)
        between = [goal_words.written(due, indicator)] if target.by_day else []
        rows.append([formats.month(month).replace(" ", formats.NO_BREAK_SPACE), first, *between, *others])
    registered = goal_rules.is_registered(target.indicator)
    found = standing(target, figures)
    return {
        "goal": target,
        **_told(target, found, figures),
        "columns": columns,
        "rows": rows,
        "pictures": _pictures(target, figures) if len(months) > 1 else [],
        "beside": _beside(target.area, target.from_day, None, figures) if registered else [],
        "reading": _reading(target.area, target.from_day, None, figures) if registered else "",
        "registered": registered,
    }


def _pictures(target: Target, figures: Published) -> list[dict[str, str]]:
    return [
        {
            "size": size,
            "href": reverse("monitoring:goal_chart", args=[target.area, target.pk, size])
            + f"?v={chart(target, figures, size).sha256}",
        }
        for size in WIDTHS
    ]


def _reading(area: str, begins: date, until: date | None, figures: Published) -> str:
    """What registered unemployment, broad unemployment and the exits tell together, in a sentence."""
    return str(goal_words.READINGS.get(_sentence(area, begins, until, figures), ""))


def _beside(area: str, begins: date, until: date | None, figures: Published) -> list[dict[str, Any]]:
    """The rows of what always stands beside registered unemployment."""
    return [_moved(key, area, begins, until, figures) for key in goal_rules.BESIDE]


def _moved(
    key: str, area: str, begins: date, until: date | None, figures: Published, expected: Expectation | None = None
) -> dict[str, Any]:
    """A figure before a day and now, its change, and the change elsewhere."""
    indicator = INDICATORS[key]
    population = expected.population if expected else "residents"
    months = goal_rules.compared([month for month, _v in figures.history(area, key, population)], begins, until)

    def changed(place: str) -> float | None:
        before, now = (figures.value(place, key, month, population) for month in (months.before, months.now))
        return goal_rules.change(before.value if before else None, now.value if now else None, indicator)

    others, told = goal_rules.elsewhere([changed(other) for other in queries.area_names() if other != area])
    return {
        "name": goal_words.name(key),
        "definition": goal_words.definition(key),
        "population": POPULATION_NAMES[population],
        "expected": _expected(expected) if expected else "",
        "group": expected.group if expected else "",
        "before": goal_words.shown(figures.value(area, key, months.before, population), indicator),
        "before_month": months.before,
        "now": goal_words.shown(figures.value(area, key, months.now, population), indicator),
        "now_month": months.now,
        "change": goal_words.change(changed(area), indicator),
        "elsewhere": goal_words.change(others, indicator),
        "areas": told,
    }


def _expected(one: Expectation) -> str:
    """Which way, by how much and by when."""
    words = str(one.get_direction_display())
    if one.size is not None:
        indicator = INDICATORS[one.indicator]
        size = float(one.size)
        by = (
            _("%(number)s percentage points") % {"number": formats.number(size, 1)}
            if indicator.unit == "per cent"
            else goal_words.written(size, indicator)
        )
        words = _("%(direction)s by %(size)s") % {"direction": words, "size": by}
    if one.by_day is not None:
        words = _("%(change)s, until %(day)s") % {"change": words, "day": formats.day(one.by_day)}
    return words


def _measure(measure: Measure, figures: Published) -> dict[str, Any]:
    area, begins, until = measure.package.area, measure.valid.lower, measure.valid.upper
    expected = list(measure.expectations.all())
    rows = [_moved(one.indicator, area, begins, until, figures, one) for one in expected]
    registered = any(goal_rules.is_registered(one.indicator) for one in expected)
    known = {one.indicator for one in expected}
    if registered:
        rows += [_moved(key, area, begins, until, figures) for key in goal_rules.BESIDE if key not in known]
    return {
        "goal": measure,
        "last_day": until - timedelta(days=1) if until else None,
        "rows": rows,
        "reading": _reading(area, begins, until, figures) if registered else "",
    }


@page(operations.SEE)
def goal_chart(request: Request, area: str, goal_id: UUID, size: Size) -> HttpResponse:
    """A target's chart as SVG. Its address carries the hash of what it shows, so a browser may keep it."""
    target = goal_queries.find("target", area, goal_id)
    if not isinstance(target, Target) or size not in WIDTHS:
        raise Http404
    figures = goal_queries.published(_columns(target))
    wanted = chart(target, figures, size)
    if not wanted.months:
        raise Http404
    response = HttpResponse(goal_charts.svg(area, wanted), content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response
