"""The panel's rules: how periods of facts become spells and person-months.

All functions take and give Polars frames. Periods are half-open `[from, to)`; `to` is null where the state
still lasted on the last day that the register reported. Months are integers, 202103 is March 2021: they sort,
compare and partition without a calendar, and every engine reads them.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import polars as pl

Status = Literal["unemployed", "laid_off", "service", "supported_work", "open_market", "outside"]

DIMENSIONS: Final[dict[str, pl.DataType]] = {
    "status": pl.String(),
    "job_seeker": pl.Boolean(),
    "employment_code": pl.String(),
    "service": pl.String(),
    "benefit": pl.String(),
    "support_days": pl.Int16(),
    "job_search_since": pl.Date(),
    "unemployed_since": pl.Date(),
    "municipality": pl.String(),
    "area": pl.String(),
    "responsible": pl.String(),
    "age_class": pl.String(),
    "sex": pl.String(),
    "education": pl.String(),
    "language_group": pl.String(),
    "immigrant": pl.Boolean(),
}
"""What describes a person on a day. A spell ends where any of them changes."""

COLUMNS: Final[dict[str, pl.DataType]] = {
    "person": pl.Int64(),
    "from": pl.Date(),
    "to": pl.Date(),
    **DIMENSIONS,
}
"""The columns of spells as they are written, with their types."""

# States that last without being reported again: the register tells once where a job seeker went.
LASTING: Final = ("open_market", "outside")

# The first age of each class: the young end at 25 and at 30 in services and in the trial's law, the older begin at 50.
AGE_CLASSES: Final = {0: "under_25", 25: "25_29", 30: "30_49", 50: "50_over"}

# Paid days from which a municipality's share of the support changes, in the law until 2024 or from 2025 on.
SUPPORT_DAYS: Final = (0, 100, 200, 300, 400, 700, 1000)

SAMI: Final = ("se", "smn", "sms")

NO_SERVICE: Final = "none"


def month_of(day: date) -> int:
    """The month of a day, as an integer: 2021-03-31 gives 202103."""
    return day.year * 100 + day.month


def month_end(month: int) -> date:
    """The last day of a month, the day on which the month's state is read."""
    year, number = divmod(month, 100)
    return date(year, number, monthrange(year, number)[1])


def month_name(month: int) -> str:
    """202103 gives "2021-03"."""
    return f"{month // 100:04}-{month % 100:02}"


def month_named(name: str) -> int:
    """ "2021-03" gives 202103. Raises ValueError for anything else."""
    return month_of(date.fromisoformat(f"{name}-01"))


def months(first: date, last: date) -> Iterator[int]:
    """Every month whose last day lies within first..last, both included, in order."""
    day = first
    while (end := month_end(month_of(day))) <= last:
        yield month_of(day)
        day = end + timedelta(days=1)


def status() -> pl.Expr:
    """The status by `job_search_valid`, `employment_code` and `service`; null where a missing fact decides.

    Employment codes 00 (employed with support) and 01 (open market) say what the person does whatever else
    holds. Otherwise a person whose job search has ended is outside, one in a service is in the service, and
    only then does the code tell unemployed (02) from laid off (03). Whose search has ended without a code may work, so
    the status is not known; who seeks work and is in a service is in it, whatever the code. Codes: TEM's quality
    description of the employment service statistics, 00-03.
    """
    code, service, valid = pl.col("employment_code"), pl.col("service"), pl.col("job_search_valid")
    return (
        pl.when(code == "00")
        .then(pl.lit("supported_work"))
        .when(code == "01")
        .then(pl.lit("open_market"))
        .when(valid.is_null())
        .then(None)
        .when(~valid)
        .then(pl.when(code.is_not_null()).then(pl.lit("outside")))
        .when(service != NO_SERVICE)
        .then(pl.lit("service"))
        .when(service.is_null() | code.is_null())
        .then(None)
        .when(code == "02")
        .then(pl.lit("unemployed"))
        .when(code == "03")
        .then(pl.lit("laid_off"))
        .otherwise(pl.lit("outside"))
    )


def next_start(owner: str = "person") -> pl.Expr:
    """Where the same owner's next row starts, null after the last; rows are sorted by owner and `from`."""
    # Much faster than a shift over groups.
    return pl.when(pl.col(owner) == pl.col(owner).shift(-1)).then(pl.col("from").shift(-1))


def states(situations: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Situations with `status` and `job_seeker`, and further rows for states that last unreported.

    A person who was last reported in the open market or outside stays there, no longer a job seeker, until a
    new report or, by `people`, the death. One who vanishes from the register in any other state is in no state until
    then.
    """
    reported = (
        situations.with_columns(
            status=status(),
            job_seeker=pl.col("job_search_valid"),
            municipality=pl.when(pl.col("municipality") == "none").then("placed_in").otherwise("municipality"),
        )
        .drop("job_search_valid", "placed_in")
        .sort("person", "from")
    )
    lasting = reported.with_columns(following=next_start()).filter(
        pl.col("status").is_in(LASTING)
        & pl.col("to").is_not_null()
        & (pl.col("following").is_null() | (pl.col("following") > pl.col("to")))
    )
    died = people.filter(pl.col("to").is_not_null()).select("person", died="to")
    lasting = lasting.join(died, on="person", how="left").with_columns(
        pl.col("to").alias("from"),
        pl.min_horizontal("following", "died").alias("to"),
        job_seeker=pl.lit(False),
        service=pl.lit(NO_SERVICE),
        benefit=pl.lit("none"),
        job_search_since=pl.lit(None, pl.Date),
        unemployed_since=pl.lit(None, pl.Date),
    )
    living = lasting.filter(pl.col("to").is_null() | (pl.col("from") < pl.col("to")))
    return pl.concat([reported, living.select(reported.columns)])


def carried(periods: pl.DataFrame) -> pl.DataFrame:
    """Periods that hold until the same person's next one: what was last known of a person stays known."""
    return periods.sort("person", "from").with_columns(to=next_start())


def area_periods(areas: pl.DataFrame) -> pl.DataFrame:
    """The area of each municipality on every day: columns municipality, from, to, area, without gap.

    `areas` has municipality, area, from, to (null: no end). A municipality's first area also counts for the
    years before, so that what was before the trial compares with what came; days not covered later have no
    area.
    """
    known = areas.select("municipality", "area", "from", "to").sort("municipality", "from")
    gaps = known.with_columns(following=next_start("municipality")).filter(
        pl.col("to").is_not_null() & (pl.col("following").is_null() | (pl.col("following") > pl.col("to")))
    )
    gaps = gaps.select(
        "municipality",
        pl.lit(None, pl.String).alias("area"),
        pl.col("to").alias("from"),
        pl.col("following").alias("to"),
    )
    first = pl.col("from") == pl.col("from").min().over("municipality")
    always = pl.lit(date.min)
    return pl.concat([known.with_columns(pl.when(first).then(always).otherwise("from").alias("from")), gaps])


def successors(mergers: pl.DataFrame) -> pl.DataFrame:
    """What stands for each merged municipality on every day: columns municipality, from, to, successor.

    `mergers` has municipality, successor, from: the day from which the municipality is part of its successor.
    Before it the municipality stands for itself; a successor that is merged later gives way to its own.
    """
    told = mergers.select("municipality", "successor", "from")
    into: dict[str, tuple[str, date]] = {code: (successor, day) for code, successor, day in told.iter_rows()}
    rows: list[tuple[str, date, date | None, str]] = []
    for code in into:
        stands, since = code, date.min
        while stands in into:
            successor, day = into[stands]
            if since < day:
                rows.append((code, since, day, stands))
                since = day
            stands = successor
        rows.append((code, since, None, stands))
    schema = {"municipality": pl.String, "from": pl.Date, "to": pl.Date, "successor": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def support_periods(readings: pl.DataFrame) -> pl.DataFrame:
    """The class of paid support days: columns person, from, to, support_days, the least number of the class.

    `readings` has person, from, days (null: unknown). A reading holds until the next one.
    """
    days = pl.col("days")
    least: pl.Expr = pl.lit(None, pl.Int16)
    for number in SUPPORT_DAYS:
        least = pl.when(days >= number).then(pl.lit(number, pl.Int16)).otherwise(least)
    classed = readings.sort("person", "from").select("person", "from", support_days=least)
    same = (pl.col("person") == pl.col("person").shift()) & pl.col("support_days").eq_missing(
        pl.col("support_days").shift()
    )
    return carried(classed.filter(~same.fill_null(False)))


def turning_days(births: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The days within first..last on which people change age class: columns person, from.

    `births` has person, birth_date. Who was born on 29 February turns on 1 March of a common year.
    """
    birth = pl.col("birth_date")
    turn = [
        pl.date(birth.dt.year() + age, birth.dt.month(), 1) + pl.duration(days=birth.dt.day() - 1)
        for age in AGE_CLASSES
        if age
    ]
    known = births.filter(birth.is_not_null())
    return pl.concat(
        known.select("person", day.alias("from")).filter(pl.col("from").is_between(first, last)) for day in turn
    )


def _age_class() -> pl.Expr:
    """The class of the age, in whole years, on the day `from`."""
    birth, day = pl.col("birth_date"), pl.col("from")
    # Polars counts months in eight bits: 100 times a month does not fit into them.
    of_year = [each.dt.month().cast(pl.Int32) * 100 + each.dt.day() for each in (birth, day)]
    had_birthday = of_year[0] <= of_year[1]
    age = day.dt.year() - birth.dt.year() - 1 + had_birthday.cast(pl.Int32)
    first, *later = AGE_CLASSES.items()
    classes: pl.Expr = pl.when(age.is_not_null()).then(pl.lit(first[1]))
    for least, name in later:
        classes = pl.when(age >= least).then(pl.lit(name)).otherwise(classes)
    return classes


def _classes() -> list[pl.Expr]:
    """Classes of the personal facts, coarse enough that they single out few people."""
    education, language = pl.col("education"), pl.col("language")
    return [
        _age_class().alias("age_class"),
        pl.when(education <= 2)
        .then(pl.lit("basic"))
        .when(education <= 4)
        .then(pl.lit("upper_secondary"))
        .when(education.is_not_null())
        .then(pl.lit("tertiary"))
        .alias("education"),
        pl.when(language.is_in(["fi", "sv"]))
        .then(language)
        .when(language.is_in(SAMI))
        .then(pl.lit("sami"))
        .when(language.is_not_null())
        .then(pl.lit("other"))
        .alias("language_group"),
    ]


def boundaries(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Every day on which something of a person begins or ends: columns person, from; sorted, each once."""
    starts = [frame.select("person", "from") for frame in frames]
    ends = [
        frame.select("person", pl.col("to").alias("from")).drop_nulls() for frame in frames if "to" in frame.columns
    ]
    return pl.concat([*starts, *ends]).unique().sort("person", "from")


def at(days: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """The days (person, from) with the facts of the period that covers them, nulls where none does."""
    facts = periods.sort("person", "from").rename({"to": "_to"}).with_columns(covered=pl.lit(True))
    found = days.join_asof(facts, on="from", by="person", check_sortedness=False)
    over = pl.col("_to") <= pl.col("from")
    names = [name for name in found.columns if name not in days.columns]
    held = found.with_columns(
        pl.when(over.fill_null(False)).then(None).otherwise(pl.col(name)).alias(name) for name in names
    )
    return held.drop("_to")


def _split(spells: pl.DataFrame, periods: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The spells split where what `periods` (municipality, from, to) say of their municipality changes."""
    known = periods.filter(pl.col("from") <= as_of).with_columns(to=pl.when(pl.col("to") <= as_of).then("to"))
    found = spells.join(known, on="municipality", how="left", suffix="_known")
    clipped = found.with_columns(
        pl.max_horizontal("from", "from_known").alias("from"), pl.min_horizontal("to", "to_known").alias("to")
    )
    return clipped.filter(pl.col("to").is_null() | (pl.col("from") < pl.col("to"))).drop("from_known", "to_known")


def _in_places(spells: pl.DataFrame, areas: pl.DataFrame, mergers: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The spells in municipalities that exist on their days, with the column `area`."""
    existing = _split(spells, successors(mergers), as_of).with_columns(
        municipality=pl.coalesce("successor", "municipality")
    )
    return _split(existing.drop("successor"), area_periods(areas), as_of)


def merged(spells: pl.DataFrame) -> pl.DataFrame:
    """The spells with neighbours joined where nothing changes between them, ordered by person and time."""
    ordered = spells.select("person", "from", "to", *DIMENSIONS).sort("person", "from")
    begins = ordered.select(
        pl.any_horizontal(
            pl.col("from").ne_missing(pl.col("to").shift()),
            *(pl.col(name).ne_missing(pl.col(name).shift()) for name in ("person", *DIMENSIONS)),
        ).alias("begins")
    ).to_series()
    ends = begins.shift(-1, fill_value=True)
    return ordered.filter(begins).with_columns(ordered.filter(ends).get_column("to"))


@dataclass(frozen=True)
class Facts:
    """What the register knows of people, as frames without order; each but `areas` and `mergers` has `person`.

    Periods are without overlap within a person. `situations`: from, to, municipality, placed_in, job_search_valid,
    employment_code, service, benefit, job_search_since, unemployed_since; `details`: from, to, birth_date,
    language, immigrant, education (ISCED 0-8); `responsibilities`: from, to, responsible; `readings` of the counter
    of support days: from, days; `people`: to (the day after the death, null where none is known), sex; `areas`:
    municipality, area, from, to; `mergers`: municipality, successor, from.
    """

    as_of: date  # the last day that the register reported; what begins later is not known yet
    situations: pl.DataFrame
    details: pl.DataFrame
    responsibilities: pl.DataFrame
    readings: pl.DataFrame
    people: pl.DataFrame
    areas: pl.DataFrame
    mergers: pl.DataFrame


def spells(facts: Facts) -> pl.DataFrame:
    """One row per person and unbroken state: columns person, from, to and DIMENSIONS, by person and time."""
    as_of = facts.as_of
    lived, known = states(facts.situations, facts.people), carried(facts.details)
    support = support_periods(facts.readings)
    began = lived.get_column("from").min()
    turns = turning_days(known, began if isinstance(began, date) else as_of, as_of)
    days = boundaries([lived, known, facts.responsibilities, support, turns])
    days = days.filter(pl.col("from") <= as_of).with_columns(to=next_start())
    held = at(days, lived).filter(pl.col("covered")).drop("covered")
    for periods in (known, facts.responsibilities, support):
        held = at(held, periods).drop("covered")
    held = held.join(facts.people.select("person", "sex"), on="person", how="left", maintain_order="left")
    return merged(_in_places(held, facts.areas, facts.mergers, as_of).with_columns(_classes()))


def as_known(spells: pl.DataFrame, day: date) -> pl.DataFrame:
    """The spells as a build as of `day` would have them, had all that is known now been known then."""
    begun = spells.filter(pl.col("from") <= day)
    return begun.with_columns(to=pl.when(pl.col("to") <= day).then("to"))


def at_month_end(spells: pl.DataFrame, month: int) -> pl.DataFrame:
    """One row per person with a state on the month's last day: columns person and DIMENSIONS."""
    end = month_end(month)
    holds = (pl.col("from") <= end) & (pl.col("to").is_null() | (pl.col("to") > end))
    return spells.filter(holds).select("person", *DIMENSIONS)
