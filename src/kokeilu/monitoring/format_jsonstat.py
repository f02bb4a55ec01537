"""A published table as JSON-stat 2.0 (json-stat.org), a file for each language."""

import json
from datetime import UTC
from typing import Any, Final

from kokeilu.monitoring.published_table import ABSENT, STATUSES, Code, Dimension, Language, PublishedTable, Status

SIGNS: Final[dict[Status | None, str]] = {"hidden": "c", "none": ":", None: "."}
"""The signs of cells without a value. Hidden ones are `c`, confidential, as in Eurostat's observation flags."""


def jsonstat(table: PublishedTable, language: Language) -> bytes:
    """The table with its texts in the language.

    `value` has every combination of codes, null where there is none to show; `status` says why, by position. What the
    signs mean, the licence, the contact and the measures' definitions are in `extension`.
    """
    cells = list(table.cube())
    roles: dict[str, list[str]] = {
        role: [one.key for one in table.dimensions if one.role == role] for role in ("time", "geo", "metric")
    }
    content = {
        "version": "2.0",
        "class": "dataset",
        "label": table.title[language],
        "source": table.source[language],
        "updated": table.updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": [table.description[language], *(note[language] for note in table.notes)],
        "id": table.keys,
        "size": table.size,
        "role": {role: keys for role, keys in roles.items() if keys},
        "dimension": {one.key: _dimension(one, language) for one in table.dimensions},
        "value": [_number(value, decimals) for value, _, decimals in cells],
        "status": {str(at): SIGNS[status] for at, (_, status, _) in enumerate(cells) if status in SIGNS},
        "extension": {
            "language": language,
            "licence": table.licence,
            "publisher": table.publisher[language],
            "contact": table.contact,
            "status": _meanings(language),
            "unverified": list(table.unverified),
            "measures": {code.key: _measure(code, language) for code in table.measures.codes},
        },
    }
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _number(value: float | None, decimals: int) -> float | int | None:
    return int(value) if value is not None and decimals == 0 else value


def _meanings(language: Language) -> dict[str, str]:
    return {sign: STATUSES[status][language] if status else ABSENT[language] for status, sign in SIGNS.items()}


def _measure(code: Code, language: Language) -> dict[str, Any]:
    return {
        "definition": code.definition[language] if code.definition else "",
        "source": code.source,
        "verified": code.verified,
    }


def _dimension(dimension: Dimension, language: Language) -> dict[str, Any]:
    category: dict[str, Any] = {
        "index": dimension.keys,
        "label": {code.key: code.label[language] for code in dimension.codes},
    }
    units = {
        code.key: {"label": code.unit[language], "decimals": code.decimals} for code in dimension.codes if code.unit
    }
    if units:
        category["unit"] = units
    return {"label": dimension.label[language], "category": category}
