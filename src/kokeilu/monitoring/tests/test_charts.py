"""The drawing of charts, on the SVG itself."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from kokeilu.monitoring.charts import (
    BEGAN,
    EXITS,
    LINES,
    PERSONS,
    WIDTHS,
    Chart,
    Drawing,
    Size,
    chart_of,
    draw,
    room,
    worded,
)
from kokeilu.monitoring.queries import Figure

JANUARY_2021 = 2021 * 12  # months since the year 0


def drawing(size: Size, months: range, began: str | None = None) -> Drawing:
    values: list[float | None] = [100 + month % 7 for month in months]
    return Drawing(
        size=size,
        months=[f"{month // 12}-{month % 12 + 1:02}-01" for month in months],
        lines=dict.fromkeys(LINES, values),
        exits=values,
        began=began,
        room=room([ENGLISH, LONGER]),
    )


ENGLISH = {
    "broad_unemployment": ["Broad"],
    "registered_unemployed": ["Registered"],
    "in_services": ["Services"],
    EXITS: ["Exits of the month"],
    PERSONS: ['People & "all"'],
    BEGAN: ["Began"],
}
LONGER = ENGLISH | {"in_services": ["In services of all kinds"], EXITS: ["Exits", "of the month"]}


def texts(svg: str) -> list[str]:
    """The texts of a picture, line by line."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    return [text for element in root.iter() for text in [(element.text or "").strip()] if text]


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
    svg = draw(drawing(size, range(end - how_many, end)))
    drawn = bars(svg)
    assert len(drawn) == how_many
    edges = [0.0, *(edge for bar in drawn for edge in bar), frame(svg)]
    assert edges == sorted(edges)
    assert all(right - left > 2 for left, right in drawn)


@pytest.mark.parametrize("words", [ENGLISH, LONGER])
def test_one_drawing_takes_the_words_of_every_language(words: dict[str, list[str]]) -> None:
    made = drawing("wide", range(JANUARY_2021, JANUARY_2021 + 3), "2021-03-01")
    svg = worded(draw(made), Chart(made, words))
    shown = [text for text in texts(svg) if not re.fullmatch(r"[\d\s]+", text)]
    assert sorted(shown) == sorted(line for lines in words.values() for line in lines)
    assert 'name: Broad"' in svg  # the text alternatives of the marks too
    assert "¦" not in svg


def test_words_have_as_much_room_as_the_longest_of_any_language() -> None:
    found = room([ENGLISH, LONGER])
    assert {found[key][0] for key in LINES} == {"In services of all kinds"}  # names stand in equal columns
    assert found[EXITS] == ["Exits of the month", "of the month"]


def test_a_drawing_is_of_no_language_and_its_address_is() -> None:
    history = {date(2021, 1, 1): {key: Figure(10.0, suppressed=False) for key in (*LINES, EXITS)}}
    found = {}
    for language in ("fi", "sv", "en"):
        with override(language):
            found[language] = chart_of(history, date(2021, 1, 1), "narrow")
    assert len({chart.drawing.sha256 for chart in found.values()}) == 1
    assert len({chart.sha256 for chart in found.values()}) == 3
    drawn = draw(found["fi"].drawing)
    assert "Kokeilu alkoi" in worded(drawn, found["fi"])
    assert "The trial began" in worded(drawn, found["en"])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("size", WIDTHS)
def test_the_words_stay_within_the_picture(size: Size, language: str) -> None:
    history = {
        date(month // 12, month % 12 + 1, 1): {key: Figure(1234.0, suppressed=False) for key in (*LINES, EXITS)}
        for month in range(JANUARY_2021, JANUARY_2021 + 24)
    }
    with override(language):
        svg = draw(chart_of(history, date(2021, 1, 1), size).drawing)
    [width] = re.findall(r'<svg [^>]*width="(\d+)"', svg)
    assert int(width) <= WIDTHS[size]
