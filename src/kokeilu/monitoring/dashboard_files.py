"""The small charts of an area's page as one file: the numbers of their tables."""

from collections.abc import Iterator
from typing import Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    dashboard,
    dashboard_queries,
    operations,
    published_codes,
    queries,
    release_texts,
    table_files,
)
from kokeilu.monitoring.dashboard import Panel
from kokeilu.monitoring.dashboard_queries import Dashboard
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.published_table import Code, Dimension, PublishedTable, Words
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.table_files import Cells, words
from kokeilu.web import formats

FIGURE, TARGET, AT_LEVEL = "figure", "target", "at_level"
LINE: Final[Words] = {"fi": "Viiva", "sv": "Linje", "en": "Line"}
LINES: Final[dict[str, Words]] = {
    FIGURE: {"fi": "julkaistu luku", "sv": "publicerat tal", "en": "published figure"},
    TARGET: {"fi": "alueen tavoite", "sv": "områdets mål", "en": "the area's target"},
    AT_LEVEL: {
        "fi": "vertailualue tämän alueen tasolla",
        "sv": "jämförelseområde på det här områdets nivå",
        "en": "comparable area at this area's level",
    },
}
"""What is drawn: the dashboard's module says how a comparable area is brought to this one's level."""


def development(shows: Dashboard) -> PublishedTable | None:
    """The tables below the small charts: the area's figures, its targets, and comparable areas as they are drawn.

    None where there is nothing yet.
    """
    published = [one for one in shows.panels if any(one.indicator in figures for figures in shows.own.values())]
    cells: Cells = {key: figure for one in published for key, figure in _cells(shows, one)}
    if not cells:
        return None
    areas, months, indicators, lines = (set(codes) for codes in zip(*cells, strict=True))
    dimensions = [
        published_codes.dimension("area", areas),
        published_codes.dimension("month", months),
        published_codes.dimension("indicator", indicators),
        Dimension("line", LINE, "other", tuple(Code(key, name) for key, name in LINES.items() if key in lines)),
    ]
    title = words(lambda: f"{_('Development, all residents')}: {queries.area_name(shows.area, formats.language())}")
    return table_files.table("development", title, dimensions, cells)


def _cells(shows: Dashboard, one: Panel) -> Iterator[tuple[tuple[str, ...], Figure]]:
    indicator = INDICATORS[one.indicator]
    drawn = AT_LEVEL if indicator.unit in dashboard.AMOUNTS else FIGURE
    for place, month in enumerate(one.months):
        at = (f"{month:%Y-%m}", one.indicator)
        own, target = shows.own[month].get(one.indicator), one.targets[place]
        if own is not None:
            yield (shows.area, *at, FIGURE), own
        if target is not None:
            yield (shows.area, *at, TARGET), Figure(target, suppressed=False)
        for area, values in one.others.items():
            figure, value = shows.others[area].get(month, {}).get(one.indicator), values[place]
            if figure is not None and figure.suppressed:
                yield (area, *at, drawn), figure
            elif value is not None:
                # Rounded as the page rounds: halves to the even number.
                yield (area, *at, drawn), Figure(round(value, release_texts.DECIMALS[indicator.unit]), suppressed=False)


@page(operations.SEE)
def development_file(request: Request, area: str, kind: str) -> HttpResponse:
    """The numbers of an area's small charts as a file."""
    if not queries.months(area):
        raise Http404
    made = development(dashboard_queries.read(area))
    if made is None:
        raise Http404
    return table_files.answer(made, kind)
