"""The charts of the national page: all areas over the months, and one figure of a month across the areas.

The second is a bar for each area, the longest first, with its figure written beside it, and a line for all areas
together. Areas whose figure is hidden stand below without a bar. Kept and addressed as the charts of areas are.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from kokeilu.monitoring import charts, pictures
from kokeilu.monitoring.charts import FONT, GRID_COLOUR, TEXT_COLOUR, WIDTHS, Chart, Size

NATIONAL: Final = "national"
"""Where an area's key stands with other pictures; no area has this key, which is a reserved word in addresses."""
BAR_COLOUR: Final = "#5b8bb5"  # 3.6:1 on white
LINE_COLOUR: Final = TEXT_COLOUR  # 4.3:1 on the bars, also in grey
BAND: Final = 24
"""The height of an area's band, in pixels."""
NAMES: Final[dict[Size, int]] = {"wide": 210, "narrow": 130}
"""The room for the areas' names, in pixels, unless one is longer."""
LETTER: Final = 7
"""What a letter of a name takes at the most on average, in pixels."""
FIGURES: Final = 60
"""The room for the figures at the right, in pixels."""
EDGE: Final = 10
"""What the picture has around it, in pixels."""


@dataclass(frozen=True)
class Comparison:
    """Everything that a picture of areas shows. `rows` are name, value (None: hidden or not there) and its text."""

    size: Size
    rows: tuple[tuple[str, float | None, str], ...]
    together: float | None
    together_name: str

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(asdict(self), __file__)


def kept(wanted: Chart | Comparison) -> str:
    """The picture as SVG, drawn where it is not kept yet."""
    if isinstance(wanted, Chart):
        return charts.kept(NATIONAL, wanted)
    return pictures.kept(NATIONAL, wanted.sha256, lambda: draw(wanted))


def draw(wanted: Comparison) -> str:
    """Draw the picture of areas as an SVG document."""
    return pictures.rendered(_spec(wanted))


def _spec(wanted: Comparison) -> dict[str, Any]:
    """The picture in the Vega-Lite grammar."""
    import altair as alt

    longest = max(len(name) for name, _value, _text in wanted.rows)
    room = max(NAMES[wanted.size], LETTER * longest + 20)
    width = WIDTHS[wanted.size] - room - EDGE
    rows = [{"name": name, "value": value or 0.0, "text": text} for name, value, text in wanted.rows]
    highest = max([*(value or 0.0 for _name, value, _text in wanted.rows), wanted.together or 0.0])
    top = highest * width / (width - FIGURES) or 1.0
    label = alt.Axis(title=None, labelLimit=room - 10, ticks=False, domain=False, labelPadding=8)
    names = alt.Y("name:N", sort=[name for name, _value, _text in wanted.rows], axis=label)
    length = alt.X("value:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=length, y=names)
    layers: list[Any] = [
        base.mark_bar(color=BAR_COLOUR, height=alt.RelativeBandSize(0.7)),
        base.mark_text(align="right", fontSize=13, color=TEXT_COLOUR).encode(text="text:N", x=alt.value(width)),
    ]
    if wanted.together is not None:
        line = alt.Chart(alt.InlineData(values=[{"value": wanted.together}]))
        layers.append(line.mark_rule(color=LINE_COLOUR, strokeWidth=2, strokeDash=[6, 3]).encode(x=length))
    title = alt.TitleParams(
        f"┅ {wanted.together_name}" if wanted.together is not None else "",
        anchor="start", fontSize=13, fontWeight="normal", color=LINE_COLOUR, offset=4,
    )  # fmt: skip
    whole = alt.layer(*layers).properties(width=width, height=alt.Step(BAND), title=title)
    whole = whole.properties(background="white").configure(font=FONT).configure_view(stroke=None)
    whole = whole.configure_axis(labelFontSize=13, labelColor=TEXT_COLOUR, gridColor=GRID_COLOUR)
    spec: dict[str, Any] = whole.to_dict()
    return spec
