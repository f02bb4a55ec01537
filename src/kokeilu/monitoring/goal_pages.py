"""The pages of goals: all areas' targets, and an area's targets, work packages and measures."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    dashboard_queries,
    figure_texts,
    goal_actions,
    goal_charts,
    goal_moves,
    goal_queries,
    goal_rules,
    goal_words,
    operations,
    picture_answers,
    queries,
)
from kokeilu.monitoring.charts import WIDTHS, Size
from kokeilu.monitoring.definition_texts import UNITS, href, whole_name
from kokeilu.monitoring.goal_charts import Line, TargetChart
from kokeilu.monitoring.goal_models import Expectation, Measure, Target
from kokeilu.monitoring.goal_moves import Column, Place
from kokeilu.monitoring.goal_queries import Published
from kokeilu.monitoring.goal_rules import EVERYBODY, Direction, Standing
from kokeilu.monitoring.indicators import INDICATORS, Indicator
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.web import formats

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
        "beside": [_beside(target.area, key, figures) for key in goal_rules.together([target.indicator])[1:]],
    }


def _beside(area: str, key: str, figures: Published) -> dict[str, Any]:
    """A figure that a target's own is never shown without, in its newest month."""
    history = figures.figures(area, key)
    last = max(history, default=None)
    now = _now(history.get(last) if last else None, INDICATORS[key])
    return {"figure": whole_name(key), "definition": href(key), "now": now, "month": last}


def _told(target: Target, found: Standing, figures: Published) -> dict[str, Any]:
    """A target and how one stands to it, in words."""
    indicator = INDICATORS[target.indicator]
    history = figures.figures(target.area, target.indicator)
    last = max(history, default=None)
    return {
        "figure": whole_name(target.indicator),
        "definition": href(target.indicator),
        "aim": goal_words.aim(target),
        "label": goal_words.label(target),
        "by": target.by_day,
        "month": last,
        "now": _now(history.get(last) if last else None, indicator),
        "due": figure_texts.counted(found.due, indicator),
        "on_day": found.on_day,
        "then": _now(history.get(found.on_day), indicator) if found.on_day else "",
        "distance": _distance(found, target),
        "course": goal_words.COURSES[found.course],
        "color": goal_words.COLORS[found.course],
    }


def _now(figure: Figure | None, indicator: Indicator) -> str:
    """A published figure with what it counts."""
    known = figure is not None and figure.value is not None
    return figure_texts.counted(figure.value, indicator) if figure and known else figure_texts.shown(figure, indicator)


def _distance(found: Standing, target: Target) -> str:
    """How much is missing; none once the target is reached."""
    if found.distance is None:
        return "–"
    return figure_texts.changed(max(found.distance, 0.0), INDICATORS[target.indicator])


def standing(target: Target, figures: Published) -> Standing:
    """How the area stands to a target in the newest month that has the figure; see goal_rules.standing."""
    return goal_rules.standing(
        figures.history(target.area, target.indicator),
        value=float(target.value),
        direction=_direction(target),
        from_day=target.from_day,
        by_day=target.by_day,
        sentence=goal_moves.said(Place(target.area, [], figures), goal_moves.pursued(target)),
        registered=goal_rules.is_registered(target.indicator),
    )


def _direction(target: Target) -> Direction:
    return "up" if target.direction == "up" else "down"


def _force_missing(targets: list[Target], figures: Published) -> list[str]:
    """The names of targets' figures that nobody has published because the labour force is not given."""
    published = {(area, indicator) for area, _population, indicator in figures.by_key}
    missing = {
        one.indicator for one in targets if one.indicator in FORCE and (one.area, one.indicator) not in published
    }
    return [whole_name(key) for key in FORCE if key in missing]


@page(operations.SEE)
def goals_of(request: Request, area: str) -> HttpResponse:
    """An area's targets against the path to them, and its work packages with their measures."""
    if area not in queries.area_names():
        raise Http404
    targets, packages = goal_queries.standing_targets(area), goal_queries.packages(area)
    measures = goal_queries.measures(area)
    every = [one for of_package in measures.values() for one in of_package]
    expected = [one for measure in every for one in measure.expectations.all()]
    place = _place(area, targets, expected)
    shown = {first: [_measure(one, place) for one in of_package] for first, of_package in measures.items()}
    language = formats.language()
    return render(
        request,
        "monitoring/goals_of.html",
        {
            "area": area, "name": queries.area_name(area, language),
            "targets": [_target(one, place) for one in targets],
            "force_missing": _force_missing(targets, place.figures),
            "packages": [{"package": one, "measures": shown.get(one.first_id or one.pk, [])} for one in packages],
            "may_set": goal_actions.may_set(request.actor, area), "threshold": THRESHOLD,
            "comparables": [queries.area_name(key, language) for key in place.others],
            "written_in": goal_words.written_in([*targets, *packages, *every]),
        },
    )  # fmt: skip


def _place(area: str, targets: Sequence[Target], expected: Sequence[Expectation]) -> Place:
    """The area with everything that its goals' figures need, and the areas that it is compared with."""
    others = [one.area for one in dashboard_queries.comparables(area)]
    wanted = goal_rules.together([*(one.indicator for one in targets), *(one.indicator for one in expected)])
    dimensions = {one.dimension for one in expected if one.dimension}
    return Place(area, others, goal_queries.published(wanted, [area, *others], dimensions))


def _columns(target: Target) -> list[Column]:
    """The figures of a target's chart and table."""
    return goal_moves.columns(target.indicator, EVERYBODY)


def _months(target: Target, figures: Published) -> list[date]:
    first = goal_rules.month_of(target.from_day)
    known = [month for month, _value in figures.history(target.area, target.indicator)]
    earlier = [month for month in known if month <= first]
    return [month for month in known if month >= (max(earlier) if earlier else first)]


def _path(target: Target, figures: Published, months: list[date]) -> list[float | None]:
    start = goal_rules.started(figures.history(target.area, target.indicator), target.from_day)
    if start is None or target.by_day is None:
        return [None] * len(months)
    value, direction = float(target.value), _direction(target)
    return [
        goal_rules.path(start, target.from_day, value, target.by_day, month, direction=direction) for month in months
    ]


def chart(target: Target, figures: Published, size: Size) -> TargetChart:
    """What the chart of a target shows in the reader's language: the figure, its path, and the target."""
    months = _months(target, figures)
    lines = goal_moves.lines(target.area, _columns(target), months, figures)
    if target.by_day is not None:
        lines.insert(1, Line(_("Path to the target"), _path(target, figures, months)))
    else:
        lines.insert(1, Line(_("Target"), [float(target.value)] * len(months)))
    unit = str(UNITS[INDICATORS[target.indicator].unit])
    return TargetChart(size, goal_charts.months_of(months), lines, unit)


def _target(target: Target, place: Place) -> dict[str, Any]:
    figures, time = place.figures, goal_moves.pursued(target)
    curve = _curve(target, figures)
    registered = goal_rules.is_registered(target.indicator)
    return {
        "goal": target,
        **_told(target, standing(target, figures), figures),
        **curve,
        "pictures": _pictures(target, figures) if len(curve["rows"]) > 1 else [],
        "beside": [goal_moves.moved(key, EVERYBODY, place, time) for key in goal_rules.BESIDE] if registered else [],
        "reading": goal_moves.reading(place, time) if registered else "",
    }


def _curve(target: Target, figures: Published) -> dict[str, Any]:
    """A target's figure month by month, with the path to the target: the table beside its chart."""
    months, shown = _months(target, figures), _columns(target)
    path = _path(target, figures, months)
    first, *others = ({"label": name, "number": True} for name in goal_moves.names(shown))
    between = [{"label": _("Path to the target"), "number": True}] if target.by_day else []
    rows = []
    for month, due in reversed(list(zip(months, path, strict=True))):
        now, *beside = goal_moves.cells(target.area, shown, month, figures)
        aim = [figure_texts.written(due, INDICATORS[target.indicator])] if target.by_day else []
        rows.append([formats.unbroken_month(month), now, *aim, *beside])
    lines = goal_moves.lines(target.area, shown, months, figures)
    return {
        "columns": [{"label": _("Month")}, first, *between, *others], "rows": rows,
        "gaps": any(None in line.values for line in lines),
    }  # fmt: skip


def _pictures(target: Target, figures: Published) -> list[dict[str, str]]:
    return [
        {"size": size, "href": _chart_href(target.area, target.pk, size, chart(target, figures, size))}
        for size in WIDTHS
    ]


def _chart_href(area: str, goal: UUID, size: Size, shown: TargetChart, figure: int | None = None) -> str:
    asked = {} if figure is None else {"figure": str(figure)}
    return f"{reverse('monitoring:goal_chart', args=[area, goal, size])}?{urlencode(asked | {'v': shown.sha256})}"


def _measure(one: Measure, place: Place) -> dict[str, Any]:
    """A measure, with the addresses of its charts."""
    found = goal_moves.measure(one, place)
    expected = list(one.expectations.all())
    for curve in found["curves"]:
        number = curve["number"]
        curve["pictures"] = [
            {"size": size, "href": _chart_href(place.area, one.pk, size, shown, number)}
            for size in WIDTHS
            for shown in [goal_moves.chart(expected[number], place.figures, size)]
        ]
    return found


@page(operations.SEE)
def goal_chart(request: Request, area: str, goal_id: UUID, size: Size) -> HttpResponse:
    """The chart of a target, or of a figure that a measure is expected to move (`figure`, its place), as SVG.

    Its address carries the hash of what it shows, so a browser may keep it.
    """
    if size not in WIDTHS:
        raise Http404
    wanted = _wanted(area, goal_id, size, request.GET.get("figure", ""))
    if wanted is None or not wanted.months:
        raise Http404
    return picture_answers.answer(request, goal_charts.svg(area, wanted), wanted.sha256)


def _wanted(area: str, goal: UUID, size: Size, place: str) -> TargetChart | None:
    """The chart of an address; None where there is none."""
    found = goal_queries.find("measure" if place else "target", area, goal)
    if isinstance(found, Target):
        keys = [key for key, _whose in _columns(found)]
        return chart(found, goal_queries.published(keys, [area]), size)
    expected = list(found.expectations.order_by("pk")) if isinstance(found, Measure) else []
    if not place.isdecimal() or int(place) >= len(expected):
        return None
    one = expected[int(place)]
    keys = [key for key, _whose in goal_moves.columns(one.indicator, one.whose)]
    figures = goal_queries.published(keys, [area], [one.dimension] if one.dimension else [])
    return goal_moves.chart(one, figures, size)
