"""The metadata beside the CSV files of `kokeilu monitor`, by CSV on the Web: what is counted, in which unit, from which
source, and what nobody has verified. Pure.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import polars as pl
from babel.dates import format_date

from kokeilu.clock import HELSINKI
from kokeilu.monitoring import command_texts, duration_table, format_csv, published_codes, release_texts, table
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.breakdown_rules import Dimension as Breakdown
from kokeilu.monitoring.published_table import LANGUAGES, Code, Dimension, PublishedTable, Words
from kokeilu.monitoring.release_audit import KEY
from kokeilu.monitoring.survival_steps import WINDOW
from kokeilu.panel.folder import Manifest

PUBLISHER: Final[Words] = dict.fromkeys(LANGUAGES, "Kokeilu")


def of_month(path: Path, manifest: Manifest, by: Breakdown | None = None) -> Path:
    """Write the metadata of a month's table (`table.write_csv`, by class `breakdown_table.write_csv`) beside it.

    Gives its path. Raises Problem where it cannot be written.
    """
    keys = [*KEY, *([by.key] if by else [])]
    held = _codes(path, keys)
    dimensions = [published_codes.dimension(key, held[key]) for key in KEY]
    notes = [*release_texts.NOTES, command_texts.EMPTY]
    if by is not None:
        dimensions.append(published_codes.classes(by, held[by.key]))
        notes += published_codes.class_notes(by)
    divided = set(held["population"]) > {POPULATION}
    laws = published_codes.unverified_law(manifest.trial, held["month"][-1]) if divided else []
    title = release_texts.TITLE if by is None else _by(by)
    made = _table(manifest, title, release_texts.DESCRIPTION, dimensions, notes, laws)
    return _write(path, format_csv.metadata(made, path.name, status=False))


def of_durations(path: Path, manifest: Manifest) -> Path:
    """Write the metadata of a file of durations (`duration_table.write_csv`) beside it, likewise."""
    held = _codes(path, duration_table.COLUMNS[:-1])
    began = [Code(code, _half_year(code)) for code in held["began"]]
    months = [Code(code, dict.fromkeys(LANGUAGES, code)) for code in sorted(held["months"], key=int)]
    dimensions = [
        published_codes.dimension("area", held["area"]),
        Dimension("measure", command_texts.MEASURE, "metric", command_texts.measures(held["measure"])),
        Dimension("began", command_texts.BEGAN, "time", tuple(began)),
        Dimension("months", command_texts.MONTHS, "other", tuple(months)),
    ]
    notes = [*release_texts.NOTES, command_texts.FOLLOWED, command_texts.EMPTY]
    made = _table(manifest, command_texts.TITLE, command_texts.DESCRIPTION, dimensions, notes)
    return _write(path, format_csv.metadata(made, path.name, status=False, optional=("began", "months")))


def _codes(path: Path, keys: Sequence[str]) -> dict[str, list[str]]:
    """The codes that the file has in these columns, in order."""
    found = pl.read_csv(path, columns=list(keys), schema_overrides=dict.fromkeys(keys, pl.String))
    return {key: found.get_column(key).drop_nulls().unique().sort().to_list() for key in keys}


def _by(by: Breakdown) -> Words:
    return {language: f"{release_texts.BY_CLASS[language]}: {by.name[language]}" for language in LANGUAGES}


def _table(
    manifest: Manifest,
    title: Words,
    description: Words,
    dimensions: Sequence[Dimension],
    notes: Sequence[Words],
    laws: Sequence[str] = (),
) -> PublishedTable:
    """The table without its cells, of which the metadata tells nothing; nobody has licensed or answers for the file."""
    schema = {one.key: pl.String for one in dimensions} | {"value": pl.Float64, "status": pl.String}
    made_on = date.fromisoformat(manifest.built_on or manifest.as_of)
    return PublishedTable(
        key="monitor", title=title, description=description, dimensions=tuple(dimensions),
        cells=pl.DataFrame(schema=schema), updated=datetime.combine(made_on, time(), HELSINKI),
        source=release_texts.SOURCE, publisher=PUBLISHER, contact="", licence="", notes=tuple(notes),
        unverified=tuple(laws),
    )  # fmt: skip


def _half_year(began: str) -> Words:
    """A half-year of beginning (2020-07) in words."""
    first = date.fromisoformat(f"{began}-01")
    last = first.replace(month=first.month + WINDOW - 1)
    return {
        language: f"{format_date(first, 'LLLL', locale=locale)}–{format_date(last, 'LLLL y', locale=locale)}"
        for language, locale in published_codes.LOCALES.items()
    }


def _write(path: Path, content: bytes) -> Path:
    return table.put(content, path.with_name(f"{path.name}-metadata.json"))
