"""Charts of an area's figures over time, drawn on the server as SVG and kept in the database.

One picture holds registered unemployment, broad unemployment and the exits to the open labour market, so that
none is read without the others. Lines differ in dashes as well as in colour: they stay apart in print and to
every eye. Text is set in the reader's Arial or its metric twin; nothing is fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from kokeilu.monitoring import pictures, queries
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.queries import Figures
from kokeilu.web import formats

Size = Literal["wide", "narrow"]
WIDTHS: Final[dict[Size, int]] = {"wide": 760, "narrow": 350}
HEIGHTS: Final[dict[Size, tuple[int, int]]] = {"wide": (250, 120), "narrow": (200, 110)}

LINES: Final = ("broad_unemployment", "registered_unemployed", "in_services")
EXITS: Final = "open_market_exits"
COLOURS: Final = ("#9a3b00", "#00457c", "#2f6b1e")  # all over 6:1 on white
DASHES: Final = ((1, 0), (7, 3), (2, 3))
EXITS_COLOUR: Final = "#00457c"
TEXT_COLOUR: Final = "#23262a"
GRID_COLOUR: Final = "#cfd3d8"
BAR_DAYS: Final = 26  # a bar stands on its month's first day; half of 26 days is what a last February leaves
WIDEST_BAR: Final = 40
FONT: Final = "Arial, 'Liberation Sans', Helvetica, sans-serif"


@dataclass(frozen=True)
class Chart:
    """Everything that a picture shows. Values follow `months`; None is a gap: suppressed or not known."""

    size: Size
    months: list[str]  # ISO days
    lines: dict[str, list[float | None]]  # by name, in the order of LINES
    exits: list[float | None]
    exits_name: str
    persons: str
    began: str | None  # ISO day
    began_name: str

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(vars(self), __file__)


def chart(area: str, size: Size) -> Chart:
    """The chart of an area's residents in the active language."""
    return chart_of(queries.history(area), queries.began(area), size)


def chart_of(history: Mapping[date, Figures], began: date | None, size: Size) -> Chart:
    """The chart of an area's figures by month, oldest first, in the active language."""
    language = formats.language()

    def values(indicator: str) -> list[float | None]:
        return [figures[indicator].value if indicator in figures else None for figures in history.values()]

    return Chart(
        size=size,
        months=[month.isoformat() for month in history],
        lines={INDICATORS[key].brief[language]: values(key) for key in LINES},
        exits=values(EXITS),
        exits_name=_("Exits to the open labour market, people a month"),
        persons=_("People at the month's end"),
        began=began.isoformat() if began else None,
        began_name=_("The trial began"),
    )


def svg(area: str, size: Size) -> str:
    """The picture in the active language, drawn where it is not kept yet."""
    wanted = chart(area, size)
    return pictures.kept(area, wanted.sha256, lambda: draw(wanted))


def draw(wanted: Chart) -> str:
    """Draw a chart as an SVG document."""
    return pictures.rendered(_spec(wanted))


def _spec(wanted: Chart) -> dict[str, Any]:
    """The chart in the Vega-Lite grammar."""
    import altair as alt

    small = wanted.size == "narrow"
    width = WIDTHS[wanted.size] - 70
    upper, lower = HEIGHTS[wanted.size]
    years = alt.Axis(format="%Y", tickCount="year", title=None, grid=True)
    # Half a month of room at both ends; the same in both panels, so that a month stands under itself.
    ends = [edge(wanted.months[0]), edge(wanted.months[-1], later=1)]
    month = alt.X("month:T", axis=years, scale=alt.Scale(type="utc", domain=ends, nice=False, padding=0))
    people = alt.Y("value:Q", title=None, axis=alt.Axis(format=",d", tickCount=5), scale=alt.Scale(zero=True))
    names = list(wanted.lines)
    scales = {
        "color": alt.Scale(domain=names, range=list(COLOURS)),
        "dash": alt.Scale(domain=names, range=list(DASHES)),
    }
    legend = alt.Legend(
        orient="top",
        title=None,
        columns=1 if small else 3,
        symbolStrokeWidth=3,
        symbolSize=500,
        labelLimit=400,
    )
    lines = (
        alt.Chart(alt.InlineData(values=_rows(wanted.months, wanted.lines)))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=month,
            y=people,
            color=alt.Color("name:N", scale=scales["color"], legend=legend),
            strokeDash=alt.StrokeDash("name:N", scale=scales["dash"], legend=legend),
        )
    )
    bars = (
        alt.Chart(alt.InlineData(values=_rows(wanted.months, {"": wanted.exits})))
        .mark_bar(color=EXITS_COLOUR, width=_bar(width, ends))
        .encode(x=month, y=people)
    )
    parts = []
    for marks, height, title in ((lines, upper, wanted.persons), (bars, lower, wanted.exits_name)):
        layers = [marks, *_beginning(wanted, height, named=marks is lines)]
        parts.append(alt.layer(*layers).properties(width=width, height=height, title=_title(title, small=small)))
    whole = alt.vconcat(*parts, spacing=24, background="white").configure(font=FONT)
    whole = whole.configure_axis(
        labelFontSize=13,
        labelColor=TEXT_COLOUR,
        gridColor=GRID_COLOUR,
        domainColor=TEXT_COLOUR,
        tickColor=TEXT_COLOUR,
    )
    whole = whole.configure_legend(labelFontSize=13, labelColor=TEXT_COLOUR).configure_view(stroke=None)
    spec: dict[str, Any] = whole.to_dict()
    return spec


def _title(text: str, *, small: bool) -> Any:
    """A panel's title at its left edge, broken into lines where there is little room."""
    import textwrap

    import altair as alt

    lines = textwrap.wrap(text, 42) if small else [text]
    return alt.TitleParams(lines, anchor="start", fontSize=14, color=TEXT_COLOUR, offset=8, frame="group")


def _beginning(wanted: Chart, height: int, *, named: bool) -> list[Any]:
    """A line before the trial's first month, with its name at the foot of the upper panel."""
    import altair as alt

    if wanted.began is None:
        return []
    place = {"month": edge(wanted.began), "name": wanted.began_name}
    base = alt.Chart(alt.InlineData(values=[place])).encode(x="month:T")
    rule = base.mark_rule(color=TEXT_COLOUR, strokeWidth=1.5, strokeDash=[4, 4])
    late = wanted.months.index(wanted.began) * 2 > len(wanted.months)  # the name goes where there is room
    name = base.mark_text(align="right" if late else "left", dx=-5 if late else 5, fontSize=13, color=TEXT_COLOUR)
    return [rule, name.encode(text="name:N", y=alt.value(height - 10))] if named else [rule]


def edge(month: str, later: int = 0) -> str:
    """Half a month before the first day of the month (ISO), or of one `later`: where its place begins."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:7]) - 1 + later, 12)
    return (date(year, number + 1, 1) - timedelta(days=15)).isoformat()


def _bar(width: int, ends: list[str]) -> float:
    """How wide a bar is, in pixels, where the panel's width shows the days between its ends (ISO)."""
    first, last = map(date.fromisoformat, ends)
    return min(WIDEST_BAR, width / (last - first).days * BAR_DAYS)


def _rows(months: list[str], series: dict[str, list[float | None]]) -> list[dict[str, Any]]:
    return [
        {"month": month, "name": name, "value": value}
        for name, values in series.items()
        for month, value in zip(months, values, strict=True)
    ]
