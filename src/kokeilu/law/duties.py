"""What a definition says beside who is a customer: who does which task since when, and on which grounds a customer
may be moved by a decision.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kokeilu.law import digests
from kokeilu.law.positions import Table, Words

AUTHORITIES = ("municipality", "state")
DESTINATIONS = ("area", "state")  # another area of the trial, or the state's employment service
DOERS = ("municipality", "state", "both", "unknown")
TASK_KINDS = ("intake", "service", "statement", "selection", "employers")


@dataclass(frozen=True)
class TransferGround:
    """A ground on which an authority may move a customer, in force over `[from_day, to_day)`.

    `decided_by` are those of AUTHORITIES who may decide, `leads_to` those of DESTINATIONS to which it may lead.
    `name` is for a choice in a form, `sentence` for the explanation and the notice.
    """

    key: str
    from_day: date
    to_day: date
    law: str
    verified: bool
    decided_by: tuple[str, ...]
    leads_to: tuple[str, ...]
    name: Words = field(hash=False)
    sentence: Words = field(hash=False)
    source: str
    note: str

    def on(self, day: date) -> bool:
        """Whether the ground is in force on the day."""
        return self.from_day <= day < self.to_day

    @cached_property
    def sha256(self) -> str:
        """The digest of what the ground says: stored with a transfer that rests on it."""
        return digests.of_ground(self)


@dataclass(frozen=True)
class Task:
    """Who does a task for the customers over `[from_day, to_day)`: one of DOERS; `unknown` where no source says."""

    key: str
    kind: str  # one of TASK_KINDS
    by: str
    from_day: date
    to_day: date
    law: str
    verified: bool
    name: Words = field(hash=False)
    source: str
    note: str

    def on(self, day: date) -> bool:
        """Whether the task is so divided on the day."""
        return self.from_day <= day < self.to_day


def read_grounds(top: Table, from_day: date, to_day: date) -> tuple[TransferGround, ...]:
    """The `[[transfer_ground]]` of a definition, whose trial holds over `[from_day, to_day)`."""
    found: list[TransferGround] = []
    for table in top.tables("transfer_ground"):
        table.only(
            *("key", "from", "to", "law", "verified", "decided_by", "leads_to", "name", "sentence", "source", "note")
        )
        begins, ends = _period(table, from_day, to_day)
        found.append(
            TransferGround(
                key=table.slug("key"),
                from_day=begins,
                to_day=ends,
                law=table.text("law"),
                verified=table.yes_or_no("verified"),
                decided_by=_some_of(table, "decided_by", AUTHORITIES),
                leads_to=_some_of(table, "leads_to", DESTINATIONS),
                name=table.words("name"),
                sentence=table.words("sentence"),
                source=table.text("source", ""),
                note=table.text("note", ""),
            )
        )
        _check_apart(table, found)
    return tuple(found)


def read_tasks(top: Table, from_day: date, to_day: date) -> tuple[Task, ...]:
    """The `[[task]]` of a definition, whose trial holds over `[from_day, to_day)`."""
    found: list[Task] = []
    for table in top.tables("task"):
        table.only("key", "kind", "by", "from", "to", "law", "verified", "name", "source", "note")
        begins, ends = _period(table, from_day, to_day)
        found.append(
            Task(
                key=table.slug("key"),
                kind=table.one_of("kind", TASK_KINDS),
                by=table.one_of("by", DOERS),
                from_day=begins,
                to_day=ends,
                law=table.text("law"),
                verified=table.yes_or_no("verified"),
                name=table.words("name"),
                source=table.text("source", ""),
                note=table.text("note", ""),
            )
        )
        _check_apart(table, found)
    return tuple(found)


def _period(table: Table, from_day: date, to_day: date) -> tuple[date, date]:
    begins, ends = table.day("from", from_day), table.day("to", to_day)
    if not from_day <= begins < ends <= to_day:
        mend = f"keep within [{from_day}, {to_day}), from before to"
        table.fail("the period is not within the trial's", key="from" if "from" in table.data else "to", mend=mend)
    return begins, ends


def _some_of(table: Table, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    values = table.texts(key)
    if not values or not set(values) <= set(choices) or len(set(values)) < len(values):
        table.fail(f"'{key}' is not accepted", key=key, mend=f"write some of {', '.join(choices)}, each once")
    return values


def _check_apart(table: Table, found: list[TransferGround] | list[Task]) -> None:
    """The last one does not meet an earlier one of its key in time."""
    *earlier, last = found
    for other in earlier:
        if other.key == last.key and other.from_day < last.to_day and last.from_day < other.to_day:
            what = f"'{last.key}' has overlapping periods"
            table.fail(what, key="key", mend="end one where the other begins")
