"""The chart of a target: the figure, the path to the target, and what stands beside registered unemployment."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from kokeilu.monitoring import pictures
from kokeilu.monitoring.charts import COLOURS, DASHES, FONT, GRID_COLOUR, TEXT_COLOUR, WIDTHS, Size

HEIGHTS: Final[dict[Size, int]] = {"wide": 240, "narrow": 200}
MARGIN: Final = 70
LABELS: Final = 6
"""About as many months are written below the axis at the most; a label has room for them in a narrow picture."""


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, and its values by month; None is a gap."""

    name: str
    values: list[float | None]


@dataclass(frozen=True)
class TargetChart:
    """Everything that a picture shows."""

    size: Size
    months: list[str]  # ISO days
    lines: list[Line]
    unit: str

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(asdict(self), __file__)


def svg(area: str, wanted: TargetChart) -> str:
    """The picture of a target."""
    return pictures.kept(area, wanted.sha256, lambda: pictures.rendered(_spec(wanted)))


def _spec(wanted: TargetChart) -> dict[str, Any]:
    import altair as alt

    names = [line.name for line in wanted.lines]
    small = wanted.size == "narrow"
    rows = [
        {"month": month, "name": line.name, "value": value}
        for line in wanted.lines
        for month, value in zip(wanted.months, line.values, strict=True)
    ]
    ticks = alt.TimeIntervalStep(interval="month", step=months_apart(len(wanted.months)))
    legend = alt.Legend(
        orient="top", title=None, columns=1 if small else 2, symbolStrokeWidth=3, symbolSize=500, labelLimit=400
    )
    colours = alt.Scale(domain=names, range=[*COLOURS, TEXT_COLOUR][: len(names)])
    dashes = alt.Scale(domain=names, range=[list(each) for each in (*DASHES, (1, 3))][: len(names)])
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(strokeWidth=2.5, point=has_lonely_points(wanted))
        .encode(
            x=alt.X("month:T", axis=alt.Axis(format="%m/%Y", title=None, tickCount=ticks), scale=alt.Scale(type="utc")),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False)),
            color=alt.Color("name:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=legend),
        )
        .properties(
            width=WIDTHS[wanted.size] - MARGIN,
            height=HEIGHTS[wanted.size],
            title=alt.TitleParams(wanted.unit, anchor="start", fontSize=14, color=TEXT_COLOUR, offset=8, frame="group"),
            background="white",
        )
    )
    return styled(chart)


def months_apart(count: int) -> int:
    """How many months lie between the labels of an axis of so many months: whole months, or a label stands twice."""
    return next((step for step in (1, 2, 3, 6) if count <= LABELS * step), 12)


def has_lonely_points(wanted: TargetChart) -> bool:
    """Whether a line has a month between two gaps, of which nothing would be seen without points."""
    return any(
        here is not None and before is None and after is None
        for line in wanted.lines
        for before, here, after in zip([None, *line.values], line.values, [*line.values[1:], None], strict=False)
    )


def styled(chart: Any) -> dict[str, Any]:
    """The chart with the letters and lines of all charts."""
    whole = chart.configure(font=FONT).configure_axis(
        labelFontSize=13, titleFontSize=13, labelColor=TEXT_COLOUR, titleColor=TEXT_COLOUR, gridColor=GRID_COLOUR,
        domainColor=TEXT_COLOUR, tickColor=TEXT_COLOUR,
    )  # fmt: skip
    whole = whole.configure_legend(labelFontSize=13, labelColor=TEXT_COLOUR).configure_view(stroke=None)
    spec: dict[str, Any] = whole.to_dict()
    return spec


def months_of(months: Sequence[date]) -> list[str]:
    """The months as a chart takes them."""
    return [month.isoformat() for month in months]
