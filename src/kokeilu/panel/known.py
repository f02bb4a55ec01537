"""What the register told of each person at a build, as one number a person: the next build computes who differs.

Facts are compared, not their history: whatever changed them, a row added, closed, superseded or gone, changes the
number. The numbers lie in the panel's folder, under `known/`, in a file named by the revision and by the code that
made it, so that those of another revision or version are never taken; without them everybody is computed.
"""

import hashlib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from kokeilu.panel import columns, folder, queries, rules
from kokeilu.panel.folder import KNOWN, Manifest

FRAMES: Final = ("situations", "details", "readings", "responsibilities", "people")


@cache
def _code() -> str:
    """What makes spells of facts: another version may make other spells of the same."""
    told = "".join(Path(module.__file__ or "").read_text() for module in (columns, queries, rules))
    return hashlib.sha256(f"{pl.__version__}\n{told}".encode()).hexdigest()


def _file(out: Path, manifest: Manifest) -> Path:
    told = f"{manifest.revision} {manifest.as_of} {manifest.areas} {manifest.sha256} {_code()}"
    return out / KNOWN / f"{hashlib.sha256(told.encode()).hexdigest()[: folder.DIGITS]}.parquet"


def numbers(source: queries.Source) -> pl.DataFrame:
    """A number for all that is known of each person: columns person (pseudonym), told; ordered by person.

    The numbers are keyed by the database: who has the folder alone cannot try facts against them.
    """
    frames = [getattr(source, name) for name in FRAMES]
    hashed = [
        pl.DataFrame({"person": frame.get_column("person"), "told": frame.drop("person").hash_rows(place)})
        for place, frame in enumerate(frames)
    ]
    summed = pl.concat(hashed).group_by("person").agg(pl.col("told").sum()).sort("person")
    told = [
        int.from_bytes(hashlib.blake2b(number.to_bytes(8, "big"), digest_size=8, key=source.secret).digest(), "big")
        for number in summed.get_column("told")
    ]
    people = source.pseudonyms.gather(summed.get_column("person"))
    return pl.DataFrame({"person": people, "told": pl.Series(told, dtype=pl.UInt64)})


def write(out: Path, manifest: Manifest, now: pl.DataFrame) -> None:
    """Keep the numbers that a revision was made of, unless some are there: its spells are theirs too.

    Before the manifest is written, so that it never names files that were made of other facts than these.
    """
    if _read(out, manifest) is None:
        folder.write_frame(_file(out, manifest), now)


def clear(out: Path, manifest: Manifest) -> None:
    """Remove the numbers of every revision but this one."""
    for file in (out / KNOWN).glob("*"):
        if file != _file(out, manifest):
            file.unlink()


def _read(out: Path, manifest: Manifest) -> pl.DataFrame | None:
    try:
        return pl.read_parquet(_file(out, manifest)).select("person", "told")
    except (OSError, pl.exceptions.PolarsError):
        return None


def _reached(facts: rules.Facts, since: date) -> pl.Series:
    """The people of whom something begins or ends after a day up to the register's, as row numbers."""
    frames = (facts.situations, facts.details, facts.responsibilities, facts.readings, facts.people)
    days = [(frame, name) for frame in frames for name in ("from", "to") if name in frame.columns]
    turns = rules.turning_days(facts.details, since + timedelta(days=1), facts.as_of)
    return pl.concat(
        frame.filter((pl.col(name) > since) & (pl.col(name) <= facts.as_of)).get_column("person").cast(pl.Int32)
        for frame, name in [*days, (turns, "from")]
    ).unique()


def _places_change(facts: rules.Facts, since: date) -> bool:
    """Whether an area or a merger begins or ends after a day."""
    places = [rules.area_periods(facts.areas), rules.successors(facts.mergers)]
    days = [place.get_column(name) for place in places for name in ("from", "to")]
    return any(day.is_between(since, facts.as_of, closed="right").any() for day in days)


def to_compute(
    out: Path, before: Manifest | None, areas: str, facts: rules.Facts, pseudonyms: pl.Series, now: pl.DataFrame
) -> pl.Series | None:
    """The people (pseudonyms) whose spells may not be those of the revision before; None for everybody.

    Those of whom anything is told otherwise, or nothing any more, and those whose known facts have a day since the
    last one that the revision knows: a birthday that changes the class, a period known beforehand that begins.
    """
    if before is None or before.areas != areas or _places_change(facts, before.register_day):
        return None
    then = _read(out, before)
    if then is None:
        return None
    both = now.join(then, on="person", how="full", suffix="_then", coalesce=True)
    changed = both.filter(pl.col("told").ne_missing(pl.col("told_then"))).get_column("person")
    passed = pseudonyms.gather(_reached(facts, before.register_day))
    return pl.concat([changed, passed]).unique()
