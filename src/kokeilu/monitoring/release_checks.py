"""The checks of a table before it is published, on the figures as readers will have them. Pure.

A check that does not pass blocks the release and says where. Large changes block nothing: they are listed for the
person who checks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from kokeilu.monitoring import release_rates
from kokeilu.monitoring.published_table import LANGUAGES, Code, PublishedTable, Words
from kokeilu.monitoring.release_audit import KEY, sums_of
from kokeilu.panel.rules import month_end, month_name, month_named
from kokeilu.panel.rules import months as every_month

LISTED: Final = 20
"""How many findings of a check are kept; the number of all is kept beside them."""
LARGE_SHARE: Final = 0.2
LARGE_NUMBER: Final = 50
"""A change from a month to the next is listed where it is more than this share and this many people."""


@dataclass(frozen=True)
class Finding:
    """One check's outcome: `places` are cells or names, at most LISTED of `found`."""

    key: str
    passed: bool
    found: int
    places: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"places": list(self.places)}


def run(
    table: PublishedTable,
    last: PublishedTable | None,
    exposed: Sequence[str],
    more: Mapping[str, Sequence[str]] | None = None,
) -> list[Finding]:
    """All checks. `last` is the newest published release's table; `exposed` names the figures that the joint audit of
    all versions found recoverable; `more` is what is found of the release's further tables, by check. The check
    `classes` is of these alone.
    """
    more = more or {}
    places: list[tuple[str, bool, list[str]]] = [
        ("complete", True, [*_missing(table), *(_lost(table, last) if last else ())]),
        ("totals", True, list(_broken(table, lambda words: words != "stock and flows"))),
        ("stock_flow", True, list(_broken(table, lambda words: words == "stock and flows"))),
        ("disclosure", True, [*exposed, *map(named, release_rates.opened(table))]),
        ("definitions", True, list(undefined(table))),
        ("revised", False, list(revised(table, last)) if last else []),
        ("large", False, list(_large(table, last))),
    ]
    places = [(key, blocks, [*found, *more.get(key, ())]) for key, blocks, found in places]
    if "classes" in more:
        places.append(("classes", True, list(more["classes"])))
    return [Finding(key, not (blocks and found), len(found), tuple(found[:LISTED])) for key, blocks, found in places]


def named(key: Sequence[str]) -> str:
    """A figure's name in a list of findings."""
    return " / ".join(key)


def _values(table: PublishedTable) -> dict[tuple[str, ...], float | None]:
    """Every cell's value, None where it has none to show."""
    rows = table.cells.select(*KEY, "value").rows()
    return {row[:-1]: row[-1] for row in rows}


def _missing(table: PublishedTable) -> Iterator[str]:
    """Months without figures between the first and the last, and figures that an area lacks in one of its months."""
    months = table.months
    first, last = (month_end(month_named(month)) for month in (months[0], months[-1]))
    yield from (month for month in map(month_name, every_month(first, last)) if month not in months)
    residents = table.cells.filter(population="residents")
    held = set(residents.select("area", "month", "indicator").rows())
    began = dict(residents.group_by("indicator").agg(pl.col("month").min()).rows())
    for indicator in table.measures.keys:
        # A measure that needs months before it begins later than others, but in every area at once, and goes on.
        for month in (one for one in months if one >= began.get(indicator, months[0])):
            for area in table.dimensions[0].keys:
                if (area, month, indicator) not in held:
                    yield named((area, "residents", month, indicator))


def _lost(table: PublishedTable, last: PublishedTable) -> Iterator[str]:
    """Figures of the last release that this one does not hold at all."""
    held = set(table.cells.select(KEY).rows())
    yield from (named(key) for key in last.cells.select(KEY).rows() if key not in held)


def _broken(table: PublishedTable, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Sums whose figures are all published and do not add up."""
    values = _values(table)
    for key in sorted(values):
        for coefficients, words in sums_of(key):
            if wanted(words) and all(values.get(other) is not None for other in coefficients):
                total = sum(by * (values[other] or 0.0) for other, by in coefficients.items())
                if total != 0:
                    yield f"{named(key)}: {words}"


def undefined(table: PublishedTable) -> Iterator[str]:
    """What lacks its words in a language."""
    yield from (f"table: {name}" for name in ("title", "description", "source", "publisher") if _lacks(table, name))
    for dimension in table.dimensions:
        for code in dimension.codes:
            words = [code.label] if dimension.role != "metric" else _measure_words(code)
            if not all(map(_complete, words)) or (dimension.role == "metric" and not code.source):
                yield f"{dimension.key}: {code.key}"


def _lacks(table: PublishedTable, name: str) -> bool:
    return not _complete(getattr(table, name))


def _measure_words(code: Code) -> list[Words | None]:
    return [code.label, code.definition, code.unit]


def _complete(words: Words | None) -> bool:
    return words is not None and all(words.get(language, "").strip() for language in LANGUAGES)


def revised(table: PublishedTable, last: PublishedTable) -> Iterator[str]:
    """Figures that the last release shows otherwise: another value, or hidden on one side."""
    before = {row[:4]: row[4:] for row in last.cells.select(*KEY, "value", "status").rows()}
    for row in table.cells.select(*KEY, "value", "status").rows():
        if row[:4] in before and before[row[:4]] != row[4:]:
            yield named(row[:4])


def _large(table: PublishedTable, last: PublishedTable | None) -> Iterator[str]:
    """Large changes between neighbouring months, of the months that no release has shown yet."""
    new = set(table.months) - set(last.months if last else ())
    cells = table.cells.filter(pl.col("value").is_not_null()).sort(KEY)
    values = _values(table)
    for area, population, month, indicator, value in cells.select(*KEY, "value").rows():
        at = table.months.index(month)
        before = values.get((area, population, table.months[at - 1], indicator)) if at else None
        if month in new and before is not None:
            change = abs(value - before)
            if change > LARGE_NUMBER and change > LARGE_SHARE * before:
                yield f"{named((area, population, month, indicator))}: {before:g} → {value:g}"
