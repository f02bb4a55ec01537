"""What `kokeilu protect` does: tables from files are protected together, or audited together."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from kokeilu import progress
from kokeilu.disclosure import attacker, dominance_file, linked, protect_file, protect_relations, protect_table
from kokeilu.disclosure.attacker import NEAR, Contradiction
from kokeilu.disclosure.dominance import Rules
from kokeilu.disclosure.dominance_file import Magnitudes
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD, Identity, Linked, Table
from kokeilu.disclosure.protect_file import Parts, Source
from kokeilu.disclosure.protect_table import Layout
from kokeilu.disclosure.protection import Unprotectable
from kokeilu.problems import Problem


class Misuse(Exception):
    """The options do not go together: what is wrong, and with which."""

    def __init__(self, what: str, option: str) -> None:
        self.what, self.option = what, option
        super().__init__(f"{option}: {what}")


@dataclass(frozen=True)
class Asked:
    """The options of the command as they were given."""

    count: str | None = None
    threshold: int | None = None
    hierarchy: Path | None = None
    apart: tuple[str, ...] = ()
    hide_zeros: bool = False
    cost: str | None = None
    value: str | None = None
    p_percent: str | None = None
    dominance: str | None = None
    largest: str | None = None
    contributor: str | None = None
    relations: Path | None = None
    released: tuple[Path, ...] = ()
    original: Path | None = None

    @cached_property
    def rules(self) -> Rules:
        """The rules for money. Raises Misuse where one cannot be read."""
        shares = None
        if self.dominance is not None:
            number, _, share = self.dominance.partition(",")
            if not number.strip().isdecimal() or int(number) < 1:
                raise Misuse("it is a number of contributors and a percentage, as 2,85", "--dominance")
            shares = int(number), _percent(share, "--dominance")
        percent = None if self.p_percent is None else _percent(self.p_percent, "--p-percent")
        counted = self.count is not None or self.contributor is not None
        return Rules(shares, percent, self.threshold if counted else None)

    @cached_property
    def magnitudes(self) -> Magnitudes:
        """The columns of a table of money."""
        names = tuple(name.strip() for name in self.largest.split(",")) if self.largest else ()
        return Magnitudes(str(self.value), names, self.count, self.contributor)

    def check(self, *, audit: bool) -> None:
        """Raises Misuse for options that do not go together."""
        if self.value is None:
            for option in ("p_percent", "dominance", "largest", "contributor", "original"):
                if getattr(self, option) is not None:
                    raise Misuse("it is for money: name the column with --value", f"--{option.replace('_', '-')}")
            return
        if self.original is not None and not audit:
            raise Misuse("it is for an audit", "--original")
        if self.released:
            raise Misuse("it is for tables of counts", "--released")
        if audit and self.original is None:
            return
        if self.rules == Rules():
            raise Misuse("name a rule: --p-percent, --dominance, or --threshold with --count", "--value")
        if self.contributor is not None and self.largest is not None:
            raise Misuse("contributions are either in rows or in columns", "--largest")
        if self.contributor is None and len(self.magnitudes.largest) < self.rules.largest:
            number = self.rules.largest
            raise Misuse(f"the rules need the {number} largest contributions, or --contributor", "--largest")

    def layout(self, source: Source, decimals: int = 0) -> Layout:
        """How this table is read; of several tables each has some of the dimensions."""
        parts = {name: each for name, each in self.parts.items() if name in source.columns}
        apart = tuple(name for name in self.apart if name in source.columns)
        return Layout(parts, apart, self.cost, self.hide_zeros, decimals)

    @cached_property
    def parts(self) -> Parts:
        """The hierarchies."""
        return protect_file.read_hierarchy(self.hierarchy) if self.hierarchy else {}

    def tied(self, tables: Sequence[Table]) -> list[Identity]:
        """What ties the tables together."""
        if self.relations is None:  # in a table by itself no codes are the same
            return protect_relations.same_codes(tables) if len(tables) > 1 else []
        return protect_relations.read(self.relations, tables)


def _percent(text: str, option: str) -> Decimal:
    try:
        found = Decimal(text.strip())
    except InvalidOperation as error:
        raise Misuse(f"{text} is not a percentage", option) from error
    if not 0 < found <= 100:
        raise Misuse(f"{text} is not a percentage between 0 and 100", option)
    return found


def protected(files: Sequence[Path], asked: Asked, out: Path) -> list[str]:
    """Write the protected tables, into `out` or, where they are several, into that directory; what to tell of it."""
    sources = [protect_file.read(file) for file in files]
    _known(sources, asked)
    targets = _targets(files, out)
    decimals = max((asked.magnitudes.decimals(each) for each in sources), default=0) if asked.value else 0
    tables = [_undecided(source, asked, decimals) for source in sources]
    tables += [_published(file, asked) for file in asked.released]
    problem, told = _linked(tables, asked)
    done, more = _believed(problem, asked)
    told += more
    answers = done.tables[: len(files)]
    _check_shown(answers)
    for answer, source, target in zip(answers, sources, targets, strict=True):
        frame = protect_table.answer(answer, source, asked.value or str(asked.count), decimals)
        protect_file.write(frame, source.separator, target)
        numbers = dict(answer.rows.get_column("status").value_counts().rows())
        told.append(str(target))
        told.append(", ".join(f"{numbers.get(each, 0)} {each}" for each in (PUBLISHED, PRIMARY, SECONDARY)))
    if not done.optimal:
        told.append(f"the least loss possible may be up to {done.gap:.1%} less")
    return told


def _known(sources: Sequence[Source], asked: Asked) -> None:
    """Raises Problem for a hierarchy or a dimension apart that no table has."""
    columns = {name for source in sources for name in source.columns}
    for name in asked.parts:
        if name not in columns:
            raise Problem(f"the hierarchy is of {name}, which is no dimension", file=asked.hierarchy)
    for name in asked.apart:
        if name not in columns:
            raise Problem(f"no table has the dimension {name}", file=sources[0].path)


def _targets(files: Sequence[Path], out: Path) -> list[Path]:
    """The file to write for each table. Raises Problem where that is one of the tables."""
    if len(files) == 1 and not out.is_dir():
        targets = [out]
    else:
        try:
            out.mkdir(exist_ok=True)
        except OSError as error:
            raise Problem("is no directory", file=out, mend="of several tables --out is a directory") from error
        targets = [out / file.name for file in files]
    if {target.resolve() for target in targets} & {file.resolve() for file in files}:
        raise Problem("the table would be overwritten", file=out, mend="name another file with --out")
    if len(set(targets)) < len(targets):
        raise Problem("two tables have the same name", file=out, mend="rename one of them")
    return targets


def _undecided(source: Source, asked: Asked, decimals: int) -> Table:
    layout = asked.layout(source, decimals)
    if asked.value is None:
        return protect_table.undecided(source, str(asked.count), layout)
    return dominance_file.undecided(source, asked.magnitudes, asked.rules, layout)


def _published(file: Path, asked: Asked, decimals: int = 0) -> Table:
    """A table with its statuses."""
    source = protect_file.read(file)
    column = asked.value or asked.count
    if column not in source.columns and protect_file.STATUS in source.columns and asked.released:
        column = None
    return protect_table.protected(source, column, asked.layout(source, decimals))


def _linked(tables: Sequence[Table], asked: Asked) -> tuple[Linked, list[str]]:
    """The tables as one problem, and what to tell of hidden figures that must have been revised."""
    if len(tables) > 1:
        undecided = [table.rows.get_column("status").null_count() > 0 for table in tables]
        tables = [
            table if whole else protect_table.with_sums(table, asked.apart)
            for table, whole in zip(tables, undecided, strict=True)
        ]
    problem = Linked(tuple(tables), tuple(asked.tied(tables)), whole=asked.value is None)
    try:
        problem, revised = linked.reconciled(problem)
    except Contradiction as error:
        raise _contradiction(problem, error) from error
    if not revised:
        return problem, []
    more = f" and {len(revised) - 1} more" if len(revised) > 1 else ""
    return problem, [f"taken as revised, as the tables cannot agree otherwise: {revised[0].name}{more}"]


def _believed(problem: Linked, asked: Asked) -> tuple[linked.Protected, list[str]]:
    """The decision that also withstands readers who take a hidden figure for the one that an earlier version shows,
    and what to tell of it.

    Where it was revised they are wrong, but what else they conclude may be right. So revised figures are shown as far
    as that is needed. Raises Problem where that leaves no way.
    """
    while True:
        done = _decided(problem, asked)
        supposed, _ = linked.reconciled(replace(problem, tables=done.tables, identities=tuple(asked.tied(done.tables))))
        known = {each.terms for each in problem.identities}
        mistaken = {term[:2] for each in supposed.identities if each.terms not in known for term in each.terms}
        if not mistaken:
            return done, []
        right, wrong = _concluded(problem, supposed, asked)
        if not right:
            told = f"who takes hidden figures for those of an earlier version is misled about {wrong} cells, audits too"
            return done, [told] if wrong else []
        shown = tuple(_showing(*both, mistaken) for both in zip(problem.tables, done.tables, strict=True))
        if all(one is other for one, other in zip(shown, problem.tables, strict=True)):
            raise _unprotectable(problem, right[0])
        problem = replace(problem, tables=shown)


def _concluded(problem: Linked, supposed: Linked, asked: Asked) -> tuple[list[int], int]:
    """The cells, numbered through all tables, of which readers rightly conclude too much, and of how many wrongly.

    Of what was hidden before they count as right where the figures known here do not refute them.
    """
    threshold = 1 if asked.value else asked.threshold or THRESHOLD
    found = linked.audit(supposed, threshold, zeros_shown=asked.value is None and not asked.hide_zeros)
    joint = problem.joint()
    true = attacker.intervals(joint.system, joint.values, np.isnan(joint.values))
    offsets = dict(zip((table.name for table in problem.tables), joint.offsets, strict=False))
    rows = found.filter("exposed").select("table", "row", "low", "high").rows()
    numbered = [(offsets[name] + row, low, high) for name, row, low, high in rows]
    right = [cell for cell, low, high in numbered if true.low[cell] <= high and true.high[cell] >= low]
    return right, len(rows) - len(right)


def _showing(undecided: Table, decided: Table, cells: Set[tuple[str, tuple[str, ...]]]) -> Table:
    """The table with those of the cells to be shown that a decision hid to protect others; itself if there are none."""
    codes = pl.Series([(decided.name, row) in cells for row in decided.rows.select(decided.dimensions).rows()])
    more = codes & undecided.rows.get_column("status").is_null() & (decided.rows.get_column("status") == SECONDARY)
    if not more.any():
        return undecided
    status = pl.when(more).then(pl.lit(PUBLISHED)).otherwise(pl.col("status")).alias("status")
    return replace(undecided, rows=undecided.rows.with_columns(status))


def _decided(problem: Linked, asked: Asked) -> linked.Protected:
    threshold = asked.threshold or THRESHOLD
    try:
        with progress.bar() as shown:
            task = shown.add_task("protecting", total=1.0)
            return linked.protect(
                problem,
                threshold,
                hide_zeros=asked.hide_zeros,
                zeros_shown=not asked.hide_zeros,
                told=lambda share: shown.update(task, completed=share),
            )
    except Unprotectable as error:
        raise _unprotectable(problem, error.cells[0]) from error
    except Contradiction as error:
        raise _contradiction(problem, error) from error


def _unprotectable(problem: Linked, cell: int) -> Problem:
    table, told = _place(problem, cell)
    what = f"{told} cannot be protected: what is published already, or may not be hidden, gives it away"
    return Problem(what, file=table.name, mend="put categories together, or leave out what ties the tables")


def _check_shown(answers: Sequence[Table]) -> None:
    """Raises Problem where nothing but zeros could be shown."""
    cells = pl.concat([answer.rows.select("value", "status") for answer in answers])
    if (cells.get_column("status") != PUBLISHED).any() and not (cells.get_column("value").fill_null(0) > 0).any():
        what = "the table is too small to protect: no count above zero could be shown"
        raise Problem(what, file=answers[0].name, mend="put categories together, or publish nothing of it")


class Audited(NamedTuple):
    """What to tell of each exposed cell, how many hidden cells there are, how many are exposed, and of revisions."""

    lines: list[str]
    hidden: int
    exposed: int
    notes: list[str]


def audited(files: Sequence[Path], asked: Asked) -> Audited:
    """What can be derived of hidden cells from the tables together, and what should be hidden and is not."""
    original = protect_file.read(asked.original) if asked.original else None
    decimals = 0
    if asked.value:
        sources = [*map(protect_file.read, files), *([original] if original else [])]
        decimals = max(asked.magnitudes.decimals(each) for each in sources)
    tables = [_published(file, asked, decimals) for file in (*files, *asked.released)]
    problem, told = _linked(tables, asked)
    try:
        with progress.bar() as shown:
            shown.add_task("auditing", total=None)
            zeros_shown = asked.value is None and not asked.hide_zeros
            found = linked.audit(problem, 1 if asked.value else asked.threshold or THRESHOLD, zeros_shown=zeros_shown)
    except Contradiction as error:
        raise _contradiction(problem, error) from error
    needs = _undecided(original, asked, decimals).rows if original else None
    lines, exposed = [], 0
    for name, row, status, low, high, narrow, by_zeros in found.drop("needed").iter_rows():
        table = next(each for each in tables if each.name == name)
        if narrow or _near(table, row, low, high, needs):
            exposed += 1
            why = ", as no zero is hidden" if by_zeros else ""
            lines.append(f"{name}: {_cell(table, row)}: {_interval(low, high, decimals)}{why} ({status})")
    for table in tables:
        lines += [f"{table.name}: {_cell(table, row)}: is shown" for row in _should_be_hidden(table, asked, needs)]
    return Audited(lines, found.height, exposed, told)


def _near(table: Table, row: int, low: float, high: float, needs: pl.DataFrame | None) -> bool:
    """Whether the interval of a sensitive value does not reach far enough beyond it."""
    if needs is None:
        return False
    known = needs.join(table.rows[row].select(table.dimensions), on=list(table.dimensions))
    if known.is_empty():
        return False
    value, beyond = known.select("value", "beyond").row(0)
    return bool(high < value + beyond - NEAR or low > max(value - beyond, 0) + NEAR)


def _should_be_hidden(table: Table, asked: Asked, needs: pl.DataFrame | None) -> list[int]:
    """The rows that are shown and are small, or sensitive by the rules for money."""
    rows = table.rows.with_row_index("number of the row").filter(status=PUBLISHED)
    if asked.value is None:
        least = 0 if asked.hide_zeros else 1
        small = rows.filter(pl.col("value").is_between(least, (asked.threshold or THRESHOLD) - 1))
    elif needs is not None:
        small = rows.join(needs.filter(pl.col("beyond") > 0), on=list(table.dimensions), how="semi")
    else:
        return []
    return small.get_column("number of the row").to_list()


def _contradiction(problem: Linked, error: Contradiction) -> Problem:
    names = problem.joint().names
    told = ", ".join(sorted({names[each] for each in error.relations})[:3])
    return Problem(f"the figures contradict each other ({told})", file=problem.tables[0].name)


def _place(problem: Linked, cell: int) -> tuple[Table, str]:
    """The table and the codes of a cell by its number."""
    for table in problem.tables:
        if cell < table.rows.height:
            return table, _cell(table, cell)
        cell -= table.rows.height
    raise ValueError(f"no cell {cell}")


def _cell(table: Table, row: int) -> str:
    codes = table.rows.select(table.dimensions).row(row, named=True)
    return ", ".join(f"{name} {code}" for name, code in codes.items())


def _interval(low: float, high: float, decimals: int) -> str:
    first, last = (f"{bound / 10**decimals:.{decimals}f}" for bound in (low, high))
    return f"exactly {first}" if first == last else f"{first} to {last}"
