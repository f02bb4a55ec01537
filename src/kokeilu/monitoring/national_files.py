"""One figure of a month across the areas as a file: as it is compared, and the counts beside it."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    month_choice,
    national_pages,
    national_queries,
    operations,
    published_codes,
    release_texts,
    table_files,
)
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.national_comparison import Across
from kokeilu.monitoring.national_queries import PER
from kokeilu.monitoring.published_codes import TOGETHER
from kokeilu.monitoring.published_table import LANGUAGES, Code, PublishedTable, Words
from kokeilu.monitoring.release_audit import KEY
from kokeilu.monitoring.table_files import Cells, words


def compared(across: Across, month: str) -> PublishedTable:
    """The comparison's table; `month` is 2021-03. Counts per PER job seekers are measures of their own."""
    places = {**across.held.areas, TOGETHER: across.held.together.get(POPULATION, {})}
    rates = {_rate(one.indicator): one for one in across.together_with if one.is_count}
    cells: Cells = {}
    for area, figures in places.items():
        shown = {key: figures.get(key) for key in across.beside}
        shown |= {key: national_queries.compared(figures, one.indicator) for key, one in rates.items()}
        cells |= {(area, POPULATION, month, key): figure for key, figure in shown.items() if figure is not None}
    dimensions = [
        published_codes.dimension(key, {cell[at] for cell in cells} - set(rates)) for at, key in enumerate(KEY)
    ]
    per = tuple(_per(key, one.indicator) for key, one in rates.items())
    dimensions[-1] = replace(dimensions[-1], codes=per + dimensions[-1].codes)
    return table_files.table("areas-compared", words(lambda: _("Areas side by side")), dimensions, cells)


def _rate(indicator: str) -> str:
    return f"{indicator}_per_{PER}_job_seekers"


def _per(key: str, indicator: str) -> Code:
    """A count per PER job seekers of the month's end."""
    count = published_codes.measure(indicator)
    unit = words(lambda: _("Per %(number)s job seekers") % {"number": PER})
    name: Words = {language: f"{count.label[language]}: {unit[language]}" for language in LANGUAGES}
    return Code(key, name, count.definition, unit, release_texts.DECIMALS["per cent"], count.source, count.verified)


@page(operations.SEE)
def comparison_file(request: Request, kind: str) -> HttpResponse:
    """The comparison of the month and the indicator that the address names, chosen as on the page."""
    months = national_queries.months()
    if not months:
        raise Http404
    month, month_known = month_choice.chosen_month(request, months)
    indicator, known = national_pages.indicator_of(request)
    if not (month_known and known):
        raise Http404
    return table_files.answer(compared(Across(national_queries.of_month(month), indicator), f"{month:%Y-%m}"), kind)
