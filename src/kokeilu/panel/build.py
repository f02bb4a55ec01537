"""Building the panel: the register's periods in, a revision of spells and person-months out.

Everything is read each time. Computed are the people of whom something is told otherwise than at the revision before
(`known`), written is what differs from it. A month that is added, a correction, or a build from nothing end in the same
files.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Literal

import polars as pl

from kokeilu import clock
from kokeilu.law.definition import shipped
from kokeilu.panel import changes, folder, known, places, queries, rules
from kokeilu.panel.folder import Cause, Changed, Content, Manifest, Part
from kokeilu.problems import Problem

# Encoding a month keeps one core busy; more at once would hold more months in memory.
MONTHS_AT_ONCE = 2

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Built:
    """The panel as it stands after a build, and whether the build made a revision: none where nothing differs.

    `computed` tells of how many people the spells were worked out; those of the others stand as they were.
    """

    manifest: Manifest
    revised: bool
    computed: int


@dataclass(frozen=True)
class _Spells:
    """All spells as of the register's day, the months that they cover, and what they were made of.

    `computed` are the people whose spells may differ from those of `before`; None: everybody's.
    """

    rows: pl.DataFrame
    months: list[int]
    as_of: date
    key: str
    areas: str
    causes: pl.DataFrame
    known: pl.DataFrame
    before: pl.DataFrame | None
    computed: pl.Series | None

    def of_computed(self, spells: pl.DataFrame) -> pl.DataFrame:
        """Those of some spells that are of people who were computed."""
        return spells if self.computed is None else _of(spells, self.computed)


def _of(rows: pl.DataFrame, people: pl.Series, how: Literal["semi", "anti"] = "semi") -> pl.DataFrame:
    """The rows of some people, or with "anti" those of everybody else."""
    return rows.join(pl.DataFrame({"person": people}), on="person", how=how)


def _months(situations: pl.DataFrame, first_month: int | None, as_of: date) -> list[int]:
    """The months that the panel covers: those whose last day the register has reached."""
    began = situations.get_column("from").min()
    known = list(rules.months(began, as_of)) if isinstance(began, date) else []
    wanted = [month for month in known if first_month is None or month >= first_month]
    if not wanted:
        since = f"from {rules.month_name(first_month)} " if first_month else ""
        raise Problem(f"the register reports no month's end {since}up to {as_of}", mend="import a month-end extract")
    return wanted


def _digest(*tables: pl.DataFrame) -> str:
    """What stands for tables: the same for the same rows, in any order."""
    told = "".join(table.sort(pl.all()).write_csv() for table in tables)
    return hashlib.sha256(told.encode()).hexdigest()


def _spells(
    source: queries.Source, out: Path, before: Manifest | None, trial: str, first_month: int | None, *, whole: bool
) -> _Spells:
    areas, mergers = places.area_table(shipped(trial)), places.merger_table()
    facts = rules.Facts(
        source.as_of, source.situations, source.details, source.responsibilities, source.readings, source.people,
        areas, mergers,
    )  # fmt: skip
    months = _months(facts.situations, first_month, source.as_of)
    digest, now = _digest(areas, mergers), known.numbers(source)
    standing = None if before is None else read_spells(out, before)
    computed = None if whole else known.to_compute(out, before, digest, facts, source.pseudonyms, now)
    spells = rules.spells(facts if computed is None else _facts_of(facts, source.pseudonyms, computed))
    spells = spells.filter(pl.col("to").is_null() | (pl.col("to") > rules.month_end(months[0])))
    named = spells.with_columns(person=source.pseudonyms.gather(spells.get_column("person"))).cast(
        pl.Schema(rules.COLUMNS)
    )
    if computed is not None and standing is not None:
        named = pl.concat([named, _of(standing, computed, "anti")]).sort("person", "from")
    return _Spells(named, months, source.as_of, source.key, digest, source.causes, now, standing, computed)


def _facts_of(facts: rules.Facts, pseudonyms: pl.Series, people: pl.Series) -> rules.Facts:
    """The facts of some people."""
    numbered = pl.DataFrame({"person": pl.int_range(pseudonyms.len(), dtype=pl.Int32, eager=True), "told": pseudonyms})
    wanted = numbered.filter(pl.col("told").is_in(people.to_list())).get_column("person")
    return replace(
        facts,
        situations=_of(facts.situations, wanted),
        details=_of(facts.details, wanted),
        responsibilities=_of(facts.responsibilities, wanted),
        readings=_of(facts.readings, wanted),
        people=_of(facts.people, wanted),
    )


def _check_continues(out: Path, before: Manifest, source: queries.Source, trial: str, first_month: int | None) -> None:
    """Raise Problem where a build into a panel could not be the next revision of it."""
    another = "name another folder"
    if before.key != source.key:
        raise Problem("its pseudonyms are another database's: nobody would be found again", file=out, mend=another)
    if before.trial != trial:
        raise Problem(f"the panel has the areas of {before.trial}, not of {trial}", file=out, mend=another)
    if first_month not in (None, before.first_month):
        raise Problem(f"the panel begins in {rules.month_name(before.first_month)}", file=out, mend=another)
    if source.as_of < before.register_day:
        what = f"the register ends on {source.as_of}, the panel knows it up to {before.as_of}"
        raise Problem(what, file=out, mend=f"restore the register, or {another}")


def read_spells(panel: Path, manifest: Manifest) -> pl.DataFrame:
    """All spells of a revision. Raises Problem where its files are missing or damaged."""
    try:
        return pl.concat(_read(panel, part) for part in manifest.of("spells")).select(*rules.COLUMNS)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        mend = "restore its files from a backup, or build in another folder"
        raise Problem("files of the panel are missing or damaged", file=panel, mend=mend) from error


def _read(panel: Path, part: Part) -> pl.DataFrame:
    content = (panel / part.path).read_bytes()
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise ValueError(part.path)
    return pl.read_parquet(BytesIO(content))


@dataclass(frozen=True)
class _Kept:
    """What of the revision before still stands: its files by content and month, and the months told otherwise."""

    parts: dict[tuple[Content, int | None], Part]
    changed: dict[int, int]


def _kept(before: Manifest | None, made: _Spells) -> _Kept:
    if before is None or made.before is None:
        return _Kept({}, {})
    then, now = made.of_computed(made.before), made.of_computed(made.rows)
    ends = changes.ends_that_differ(then, now)
    changed = changes.months_that_differ(then, now, before.register_day)
    changed = {month: people for month, people in changed.items() if before.first_month <= month <= before.last_month}
    stand = {
        (part.content, part.month): part
        for part in before.parts
        if part.month not in (ends if part.content == "spells" else changed)
    }
    return _Kept(stand, changed)


def _write(out: Path, made: _Spells, kept: _Kept, tell: Tell) -> Iterator[Part]:
    """The files of the revision, those that do not stand yet written."""
    ends = changes.ends(made.rows)
    to_write = changes.by_end(made.rows, [month for month in ends if ("spells", month) not in kept.parts])
    for month in ends:
        yield kept.parts.get(("spells", month)) or folder.write_part(out, "spells", month, to_write[month])

    def month_part(month: int) -> Part:
        standing = kept.parts.get(("person_months", month))
        return standing or folder.write_part(out, "person_months", month, rules.at_month_end(made.rows, month))

    with ThreadPoolExecutor(MONTHS_AT_ONCE) as pool:
        for done, part in enumerate(pool.map(month_part, made.months), 1):
            tell(f"{rules.month_name(made.months[done - 1])} written", 0.7 + 0.3 * done / len(made.months))
            yield part


def _causes(causes: pl.DataFrame, told: set[str]) -> tuple[tuple[Cause, ...], tuple[str, ...]]:
    """What came that no revision told of, as kinds and days with counts, and the short ids of it all."""
    short = causes.with_columns(pl.col("id").str.replace_all("-", "", literal=True).str.slice(0, 12))
    new = short.filter(~pl.col("id").is_in(list(told)))
    counted = new.group_by("kind", "day", "made_on").len().sort("made_on", "day", "kind")
    found = [Cause(kind, day.isoformat(), made.isoformat(), count) for kind, day, made, count in counted.iter_rows()]
    return tuple(found), tuple(sorted(new.get_column("id")))


def _told(out: Path, before: Manifest | None) -> set[str]:
    """The short ids of the causes that the revisions so far name."""
    numbers: Iterable[int] = range(1, before.revision + 1) if before else ()
    return {source for number in numbers for source in folder.read_manifest(out, number).sources}


def _manifest(before: Manifest | None, made: _Spells, trial: str, parts: list[Part]) -> Manifest:
    """What the panel holds now; without what is told of the revision as such."""
    return Manifest(
        trial=trial,
        as_of=made.as_of.isoformat(),
        first_month=made.months[0],
        last_month=made.months[-1],
        persons=made.rows.get_column("person").n_unique(),
        spells=made.rows.height,
        person_months=sum(part.rows for part in parts if part.content == "person_months"),
        parts=tuple(parts),
        key=made.key,
        areas=made.areas,
        revision=before.revision + 1 if before else 1,
        built_on=clock.today().isoformat(),
        added_months=tuple(month for month in made.months if before is None or month > before.last_month),
    )


def _same(before: Manifest | None, manifest: Manifest) -> bool:
    return before is not None and (before.parts, before.as_of, before.areas) == (
        manifest.parts,
        manifest.as_of,
        manifest.areas,
    )


def build(
    out_dir: Path,
    first_month: int | None = None,
    *,
    trial: str = "kuntakokeilu",
    whole: bool = False,
    tell: Tell = lambda step, share: None,
) -> Built:
    """Build the panel from PostgreSQL into `out_dir`: the first revision, or the one after those that are there.

    `spells/` (one row per person and unbroken state) and `person_months/` (one row per person and month end) have
    people under pseudonyms and areas by the trial's definition. `first_month` (202103) leaves out earlier months
    and the spells that ended before it; a panel keeps its own. Files that hold the same stay; a build that fails or
    is killed leaves the panel before it. With `whole` everybody is computed, which ends in the same files. `tell` hears
    each step and the share of the work done before it.

    Raises Problem where the register is empty, or is not the one that the panel was built from.
    """
    with folder.building(out_dir) as before:
        folder.clear_unnamed(out_dir, before)
        if before is not None:
            known.clear(out_dir, before)
        tell("reading the register", 0)
        source = queries.read()
        if before is not None:
            _check_continues(out_dir, before, source, trial, first_month)
        tell("joining periods to spells", 0.3)
        made = _spells(source, out_dir, before, trial, before.first_month if before else first_month, whole=whole)
        computed = len(made.known if made.computed is None else made.computed)
        tell("comparing with the revision before", 0.6)
        kept = _kept(before, made)
        manifest = _manifest(before, made, trial, list(_write(out_dir, made, kept, tell)))
        if before is not None and _same(before, manifest):
            known.write(out_dir, before, made.known)
            return Built(before, revised=False, computed=computed)
        causes, sources = _causes(made.causes, _told(out_dir, before))
        if before is not None and before.areas != made.areas:
            causes = (*causes, Cause("areas", made.as_of.isoformat(), manifest.built_on, 1))
        changed = tuple(Changed(month, people) for month, people in kept.changed.items())
        manifest = replace(manifest, causes=causes, sources=sources, changed_months=changed)
        known.write(out_dir, manifest, made.known)
        folder.write_manifest(out_dir, manifest)
        known.clear(out_dir, manifest)
        if before is None:
            folder.clear_unnamed(out_dir, manifest)  # files of an earlier format
    return Built(manifest, revised=True, computed=computed)
