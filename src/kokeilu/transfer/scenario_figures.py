"""What the law as it is and other laws would do over the register: counts that tell of nobody, laws side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import polars as pl

from kokeilu.law import support
from kokeilu.law.scenarios import BASE, Scenario, apply
from kokeilu.law.trial import Trial
from kokeilu.law.whatif import compare, largest_municipalities
from kokeilu.register.models import Extract
from kokeilu.register.queries import facts_on
from kokeilu.transfer.hiding import THRESHOLD, Cell, hidden_cells

ELSEWHERE = ""  # the area of people outside all areas, or of whom it is not known
COUNTS = ("job_seekers", "people", "undecided")
SUPPORT = "support_cents"
# What can be calculated from shown counts: those who are not in, and those who are out for certain.
LEFTOVERS = (("job_seekers", "people"), ("job_seekers", "people", "undecided"))
Rows = dict[str | None, dict[str, Any]]  # of whatif.SCHEMA by area, None is the whole
SUPPORT_STEP = 100_000  # cents: an exact sum of a few daily amounts would tell how many people are paid which share


@dataclass(frozen=True)
class Figure:
    """A number as a page may show it: None where there is none, or where it is hidden."""

    value: float | None
    hidden: bool = False


@dataclass(frozen=True)
class Row:
    """An area's figures under a law, or the whole register's (`area` is None).

    `support` is in thousands of euros for the month. `workers` of the whole are counted from its people where an
    area's are hidden (`workers_from_whole`): then they are the least that is needed.
    """

    area: str | None
    job_seekers: Figure
    people: Figure
    undecided: Figure
    share: Figure
    workers: Figure
    support: Figure
    workers_from_whole: bool = False


@dataclass(frozen=True)
class Day:
    """One day: the rows of each law by its key, the whole first. `verified` says whether the amounts are; None where
    the municipalities' share cannot be estimated."""

    on: date
    rows: dict[str, list[Row]]
    verified: bool | None

    def whole(self, law: str) -> Row:
        """A law's figures over the whole register."""
        return self.rows[law][0]

    def row(self, law: str, area: str) -> Row | None:
        """A law's figures in an area; None where it has no such area."""
        return next((row for row in self.rows[law] if row.area == area), None)


@dataclass(frozen=True)
class Comparison:
    """The laws by key, BASE first, and what they do on each day in order. Areas are told on the last day only."""

    laws: dict[str, Trial]
    days: list[Day]

    @property
    def last(self) -> Day:
        """The day whose areas are told."""
        return self.days[-1]

    def in_force(self, law: str, on: date) -> bool:
        """Whether a law has a version on a day."""
        return any(version.from_day <= on < version.to_day for version in self.laws[law].versions)


def reported_days() -> list[date]:
    """The days of which extracts have been imported, in order."""
    extracts = Extract.objects.filter(kind=Extract.Kind.EXTRACT)
    return sorted(set(extracts.order_by("as_of").values_list("as_of", flat=True)))


def compared(
    trial: Trial, scenarios: Sequence[Scenario], days: Sequence[date], customers_per_worker: int | None
) -> Comparison:
    """The law and the scenarios over the facts that the register reports on the days, which come in order.

    The same figures as `kokeilu trial whatif` gives for these facts, with those hidden that would tell of a few
    people. Problem: what `kokeilu.law.whatif.compare` refuses.
    """
    first = _facts(days[0])
    months: Iterator[tuple[date, pl.DataFrame]] = chain([(days[0], first)], ((on, _facts(on)) for on in days[1:]))
    found = compare(trial, scenarios, months, customers_per_worker=customers_per_worker)
    laws = {BASE: trial} | {each.key: apply(trial, each, largest_municipalities(first)) for each in scenarios}
    told = [_day(on, found.filter(pl.col("on") == on), customers_per_worker, by_area=on == days[-1]) for on in days]
    return Comparison(laws, told)


def _facts(on: date) -> pl.DataFrame:
    return facts_on(on).drop("person", "family_name", "given_names")


def _day(on: date, found: pl.DataFrame, customers_per_worker: int | None, *, by_area: bool) -> Day:
    """A day's figures as they may be shown."""
    rows: dict[str, Rows] = {}
    for row in found.iter_rows(named=True):
        rows.setdefault(row["scenario"], {})[row["area"]] = row
    rows = {law: areas | {ELSEWHERE: _rest(areas)} if by_area else {None: areas[None]} for law, areas in rows.items()}
    hidden = _hidden(rows, on)
    verified = found["support_verified"].drop_nulls()
    return Day(
        on,
        {
            law: [_row(law, area, areas[area], hidden, customers_per_worker) for area in areas]
            for law, areas in rows.items()
        },
        bool(verified.all()) if len(verified) else None,
    )


def _rest(areas: Rows) -> dict[str, Any]:
    """The whole less its areas."""
    whole = areas[None]
    parts = [row for area, row in areas.items() if area is not None]
    rest = {figure: whole[figure] - sum(row[figure] for row in parts) for figure in COUNTS}
    none = None if whole[SUPPORT] is None else 0
    share = rest["people"] / rest["job_seekers"] if rest["job_seekers"] else None
    workers = None if whole["workers"] is None else whole["workers"] - sum(row["workers"] for row in parts)
    return whole | rest | {SUPPORT: none, "share": share, "workers": workers}


def _hidden(rows: dict[str, Rows], on: date) -> set[Cell]:
    # Where a day has no areas its wholes are the only parts there are.
    def cells(figures: Sequence[str]) -> dict[Cell, int]:
        return {
            Cell(law, area if len(areas) > 1 else "whole", figure): row[figure]
            for law, areas in rows.items()
            for area, row in areas.items()
            for figure in figures
            if row[figure] is not None
        }

    found = hidden_cells(cells(COUNTS), THRESHOLD, LEFTOVERS)
    rates = support.rates_on(on)
    if rates is not None:
        dearest = rates.cents_per_day * support.weekdays(on) * max(percent for _, percent in rates.steps)
        found |= hidden_cells(cells((SUPPORT,)), -(-THRESHOLD * dearest // support.PERCENT))
    return {cell._replace(area=None) if cell.area == "whole" else cell for cell in found}


def _row(law: str, area: str | None, row: dict[str, Any], hidden: set[Cell], customers_per_worker: int | None) -> Row:
    def figure(name: str) -> Figure:
        return Figure(None, True) if Cell(law, area, name) in hidden else Figure(row[name])

    people, job_seekers = figure("people"), figure("job_seekers")
    workers = Figure(None, True) if people.hidden else Figure(row["workers"])
    # The sum of each area's workers would tell of hidden ones: asked again with other numbers, how many people.
    from_whole = area is None and any(cell.law == law and cell.figure == "people" for cell in hidden)
    if from_whole and people.value is not None and customers_per_worker:
        workers = Figure(-(-int(people.value) // customers_per_worker))
    return Row(
        area,
        job_seekers,
        people,
        figure("undecided"),
        share=Figure(None, True) if people.hidden or job_seekers.hidden else Figure(row["share"]),
        workers=workers,
        support=_thousands(figure(SUPPORT)),
        workers_from_whole=from_whole and workers.value is not None,
    )


def _thousands(cents: Figure) -> Figure:
    return cents if cents.value is None else Figure((int(cents.value) + SUPPORT_STEP // 2) // SUPPORT_STEP)
