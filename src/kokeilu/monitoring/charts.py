"""Charts of an area's figures over time, drawn on the server as SVG and kept in the database.

One picture holds registered unemployment, broad unemployment and the exits to the open labour market, so that
none is read without the others. Lines differ in dashes as well as in colour: they stay apart in print and to
every eye. Text is set in the reader's Arial or its metric twin; nothing is fetched. A drawing is made once and has room
for the words of every language; these are put in when it is shown.
"""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count, zip_longest
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from kokeilu.monitoring import pictures, queries
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.queries import Figures
from kokeilu.web import formats

Size = Literal["wide", "narrow"]
WIDTHS: Final[dict[Size, int]] = {"wide": 760, "narrow": 350}
HEIGHTS: Final[dict[Size, tuple[int, int]]] = {"wide": (250, 120), "narrow": (200, 110)}
BESIDE: Final = 70
"""The room for the figures at the panels' left, in pixels."""

LINES: Final = ("broad_unemployment", "registered_unemployed", "in_services")
EXITS: Final = "open_market_exits"
COLOURS: Final = ("#9a3b00", "#00457c", "#2f6b1e")  # all over 6:1 on white
DASHES: Final = ((1, 0), (7, 3), (2, 3))
NARROW_TITLE: Final = 40
"""As many letters of a title as stand in a line over a narrow panel."""
EXITS_COLOUR: Final = "#00457c"
TEXT_COLOUR: Final = "#23262a"
GRID_COLOUR: Final = "#cfd3d8"
BAR_DAYS: Final = 26  # a bar stands on its month's first day; half of 26 days is what a last February leaves
WIDEST_BAR: Final = 40
FONT: Final = "Arial, 'Liberation Sans', Helvetica, sans-serif"


Words = dict[str, list[str]]
"""Lines of text by what they name: the keys of LINES, EXITS, PERSONS and BEGAN."""
PERSONS: Final = "persons"
BEGAN: Final = "began"


@dataclass(frozen=True)
class Drawing:
    """A picture without its words, the same in every language. Values follow `months`; None is a gap: suppressed or
    not known.
    """

    size: Size
    months: list[str]  # ISO days
    lines: dict[str, list[float | None]]  # by key, in the order of LINES
    exits: list[float | None]
    began: str | None  # ISO day
    room: Words  # the longest words that stand in it

    @property
    def sha256(self) -> str:
        """The hash of all that the drawing shows and of how it is drawn."""
        return pictures.sha256(vars(self), __file__)


@dataclass(frozen=True)
class Chart:
    """Everything that a picture shows: a drawing with its words in one language."""

    drawing: Drawing
    words: Words

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256({"drawing": self.drawing.sha256, "words": self.words}, __file__)


def chart(area: str, size: Size) -> Chart:
    """The chart of an area's residents in the active language."""
    return chart_of(queries.history(area), queries.began(area), size)


def chart_of(history: Mapping[date, Figures], began: date | None, size: Size) -> Chart:
    """The chart of an area's figures by month, oldest first, in the active language."""

    def values(indicator: str) -> list[float | None]:
        return [figures[indicator].value if indicator in figures else None for figures in history.values()]

    drawing = Drawing(
        size=size,
        months=[month.isoformat() for month in history],
        lines={key: values(key) for key in LINES},
        exits=values(EXITS),
        began=began.isoformat() if began else None,
        room=room([_words(language, size) for language, _name in settings.LANGUAGES]),
    )
    return Chart(drawing, _words(formats.language(), size))


@cache
def _words(language: str, size: Size) -> Words:
    """The words of a picture, broken into lines where there is little room."""
    with override(language):
        titles = {PERSONS: _("People at the month's end"), EXITS: _("Exits to the open labour market, people a month")}
        names = {key: INDICATORS[key].brief[language] for key in LINES} | {BEGAN: _("The trial began")}
    broken = {key: textwrap.wrap(title, NARROW_TITLE) if size == "narrow" else [title] for key, title in titles.items()}
    return broken | {key: [name] for key, name in names.items()}


def room(languages: Sequence[Words]) -> Words:
    """The longest text that stands in each line, and a line where any language has one; for the names of LINES, which
    stand in columns, the longest of all of them.
    """
    longest = {
        key: [max(texts, key=len) for texts in zip_longest(*(words[key] for words in languages), fillvalue="")]
        for key in languages[0]
    }
    return longest | dict.fromkeys(LINES, max((longest[key] for key in LINES), key=lambda lines: len(lines[0])))


def svg(area: str, size: Size) -> str:
    """The picture in the active language, drawn where it is not kept yet."""
    return kept(area, chart(area, size))


def kept(area: str, wanted: Chart) -> str:
    """A chart as an SVG document. Its drawing is kept without words, so that one serves every language."""
    drawing = wanted.drawing
    return worded(pictures.kept(area, drawing.sha256, lambda: draw(drawing)), wanted)


def worded(drawn: str, wanted: Chart) -> str:
    """The drawing (`draw`) with the chart's words in their places."""
    for key, places in _places(wanted.drawing.room).items():
        for place, text in zip_longest(places, wanted.words[key], fillvalue=""):
            drawn = drawn.replace(place, escape(text, {'"': "&quot;"}))
    return drawn


def _places(room: Words) -> Words:
    """What stands in a drawing for its words: about as wide as they are, each for itself, plain in XML."""
    numbers = count(ord("A"))
    return {
        key: [f"¦{chr(next(numbers))}" + re.sub(r"[^ ,\w]", ".", text[2:]) for text in texts]
        for key, texts in room.items()
    }


def draw(drawing: Drawing) -> str:
    """Draw a chart as an SVG document, with places for its words: `worded` puts these in."""
    return pictures.rendered(_spec(drawing))


def _spec(drawing: Drawing) -> dict[str, Any]:
    """The drawing in the Vega-Lite grammar; its rows stand in named data sets."""
    late = drawing.began is not None and drawing.months.index(drawing.began) * 2 > len(drawing.months)
    places = _places(drawing.room)
    made = json.loads(_form(drawing.size, drawing.began is not None, late, json.dumps(places)))
    # Half a month of room at both ends; the same in both panels, so that a month stands under itself.
    ends = [edge(drawing.months[0]), edge(drawing.months[-1], later=1)]
    lines = {name: drawing.lines[key] for key in LINES for name in places[key]}
    began = [{"month": edge(drawing.began), "name": places[BEGAN][0]}] if drawing.began else []
    made["datasets"] = {
        "lines": _rows(drawing.months, lines),
        "exits": _rows(drawing.months, {"": drawing.exits}),
        "began": began,
    }
    for panel in made["vconcat"]:
        panel["layer"][0]["encoding"]["x"]["scale"]["domain"] = ends
    made["vconcat"][1]["layer"][0]["mark"]["width"] = _bar(WIDTHS[drawing.size] - BESIDE, ends)
    result: dict[str, Any] = made
    return result


@cache
def _form(size: Size, began: bool, late: bool, words: str) -> str:
    """The chart without its rows and ends, as JSON: the same for all areas. Altair takes longer for it than drawing."""
    import altair as alt

    places: Words = json.loads(words)
    small = size == "narrow"
    width = WIDTHS[size] - BESIDE
    upper, lower = HEIGHTS[size]
    years = alt.Axis(format="%Y", tickCount="year", title=None, grid=True)
    month = alt.X("month:T", axis=years, scale=alt.Scale(type="utc", nice=False, padding=0))
    people = alt.Y("value:Q", title=None, axis=alt.Axis(format=",d", tickCount=5), scale=alt.Scale(zero=True))
    names = [name for key in LINES for name in places[key]]
    scales = {
        "color": alt.Scale(domain=names, range=list(COLOURS)),
        "dash": alt.Scale(domain=names, range=list(DASHES)),
    }
    legend = alt.Legend(
        orient="top",
        title=None,
        columns=1 if small else 3,
        columnPadding=24,
        symbolStrokeWidth=3,
        symbolSize=500,
        labelLimit=400,
    )
    lines = (
        alt.Chart(alt.NamedData(name="lines"))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=month,
            y=people,
            color=alt.Color("name:N", scale=scales["color"], legend=legend),
            strokeDash=alt.StrokeDash("name:N", scale=scales["dash"], legend=legend),
        )
    )
    bars = alt.Chart(alt.NamedData(name="exits")).mark_bar(color=EXITS_COLOUR).encode(x=month, y=people)
    parts = []
    for marks, height, title in ((lines, upper, places[PERSONS]), (bars, lower, places[EXITS])):
        layers = [marks, *(_beginning(height, named=marks is lines, late=late) if began else [])]
        parts.append(alt.layer(*layers).properties(width=width, height=height, title=_title(title)))
    whole = alt.vconcat(*parts, spacing=24, background="white").configure(font=FONT)
    whole = whole.configure_axis(
        labelFontSize=13,
        labelColor=TEXT_COLOUR,
        gridColor=GRID_COLOUR,
        domainColor=TEXT_COLOUR,
        tickColor=TEXT_COLOUR,
    )
    whole = whole.configure_legend(labelFontSize=13, labelColor=TEXT_COLOUR).configure_view(stroke=None)
    return json.dumps(whole.to_dict())


def _title(lines: list[str]) -> Any:
    """A panel's title at its left edge."""
    import altair as alt

    return alt.TitleParams(lines, anchor="start", fontSize=14, color=TEXT_COLOUR, offset=8, frame="group")


def _beginning(height: int, *, named: bool, late: bool) -> list[Any]:
    """A line before the trial's first month, with its name at the foot of the upper panel."""
    import altair as alt

    base = alt.Chart(alt.NamedData(name="began")).encode(x="month:T")
    rule = base.mark_rule(color=TEXT_COLOUR, strokeWidth=1.5, strokeDash=[4, 4])
    # The name goes where there is room.
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
