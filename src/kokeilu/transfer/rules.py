"""Whose responsibility a run changes, and what it counts. Pure; people are columns, in any order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final, TypedDict, cast

import polars as pl

from kokeilu.law.logic import YES, evaluate, substitute
from kokeilu.law.rules import outcome
from kokeilu.law.spans import Span
from kokeilu.law.trial import Trial, Version

STATE: Final = "te"  # the key of the state's employment service, as an organisation
SAMPLES_EACH: Final = 3  # people shown of each pattern of a preview

HELD: Final = pl.Schema(
    {"responsibility": pl.Int64(), "person": pl.String(), "responsible": pl.String(), "since": pl.Date()}
)
# What more is known of people where it matters; whoever is not in a frame has none of it.
SEARCH_ENDED: Final = pl.Schema({"person": pl.String(), "search_ended": pl.Date()})
FIRST_DAYS: Final = pl.Schema({"person": pl.String(), "first_day": pl.Date()})


class Group(TypedDict):
    """How many people have one area, outcome and pattern, and what becomes of them.

    `moved` changed the responsible organisation in the run, `arrived` of them to the area where they live; `staying`
    were a trial area's customers before and stay with it. `area` is where they live; None is outside every trial
    area, or unknown.
    """

    area: str | None
    outcome: str
    pattern: int
    people: int
    moved: int
    arrived: int
    staying: int


class Flow(TypedDict):
    """How many people went from one organisation to another, by keys."""

    origin: str
    goes_to: str
    people: int


@dataclass(frozen=True)
class Counts:
    """What a run did, as numbers. `missing` are the undecided by each fact that they lack (some lack several),
    `contradictions` those left where they were by each rule, `flows` who went from where to where."""

    groups: tuple[Group, ...] = ()
    missing: dict[str, int] = field(default_factory=dict)
    contradictions: dict[str, int] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Counts":
        """As kept with the run; runs of the first release kept less: those who moved were from the state, or to it."""
        groups = tuple(
            cast(Group, {"arrived": group["moved"] if group["outcome"] == "in" else 0, **group})
            for group in stored["groups"]
        )
        return cls(
            groups, dict(stored["missing"]), dict(stored.get("contradictions", {})), tuple(stored.get("flows", ()))
        )

    def to_json(self) -> dict[str, Any]:
        """To keep with the run."""
        return asdict(self)

    def total(self, figure: str = "people", **where: str | int | None) -> int:
        """The sum of `people`, `moved`, `arrived` or `staying` over the groups with these values."""
        return sum(
            group[figure]  # type: ignore[literal-required]
            for group in self.groups
            if all(group[name] == value for name, value in where.items())  # type: ignore[literal-required]
        )

    @property
    def moved(self) -> int:
        """Everybody who changed the responsible organisation."""
        return self.total("moved") if self.groups else sum(flow["people"] for flow in self.flows)

    def of_area(self, area: str) -> "Counts":
        """The part of one area; what is known of the whole run only is left out."""
        flows = tuple(flow for flow in self.flows if area in (flow["origin"], flow["goes_to"]))
        return Counts(tuple(group for group in self.groups if group["area"] == area), flows=flows)


@dataclass(frozen=True)
class Standing:
    """What a run knows of people beside the facts of the day.

    `held` (HELD) is the responsibility of each person that holds on the day and is open: its id, the organisation's
    key and its first day. `search_ended` (SEARCH_ENDED) tells since when the register has not reported a valid job
    search of customers of whom it does not on the day; `first_days` (FIRST_DAYS) the first day on which an area of the
    trial was responsible. `kept` are people whom nothing moves: a decision about them holds, or their facts contradict
    each other. `not_before` is the first day that a run may change: that of the run before it.
    """

    held: pl.DataFrame
    search_ended: pl.DataFrame = field(default_factory=SEARCH_ENDED.to_frame)
    first_days: pl.DataFrame = field(default_factory=FIRST_DAYS.to_frame)
    kept: Collection[str] = ()
    not_before: date | None = None


def changes(trial: Trial, decisions: pl.DataFrame, standing: Standing, on: date) -> pl.DataFrame:
    """What becomes of each person whom the law was asked about, in the row order of `decisions`.

    `decisions` has the columns of `kokeilu.law.rules.decide`. Returns the decisions and, beside them,
    `responsibility` and `responsible`; `goes_to`, the key of the new responsible organisation, null where nothing
    changes; `day`, from which (`moving_days` sets it back to when somebody moved house); `because`: arrives, crosses
    (from one area to another), resident (the version's `exit`), search (ended for longer than the grace) or stay
    (the longest has passed); and `staying`.

    Someone whom the state is responsible for goes to their area where the decision is `in`. A customer of one of
    the trial's areas stays, in the area where they live; they go back to the state where the version's `exit` holds,
    where the job search has been over for its `grace`, where its `longest_stay` has passed, or, where it has not
    `stays`, by a decision `out`. An unknown fact never moves anybody. People without a responsibility on the day
    (not known yet) are left alone. Asked again about the result it changes nothing.
    """
    version = trial.version_on(on)
    leaving = pl.col("pattern").is_in(_leaving(version, decisions["pattern"].unique()))
    customer = pl.col("responsible").is_in(list(trial.area_names("fi")))
    search_over, stay_over = _after("search_ended", version.grace), _after("first_day", version.longest_stay)
    free = ~pl.col("person").is_in(list(standing.kept))
    stayed = (stay_over <= on).fill_null(value=False)
    lives_here = pl.col("area").is_not_null()
    leaves = customer & (leaving | (search_over <= on).fill_null(value=False) | stayed)
    arrives = (pl.col("responsible") == STATE) & (pl.col("decision") == "in") & lives_here & ~leaving & ~stayed
    crosses = customer & lives_here & (pl.col("area") != pl.col("responsible"))
    because = (
        pl.when(~free).then(None)
        .when(arrives).then(pl.lit("arrives"))
        .when(customer & leaving).then(pl.lit("resident"))
        .when(customer & stayed).then(pl.lit("stay"))
        .when(leaves).then(pl.lit("search"))
        .when(crosses).then(pl.lit("crosses"))
    )  # fmt: skip
    reached = pl.when(pl.col("because") == "stay").then(stay_over).when(pl.col("because") == "search").then(search_over)
    return (
        decisions.join(standing.held, on="person", how="left", maintain_order="left")
        .join(standing.search_ended, on="person", how="left", maintain_order="left")
        .join(standing.first_days, on="person", how="left", maintain_order="left")
        .with_columns(because=because)
        .with_columns(
            goes_to=pl.when(pl.col("because").is_in(["arrives", "crosses"])).then("area")
            .when(pl.col("because").is_not_null()).then(pl.lit(STATE)),
            day=_within(reached, standing.not_before, on),
            staying=(customer & pl.col("because").is_null()).fill_null(value=False),
        )
        .drop("search_ended", "first_day")
    )  # fmt: skip


def moving_days(changed: pl.DataFrame, homes: pl.DataFrame, standing: Standing, on: date) -> pl.DataFrame:
    """`changes` with the day of those who moved house set to the day from which the register reports the new home.

    `homes` has `person` and `home_since`. Never before the run before this one, nor before the responsibility that
    ends; adds `whole`, whether that began on the very day, so that none of it remains.
    """
    moved_house = pl.col("because").is_in(["crosses", "resident"]) & pl.col("home_since").is_not_null()
    return (
        changed.join(homes, on="person", how="left", maintain_order="left")
        .with_columns(
            day=pl.when(moved_house).then(_within(pl.col("home_since"), standing.not_before, on)).otherwise("day")
        )
        .with_columns(day=pl.max_horizontal("day", "since"))
        .with_columns(whole=pl.col("since") == pl.col("day"))
        .drop("home_since", "since")
    )


def _within(day: pl.Expr, first: date | None, last: date) -> pl.Expr:
    """The day, no earlier than `first` and no later than `last`, which stands for none."""
    return day.fill_null(last).clip(first or date.min, last)


def _after(column: str, span: Span | None) -> pl.Expr:
    """The first day after a span that begins on the column's day (as `Span.after`); null where there is no span."""
    if span is None:
        return pl.lit(None, pl.Date)
    return pl.col(column).dt.offset_by(f"{span.months}mo" if span.months else f"{span.days}d")


def leaves(version: Version, pattern: int) -> bool:
    """Whether a customer of an area with this pattern goes back to the state by the version itself: by its `exit` or,
    where nobody stays, by a decision `out`."""
    return bool(_leaving(version, [pattern]))


def _leaving(version: Version, patterns: Iterable[int]) -> list[int]:
    """The patterns with which a customer of an area goes back to the state."""
    if not version.stays:
        return [pattern for pattern in patterns if outcome(version, pattern) == "out"]
    if version.exit is None:
        return []
    leave = substitute(version.exit, {group.key: group.rule for group in version.groups.values()})
    return [pattern for pattern in patterns if evaluate(leave, version.states(pattern)) == YES]


def count(changed: pl.DataFrame, contradictions: pl.DataFrame | None = None) -> Counts:
    """Count the rows of `changes`, and the `rule` of each contradiction; the same for any order of them."""
    groups = (
        changed.group_by("area", outcome="decision", pattern="pattern")
        .agg(
            people=pl.len(),
            moved=pl.col("goes_to").is_not_null().sum(),
            arrived=pl.col("because").is_in(["arrives", "crosses"]).sum(),
            staying=pl.col("staying").sum(),
        )
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
    found = {} if contradictions is None else dict(contradictions["rule"].value_counts().sort("rule").iter_rows())
    return Counts(
        tuple(cast(Group, row) for row in groups.to_dicts()), dict(missing.iter_rows()), found,
        flows(changed.filter(pl.col("goes_to").is_not_null())),
    )  # fmt: skip


def flows(moved: pl.DataFrame) -> tuple[Flow, ...]:
    """Who went from where (`responsible`) to where (`goes_to`), counted."""
    counted = moved.group_by(origin="responsible", goes_to="goes_to").len("people").sort("origin", "goes_to")
    return tuple(cast(Flow, row) for row in counted.to_dicts())


def samples(changed: pl.DataFrame) -> pl.DataFrame:
    """A few people of each outcome and pattern: the columns of `changes`, the first SAMPLES_EACH by id."""
    return (
        changed.sort("person")
        .group_by("decision", "pattern", maintain_order=True)
        .head(SAMPLES_EACH)
        .sort("decision", "pattern", "person")
    )
