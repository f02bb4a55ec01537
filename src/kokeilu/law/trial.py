"""What a trial is: its areas, criteria, dated versions and examples, as read from a definition file."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from kokeilu.law import digests
from kokeilu.law.duties import Task, TransferGround
from kokeilu.law.logic import Atom, Name, Node, leaves, substitute
from kokeilu.law.positions import Words as Words
from kokeilu.law.spans import Span
from kokeilu.problems import Problem

NOWHERE = "none"  # `trial_area` of a person who lives outside every trial area
AREA = "{area}"  # in a sentence: the name of the person's trial area
OPEN_END = date.max  # `to_day` of what has no end
MOST_CRITERIA = 39  # 3**39 patterns still fit in a 64-bit integer


def told_period(from_day: date, to_day: date) -> str:
    """A half-open period in words."""
    return f"{from_day} on" if to_day == OPEN_END else f"{from_day} to {to_day} (not included)"


@dataclass(frozen=True)
class AreaRow:
    """One municipality's membership in a trial area over `[from_day, to_day)`; no end where it is None.

    `area` is None where it is not known whether the municipality belongs to an area: `trial_area` is then
    unknown. `customers_expected` is the whole area's figure at its start, not the municipality's.
    """

    area: str | None
    name: str  # in Finnish
    name_sv: str
    municipality: str
    from_day: date
    to_day: date | None
    customers_expected: int | None
    source: str
    verified: bool

    def on(self, day: date) -> bool:
        """Whether the row holds on the day."""
        return self.from_day <= day and (self.to_day is None or day < self.to_day)

    def meets(self, from_day: date, to_day: date) -> bool:
        """Whether the row holds on some day of `[from_day, to_day)`."""
        return self.from_day < to_day and (self.to_day is None or from_day < self.to_day)


@dataclass(frozen=True)
class Criterion:
    """One question of the law about a person, answered yes, no or unknown from the facts."""

    key: str
    test: Node
    law: str
    verified: bool
    yes: Words = field(hash=False)
    no: Words = field(hash=False)
    source: str  # where the content was taken from
    note: str  # what a reader should know


@dataclass(frozen=True)
class Group:
    """A named expression over criteria and other groups; its sentences, where given, stand for its parts'."""

    key: str
    rule: Node
    law: str
    verified: bool
    yes: Words = field(hash=False)
    no: Words = field(hash=False)
    source: str  # where the content was taken from
    note: str  # what a reader should know


@dataclass(frozen=True, eq=False)
class Version:
    """The law in force over `[from_day, to_day)`; `to_day` is OPEN_END where it has no end.

    `criteria` are those that `member` or `exit` rests on, in the order of the definition. A pattern is the
    sum of state * 3**i, where i is the criterion's place in that order from 0 and the state is 0 no, 1 yes, 2
    unknown. Criteria that only other versions use do not enter it, so a later amendment leaves old patterns
    as they are.
    """

    trial: str
    from_day: date
    to_day: date
    statute: str
    verified: bool
    area_by: tuple[str, ...]
    member: Node
    stays: bool  # once in, a person stays in until `exit` holds, whatever `member` then says
    exit: Node | None
    longest_stay: Span | None  # who is in leaves when it has passed since the first day
    grace: Span | None  # who is in leaves when the job search has been over for so long; None: not for that reason
    trial_to: date  # the end of the trial, not included, as this version has it
    decided: dict[str, Words]  # the sentences of in, out and undecided where the definition has its own
    areas: tuple[AreaRow, ...] = field(repr=False)  # the rows that hold on some day of the version
    criteria: tuple[Criterion, ...]
    groups: dict[str, Group]
    source: str
    note: str

    @property
    def key(self) -> str:
        """The start date, ISO 8601: what a decision stores as its version."""
        return self.from_day.isoformat()

    @cached_property
    def sha256(self) -> str:
        """The digest of what the version says (`kokeilu.law.digests`): stored with what is decided by it."""
        return digests.of_version(self)

    @cached_property
    def rule(self) -> Node:
        """`member` with every group replaced by its rule: an expression over criteria."""
        return substitute(self.member, {group.key: group.rule for group in self.groups.values()})

    @cached_property
    def rule_over_facts(self) -> Node:
        """`rule` with every criterion replaced by its test."""
        return substitute(self.rule, {criterion.key: criterion.test for criterion in self.criteria})

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """The distinct atoms of the criteria's tests, in order of appearance."""
        found = (leaf for criterion in self.criteria for leaf in leaves(criterion.test))
        return tuple(dict.fromkeys(leaf for leaf in found if isinstance(leaf, Atom)))

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that the version asks about, sorted."""
        return tuple(sorted({atom.fact for atom in self.atoms}))

    def check_pattern(self, pattern: int) -> None:
        """Problem: the number is no pattern of this version."""
        if not 0 <= pattern < 3 ** len(self.criteria):
            what = f"{pattern} is not a pattern of {self.trial} of {self.key}"
            raise Problem(what, mend="use the version that decided")

    def states(self, pattern: int) -> dict[Atom | Name, int]:
        """The criteria's states from a pattern. Problem: a number that is no pattern of this version."""
        self.check_pattern(pattern)
        return {Name(c.key): pattern // 3**i % 3 for i, c in enumerate(self.criteria)}


@dataclass(frozen=True)
class Example:
    """A person on a day and the right answer."""

    name: str
    line: int
    on: date
    person: dict[str, object]  # columns of the register extract; what is left out is unknown
    decision: str
    area: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """How many a trial can take in at once or in all. A decision says who qualifies; places limit who is taken."""

    least: int
    most: int
    law: str
    verified: bool
    source: str
    note: str


@dataclass(frozen=True, eq=False)
class Trial:
    """A trial definition. `sha256` is of the definition and its area table, as bytes.

    `kind` is act, plan or agreement; `statute` names the act, or the document of a plan or an agreement.
    `to_day` is OPEN_END where no end is set.
    """

    key: str
    file: Path
    names: Words
    kind: str
    statute: str
    from_day: date
    to_day: date
    places: Places | None
    transfer_grounds: tuple[TransferGround, ...]
    tasks: tuple[Task, ...]
    areas: tuple[AreaRow, ...]
    criteria: tuple[Criterion, ...]
    groups: dict[str, Group]
    versions: tuple[Version, ...]
    examples: tuple[Example, ...]
    open_questions: tuple[str, ...]  # what the definition is known to lack
    sha256: str

    def version_on(self, day: date) -> Version:
        """The version in force on the day. Problem: none is."""
        for version in self.versions:
            if version.from_day <= day < version.to_day:
                return version
        known = ", ".join(told_period(v.from_day, v.to_day) for v in self.versions)
        raise Problem(f"{self.key} has no version on {day}", mend=f"its versions: {known}")

    def version(self, key: str) -> Version:
        """The version that starts on the ISO date `key`, as a decision stores it. Problem: none does."""
        for version in self.versions:
            if version.key == key:
                return version
        raise Problem(f"{self.key} has no version of {key}", mend="use the definition that decided")

    def transfer_grounds_on(self, day: date) -> tuple[TransferGround, ...]:
        """The grounds on which a customer may be moved by a decision of an authority on the day."""
        return tuple(ground for ground in self.transfer_grounds if ground.on(day))

    def transfer_ground(self, key: str, day: date) -> TransferGround:
        """The ground of that key in force on the day. Problem: none is."""
        known = {ground.key: ground for ground in self.transfer_grounds_on(day)}
        if key not in known:
            what = f"{self.key} has no transfer ground '{key}' on {day}"
            raise Problem(what, mend=f"known then: {', '.join(known)}" if known else "no ground is known then")
        return known[key]

    def tasks_on(self, day: date, kind: str | None = None) -> tuple[Task, ...]:
        """Who does what for the customers on the day, of all kinds or of one (`kokeilu.law.duties.TASK_KINDS`)."""
        return tuple(task for task in self.tasks if task.on(day) and kind in (None, task.kind))

    def task_on(self, key: str, day: date) -> Task:
        """The task of that key as divided on the day. Problem: none is."""
        for task in self.tasks_on(day):
            if task.key == key:
                return task
        known = ", ".join(dict.fromkeys(task.key for task in self.tasks))
        raise Problem(f"{self.key} has no task '{key}' on {day}", mend=f"its tasks: {known or 'none'}")

    def areas_on(self, day: date) -> tuple[AreaRow, ...]:
        """The municipalities known to be in a trial area on the day, with the area."""
        return tuple(row for row in self.areas if row.area is not None and row.on(day))

    def open_municipalities_on(self, day: date) -> tuple[AreaRow, ...]:
        """The municipalities of which it is not known whether they are in a trial area on the day."""
        return tuple(row for row in self.areas if row.area is None and row.on(day))

    def area_names(self, language: str) -> dict[str, str]:
        """Area keys with their names; English takes the Finnish name."""
        return {row.area: row.name_sv if language == "sv" else row.name for row in self.areas if row.area}

    def unverified_on(self, day: date) -> list[str]:
        """The citations in force on the day whose text has not been verified, in the order of the law.

        Raises Problem where no version is in force.
        """
        version = self.version_on(day)
        parts: list[Criterion | Group] = [*version.criteria, *(each for each in version.groups.values() if each.law)]
        return list(dict.fromkeys(part.law for part in parts if not part.verified))
