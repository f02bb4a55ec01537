"""The picture of services side by side: what a person in the open labour market costs, and how many are there."""

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any, Final

from kokeilu.monitoring import goal_charts, pictures
from kokeilu.monitoring.charts import COLOURS, TEXT_COLOUR, WIDTHS, Size

ROW: Final = 30  # pixels of a service
NAMES: Final = 190  # pixels of the services' names
NARROW_NAMES: Final = 150
LETTERS: Final[dict[Size, int]] = {"wide": 30, "narrow": 24}
"""Names longer than this go on in a second line."""
LINE: Final = 13  # pixels from one line of a name to the next
ROOM: Final = 1.45
"""How much wider than its longest bar a panel is, for the words at the end of the bars."""


@dataclass(frozen=True)
class Bar:
    """A service's bars: its values, None where there is none, and the words at their ends."""

    name: str
    cost: float | None  # euros
    cost_words: str
    share: float | None  # per cent
    share_words: str


@dataclass(frozen=True)
class Bars:
    """Everything that the picture shows, in order."""

    size: Size
    bars: tuple[Bar, ...]
    cost_name: str
    share_name: str

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(asdict(self), __file__)


def svg(area: str, wanted: Bars) -> str:
    """The picture of an area's services."""
    return pictures.kept(area, wanted.sha256, lambda: pictures.rendered(_spec(wanted)))


def _spec(wanted: Bars) -> dict[str, Any]:
    import altair as alt

    wide = wanted.size == "wide"
    width = (WIDTHS[wanted.size] - NAMES) // 2 - 30 if wide else WIDTHS[wanted.size] - NARROW_NAMES - 30
    cost = _panel(wanted, "cost", wanted.cost_name, COLOURS[1], width, names=True)
    share = _panel(wanted, "share", wanted.share_name, COLOURS[0], width, names=not wide)
    both = alt.hconcat(cost, share, spacing=20) if wide else alt.vconcat(cost, share, spacing=20)
    return goal_charts.styled(both.properties(background="white"))


def _panel(wanted: Bars, key: str, title: str, colour: str, width: int, *, names: bool) -> Any:
    import altair as alt

    rows = [
        {
            "name": _in_lines(bar.name, wanted.size),
            "value": getattr(bar, key) or 0.0,
            "words": getattr(bar, f"{key}_words"),
        }
        for bar in wanted.bars
    ]
    longest = max(row["value"] for row in rows) or 1.0
    limit = NAMES if wanted.size == "wide" else NARROW_NAMES
    higher = {"condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": -LINE / 2}, "value": 0}
    axis = alt.Axis(
        title=None, labelLimit=limit, ticks=False, domain=False, labelExpr="split(datum.label, '\\n')",
        labelLineHeight=LINE, labelOffset=higher,
    ) if names else None  # fmt: skip
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, longest * ROOM])),
        y=alt.Y("name:N", sort=[row["name"] for row in rows], axis=axis),
    )
    words = base.mark_text(align="left", dx=5, fontSize=13, color=TEXT_COLOUR).encode(text="words:N")
    return alt.layer(base.mark_bar(color=colour, height=ROW - 12), words).properties(
        width=width, height=ROW * len(rows),
        title=alt.TitleParams(title, anchor="start", fontSize=14, color=TEXT_COLOUR, offset=6),
    )  # fmt: skip


def _in_lines(name: str, size: Size) -> str:
    """A name in lines that have room; a word that is longer than a line stays whole."""
    return "\n".join(wrap(name, LETTERS[size], break_long_words=False))
