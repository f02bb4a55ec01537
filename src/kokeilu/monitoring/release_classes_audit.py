"""What an attacker derives from a release's monthly figures and its figures by class together, exactly. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.disclosure import attacker, linked
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, Identity, Joint, Linked, Table, Term
from kokeilu.disclosure.relations import Marks, Numbers, System, components, from_floor
from kokeilu.monitoring import breakdown_hiding, further_ties, hidden_zeros, release_attack, release_audit
from kokeilu.monitoring.breakdown_hiding import EXIT_PARTS, EXITS, Cell
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.further_ties import NOTHING, Further
from kokeilu.monitoring.release_attack import Memory, Narrow, Places
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.release_classes import CELL, Classes
from kokeilu.monitoring.rules import month_number
from kokeilu.panel.rules import month_name

LIMITS: Final = dict(zip(EXIT_PARTS, ("outflow", "service_ends"), strict=True))
"""The flow that each part of the exits is at most, in every class."""

Known = Mapping[str, Mapping[tuple[str, ...], float | None]]
"""The figures of each version of the monthly figures that the attacker is given, and their true values."""


class Exposed(NamedTuple):
    """A hidden figure that follows too narrowly: where it stands, and what it can be, as text.

    `cell` has the dimension, empty for the monthly figures, and the codes. Of a contradiction there is only the text.
    `by_zeros`: only who goes by the rule that zeros are shown (`hidden_zeros`) derives it.
    """

    cell: tuple[str, ...]
    text: str
    by_zeros: bool = False


def exposed(
    versions: Sequence[Version], classes: Sequence[Classes], memory: Memory | None = None, further: Further = NOTHING
) -> list[Exposed]:
    """The hidden figures that follow too narrowly from all versions of the monthly figures, all tables by class and the
    further tables together: each figure with the least and the most that it can be.

    The newest version is the last; classes add up to the versions that they are `beside`. A figure of a class that is
    hidden for another's sake may follow: where a whole month is hidden by class it may be the area's shown figure, of
    five people or more. What all of it contradicts is told as well. Areas are attacked one after the other, as nothing
    ties them. What the `memory` knows to be safe is not searched again.
    """
    areas = {area for one in versions for area in one.cells.get_column("area").unique()}
    return [
        one for area in sorted(areas) for one in _remembered(*_only(area, versions, classes), further.of(area), memory)
    ]


def _remembered(
    versions: Sequence[Version], classes: Sequence[Classes], further: Further, memory: Memory | None
) -> list[Exposed]:
    """`_of_area`, unless all of the area's tables are what was found safe before."""
    if memory is None:
        return _of_area(versions, classes, further, None)
    key = hashlib.sha256(further.text().encode())
    for name, cells in (
        *((one.name, one.cells) for one in versions),
        *((one.dimension.key, one.cells) for one in classes),
    ):
        key.update(f"{name} {cells.height}\n".encode() + cells.write_csv().encode())
    if memory.known([key.hexdigest()]):
        return []
    found = _of_area(versions, classes, further, memory)
    if not found:
        memory.note([key.hexdigest()])
    return found


def _only(
    area: str, versions: Sequence[Version], classes: Sequence[Classes]
) -> tuple[Sequence[Version], Sequence[Classes]]:
    """What is published of one area."""
    return (
        [Version(one.name, one.cells.filter(area=area)) for one in versions],
        [Classes(one.dimension, one.cells.filter(area=area)) for one in classes],
    )


def _of_area(
    versions: Sequence[Version], classes: Sequence[Classes], further: Further, memory: Memory | None
) -> list[Exposed]:
    own = {version.name for version in versions}
    problem = joint(versions, classes, further)
    arrays = problem.joint()
    names = [(table.name, *codes) for table in problem.tables for codes in table.rows.select(table.dimensions).rows()]
    hidden = np.array([each != PUBLISHED for each in arrays.status])
    needed = linked.widths(arrays.status, linked.THRESHOLD)
    for place, (name, status) in enumerate(zip(names, arrays.status, strict=True)):
        if name[0] not in own and status != PRIMARY:
            needed[place] = 0.0
    places, wrong = _places(names, own), np.zeros(0, np.int64)
    try:
        attacker.check(arrays.system, arrays.values, hidden)
    except attacker.Contradiction as error:
        return [Exposed((), arrays.names[one]) for one in error.relations[:1]]
    for believed in _believed(problem, arrays, hidden):
        system = arrays.system.part(believed)
        try:
            found = [*release_attack.searched(components(system, arrays.values, hidden), arrays.values, needed, places,
                                              memory)]  # fmt: skip
        except attacker.Contradiction as error:
            wrong = np.flatnonzero(believed)[error.relations[:1]]
            continue
        told = {one.cell for one in found}
        more = [one for one in _by_zeros(system, arrays, hidden, names, needed, places, memory) if one.cell not in told]
        return [
            *(_exposed(names[cell], own, low, high) for cell, low, high in found),
            *(_exposed(names[cell], own, low + 1, high + 1)._replace(by_zeros=True) for cell, low, high in more),
        ]
    return [Exposed((), arrays.names[one]) for one in wrong]


def _by_zeros(
    system: System, arrays: Joint, hidden: Marks, names: Sequence[tuple[str, ...]], needed: Numbers, places: Places,
    memory: Memory | None,
) -> list[Narrow]:  # fmt: skip
    """The small figures that follow exactly where it is known of which months no zero is hidden, above one each."""
    blocks = [(name[0], name[_MONTH]) for name in names]
    known = hidden_zeros.least(arrays.values, hidden, blocks)
    known[[name[0].startswith(_UNSHOWN) for name in names]] = 0.0
    floored, above = from_floor(system, known), arrays.values - known
    exact = np.where(needed > 1, 1.0, 0.0)
    try:
        parts = (one for one in components(floored, above, hidden) if known[one.cells].any())
        return [*release_attack.searched(parts, above, exact, places, memory)]
    except attacker.Contradiction:
        return []


def _exposed(name: tuple[str, ...], own: Collection[str], low: float, high: float) -> Exposed:
    main = name[0] in own
    return Exposed(("", *name[1:]) if main else name, f"{' / '.join(name[main:])}: {low:g}–{high:g}")


def _believed(problem: Linked, arrays: Joint, hidden: Marks) -> Iterator[Marks]:
    """The relations to go by; the next ones where these cannot all be true.

    Readers only suppose that no class was revised from one version to another. Where the figures refute that, as little
    of it as can be is given up, then all of it.
    """
    system = arrays.system
    doubtful = np.zeros(system.low.size)
    doubtful[doubtful.size - len(problem.identities) :] = [each.doubtful for each in problem.identities]
    if not doubtful.any() or release_attack.agrees(system, arrays.values):
        yield np.ones(system.low.size, np.bool_)
        return
    yield ~attacker.refuted(system, np.where(hidden, np.nan, arrays.values), doubtful)
    yield doubtful == 0


def _places(names: Sequence[tuple[str, ...]], own: Collection[str]) -> Places:
    """Where each figure stands: all versions of the monthly figures together, a dimension with its exits' parts, the
    further tables in any month.
    """
    tables = ["" if name[0] in own else name[0].removeprefix(_PARTS) for name in names]
    number = {table: at for at, table in enumerate(dict.fromkeys(tables))}
    months = [
        release_attack.ANY_MONTH if name[0] in further_ties.TABLES else month_number(int(name[_MONTH].replace("-", "")))
        for name in names
    ]
    return Places(np.array([number[table] for table in tables], np.int64), np.array(months, np.int64))


_MONTH: Final = 1 + KEY.index("month")  # its place in a cell's name, behind the table's
_PARTS: Final = "exits by "
_UNSHOWN: Final = (_PARTS, *further_ties.TABLES)
"""Tables whose zeros are not shown."""


def joint(versions: Sequence[Version], classes: Sequence[Classes], further: Further = NOTHING) -> Linked:
    """All versions of an area's monthly figures, all classes and the further tables as one problem."""
    main = release_audit.joint(versions)
    known = {
        table.name: dict(zip(table.rows.select(KEY).rows(), table.rows.get_column("value"), strict=True))
        for table in main.tables
    }
    tables, identities = list(main.tables), list(main.identities)
    for one in classes:
        told = _Told(one, known, versions)
        identities += told.identities()
        tables.append(Table(one.dimension.key, CELL, one.cells.select(*CELL, "value", "status")))
        if told.parts:
            rows = [(*codes, value, SECONDARY) for codes, value in told.parts.items()]
            names = dict.fromkeys((*CELL, "part"), pl.String) | {"value": pl.Float64, "status": pl.String}
            tables.append(Table(told.parts_name, (*CELL, "part"), pl.DataFrame(rows, names, orient="row")))
    more = further_ties.added(further, versions, main)
    return Linked((*tables, *more.tables), (*identities, *more.identities))


class _Told:
    """What ties the figures by one dimension; `parts` are the two parts of the exits of a class, which are published
    of none, but which everybody knows to exist: CELL and the part's key, with a value that agrees with the others.
    """

    def __init__(self, classes: Classes, known: Known, versions: Sequence[Version]) -> None:
        self.dimension, self.known, self.newest = classes.dimension, known, versions[-1].name
        self.figures = {
            one.name: dict(zip(one.cells.select(KEY).rows(), one.cells.get_column("value"), strict=True))
            for one in versions
        }
        self.name = classes.dimension.key
        self.parts_name = f"{_PARTS}{self.name}"
        self.parts: dict[tuple[str, ...], float | None] = {}
        self.values: dict[tuple[str, Cell], tuple[float | None, bool, str | None]] = {}
        self.rows: dict[tuple[str, int, str], list[str]] = {}
        columns = ("area", "month", "indicator", "group", "value", "status", "beside")
        for area, month, indicator, group, value, status, beside in classes.cells.select(columns).iter_rows():
            cell = Cell(int(month.replace("-", "")), indicator, group)
            self.values[area, cell] = (value, status == PUBLISHED, beside)
            self.rows.setdefault((area, cell.month, indicator), []).append(group)

    def identities(self) -> Iterator[Identity]:
        """All of them; those among shown figures too."""
        if self.dimension.indicators is not None:
            yield from self._told_by_figures(self.dimension.indicators)
            return
        yield from self._sums()
        yield from self._exits()
        for area, cell in self.values:
            for terms, high in breakdown_hiding.tied(cell, constant=self.dimension.constant):
                if self._hides(area, terms) and self._holds(area, terms, high):
                    own = [self._term(area, each, by) for each, by in terms.items()]
                    told = f"{self.name}: what ties {area} {cell}"
                    yield Identity(tuple(own), 0.0, high, told, doubtful=len(self._versions(area, terms)) > 1)

    def _term(self, area: str, cell: Cell, by: float = 1.0) -> Term:
        return Term(self.name, (area, POPULATION, month_name(cell.month), cell.indicator, cell.group), by)

    def _total(self, area: str, cell: Cell, figure: str) -> Term | None:
        """An area's figure in the version that a class stands beside; None where that does not have it.

        What the newest version tells alike, it tells alone; a hidden figure may have been revised all the same.
        """
        key = (area, POPULATION, month_name(cell.month), figure)
        beside = self.values[area, cell][2]
        if beside not in self.figures:
            return None
        value = self.figures[beside].get(key, self.figures[self.newest].get(key))
        for name in (beside, self.newest):
            if key in self.known.get(name, ()) and self.known[name][key] == value:
                return Term(name, key)
        return None

    def _figure(self, area: str, cell: Cell, version: str | None) -> float | None:
        """What a version has as the area's figure that a cell is a part of."""
        key = (area, POPULATION, month_name(cell.month), cell.indicator)
        return self.figures.get(version or "", {}).get(key, self.figures[self.newest].get(key))

    def _told_by_figures(self, indicators: Mapping[str, Mapping[str, str]]) -> Iterator[Identity]:
        """Classes that are figures of their own."""
        for area, cell in self.values:
            total = self._total(area, cell, indicators[cell.indicator][cell.group])
            if total is not None:
                yield linked.same(total, self._term(area, cell), f"{self.name}: {area} {cell}")

    def _sums(self) -> Iterator[Identity]:
        """The classes of a figure add up to it."""
        for (area, month, indicator), groups in self.rows.items():
            cells = [Cell(month, indicator, group) for group in groups]
            total = self._total(area, cells[0], indicator)
            if total is not None:
                parts = [self._term(area, cell, -1.0) for cell in cells]
                yield Identity((total, *parts), name=f"{self.name}: classes of {area} {month_name(month)} {indicator}")

    def _hides(self, area: str, terms: Iterable[Cell]) -> bool:
        """Whether any of the cells is hidden: a tie of shown ones that holds tells nothing."""
        return any(not self.values[area, cell][1] for cell in terms if (area, cell) in self.values)

    def _holds(self, area: str, terms: Mapping[Cell, float], high: float) -> bool:
        """Whether the cells are there and the tie holds: corrections, and months of several revisions, break it.

        Where a version tells an area's figure otherwise than the other, nobody is told of which class.
        """
        found = [self.values[area, cell] for cell in terms if (area, cell) in self.values]
        if len(found) < len(terms):
            return False
        versions = self._versions(area, terms)
        if any(value is None for value, _, _ in found):
            return len(versions) == 1
        if any(len({self._figure(area, cell, version) for version in versions}) > 1 for cell in terms):
            return False
        return 0 <= sum(by * (one[0] or 0.0) for by, one in zip(terms.values(), found, strict=True)) <= high

    def _versions(self, area: str, cells: Iterable[Cell]) -> set[str | None]:
        """The versions of the monthly figures that cells are beside."""
        return {self.values[area, cell][2] for cell in cells}

    def _exits(self) -> Iterator[Identity]:
        """The exits of a class are of two parts, each at most the flow that it is of, and together the area's part."""
        for (area, month, indicator), groups in self.rows.items():
            cells = [Cell(month, indicator, group) for group in groups]
            if indicator != EXITS or all(self.values[area, cell][1] for cell in cells):
                continue
            totals = [self._total(area, cells[0], part) for part in EXIT_PARTS]
            self._part_values(area, cells, totals[0])
            for cell in cells:
                yield from self._parts(area, cell)
            for part, total in zip(EXIT_PARTS, totals, strict=True):
                if total is not None:
                    own = [self._part(area, cell, part) for cell in cells]
                    yield Identity((total, *own), name=f"{self.name}: classes of {area} {month_name(month)} {part}")

    def _part(self, area: str, cell: Cell, part: str) -> Term:
        return Term(self.parts_name, (*self._term(area, cell).codes, part), -1.0)

    def _part_values(self, area: str, cells: Sequence[Cell], total: Term | None) -> None:
        """Some values of the parts that agree with the flows and the area's part; null where one is not known."""
        whole = [self.values[area, cell][0] or 0.0 for cell in cells]
        first, second = (
            [self.values.get((area, cell._replace(indicator=flow)), (np.inf,))[0] for cell in cells]
            for flow in LIMITS.values()
        )
        least = [max(0.0, one - (limit or 0.0)) for one, limit in zip(whole, second, strict=True)]
        most = [min(one, limit or 0.0) for one, limit in zip(whole, first, strict=True)]
        rest = None if total is None else self.known[total.table][total.codes]
        rest = sum(least) if rest is None else rest
        rest -= sum(least)
        for cell, one, low, high in zip(cells, whole, least, most, strict=True):
            more = max(0.0, min(rest, high - low))
            rest -= more
            for part, value in zip(EXIT_PARTS, (low + more, one - low - more), strict=True):
                self.parts[self._part(area, cell, part).codes] = value

    def _parts(self, area: str, cell: Cell) -> Iterator[Identity]:
        """A class's exits are its two parts, each at most its flow."""
        parts = [self._part(area, cell, part) for part in EXIT_PARTS]
        yield Identity((self._term(area, cell), *parts), name=f"{self.name}: parts of {area} {cell}")
        for part, limit in zip(parts, LIMITS.values(), strict=True):
            flow = cell._replace(indicator=limit)
            if (area, flow) in self.values:
                yield Identity((self._term(area, flow), part), 0.0, np.inf, f"{self.name}: {limit} of {area} {cell}")
