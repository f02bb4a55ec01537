"""The files of a release: the table in every format. Pure; the same table gives the same bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from kokeilu.monitoring import format_csv, format_jsonstat, format_px, format_xlsx
from kokeilu.monitoring.published_table import LANGUAGES, PublishedTable

Kind = Literal["csv", "csvw", "jsonstat", "px", "xlsx"]
CONTENT_TYPES: Final[dict[Kind, str]] = {
    "csv": "text/csv; charset=utf-8",
    "csvw": "application/csvm+json",
    "jsonstat": "application/json",
    "px": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class File:
    """A file as it is kept and downloaded. `language` is empty where it holds all of them or none."""

    name: str
    kind: Kind
    language: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of the content, in hexadecimal."""
        return digest(self.content)


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def files(table: PublishedTable) -> Iterator[File]:
    """Every file of the table, in the order in which they are listed. No name has a space."""
    stem = table.stem
    yield File(f"{stem}.csv", "csv", "", format_csv.csv(table))
    yield File(f"{stem}.csv-metadata.json", "csvw", "", format_csv.metadata(table, f"{stem}.csv"))
    yield File(f"{stem}.px", "px", "", format_px.px(table))
    for language in LANGUAGES:
        yield File(f"{stem}-{language}.json", "jsonstat", language, format_jsonstat.jsonstat(table, language))
    for language in LANGUAGES:
        yield File(f"{stem}-{language}.xlsx", "xlsx", language, format_xlsx.xlsx(table, language))
