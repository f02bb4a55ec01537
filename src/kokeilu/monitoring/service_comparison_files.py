"""Services side by side as a file: the figures of a year as the page tells them."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    operations,
    published_codes,
    release_texts,
    service_comparison_queries,
    service_comparison_words,
    service_cost_queries,
    table_files,
)
from kokeilu.monitoring import service_comparison_texts as texts
from kokeilu.monitoring.published_codes import TOGETHER
from kokeilu.monitoring.published_table import LANGUAGES, Code, Dimension, PublishedTable, Words
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.service_comparison_pages import chosen_of
from kokeilu.monitoring.service_comparison_queries import CENTS, Amount, Compared
from kokeilu.monitoring.service_comparison_rules import OUTCOMES
from kokeilu.monitoring.table_files import Cells, words

EXACTLY, AT_LEAST, AT_MOST, SOME_AREAS = "exactly", "at_least", "at_most", "some_areas"
COUNTS: Final = ("stock", "persons", "starts", "ends", *OUTCOMES)
HIDDEN, NONE = Figure(None, suppressed=True), Figure(None, suppressed=False)
Told = tuple[str, str, Figure]  # a measure, how its figure holds, the figure


def of_year(found: list[Compared], area: str, year: int) -> PublishedTable:
    """The page's figures of a year; `area` is an area's key or TOGETHER. What is not given has no row."""
    cells: Cells = {
        (area, str(year), one.service, holds, measure): figure for one in found for measure, holds, figure in _told(one)
    }
    used = {holds for *_others, holds, _measure in cells}
    measures = {measure for *_others, measure in cells}
    of = Code(f"{year}", dict.fromkeys(LANGUAGES, f"{year}"))
    dimensions = [
        published_codes.dimension("area", [area]),
        Dimension("year", service_comparison_words.YEAR, "time", (of,)),
        Dimension("service", words(lambda: _("Service")), "other", tuple(_service(one.service) for one in found)),
        Dimension(
            "holds", service_comparison_words.HOLDS, "other",
            tuple(Code(key, name) for key, name in service_comparison_words.HOW.items() if key in used),
        ),
        Dimension(
            "measure", service_comparison_words.MEASURE, "metric",
            tuple(code for code in _measures() if code.key in measures),
        ),
    ]  # fmt: skip
    return table_files.table(
        "services-side-by-side", words(lambda: _("Services side by side")), dimensions, cells,
        description=words(lambda: texts.NO_EFFECT), notes=_notes(found), subject="service_figures",
    )  # fmt: skip


def _service(key: str) -> Code:
    return Code(key, words(lambda: service_cost_queries.name(key)))


def _told(one: Compared) -> Iterator[Told]:
    """What the page tells of a service, figure by figure."""
    for key in COUNTS:
        value, hiding = one.values[key], one.hiding[key]
        if value is None or (value == 0 and hiding):
            yield key, EXACTLY, HIDDEN
        else:
            yield key, AT_LEAST if hiding else EXACTLY, _figure(value)
    for key in OUTCOMES:
        share = one.share(key)
        if share is not None:
            yield f"share_{key}", EXACTLY, _figure(100 * share)
    yield "mean_months", EXACTLY, _figure(one.mean_months)
    if one.costs.given:
        year = one.costs.year
        yield "cost_of_year", EXACTLY, HIDDEN if year is None else _figure(year / CENTS)
        prices = {(price.cents, price.per) for price in one.prices}
        if len(prices) == 1:
            [(cents, per)] = prices
            yield f"price_per_{per}", EXACTLY, _figure(cents / CENTS)
    yield from _each(one, "starts", "cost_per_start", one.costs.per_start)
    yield from _each(one, texts.EXITS, "cost_per_exit", one.costs.per_exit)


def _each(one: Compared, counted: str, measure: str, amount: Amount | None) -> Iterator[Told]:
    """What each person cost: see service_comparison_texts.each."""
    if amount is not None:
        holds = SOME_AREAS if amount.areas is not None else AT_MOST if amount.at_most else EXACTLY
        yield measure, holds, _figure(amount.cents / CENTS)
        if amount.areas is not None:
            yield f"areas_of_{measure}", EXACTLY, _figure(amount.areas)
    elif one.costs.given:
        nobody = one.values[counted] == 0 and not one.hiding[counted]
        yield measure, EXACTLY, NONE if nobody else HIDDEN


def _figure(value: float | None) -> Figure:
    return Figure(value, suppressed=False)


def _measures() -> Iterator[Code]:
    """Every measure, in the order of the file."""
    persons, per_cent, euros = (release_texts.UNITS[unit] for unit in ("persons", "per cent", "euros"))
    names: dict[str, Any] = {
        "stock": lambda: _("At the year's end"), "persons": lambda: _("People in the year"),
        "starts": lambda: _("Started"), "ends": lambda: pgettext("people", "Ended"),
    }  # fmt: skip
    for key, name in names.items():
        yield Code(key, words(name), unit=persons)
    for key in OUTCOMES:
        name = published_codes.whole_name(key)
        yield Code(key, name, unit=persons)
        share: Words = {language: f"{name[language]}, %" for language in LANGUAGES}
        yield Code(f"share_{key}", share, unit=per_cent, decimals=2)
    yield Code("mean_months", words(lambda: _("Mean length, months")), unit=service_comparison_words.MONTHS, decimals=2)
    costs: dict[str, Any] = {
        "cost_of_year": lambda: _("Cost of the year"), "cost_per_start": lambda: _("Cost per start"),
        "cost_per_exit": lambda: _("Cost per person in the open labour market"),
    }  # fmt: skip
    for key, name in costs.items():
        yield Code(key, words(name), unit=euros, decimals=2)
    yield from service_comparison_words.OTHERS


def _notes(found: list[Compared]) -> tuple[dict[str, str], ...]:
    """What the page says below its tables, with where the prices are from."""
    sources = sorted({price.source for one in found for price in one.prices})
    said = [release_texts.NOTES[0], words(lambda: texts.STAYS), words(lambda: texts.NOT_REVISED)]
    if any(price.illustrative for one in found for price in one.prices):
        said.append(words(lambda: _("Some prices are illustrative, not real")))
    if sources:
        said.append(words(lambda: f"{_('Prices:')} {'; '.join(sources)}"))
    return tuple(said)


@page(operations.SEE)
def services_file(request: Request, kind: str) -> HttpResponse:
    """The services of the area (or all areas together) and the year that the address names, as a file."""
    chosen = chosen_of(request)
    if chosen is None or not chosen.known:
        raise Http404
    found = service_comparison_queries.compared(chosen.year, chosen.area)
    if not found:
        raise Http404
    return table_files.answer(of_year(found, chosen.area or TOGETHER, chosen.year), kind)
