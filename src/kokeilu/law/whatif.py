"""Scenarios side by side: whom each law takes in over a register's months, with what workers and what cost."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

import polars as pl

from kokeilu.law import support, tally
from kokeilu.law.facts import trial_area
from kokeilu.law.logic import And, Atom, Name, Node, Not, Or, leaves, substitute, to_polars
from kokeilu.law.scenarios import BASE, Scenario, apply
from kokeilu.law.spans import Span
from kokeilu.law.trial import Trial, Version
from kokeilu.problems import Problem

SCHEMA = pl.Schema(
    {
        "scenario": pl.String(),  # BASE or the scenario's key
        "on": pl.Date(),  # the day of the facts
        "area": pl.String(),  # null is the whole register
        "job_seekers": pl.UInt32(),  # with a valid job search; everybody where the facts do not tell
        "people": pl.UInt32(),  # in the trial
        "undecided": pl.UInt32(),
        "share": pl.Float64(),  # people / job_seekers
        "workers": pl.UInt32(),  # each area's rounded up; null where no caseload is given
        "support_cents": pl.Int64(),  # the municipalities' share in the month; null where it cannot be estimated
        "support_verified": pl.Boolean(),  # whether its rates have been seen in a source
    }
)
MOST_SCENARIOS = 31  # one bit each of what is kept of a person

# Who is in by which law, bit by bit, and since when the job search is over; and a column `first LAW` for every law that
# limits the stay.
_HELD = pl.Schema({"person": pl.String(), "inside": pl.Int64(), "search_ended": pl.Date()})
_FIRST = "first "

_JOB_SEARCH = Atom("job_search_valid", "is true")
_SUPPORTED = Atom("benefit", "=", ("labour_market_support",))
_IN_SERVICE = Atom("in_service", "is true")
_DAYS = "labour_market_support_days"


def compare(
    base: Trial,
    scenarios: Sequence[Scenario],
    months: Mapping[date, pl.DataFrame] | Iterable[tuple[date, pl.DataFrame]],
    *,
    customers_per_worker: int | None = None,
    staying: bool = False,
) -> pl.DataFrame:
    """The law as it is (BASE) and each scenario over the facts of some days: a frame of SCHEMA, a row for each
    scenario, day and area, and one for the whole.

    `months` gives the facts by day: columns of a register extract, or derived facts in place of their source columns;
    always `municipality`. Days are taken one after the other, so that a generator needs memory for one. A law that has
    no version on a day takes nobody in then.

    Without `staying`, `people` are those whom the law of the day takes in. With it, who was in on an earlier day stays
    in as the version says (`stays`, `exit`, `grace`, `longest_stay`, counted in the days given); every day's facts must
    then have the `person`, and who is missing from a day is out on it. The estimate of the municipalities' share
    rests on `kokeilu.law.support.ASSUMPTIONS`.

    Problem: no facts, days out of order, a missing column, too many scenarios, what `apply` refuses.
    """
    if len(scenarios) > MOST_SCENARIOS:
        raise Problem(f"{len(scenarios)} scenarios", mend=f"compare {MOST_SCENARIOS} at most")
    given = iter(sorted(months.items()) if isinstance(months, Mapping) else months)
    first = next(given, None)
    if first is None:
        raise Problem("no facts to decide by", mend="give the facts of one day at least")
    largest = largest_municipalities(first[1]) if any(each.largest_cities for each in scenarios) else ()
    laws = {BASE: base} | {each.key: apply(base, each, largest) for each in scenarios}
    held: pl.DataFrame | None = None
    last: date | None = None
    rows: list[pl.DataFrame] = []
    for on, people in chain([first], given):
        if last is not None and on <= last:
            raise Problem(f"{on} comes after {last}", mend="give the days in order, each once")
        last = on
        month = _Month(on, people, laws)
        classes, held = month.with_those_who_stay(held) if staying else (month.decided(), None)
        rows += [month.counted(law, classes, customers_per_worker) for law in laws]
    return pl.concat(rows)


def largest_municipalities(people: pl.DataFrame) -> tuple[str, ...]:
    """The municipalities of some people by the number of job seekers, the most first; by code where equal."""
    valid = pl.col("job_search_valid") if "job_search_valid" in people.columns else pl.lit(value=True)
    counted = people.filter(valid & pl.col("municipality").str.contains(r"^\d{3}$")).group_by("municipality").len()
    return tuple(counted.sort("len", "municipality", descending=[True, False])["municipality"])


@dataclass(frozen=True)
class _Law:
    """One law on one day; no version is a law that takes nobody in."""

    trial: Trial
    version: Version | None


class _Month:
    """The people of one day as classes, and what each law says of them."""

    def __init__(self, on: date, people: pl.DataFrame, laws: Mapping[str, Trial]) -> None:
        self._on, self._people = on, people
        self._laws = {key: _Law(trial, _version_on(trial, on)) for key, trial in laws.items()}
        self._rates = support.rates_on(on)
        self._estimated = self._rates is not None and all(
            tally.has_fact(fact, people) for fact in ("benefit", "in_service", _DAYS)
        )
        self._names: dict[Node, Name] = {}  # of the questions
        self._ask()
        self._questions = list(self._names)
        self._keys = tally.key_columns(self._questions)

    def _ask(self) -> None:
        """Every question of the laws of the day, and those of the estimate."""
        if tally.has_fact(_JOB_SEARCH.fact, self._people):
            self._column(_JOB_SEARCH)
        if self._estimated and self._rates is not None:
            for atom in (_SUPPORTED, _IN_SERVICE, *(_reached(days) for days, _ in self._rates.steps)):
                self._column(atom)
        for law in self._laws.values():
            if law.version is not None:
                for node in (law.version.rule_over_facts, _leaving(law.version)):
                    if node is not None:
                        self._folded(node)

    def _column(self, question: Node) -> Name:
        return self._names.setdefault(question, Name(tally.name_of(len(self._names))))

    def _folded(self, node: Node) -> Node:
        """A rule over facts as one over questions and the area.

        A question is as much of the rule as does not ask about the area: by Kleene's logic the rule's state follows
        from the states of its parts. So one question often stands for many facts, and classes are few.
        """
        if _is_free(node):
            return self._column(node)
        match node:
            case Not(part):
                return Not(self._folded(part))
            case And(parts) | Or(parts):
                kind = type(node)
                free = tuple(part for part in parts if _is_free(part))
                rest = tuple(self._folded(part) for part in parts if not _is_free(part))
                asked = () if not free else (self._column(free[0] if len(free) == 1 else kind(free)),)
                return kind((*asked, *rest))
            case _:
                return node

    def decided(self) -> pl.DataFrame:
        """The classes with their people, and what each law of the day says of them (`_states`)."""
        keys = tally.keys(self._people, self._on, self._questions)
        counted = keys.group_by(self._keys).agg(pl.len().alias(tally.PEOPLE))
        return self._said(tally.decoded(counted, self._questions))

    def with_those_who_stay(self, held: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The same, with those in who were in before and do not leave; and who is in now, for the next day.

        `held` is what the day before gave back; None on the first.
        """
        if "person" not in self._people.columns:
            raise Problem("missing column 'person'", mend="who stays is told by it; or compare by the law of each day")
        keys = tally.keys(self._people, self._on, self._questions).with_columns(self._people["person"])
        classes = self._said(tally.decoded(keys.select(self._keys).unique(), self._questions))
        places = {law: place for place, law in enumerate(self._laws)}
        masks = classes.select(
            *self._keys,
            arriving=_mask({place: pl.col(f"in {law}") for law, place in places.items()}),
            leaving=_mask({place: pl.col(f"leaves {law}") for law, place in places.items()}),
            searching=self._state(_JOB_SEARCH) if _JOB_SEARCH in self._names else pl.lit(None, pl.Boolean),
        )
        held = _HELD.to_frame() if held is None else held
        rows = keys.join(masks, on=self._keys, how="left").join(
            held.with_columns(pl.col("person").cast(keys.schema["person"])), on="person", how="left"
        )
        firsts = [name for name in held.columns if name.startswith(_FIRST)]
        rows = rows.with_columns(self._search_ended()).with_columns(self._inside(firsts))
        rows = rows.with_columns(self._first_days(firsts))
        counted = rows.group_by(*self._keys, "inside").agg(pl.len().alias(tally.PEOPLE)).join(classes, on=self._keys)
        stayed = [((pl.col("inside") & 2**place) != 0).alias(f"in {law}") for law, place in places.items()]
        decided = counted.with_columns(*stayed).with_columns(
            (pl.col(f"undecided {law}") & ~pl.col(f"in {law}")).alias(f"undecided {law}") for law in places
        )
        return decided, rows.select("person", "inside", "search_ended", pl.col(f"^{_FIRST}.*$"))

    def _search_ended(self) -> pl.Expr:
        """The first of the days in a row on which the job search was not valid; an unknown one changes nothing."""
        still = pl.col("search_ended").fill_null(pl.lit(self._on))
        return (
            pl.when(pl.col("searching")).then(None).when(~pl.col("searching")).then(still).otherwise("search_ended")
        ).alias("search_ended")

    def _inside(self, firsts: Collection[str]) -> pl.Expr:
        """Bits of the laws by which a person is in: still, or anew; a longest stay that has passed lets nobody in."""
        leaving, stayed = pl.col("leaving"), pl.lit(0, pl.Int64)
        for place, (law, each) in enumerate(self._laws.items()):
            if each.version is not None and each.version.grace is not None:
                leaving |= self._over(each.version.grace, "search_ended", place)
            if each.version is not None and each.version.longest_stay is not None and _FIRST + law in firsts:
                stayed |= self._over(each.version.longest_stay, _FIRST + law, place)
        before = pl.col("inside").fill_null(0)
        return (((before & ~leaving) | pl.col("arriving")) & ~stayed).alias("inside")

    def _over(self, span: Span, since: str, place: int) -> pl.Expr:
        return pl.when(span.after_each(pl.col(since)) <= self._on).then(2**place).otherwise(0).cast(pl.Int64)

    def _first_days(self, firsts: Collection[str]) -> list[pl.Expr]:
        """The first day in, by each law that limits the stay."""
        days = []
        for place, (law, each) in enumerate(self._laws.items()):
            name = _FIRST + law
            if name in firsts or (each.version is not None and each.version.longest_stay is not None):
                known = pl.col(name) if name in firsts else pl.lit(None, pl.Date)
                inside = (pl.col("inside") & 2**place) != 0
                days.append(pl.when(known.is_null() & inside).then(pl.lit(self._on)).otherwise(known).alias(name))
        return days

    def _said(self, classes: pl.DataFrame) -> pl.DataFrame:
        """For each law: its flags `in`, `undecided` and `leaves`, and the `area`, each with the law's key behind it."""
        for key, law in self._laws.items():
            classes = self._said_by(key, law, classes)
        return classes

    def _said_by(self, key: str, law: _Law, classes: pl.DataFrame) -> pl.DataFrame:
        area = trial_area(self._on, law.trial, law.version.area_by if law.version else ("municipality",))
        placed = classes.with_columns(area.alias("trial_area"))
        if law.version is None:
            inside, leaves_it = pl.lit(value=False), pl.lit(value=True)
        else:
            inside = self._answer(law.version.rule_over_facts)
            leaving = _leaving(law.version)
            leaves_it = pl.lit(value=False) if leaving is None else self._answer(leaving)
        return placed.with_columns(
            inside.fill_null(value=False).alias(f"in {key}"),
            inside.is_null().alias(f"undecided {key}"),
            leaves_it.fill_null(value=False).alias(f"leaves {key}"),
            pl.col("trial_area").alias(f"area {key}"),
        ).drop("trial_area")

    def _answer(self, node: Node) -> pl.Expr:
        """A rule over facts, over the columns of classes."""
        return to_polars(self._folded(node))

    def _state(self, question: Node) -> pl.Expr:
        return to_polars(self._names[question])

    # -- counts ------------------------------------------------------------------------------------

    def counted(self, key: str, classes: pl.DataFrame, customers_per_worker: int | None) -> pl.DataFrame:
        """A law's rows of SCHEMA from the classes that `decided` gives."""
        inside, people = pl.col(f"in {key}"), pl.col(tally.PEOPLE)
        seeking = self._state(_JOB_SEARCH) if _JOB_SEARCH in self._names else pl.lit(value=True)
        by_area = classes.group_by(pl.col(f"area {key}").alias("area")).agg(
            people.filter(seeking).sum().alias("job_seekers"),
            people.filter(inside).sum().alias("people"),
            people.filter(pl.col(f"undecided {key}")).sum().alias("undecided"),
            self._support(inside, people).alias("support_cents"),
        )
        if customers_per_worker is not None:
            per_area = -(-pl.col("people").cast(pl.Int64) // customers_per_worker)
            by_area = by_area.with_columns(per_area.alias("workers"))
        else:
            by_area = by_area.with_columns(workers=None)
        law = self._laws[key]
        areas = sorted({str(row.area) for row in law.trial.areas_on(self._on)}) if law.version else []
        figures = ["job_seekers", "people", "undecided", "workers", "support_cents"]
        whole = by_area.select(pl.lit(None, pl.String).alias("area"), *(_total(figure) for figure in figures))
        each = pl.DataFrame({"area": areas}, schema={"area": pl.String}).join(by_area, on="area", how="left")
        known = [figure for figure in figures if by_area[figure].dtype != pl.Null and by_area[figure].null_count() == 0]
        filled = each.with_columns(pl.col(known).fill_null(0)).select("area", *figures)
        return (
            pl.concat([whole, filled], how="vertical_relaxed")
            .with_columns(
                scenario=pl.lit(key),
                on=pl.lit(self._on),
                share=pl.when(pl.col("job_seekers") > 0).then(pl.col("people") / pl.col("job_seekers")),
                support_verified=pl.when(pl.col("support_cents").is_not_null()).then(
                    pl.lit(value=self._rates is not None and self._rates.verified)
                ),
            )
            .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
        )

    def _support(self, inside: pl.Expr, people: pl.Expr) -> pl.Expr:
        """The municipalities' share for the people of one group of classes; null where it cannot be estimated."""
        if self._rates is None or not self._estimated:
            return pl.lit(None, pl.Int64)
        paid = inside & self._state(_SUPPORTED) & ~self._state(_IN_SERVICE)
        steps = [self._state(_reached(days)) for days, _ in self._rates.steps]
        below_next = [*(~step for step in steps[1:]), pl.lit(value=True)]
        cents = [
            support.month_cents(people.filter(paid & step & below).sum().cast(pl.Int64), percent, self._rates, self._on)
            for step, below, (_, percent) in zip(steps, below_next, self._rates.steps, strict=True)
        ]
        return pl.sum_horizontal(cents)


def _version_on(trial: Trial, on: date) -> Version | None:
    return next((version for version in trial.versions if version.from_day <= on < version.to_day), None)


def _leaving(version: Version) -> Node | None:
    """Over facts: when someone who is in leaves; None for never."""
    if not version.stays:
        return Not(version.rule_over_facts)
    if version.exit is None:
        return None
    tests: dict[str, Node] = {criterion.key: criterion.test for criterion in version.criteria}
    return substitute(version.exit, tests | {key: group.rule for key, group in version.groups.items()})


def _is_free(node: Node) -> bool:
    """Whether an expression over facts asks nothing about the area."""
    return all(isinstance(leaf, Atom) and leaf.fact != "trial_area" for leaf in leaves(node))


def _reached(days: int) -> Atom:
    return Atom(_DAYS, ">=", (days,))


def _mask(flags: Mapping[int, pl.Expr]) -> pl.Expr:
    """Flags as the bits of one number."""
    return pl.sum_horizontal(flag.cast(pl.Int64) * 2**place for place, flag in flags.items())


def _total(figure: str) -> pl.Expr:
    """The sum; null where there is none to sum."""
    return pl.when(pl.col(figure).count() > 0).then(pl.col(figure).sum()).alias(figure)
