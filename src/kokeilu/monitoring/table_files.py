"""Tables of pages as files: what every file says of itself, its answer, and the links to a table's files.

A file holds what its page shows: the same published figures, hidden ones empty, each with its status.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from kokeilu import clock
from kokeilu.access.models import ChangeLog
from kokeilu.monitoring import release_calendar, release_files, release_texts, release_words
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.published_table import LANGUAGES, Dimension, PublishedTable, Words
from kokeilu.monitoring.queries import Figure
from kokeilu.web import formats

Cells = dict[tuple[str, ...], Figure]  # by the codes of the dimensions, in their order


def table(
    key: str,
    title: Words,
    dimensions: Sequence[Dimension],
    cells: Cells,
    *,
    description: Words = release_texts.DESCRIPTION,
    notes: Sequence[Words] = release_texts.NOTES,
    unverified: Sequence[str] = (),
    subject: str = "monthly_figures",
) -> PublishedTable:
    """The cells as a table that every format is written from; the same figures give the same table.

    `subject` is that of the change log, which tells when the figures last changed.
    """
    codes = [one.key for one in dimensions]
    metric = next(at for at, one in enumerate(dimensions) if one.role == "metric")
    decimals = {code.key: code.decimals for code in dimensions[metric].codes}
    rows = [_row(codes, figure, decimals[codes[metric]]) for codes, figure in cells.items()]
    schema = dict.fromkeys(codes, pl.String) | {"value": pl.Float64, "status": pl.String}
    return PublishedTable(
        key=key,
        title=title,
        description=description,
        dimensions=tuple(dimensions),
        cells=pl.DataFrame(rows, schema, orient="row"),
        updated=_updated(subject),
        source=release_texts.SOURCE,
        publisher=_publisher(release_calendar.newest(release_texts.KEY)),
        contact=settings.KOKEILU_RELEASE_CONTACT,
        licence=settings.KOKEILU_RELEASE_LICENCE,
        notes=tuple(notes),
        unverified=tuple(unverified),
    )


def _row(codes: tuple[str, ...], figure: Figure, decimals: int) -> tuple[str | float | None, ...]:
    if figure.value is None:
        return (*codes, None, "hidden" if figure.suppressed else "none")
    return (*codes, rounded(figure.value, decimals), "published")


def rounded(value: float, decimals: int) -> float:
    """A figure with so many decimals, half up, as releases have it."""
    return float((value * 10**decimals + 0.5) // 1 / 10**decimals)


def _updated(subject: str) -> datetime:
    """When the figures of the pages last changed."""
    told = ChangeLog.objects.filter(subject=subject).order_by("-id").values_list("at", flat=True).first()
    return (told or clock.now()).replace(microsecond=0)


def _publisher(stands: Release | None) -> dict[str, str]:
    """Who publishes the releases; the site itself before the first of them."""
    if stands is None:
        return dict.fromkeys(LANGUAGES, "Kokeilu")
    organisation = stands.organisation
    return {"fi": organisation.name_fi, "sv": organisation.name_sv, "en": organisation.name_en}


def words(make: Callable[[], object]) -> Words:
    """A text of the pages in every language of the files."""
    found: Words = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = str(make())
    return found


def answer(made: PublishedTable, kind: str) -> HttpResponse:
    """The table as a file to keep, in the reader's language where a file holds one. Raises Http404 for another kind."""
    if kind not in release_files.CONTENT_TYPES:
        raise Http404
    wanted: Any = kind
    language: Any = formats.language()
    file = release_files.file(made, wanted, language)
    response = HttpResponse(file.content, content_type=release_files.CONTENT_TYPES[wanted])
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Cache-Control"] = "no-store"
    return response


def of_builder(
    areas: Iterable[str], populations: Iterable[str], months: Iterable[date], indicators: Iterable[str]
) -> list[dict[str, Any]]:
    """The files of a page's table that the table builder makes too: its choices are their address."""
    names = sorted(f"{month:%Y-%m}" for month in months)
    asked = {
        "area": [*areas], "population": [*populations], "first": names[0], "last": names[-1],
        "indicator": [*indicators],
    }  # fmt: skip
    return links("table_file", query=urlencode(asked, doseq=True))


def links(name: str, *given: str, query: str = "") -> list[dict[str, Any]]:
    """The files of a table, as the template `table_files.html` lists them: of the address `name` with a kind behind
    what it is given.
    """
    behind = f"?{query}" if query else ""
    return [
        {"name": label, "href": f"{reverse(f'monitoring:{name}', args=[*given, kind])}{behind}"}
        for kind, label in release_words.KINDS.items()
    ]
