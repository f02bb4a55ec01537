"""The files of a release: the table in every format. Pure; the same table gives the same bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from kokeilu.monitoring import format_csv, format_jsonstat, format_px, format_xlsx
from kokeilu.monitoring.published_table import LANGUAGES, Language, PublishedTable

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
    yield file(table, "csv")
    yield file(table, "csvw")
    yield file(table, "px")
    for kind in OF_LANGUAGE:
        for language in LANGUAGES:
            yield file(table, kind, language)


OF_LANGUAGE: Final[tuple[Kind, ...]] = ("jsonstat", "xlsx")
"""The kinds of files that hold one language."""


def file(table: PublishedTable, kind: Kind, language: Language = "en") -> File:
    """One file of the table; `language` counts for the kinds OF_LANGUAGE."""
    stem = table.stem
    match kind:
        case "csv":
            return File(f"{stem}.csv", kind, "", format_csv.csv(table))
        case "csvw":
            return File(f"{stem}.csv-metadata.json", kind, "", format_csv.metadata(table, f"{stem}.csv"))
        case "px":
            return File(f"{stem}.px", kind, "", format_px.px(table))
        case "jsonstat":
            return File(f"{stem}-{language}.json", kind, language, format_jsonstat.jsonstat(table, language))
        case "xlsx":
            return File(f"{stem}-{language}.xlsx", kind, language, format_xlsx.xlsx(table, language))
