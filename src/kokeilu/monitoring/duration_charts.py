"""The chart of an area's survival curves, drawn on the server as SVG and kept in the database.

Three panels with the same cohorts: still unemployed, left for the open labour market, left for services. So a curve
that falls because people went into services is never seen without that.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from kokeilu.monitoring import duration_texts, pictures
from kokeilu.monitoring.charts import COLOURS, DASHES, FONT, GRID_COLOUR, TEXT_COLOUR, WIDTHS, Size
from kokeilu.monitoring.steps import SERVICE
from kokeilu.monitoring.survival import CAUSES, OPEN_MARKET
from kokeilu.monitoring.survival_curves import Curve

HEIGHTS: Final[dict[Size, int]] = {"wide": 190, "narrow": 150}

Points = list[tuple[int, float]]  # months and per cent


@dataclass(frozen=True)
class DurationChart:
    """Everything that a picture shows: panels by title, in each the points of every cohort by its name."""

    size: Size
    panels: dict[str, dict[str, Points]]
    months: str
    last: int

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(asdict(self), __file__)


def chart(curves: Sequence[Curve], size: Size) -> DurationChart:
    """The chart of cohorts in the active language, the chosen one first."""

    def lines(cause: str | None) -> dict[str, Points]:
        place = None if cause is None else CAUSES.index(cause)
        return {
            duration_texts.half_year(one.began): [
                (point.months, round(100 * (point.still if place is None else point.left[place]), 2))
                for point in one.points
            ]
            for one in curves
        }

    panels = {
        _("Still unemployed, per cent"): lines(None),
        _("Left for the open labour market, per cent"): lines(OPEN_MARKET),
        _("Left for a service, per cent"): lines(SERVICE),
    }
    return DurationChart(size, panels, _("Months since unemployment began"), max(one.last.months for one in curves))


def svg(area: str, wanted: DurationChart) -> str:
    """The picture, drawn where it is not kept yet."""
    return pictures.kept(area, wanted.sha256, lambda: draw(wanted))


def draw(wanted: DurationChart) -> str:
    """Draw a chart as an SVG document."""
    return pictures.rendered(_spec(wanted))


def _spec(wanted: DurationChart) -> dict[str, Any]:
    """The chart in the Vega-Lite grammar."""
    import altair as alt

    names = list(next(iter(wanted.panels.values())))
    small = wanted.size == "narrow"
    months = alt.X(
        "months:Q",
        title=wanted.months,
        scale=alt.Scale(domain=[0, wanted.last], nice=False),
        axis=alt.Axis(values=list(range(0, wanted.last + 1, 3)), format="d"),
    )
    legend = alt.Legend(orient="top", title=None, columns=1 if small else 3, symbolStrokeWidth=3, symbolSize=500,
                        labelLimit=400)  # fmt: skip
    colour = alt.Scale(domain=names, range=list(COLOURS[: len(names)]))
    dash = alt.Scale(domain=names, range=[list(one) for one in DASHES[: len(names)]])
    parts = []
    for title, lines in wanted.panels.items():
        rows = [{"name": name, "months": at, "share": share} for name, points in lines.items() for at, share in points]
        # Nothing is known between two points: the curve stays until it is known to have fallen.
        marks = alt.Chart(alt.InlineData(values=rows)).mark_line(strokeWidth=2.5, interpolate="step-after")
        parts.append(
            marks.encode(
                x=months,
                y=alt.Y(
                    "share:Q", title=None, axis=alt.Axis(format="d", tickCount=5), scale=alt.Scale(domain=[0, 100])
                ),
                color=alt.Color("name:N", scale=colour, legend=legend),
                strokeDash=alt.StrokeDash("name:N", scale=dash, legend=legend),
            ).properties(
                width=WIDTHS[wanted.size] - 70,
                height=HEIGHTS[wanted.size],
                title=alt.TitleParams(title, anchor="start", fontSize=14, color=TEXT_COLOUR, offset=8, frame="group"),
            )
        )
    whole = alt.vconcat(*parts, spacing=24, background="white").configure(font=FONT)
    whole = whole.configure_axis(
        labelFontSize=13, titleFontSize=13, titleFontWeight="normal", titleColor=TEXT_COLOUR, labelColor=TEXT_COLOUR,
        gridColor=GRID_COLOUR, domainColor=TEXT_COLOUR, tickColor=TEXT_COLOUR,
    ).configure_legend(labelFontSize=13, labelColor=TEXT_COLOUR)  # fmt: skip
    spec: dict[str, Any] = whole.configure_view(stroke=None).to_dict()
    return spec
