"""The small charts of an area's dashboard, drawn on the server as SVG and kept in the database.

They hold numbers and years alone: their words stand on the page beside them. So one drawing serves every language, and
with it one rendering where three would be made. The area's line is thick and blue, comparable areas are thin and grey,
the target is dashed: they stay apart in grey print and to every eye.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import ceil, log10
from typing import Any, Final

from kokeilu.monitoring import pictures
from kokeilu.monitoring.charts import COLOURS, FONT, GRID_COLOUR, TEXT_COLOUR, edge
from kokeilu.monitoring.dashboard import Panel

WIDTH: Final = 290
HEIGHT: Final = 170
OWN_COLOUR: Final = COLOURS[1]
TARGET_COLOUR: Final = COLOURS[0]
OTHERS_COLOUR: Final = "#767b83"  # 4.2:1 on white
TICKS: Final = 4

Points = list[tuple[str, float]]  # a month's first day (ISO) and the value; a month without one is left out


@dataclass(frozen=True)
class SmallChart:
    """Everything that a small picture shows. A run of months without a gap is one line."""

    ends: tuple[str, str]  # where the months' axis begins and ends (ISO days)
    top: float  # where the values' axis ends; it begins at 0
    ticks: list[float]
    own: list[Points]
    others: list[list[Points]]
    target: Points
    began: str | None  # ISO day

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(vars(self), __file__)


def small_chart(panel: Panel) -> SmallChart | None:
    """The picture of a panel; None where the area has no figure to show."""
    months = [month.isoformat() for month in panel.months]
    own = _runs(months, panel.own)
    if not own:
        return None
    target = [point for run in _runs(months, panel.targets) for point in run]
    last = panel.months[-1]
    ahead = [(_month(last, later), _ahead(panel, later)) for later in range(1, panel.months_ahead + 1)]
    others = [_runs(months, values) for values in panel.others.values()]
    every = [value for runs in (own, *others) for run in runs for _, value in run]
    ticks = ticks_to(max([*every, *(value for _, value in target + ahead)]))
    ends = (edge(months[0]), edge(_month(last, max(panel.room, panel.months_ahead)), later=1))
    began = panel.began.isoformat() if panel.began else None
    return SmallChart(ends, ticks[-1], ticks, own, others, target + ahead, began)


def _runs(months: list[str], values: Any) -> list[Points]:
    """The values in runs of months that follow each other; rounded to what a picture can show."""
    runs: list[Points] = [[]]
    for month, value in zip(months, values, strict=True):
        if value is not None:
            runs[-1].append((month, round(value, 3)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _month(month: date, later: int) -> str:
    year, number = divmod(month.year * 12 + month.month - 1 + later, 12)
    return date(year, number + 1, 1).isoformat()


def _ahead(panel: Panel, later: int) -> float:
    """What is to be reached in a month after the last one."""
    month = _month(panel.months[-1], later)
    return next((value for day, value in panel.ahead if day.isoformat() >= month), panel.ahead[-1][1])


def ticks_to(highest: float) -> list[float]:
    """Whole numbers from 0 up to the first that is not below `highest`, at most TICKS apart by 1, 2 or 5 times ten."""
    step = 1.0
    power = 10 ** max(0, int(log10(highest / TICKS)) - 1) if highest > TICKS else 1
    for step in (factor * power * ten for ten in (1, 10, 100) for factor in (1, 2, 5)):
        if step * TICKS >= highest:
            break
    return [step * number for number in range(max(1, ceil(highest / step)) + 1)]


def svg(area: str, wanted: SmallChart) -> str:
    """The picture, drawn where it is not kept yet."""
    return pictures.kept(area, wanted.sha256, lambda: draw(wanted))


def draw(wanted: SmallChart) -> str:
    """Draw a small chart as an SVG document."""
    return pictures.rendered(spec(wanted))


def spec(wanted: SmallChart) -> dict[str, Any]:
    """The chart in the Vega-Lite grammar; its rows stand in named data sets, as the page's table has them."""
    made = json.loads(_form(bool(wanted.others), bool(wanted.target), wanted.began is not None))
    made["datasets"] = {
        "own": _rows([wanted.own]),
        "alone": _rows([[run for run in wanted.own if len(run) == 1]]),
        "others": _rows(wanted.others),
        "target": _rows([[wanted.target]]),
        "began": [{"month": edge(wanted.began)}] if wanted.began else [],
    }
    for layer in made["layer"]:
        for channel in layer["encoding"].values():
            channel.setdefault("scale", {})
        layer["encoding"]["x"]["scale"] |= {"domain": list(wanted.ends)}
        if "y" in layer["encoding"]:
            layer["encoding"]["y"]["scale"] |= {"domain": [0, wanted.top]}
            layer["encoding"]["y"]["axis"] |= {"values": wanted.ticks}
    result: dict[str, Any] = made
    return result


def _rows(lines: list[list[Points]]) -> list[dict[str, Any]]:
    """A row for each point, with the number of its line and run."""
    return [
        {"line": f"{number}-{run}", "month": month, "value": value}
        for number, runs in enumerate(lines)
        for run, points in enumerate(runs)
        for month, value in points
    ]


@cache
def _form(others: bool, target: bool, began: bool) -> str:
    """The chart without its rows and ends, as JSON: the same for all areas and measures."""
    import altair as alt

    years = alt.Axis(format="%Y", tickCount="year", title=None, grid=False)
    month = alt.X("month:T", axis=years, scale=alt.Scale(type="utc", nice=False, padding=0))
    value = alt.Y("value:Q", title=None, axis=alt.Axis(format=",d"), scale=alt.Scale(nice=False))

    def layer(name: str, mark: Any, **more: Any) -> Any:
        return mark(alt.Chart(alt.NamedData(name=name))).encode(x=month, y=value, detail="line:N", **more)

    layers = []
    if others:
        layers.append(layer("others", lambda chart: chart.mark_line(color=OTHERS_COLOUR, strokeWidth=1)))
    if began:
        rule = alt.Chart(alt.NamedData(name="began")).mark_rule(color=TEXT_COLOUR, strokeWidth=1.25, strokeDash=[2, 3])
        layers.append(rule.encode(x=month))
    if target:
        layers.append(layer("target", lambda chart: chart.mark_line(
            color=TARGET_COLOUR, strokeWidth=2, strokeDash=[7, 4], interpolate="step")))  # fmt: skip
    layers.append(layer("own", lambda chart: chart.mark_line(color=OWN_COLOUR, strokeWidth=2.5)))
    layers.append(layer("alone", lambda chart: chart.mark_point(color=OWN_COLOUR, filled=True, size=30)))
    whole = alt.layer(*layers).properties(
        width=WIDTH, height=HEIGHT, background="white", autosize=alt.AutoSizeParams(type="fit", contains="padding")
    )
    whole = whole.configure(font=FONT).configure_view(stroke=None).configure_axis(
        labelFontSize=13, labelColor=TEXT_COLOUR, gridColor=GRID_COLOUR, domainColor=TEXT_COLOUR,
        tickColor=TEXT_COLOUR,
    )  # fmt: skip
    return json.dumps(whole.to_dict())
