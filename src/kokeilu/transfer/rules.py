"""Whose responsibility a run changes, and what it counts. Pure; people are columns, in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, TypedDict, cast

import polars as pl

from kokeilu.law.logic import YES, evaluate, substitute
from kokeilu.law.rules import outcome
from kokeilu.law.trial import Trial, Version

STATE: Final = "te"  # the key of the state's employment service, as an organisation
SAMPLES_EACH: Final = 3  # people shown of each pattern of a preview

HELD: Final = pl.Schema(
    {"responsibility": pl.Int64(), "person": pl.String(), "responsible": pl.String(), "since": pl.Date()}
)


class Group(TypedDict):
    """How many people have one area, outcome and pattern, and what becomes of them.

    `moved` changed the responsible organisation in the run; `staying` were a trial area's customers before and
    stay so. `area` is where they live; None is outside every trial area, or unknown.
    """

    area: str | None
    outcome: str
    pattern: int
    people: int
    moved: int
    staying: int


@dataclass(frozen=True)
class Counts:
    """What a run did, as numbers. `missing` are the undecided by each fact that they lack (some lack several)."""

    groups: tuple[Group, ...]
    missing: dict[str, int]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Counts":
        """As kept with the run."""
        return cls(tuple(stored["groups"]), dict(stored["missing"]))

    def to_json(self) -> dict[str, Any]:
        """To keep with the run."""
        return asdict(self)

    def total(self, figure: str = "people", **where: str | int | None) -> int:
        """The sum of `people`, `moved` or `staying` over the groups with these values."""
        return sum(
            group[figure]  # type: ignore[literal-required]
            for group in self.groups
            if all(group[name] == value for name, value in where.items())  # type: ignore[literal-required]
        )

    def of_area(self, area: str) -> "Counts":
        """The part of one area; the missing facts are of the whole run and left out."""
        return Counts(tuple(group for group in self.groups if group["area"] == area), {})


def changes(trial: Trial, decisions: pl.DataFrame, held: pl.DataFrame, on: date) -> pl.DataFrame:
    """What becomes of each person whom the law was asked about, in the row order of `decisions`.

    `decisions` has the columns of `kokeilu.law.rules.decide`; `held` (HELD) the responsibility of each person that
    holds on the day: its id, the organisation's key and its first day. Returns the decisions and, beside them,
    `responsibility`; `goes_to`, the key of the new responsible organisation, null where nothing changes; `whole`,
    whether the old responsibility began on the very day, so that none of it remains; and `staying`.

    Someone whom the state is responsible for goes to their area where the decision is `in`. A customer of one of
    the trial's areas stays; they go back to the state where the version's `exit` holds, or, where it has not
    `stays`, by a decision `out`. An unknown fact never moves anybody. People without a responsibility on the day
    (not known yet) are left alone.
    """
    version = trial.version_on(on)
    areas = list(trial.area_names("fi"))
    arrives = (pl.col("responsible") == STATE) & (pl.col("decision") == "in") & pl.col("area").is_not_null()
    customer = pl.col("responsible").is_in(areas)
    leaves = customer & pl.col("pattern").is_in(_leaving(version, decisions["pattern"].unique()))
    return (
        decisions.join(held, on="person", how="left", maintain_order="left")
        .with_columns(
            goes_to=pl.when(arrives).then("area").when(leaves).then(pl.lit(STATE)),
            whole=pl.col("since") == on,
            staying=(customer & ~leaves).fill_null(False),
        )
        .drop("responsible", "since")
    )


def _leaving(version: Version, patterns: Iterable[int]) -> list[int]:
    """The patterns with which a customer of an area goes back to the state."""
    if not version.stays:
        return [pattern for pattern in patterns if outcome(version, pattern) == "out"]
    if version.exit is None:
        return []
    leave = substitute(version.exit, {group.key: group.rule for group in version.groups.values()})
    return [pattern for pattern in patterns if evaluate(leave, version.states(pattern)) == YES]


def count(changed: pl.DataFrame) -> Counts:
    """Count the rows of `changes`; the same for any order of them."""
    groups = (
        changed.group_by("area", outcome="decision", pattern="pattern")
        .agg(people=pl.len(), moved=pl.col("goes_to").is_not_null().sum(), staying=pl.col("staying").sum())
        .sort("area", "outcome", "pattern", nulls_last=True)
    )
    missing = (
        changed.filter(pl.col("decision") == "undecided")
        .select(fact=pl.col("missing").str.split(" "))
        .explode("fact")
        .filter(pl.col("fact") != "")
        .group_by("fact")
        .len()
        .sort("len", "fact", descending=[True, False])
    )
    return Counts(tuple(cast(Group, row) for row in groups.to_dicts()), dict(missing.iter_rows()))


def samples(changed: pl.DataFrame) -> pl.DataFrame:
    """A few people of each outcome and pattern: the columns of `changes`, the first SAMPLES_EACH by id."""
    return (
        changed.sort("person")
        .group_by("decision", "pattern", maintain_order=True)
        .head(SAMPLES_EACH)
        .sort("decision", "pattern", "person")
    )
