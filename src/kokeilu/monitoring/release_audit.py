"""Disclosure control of the monthly figures as a release: all versions of the table that readers have, together. Pure.

What ties the cells is what every reader can calculate: parts and totals, populations and all residents, last month's
stock with the flows to this month's; and, from version to version, which cells were not revised.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from kokeilu.disclosure import linked
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, Identity, Linked, Table, Term
from kokeilu.disclosure.protection import Unprotectable
from kokeilu.monitoring import hidden_zeros, monthly_hiding
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.monthly_hiding import Cell
from kokeilu.panel.rules import month_name

KEY: Final = ("area", "population", "month", "indicator")
COLUMNS: Final = (*KEY, "value", "status")
BLOCK: Final = ("area", "month")
SCHEMA: Final = dict.fromkeys(KEY, pl.String) | {"value": pl.Float64, "status": pl.String}

Key = tuple[str, ...]
Values = Mapping[Key, float]


@dataclass(frozen=True)
class Version:
    """One release's figures in persons, as its makers know them: KEY, `value` (true, also where hidden), `status`
    (published, primary, secondary; null where it is to be decided). Months are texts, 2021-03.
    """

    name: str
    cells: pl.DataFrame


def decided(cells: pl.DataFrame, earlier: Sequence[Version], threshold: int = linked.THRESHOLD) -> pl.DataFrame:
    """The figures with the status of each decided: what is hidden, so that no attacker derives a small figure.

    `cells` has KEY and `value`; `earlier` are the versions that readers have or will have, the newest last: releases,
    and what the areas' pages showed. An area's month whose published figures stay as they were keeps its pattern.
    Others have that of a first publication on the areas' pages; only where the versions together would then give
    something away are they decided anew. Raises protection.Unprotectable where what was published before leaves no
    safe choice.
    """
    wanted = cells.select(*KEY, "value").with_columns(status=pl.lit(None, pl.String))
    if earlier:
        wanted = _kept(wanted, _last_told(earlier), threshold)
        elsewhere = wanted.join(earlier[-1].cells, on=BLOCK, how="anti")
        if elsewhere.is_empty() and not wanted.get_column("status").null_count():
            return wanted
    as_pages = _as_on_pages(wanted)
    if _safe([*earlier, Version("new", as_pages)], earlier, threshold):
        return as_pages
    statuses = _least(wanted, earlier, threshold).tables[-1].rows.select(*KEY, "status")
    return wanted.drop("status").join(statuses, on=KEY, how="left", maintain_order="left").select(COLUMNS)


def _least(wanted: pl.DataFrame, earlier: Sequence[Version], threshold: int) -> linked.Protected:
    """The least that must be hidden: zeros, which a reader may know to be none, only where nothing else will do."""
    problem = joint([*earlier, Version("new", wanted)])
    for zeros_shown in (True, False):
        try:
            return linked.protect(problem, threshold, zeros_shown=zeros_shown)
        except Unprotectable:
            continue
    value = pl.col("value")
    cost = pl.when(value > 0).then(value + 1).otherwise(monthly_hiding.LAST_RESORT)
    return linked.protect(joint([*earlier, Version("new", wanted.with_columns(cost=cost))]), threshold)


def _safe(versions: Sequence[Version], earlier: Sequence[Version], threshold: int) -> bool:
    """Whether the newest of the versions tells nothing, also to who goes by the rule that zeros are shown, that the
    earlier ones do not tell that reader already.
    """
    if audit(versions, threshold).get_column("exposed").any():
        return False
    told = _told_by_zeros(versions, threshold)
    return not told or told <= _told_by_zeros(earlier, threshold)


def _told_by_zeros(versions: Sequence[Version], threshold: int) -> set[Key]:
    """The small figures that follow exactly where it is known of which months no zero is hidden."""
    problem = joint(versions)
    arrays = problem.joint()
    names = [(table.name, *key) for table in problem.tables for key in table.rows.select(KEY).iter_rows()]
    hidden = np.array([each != PUBLISHED for each in arrays.status], np.bool_)
    known = hidden_zeros.least(arrays.values, hidden, [(name[0], name[1], name[3]) for name in names])
    needed = linked.widths(arrays.status, threshold)
    told = hidden_zeros.told(arrays.system, arrays.values, hidden, needed, known)
    return {names[cell][1:] for cell in np.flatnonzero(told).tolist()}


def _last_told(earlier: Sequence[Version]) -> pl.DataFrame:
    """The cells of each area's month as the newest version that holds it has them."""
    found = earlier[-1].cells.select(COLUMNS)
    for one in reversed(earlier[:-1]):
        found = pl.concat([found, one.cells.join(found, on=BLOCK, how="anti").select(COLUMNS)])
    return found


def cells_of(figures: pl.DataFrame) -> pl.DataFrame:
    """The outcome of `rules.figures` as KEY and `value`, months as texts, in the same order."""
    month = pl.col("month").cast(pl.String)
    return figures.select(
        "area", "population", (month.str.slice(0, 4) + "-" + month.str.slice(4)).alias("month"), "indicator",
        pl.col("persons").cast(pl.Float64).alias("value"),
    )  # fmt: skip


def _as_on_pages(wanted: pl.DataFrame) -> pl.DataFrame:
    """The figures with the statuses that they have on the areas' pages, where they have none yet."""
    month = pl.col("month").str.replace("-", "").cast(pl.Int32)
    figures = wanted.select("area", "population", month, "indicator", pl.col("value").cast(pl.Int64).alias("persons"))
    shown = monthly_hiding.hidden(figures).get_column("status")  # in the order of the figures
    return wanted.with_columns(status=pl.coalesce("status", shown))


def _kept(wanted: pl.DataFrame, before: pl.DataFrame, threshold: int) -> pl.DataFrame:
    """The figures with the statuses of the version before, in blocks where nothing published has changed."""
    both = wanted.drop("status").join(before, on=KEY, how="left", suffix="_before", maintain_order="left")
    shown = pl.col("status") == PUBLISHED
    same = pl.col("status").is_not_null() & (~shown | (pl.col("value") == pl.col("value_before")))
    block = same.all().over(BLOCK)
    # A hidden figure that has become small needs the whole width from now on.
    small = ~shown & pl.col("value").is_between(1, threshold - 1)
    status = pl.when(small).then(pl.lit(PRIMARY)).otherwise("status")
    return both.with_columns(status=pl.when(block).then(status)).select(COLUMNS)


def audit(versions: Sequence[Version], threshold: int = linked.THRESHOLD) -> pl.DataFrame:
    """What an attacker derives of every hidden figure from all versions together, the newest last.

    One row per hidden figure: `version`, KEY, `status`, `low`, `high`, `needed`, `exposed`. Figures of earlier versions
    that say nothing else than the newest one are looked at there.
    """
    problem = joint(versions)
    found = linked.audit(problem, threshold)
    rows = pl.concat(
        [
            table.rows.select(KEY).with_row_index("row").with_columns(pl.lit(table.name).alias("version"))
            for table in problem.tables
        ]
    )
    named = found.rename({"table": "version"}).with_columns(pl.col("row").cast(pl.UInt32))
    joined = named.join(rows, on=["version", "row"], how="left", maintain_order="left")
    return joined.select("version", *KEY, "status", "low", "high", "needed", "exposed")


def joint(versions: Sequence[Version]) -> Linked:
    """All versions as one problem. An area's month of an earlier version is left out where the newest has the same
    figures under the same pattern: it tells nothing else.
    """
    newest = versions[-1]
    parts = [Version(one.name, _differing(one.cells, newest.cells)) for one in versions[:-1]]
    known = {one.name: dict(zip(one.cells.select(KEY).rows(), one.cells.get_column("value"), strict=True))
             for one in [*parts, newest]}  # fmt: skip
    given_away: set[Key] = set().union(*map(_given_away, versions[:-1]))
    identities = [
        identity
        for one in [*parts, newest]
        for identity in _sums(one.name, known[one.name], newest.name, known[newest.name], given_away)
    ]
    for one in parts:
        identities += _same(one, newest)
    tables = [Table(one.name, KEY, one.cells) for one in [*parts, newest] if one.cells.height]
    return Linked(tuple(tables), tuple(identities))


def _differing(cells: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """The blocks whose figures or pattern the newest version does not have as they are."""
    both = cells.join(newest, on=KEY, how="left", suffix="_new", maintain_order="left")
    shown, shown_new = pl.col("status") == PUBLISHED, pl.col("status_new") == PUBLISHED
    as_new = pl.col("status_new").is_not_null() & (shown == shown_new)
    same = as_new & (~shown | (pl.col("value") == pl.col("value_new")))
    return both.filter(~same.fill_null(False).all().over(BLOCK)).select(COLUMNS)


def _same(one: Version, newest: Version) -> Iterator[Identity]:
    """The cells that were not revised: an attacker is taken to know which these are, shown or hidden."""
    both = one.cells.join(newest.cells, on=KEY, suffix="_new", maintain_order="left")
    for key in both.filter(pl.col("value") == pl.col("value_new")).select(KEY).rows():
        yield linked.same(Term(one.name, key), Term(newest.name, key))


def _given_away(version: Version) -> set[Key]:
    """What a version tells of services that ended, where it shows it and hides the ends, or hides it and shows them."""
    told = dict(zip(version.cells.select(KEY).rows(), version.cells.get_column("status"), strict=True))
    return {
        key
        for key in told
        for terms in told_again(key)
        if all(one in told for one in terms) and len({told[one] == PUBLISHED for one in terms}) == 2
    }


def _sums(name: str, own: Values, newest: str, others: Values, given_away: Collection[Key]) -> Iterator[Identity]:
    """The sums among a version's cells. A month that it does not hold apart is read from the newest version, where
    that keeps the sum true. What was `given_away` about services that ended is not tied to the ends: that is out.
    """
    for key in sorted(own):
        again = ((terms, 0.0) for terms in told_again(key) if key not in given_away)
        for coefficients, high in (*tied(key), *again):
            if all(other in own or other in others for other in coefficients):
                terms = [Term(name if other in own else newest, other, by) for other, by in coefficients.items()]
                total = sum(by * (own[other] if other in own else others[other]) for other, by in coefficients.items())
                within = all(other in own for other in coefficients)
                if within or 0 <= total <= high:
                    yield Identity(tuple(terms), 0.0, high, f"{name}: what ties {'/'.join(key)}")


def sums_of(key: Key) -> Iterator[tuple[Mapping[Key, float], str]]:
    """The sums that a cell is the total of, the later stock in, or tells again; each as cell and coefficient, zero
    together.
    """
    for coefficients, high in tied(key):
        if high == 0:
            yield coefficients, _words(key, coefficients)
    for coefficients in told_again(key):
        yield coefficients, "services that ended, told again"


def _words(key: Key, cells: Mapping[Key, float]) -> str:
    _, populations, months, _ = map(set, zip(*cells, strict=True))
    if len(months) > 1:
        return "stock and flows"
    return "populations" if len(populations) > 1 else f"parts of {key[-1]}"


def tied(key: Key) -> Iterator[tuple[Mapping[Key, float], float]]:
    """All that ties a cell to others (monthly_hiding.tied): with coefficients, from zero to the bound together."""
    area, population, month, indicator = key
    if INDICATORS[indicator].unit != "persons":
        return
    for terms, high in monthly_hiding.tied(Cell(int(month.replace("-", "")), population, indicator)):
        yield _named(area, terms), high


def told_again(key: Key) -> Iterator[Mapping[Key, float]]:
    """The services that ended, which are told again by what followed them: zero together."""
    area, population, month, indicator = key
    for terms, _ in monthly_hiding.told_again(Cell(int(month.replace("-", "")), population, indicator)):
        yield _named(area, terms)


def _named(area: str, terms: Mapping[Cell, float]) -> Mapping[Key, float]:
    return {(area, of, month_name(at), name): by for (at, of, name), by in terms.items()}
