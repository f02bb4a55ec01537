"""A run's counts as a person reads them: by area, by reason, by missing fact."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl

from kokeilu.law import explain
from kokeilu.law.explain import Reason
from kokeilu.law.facts import FACTS
from kokeilu.law.trial import Trial
from kokeilu.register.models import Details
from kokeilu.register.queries import address_open
from kokeilu.transfer.models import Decision
from kokeilu.transfer.rules import SAMPLES_EACH, Counts


@dataclass(frozen=True)
class AreaRow:
    """One area: who lives there and was decided about, and its customers after the run.

    `expected` is the definition's figure at the area's start, None where it has none; `verified` says whether
    the area and its municipalities are.
    """

    key: str
    name: str
    people: int
    moved: int
    staying: int
    undecided: int
    expected: int | None
    verified: bool

    @property
    def customers(self) -> int:
        """Those who move there and those who stay."""
        return self.moved + self.staying

    @property
    def difference(self) -> int | None:
        """Customers less the expected ones."""
        return None if self.expected is None else self.customers - self.expected


@dataclass(frozen=True)
class Sample:
    """A person as an example of a reason."""

    person: UUID
    name: str
    area: str


@dataclass(frozen=True)
class ReasonRow:
    """People with the same outcome for the same reasons."""

    outcome: str
    reasons: tuple[Reason, ...]
    people: int
    moved: int
    staying: int
    samples: tuple[Sample, ...]

    @property
    def label(self) -> str:
        """The outcome in words."""
        return str(Decision.Outcome(self.outcome).label)

    @property
    def color(self) -> str:
        """The outcome's tag."""
        return {"in": "success", "undecided": "warning"}.get(self.outcome, "neutral")


def area_rows(trial: Trial, on: date, counts: Counts, language: str) -> list[AreaRow]:
    """The areas that have anybody, by name."""
    names = trial.area_names(language)
    members = defaultdict(list)
    for row in trial.areas_on(on):
        members[row.area].append(row)
    areas = {group["area"] for group in counts.groups if group["area"] in members}
    found = sorted((area for area in areas if area), key=lambda key: names[key])
    return [
        AreaRow(
            key=key,
            name=names[key],
            people=counts.total(area=key),
            moved=counts.total("arrived", area=key),
            staying=counts.total("staying", area=key),
            undecided=counts.total(area=key, outcome="undecided"),
            expected=members[key][0].customers_expected,
            verified=all(row.verified for row in members[key]),
        )
        for key in found
    ]


def reason_rows(
    trial: Trial, on: date, counts: Counts, language: str, samples: dict[tuple[str, int], list[Sample]] | None = None
) -> list[ReasonRow]:
    """The reasons with their people, most people first within each outcome: in, undecided, out.

    Patterns that read the same are one row. `samples` are people by outcome and pattern.
    """
    areas = {group["area"] for group in counts.groups}
    area = areas.pop() if len(areas) == 1 else None
    rows: dict[tuple[str, tuple[Reason, ...]], ReasonRow] = {}
    read: dict[tuple[str, int], tuple[Reason, ...]] = {}  # a pattern is met once in each area
    for group in counts.groups:
        outcome, pattern = group["outcome"], group["pattern"]
        if (outcome, pattern) not in read:
            read[outcome, pattern] = _reasons(trial, on, pattern, outcome, language, area)
        reasons = read[outcome, pattern]
        seen = rows.get((outcome, reasons), ReasonRow(outcome, reasons, 0, 0, 0, ()))
        new = tuple(each for each in (samples or {}).get((outcome, pattern), ()) if each not in seen.samples)
        rows[outcome, reasons] = ReasonRow(
            outcome, reasons, seen.people + group["people"], seen.moved + group["moved"],
            seen.staying + group["staying"], (*seen.samples, *new)[:SAMPLES_EACH],
        )  # fmt: skip
    order = {"in": 0, "undecided": 1, "out": 2}
    return sorted(rows.values(), key=lambda row: (order[row.outcome], -row.people, [r.text for r in row.reasons]))


def _reasons(trial: Trial, on: date, pattern: int, outcome: str, language: str, area: str | None) -> tuple[Reason, ...]:
    found = explain.reasons(trial, on, pattern, outcome, language, area=area)
    if area:
        return tuple(found)
    # People of several areas in one row: the sentence stands without the area's name.
    unnamed = f" {explain.NO_AREA[language]}"
    return tuple(Reason(each.text.replace(unnamed, ""), each.citation, each.verified) for each in found)


def sample_people(
    trial: Trial, samples: pl.DataFrame, names: dict[UUID, Details], language: str
) -> dict[tuple[str, int], list[Sample]]:
    """People of a preview by outcome and pattern; where the address is protected, without the area."""
    areas = trial.area_names(language)
    told = address_open([*names])
    found: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for person, outcome, pattern, area in samples.select("person", "decision", "pattern", "area").rows():
        details = names.get(UUID(person))
        name = ", ".join(part for part in (details.family_name, details.given_names) if part) if details else ""
        found[outcome, pattern].append(Sample(UUID(person), name, areas.get(area, "") if UUID(person) in told else ""))
    return found


def missing_rows(counts: Counts, language: str) -> list[tuple[str, str, int]]:
    """Each missing fact with its name and how many undecided people lack it, most first."""
    return [(fact, FACTS[fact].label[language], people) for fact, people in counts.missing.items()]
