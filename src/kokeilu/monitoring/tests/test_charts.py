"""The drawing of charts, on the SVG itself."""

import re

import pytest

from kokeilu.monitoring.charts import WIDTHS, Chart, Size, draw

JANUARY_2021 = 2021 * 12  # months since the year 0


def chart(size: Size, months: range) -> Chart:
    values: list[float | None] = [100 + month % 7 for month in months]
    return Chart(
        size=size,
        months=[f"{month // 12}-{month % 12 + 1:02}-01" for month in months],
        lines=dict.fromkeys(("broad", "registered", "services"), values),
        exits=values,
        exits_name="Exits",
        persons="People",
        began=None,
        began_name="",
    )


def frame(svg: str) -> float:
    """The width of the panels, in pixels."""
    return max(float(width) for width in re.findall(r'class="background" [^>]*d="M0,0h([\d.]+)v', svg))


def bars(svg: str) -> list[tuple[float, float]]:
    """The left and right edges of the bars, in pixels from the left edge of their panel."""
    paths = re.findall(r'aria-roledescription="bar" d="M(-?[\d.]+),[^h"]*h([\d.]+)v', svg)
    return [(float(left), float(left) + float(width)) for left, width in paths]


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("last", [1, 2, 5, 11])  # February leaves the least room
@pytest.mark.parametrize("how_many", [1, 2, 3, 38])
def test_bars_stand_inside_the_frame_and_apart(size: Size, how_many: int, last: int) -> None:
    end = JANUARY_2021 + last + 1
    svg = draw(chart(size, range(end - how_many, end)))
    drawn = bars(svg)
    assert len(drawn) == how_many
    edges = [0.0, *(edge for bar in drawn for edge in bar), frame(svg)]
    assert edges == sorted(edges)
    assert all(right - left > 2 for left, right in drawn)
