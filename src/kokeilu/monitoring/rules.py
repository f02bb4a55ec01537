"""From the panel's spells to the figures: what the engine adds up, and the indicators made of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import polars as pl

from kokeilu.monitoring import steps, structure, survival
from kokeilu.monitoring.indicators import BALANCES, DESTINATIONS, FOLLOWED, INDICATORS, POPULATIONS
from kokeilu.monitoring.indicators import SUMS as SUMS  # where others look for it
from kokeilu.monitoring.steps import ENDED, KEYS, SERVICE, STARTED, UNEMPLOYED, Rows

CELL: Final = ("area", "population", "month", "indicator")
"""What names a figure. `month` is an integer, 202103 is March 2021."""

TOTAL: Final = "total"

Keep = Callable[[Rows], Rows]


class Inconsistent(Exception):
    """Figures that do not add up; `cell` names the first of them."""

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.cell = cell


def month_number(month: int) -> int:
    """Months counted without a gap at the turn of the year: 202012 and 202101 are neighbours."""
    return month // 100 * 12 + month % 100 - 1


def month_numbered(number: int) -> int:
    """The month of a month_number."""
    return number // 12 * 100 + number % 12 + 1


def month_before(month: int) -> int:
    """202012 for 202101."""
    return month_numbered(month_number(month) - 1)


def _month(number: pl.Expr) -> pl.Expr:
    """202103 for the `month_number` of March 2021."""
    return (number // 12 * 100 + number % 12 + 1).cast(pl.Int32)


@dataclass(frozen=True)
class Events:
    """What the engine has added up, as small frames; `at` is a month_number, as are `first` and `last`.

    `held`: KEYS, status, seeking, since, paid, at, started, ended. `moves`: KEYS, at, was, became, same, since,
    persons. `groups`: KEYS, at, group, persons. `followed`: KEYS, at, became, persons. `everyone`: at, started, ended,
    of people in no area too. `begun`: `survival.begun`. What follows a person over many months, `groups`, `followed`
    and `begun`, is null where all is broken down by a column.
    """

    first: int
    last: int
    held: pl.DataFrame
    moves: pl.DataFrame
    everyone: pl.DataFrame
    groups: pl.DataFrame | None = None
    followed: pl.DataFrame | None = None
    begun: pl.DataFrame | None = None


def events(
    spells: Rows,
    calendar: Rows,
    first: int,
    last: int,
    *,
    keep: Keep = lambda rows: rows,
) -> Events:
    """The events of the months first..last (202103); what holds at the first one begins there.

    `spells` has steps.COLUMNS, in any order of rows, and `calendar` the month_numbers of the months in `at`. `keep` may
    hold a frame that several counts read.
    """
    begin, end = month_number(first), month_number(last)
    rows = keep(steps.steps(spells, begin, end))
    parts = [
        steps.events(rows),
        steps.moved(steps.departures(rows, end)),
        steps.everyone(rows),
        structure.groups(rows, calendar),
        structure.followed(rows),
        survival.begun(rows, end),
    ]
    return Events(begin, end, *map(_collected, parts))


def events_by(
    spells: Rows, first: int, last: int, columns: Sequence[str], *, keep: Keep = lambda rows: rows
) -> Iterator[Events]:
    """`events` by each of the columns, which `spells` has too, one after the other.

    What they have in common is worked out once, and kept.
    """
    begin, end = month_number(first), month_number(last)
    rows = keep(steps.steps_by(spells, begin, end, columns))
    gone = keep(steps.departures(rows, end, columns))
    everyone = _collected(steps.everyone(rows))
    for column in columns:
        held, moves = (frame.with_columns(by=nw.col(column)) for frame in (rows, gone))
        yield Events(begin, end, _collected(steps.events(held)), _collected(steps.moved(moves)), everyone)


def _collected(rows: Rows) -> pl.DataFrame:
    found: pl.DataFrame = rows.collect("polars").to_native()
    return found


def _summed(rows: pl.DataFrame, indicator: str, persons: pl.Expr) -> pl.DataFrame:
    """The people of each cell and month: KEYS, at, indicator, persons."""
    sums = rows.group_by(*KEYS, "at").agg(persons.sum().cast(pl.Int64).alias("persons"))
    return sums.with_columns(indicator=pl.lit(indicator)).select(*KEYS, "at", "indicator", "persons")


def cumulated(changes: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """The stock at every month end of first..last from its changes: the sum of those so far.

    `changes` has at and persons, and columns that name the cell; more than one row a cell and month are added.
    """
    names = [name for name in changes.columns if name not in ("at", "persons")]
    months = pl.DataFrame({"at": range(first, last + 1)}, schema={"at": pl.Int64})
    # Without names there is one cell; to Polars a frame of no columns has no rows.
    grid = changes.select(names).unique().join(months, how="cross") if names else months
    sums = changes.group_by(*names, "at").agg(pl.col("persons").sum())
    filled = grid.join(sums, on=[*names, "at"], how="left", nulls_equal=True).with_columns(
        pl.col("persons").fill_null(0)
    )
    summed = filled.sort(*names, "at").with_columns(pl.col("persons").cum_sum().over(names or pl.lit(0)))
    return summed.select(changes.columns)


def unemployed_for(held: pl.DataFrame, months: int) -> pl.DataFrame:
    """The changes of the stock of those unemployed for so many months or more: KEYS, at, persons.

    `since` was at most so many months before; who leaves earlier comes and goes in the same month and adds nothing.
    """
    known = held.filter(pl.col("status").is_in(UNEMPLOYED), pl.col("since").is_not_null())
    return known.select(
        *KEYS,
        pl.max_horizontal("at", pl.col("since") + months).alias("at"),
        (pl.col(STARTED) - pl.col(ENDED)).alias("persons"),
    )


DURATIONS: Final = {
    0: "unemployed_under_3_months",
    3: "unemployed_3_to_6_months",
    6: "unemployed_6_to_12_months",
    structure.LONG_TERM: "long_term_unemployed",
}
"""The classes of running unemployment, by the months from which on they count."""


def _durations(held: pl.DataFrame) -> list[pl.DataFrame]:
    """The changes of the stock of each class of running unemployment, and of the unemployed of unknown duration."""
    unemployed = held.filter(pl.col("status").is_in(UNEMPLOYED))
    changed = unemployed.select(*KEYS, "at", "since", (pl.col(STARTED) - pl.col(ENDED)).alias("persons"))
    # The register may tell of a beginning that lies ahead: these too have just begun, so the first class is of all.
    reached = [changed.filter(pl.col("since").is_not_null()).drop("since")]
    reached += [unemployed_for(held, months) for months in list(DURATIONS)[1:]]
    left = [*(rows.with_columns(-pl.col("persons")) for rows in reached[1:]), reached[0].clear()]
    classes = [
        _summed(pl.concat([came, gone]), key, pl.col("persons"))
        for key, came, gone in zip(DURATIONS.values(), reached, left, strict=True)
    ]
    unknown = pl.when(pl.col("since").is_null()).then("persons").otherwise(0)
    return [*classes, _summed(changed, "unemployed_unknown_duration", unknown)]


ENDED_AFTER: Final = {
    0: "outflow_under_3_months",
    3: "outflow_3_to_6_months",
    6: "outflow_6_to_12_months",
    structure.LONG_TERM: "outflow_12_months_and_more",
}
"""The classes of unemployment that ended: those of running unemployment at the last month end of it."""


def _ended_after(left: pl.DataFrame) -> list[pl.DataFrame]:
    """The outflow of each class of duration, and that of unknown duration.

    Who leaves is looked at in the class of the month end before, where they were counted last: so each class of the
    outflow is a part of the stock of the same class, and what is left of it is known to the month only.
    """
    lasted = pl.max_horizontal(pl.col("at") - 1 - pl.col("since"), 0)
    reached = pl.lit(None, pl.String)
    for months, key in ENDED_AFTER.items():
        reached = pl.when(lasted >= months).then(pl.lit(key)).otherwise(reached)
    ended = pl.when(pl.col("since").is_not_null()).then(reached).otherwise(pl.lit("outflow_unknown_duration"))
    classed = left.with_columns(ended=ended)
    return [
        _summed(classed.filter(ended=key), key, pl.col("persons"))
        for key in (*ENDED_AFTER.values(), "outflow_unknown_duration")
    ]


def _stocks(events: Events) -> pl.DataFrame:
    held, status, seeking = events.held, pl.col("status"), pl.col("seeking")
    settled = status.is_in((*UNEMPLOYED, SERVICE, "supported_work")).fill_null(False)
    paid = pl.col("paid")
    who = {
        "unemployed_not_laid_off": status == "unemployed",
        "laid_off": status == "laid_off",
        "in_services": status == SERVICE,
        "supported_work": (status == "supported_work") & seeking,
        "other_job_seekers": seeking & ~settled,
        "paid_300_days": paid.is_between(300, 999),
        "paid_1000_days": paid >= 1000,
    }
    changed = pl.col(STARTED) - pl.col(ENDED)
    # Rows that do not meet a condition count nothing, so that an area of no one is there too.
    changes = [
        _summed(held, key, pl.when(condition.fill_null(False)).then(changed).otherwise(0))
        for key, condition in who.items()
    ]
    changes += _durations(held)
    return cumulated(pl.concat(changes), events.first, events.last)


STAYS: Final = pl.col("same") & (pl.col("was") == pl.col("became"))


def _arrivals(events: Events, indicator: str, was: str, statuses: Sequence[str]) -> pl.DataFrame:
    """Those who begin to be held in the statuses, less those who were already."""
    began = events.held.filter(pl.col("status").is_in(statuses), pl.col("at") > events.first)
    stayed = events.moves.filter(STAYS, pl.col("was") == was)
    every = pl.concat(
        [
            began.select(*KEYS, "at", pl.col(STARTED).alias("persons")),
            stayed.select(*KEYS, "at", -pl.col("persons")),
        ]
    )
    return _summed(every, indicator, pl.col("persons"))


def _flows(events: Events) -> pl.DataFrame:
    was, became = pl.col("was"), pl.col("became")
    gone = events.moves.filter(~STAYS)
    left = gone.filter(was == "unemployed").with_columns(
        became=pl.when(became == "unemployed").then(pl.lit("moved")).otherwise(became)
    )
    served = gone.filter(was == SERVICE)
    persons = pl.col("persons")
    return pl.concat(
        [
            _arrivals(events, "inflow", "unemployed", UNEMPLOYED),
            _arrivals(events, "service_starts", SERVICE, (SERVICE,)),
            *(_summed(left.filter(became == key.removeprefix("outflow_")), key, persons) for key in DESTINATIONS),
            *_ended_after(left),
            _summed(served.filter(became == "open_market"), "exits_from_services", persons),
            _summed(served, "service_ends", persons),
            *_after_services(events, served),
        ]
    )


def _after_services(events: Events, served: pl.DataFrame) -> list[pl.DataFrame]:
    """What followed the services that ended structure.AFTER months ago; unknown is who is not reported then."""
    if events.followed is None:
        return []
    known = events.followed
    ended = served.select(*KEYS, pl.col("at") + structure.AFTER, "persons").filter(pl.col("at") <= events.last)
    nothing = pl.concat([ended, known.filter(pl.col("became") != "unknown").select(*KEYS, "at", -pl.col("persons"))])
    parts = [
        _summed(known.filter(pl.col("became") == key.removeprefix("followed_")), key, pl.col("persons"))
        for key in FOLLOWED
        if key != "followed_unknown"
    ]
    return [*parts, _summed(nothing, "followed_unknown", pl.col("persons"))]


def _groups(events: Events) -> list[pl.DataFrame]:
    if events.groups is None:
        return []
    names = {
        structure.RECURRENT: "recurrently_unemployed",
        structure.AFTER_SERVICE: "unemployed_after_service",
        structure.SERVICE_TO_SERVICE: "service_to_service",
    }
    found = events.groups.with_columns(indicator=pl.col("group").replace_strict(names, return_dtype=pl.String))
    return [found.select(*KEYS, "at", "indicator", "persons")]


def counts(events: Events) -> pl.DataFrame:
    """People per area, responsibility, class, month and basic indicator: KEYS, month, indicator, persons.

    Cells that no one is in may be left out, and what `events` does not count by class is. `trial` tells whether a
    trial area is responsible. Flows count from the second month on.
    """
    long = pl.concat([_stocks(events), _flows(events), *_groups(events)])
    return long.select(*KEYS, _month(pl.col("at")).alias("month"), "indicator", "persons")


def _grid(counted: pl.DataFrame, months: Sequence[int]) -> pl.DataFrame:
    """Every cell that is to be shown: populations by responsibility only from an area's first month in the trial."""
    areas = counted.select("area").unique()
    numbers = [(month, place) for place, month in enumerate(sorted(months))]
    every = areas.join(pl.DataFrame(numbers, {"month": pl.Int32, "place": pl.Int32}, orient="row"), how="cross")
    began = counted.filter("trial", pl.col("persons") > 0).group_by("area").agg(began=pl.col("month").min())
    basic = [one for key, one in INDICATORS.items() if key not in SUMS and one.kind != "rate"]
    indicators = pl.DataFrame(
        [(one.key, one.history, population) for one in basic for population in one.populations],
        {"indicator": pl.String, "history": pl.Int32, "population": pl.String},
        orient="row",
    )
    cells = every.join(began, on="area", how="left").join(indicators, how="cross")
    return cells.filter(
        (pl.col("population") == POPULATIONS[0]) | (pl.col("month") >= pl.col("began")),
        pl.col("place") >= pl.col("history"),
    ).select(CELL)


def figures(counted: pl.DataFrame, months: Sequence[int]) -> pl.DataFrame:
    """All figures in persons: CELL and `persons`, zeros included, ordered by area and month.

    `counted` is the outcome of `counts` over `months`, the whole panel. A figure begins with the month that has as
    much history before it as its indicator needs: the first month has stocks only.
    """
    by_population = counted.with_columns(
        population=pl.when("trial").then(pl.lit("customers")).otherwise(pl.lit("state"))
    )
    people = pl.concat([by_population, counted.with_columns(population=pl.lit("residents"))], how="diagonal")
    people = people.group_by(CELL).agg(pl.col("persons").sum())
    filled = _grid(counted, months).join(people, on=CELL, how="left").with_columns(pl.col("persons").fill_null(0))
    whole = with_sums(filled)
    place = {key: number for number, key in enumerate([*POPULATIONS, *INDICATORS])}
    order = [pl.col(name).replace_strict(place, return_dtype=pl.Int32) for name in ("population", "indicator")]
    return whole.select(*CELL, "persons").sort("area", "month", *order)


def with_sums(basic: pl.DataFrame) -> pl.DataFrame:
    """The figures and those that are sums of others; a sum is there where all of its parts are."""
    found = basic
    cell = [name for name in basic.columns if name not in ("indicator", "persons")]
    for whole, parts in SUMS.items():
        total = found.filter(pl.col("indicator").is_in(parts)).group_by(cell).agg(pl.col("persons").sum(), pl.len())
        total = total.filter(pl.col("len") == len(parts)).with_columns(indicator=pl.lit(whole))
        found = pl.concat([found, total.select(found.columns)])
    return found


def check(figures: pl.DataFrame) -> None:
    """Raise Inconsistent where a figure is negative, or a stock is not the last one plus inflow less outflow."""
    negative = figures.filter(pl.col("persons") < 0).sort(CELL)
    if negative.height:
        raise Inconsistent(_named(negative.row(0, named=True)))
    residents = figures.filter(population=POPULATIONS[0]).with_columns(
        at=pl.col("month") // 100 * 12 + pl.col("month") % 100
    )
    cells = {
        (area, at, key): value for area, at, key, value in residents.select("area", "at", "indicator", "persons").rows()
    }
    for row in residents.sort(CELL).iter_rows(named=True):
        balance = BALANCES.get(row["indicator"])
        before = cells.get((row["area"], row["at"] - 1, row["indicator"]))
        if balance is None or before is None:
            continue
        came, left = (cells[row["area"], row["at"], key] for key in balance)
        if row["persons"] != before + came - left:
            raise Inconsistent(_named(row))


def _named(row: dict[str, object]) -> str:
    return " / ".join(str(row[name]) for name in CELL)
