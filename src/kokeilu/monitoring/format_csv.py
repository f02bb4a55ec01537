"""A published table as CSV with its metadata by CSV on the Web (W3C Recommendation, 17 December 2015)."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from kokeilu.monitoring.published_table import (
    ABSENT,
    LANGUAGES,
    STATUSES,
    Code,
    Dimension,
    PublishedTable,
    Words,
    monthly,
    written,
)  # fmt: skip


def csv(table: PublishedTable) -> bytes:
    """One row for each cell: the dimensions' codes, `value` (empty where there is none to show), `status`. UTF-8."""
    columns = [*table.keys, "value", "decimals", "status"]
    values = [
        None if value is None else written(value, decimals)
        for value, decimals in table.ordered.select("value", "decimals").iter_rows()
    ]
    rows = table.ordered.select(columns).with_columns(value=pl.Series(values, dtype=pl.String)).drop("decimals")
    return rows.write_csv(quote_style="necessary", null_value="").encode()


def metadata(table: PublishedTable, name: str, *, status: bool = True, optional: Sequence[str] = ()) -> bytes:
    """The metadata of the CSV file `name`, to stand beside it as `name-metadata.json`.

    Each column's datatype and, by pattern, codes; titles in three languages; dimensions are required and together
    the key. `status` is whether the file has that column; the dimensions `optional` may be empty, and there is no key
    then.
    """
    absent = {language: f"value: {ABSENT[language]}" for language in LANGUAGES}
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": name,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\n"], "header": True},
        "dc:title": _tagged(table.title),
        "dc:description": _tagged(table.description),
        "dc:creator": _tagged(table.publisher),
        "dc:publisher": _tagged(table.publisher),
        "dc:source": _tagged(table.source),
        **({"dc:license": {"@id": table.licence}} if table.licence else {}),
        "dc:modified": {"@value": table.updated.isoformat(), "@type": "xsd:dateTime"},
        **({"dc:temporal": f"{table.months[0]}/{table.months[-1]}"} if table.months else {}),
        **({"dcat:contactPoint": f"mailto:{table.contact}"} if table.contact else {}),
        "notes": [
            *({"body": _titles(note)} for note in table.notes),
            {"body": absent, "of": "rows that are missing"},
            *({"body": text, "verified": False} for text in table.unverified),
            *_definitions(table),
            *(_meanings() if status else []),
        ],
        "tableSchema": {
            **({} if optional else {"primaryKey": table.keys}),
            "columns": [
                *(_column(one, required=one.key not in optional) for one in table.dimensions),
                _value(table),
                *([_status()] if status else []),
            ],
        },
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _tagged(words: Words) -> list[dict[str, str]]:
    return [{"@value": words[language], "@language": language} for language in LANGUAGES]


def _titles(words: Words) -> Words:
    return {language: words[language] for language in LANGUAGES}


def _column(dimension: Dimension, *, required: bool) -> dict[str, Any]:
    return {
        "name": dimension.key,
        "titles": _heads(dimension.key, dimension.label),
        "required": required,
        "datatype": {
            "base": "string" if dimension.role != "time" else "gYearMonth" if monthly(dimension) else "gYear",
            **({"format": "|".join(dimension.keys)} if dimension.keys else {}),
        },
    }


def _heads(key: str, words: Words) -> dict[str, list[str]]:
    """A column's titles: what stands in the file's first line, then its name in each language."""
    return {"und": [key]} | {language: [words[language]] for language in LANGUAGES}


def _value(table: PublishedTable) -> dict[str, Any]:
    words = {"fi": "Luku", "sv": "Tal", "en": "Figure"}
    whole = max(code.decimals for code in table.measures.codes) == 0
    return {
        "name": "value",
        "titles": _heads("value", words),
        "datatype": {"base": "integer" if whole else "decimal"},
        "required": False,
        "null": "",
    }


def _status() -> dict[str, Any]:
    words = {"fi": "Tila", "sv": "Status", "en": "Status"}
    return {
        "name": "status",
        "titles": _heads("status", words),
        "datatype": {"base": "string", "format": "|".join(STATUSES)},
        "required": True,
    }


def _definitions(table: PublishedTable) -> list[dict[str, Any]]:
    """What the codes mean: labels of all, and what is known of each measure."""
    return [_definition(one.key, code) for one in table.dimensions for code in one.codes]


def _meanings() -> list[dict[str, Any]]:
    return [{"column": "status", "code": key, "label": _titles(words)} for key, words in STATUSES.items()]


def _definition(column: str, code: Code) -> dict[str, Any]:
    found: dict[str, Any] = {"column": column, "code": code.key, "label": _titles(code.label)}
    if code.definition is not None:
        found |= {"definition": _titles(code.definition), "source": code.source, "verified": code.verified}
    if code.unit is not None:
        found |= {"unit": _titles(code.unit), "decimals": code.decimals}
    return found
