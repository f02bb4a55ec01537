"""Every figure of a register of invented people is what a recount of single people says (recount*.py)."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl
import pytest

from kokeilu.access.models import Organisation
from kokeilu.law import definition
from kokeilu.monitoring import (
    breakdown_counting,
    duration_medians,
    duration_table,
    rates,
    rules,
    service_comparison_actions,
    survival,
    table,
)
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.rules import month_number
from kokeilu.monitoring.service_comparison_steps import FOLLOWED
from kokeilu.monitoring.tests import recount, recount_courses, recount_people, recount_rates
from kokeilu.monitoring.tests.recount_people import World
from kokeilu.monitoring.tests.recount_states import States, month_ends, states
from kokeilu.panel.build import build
from kokeilu.panel.check import open_panel
from kokeilu.register import statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.identity import code_hashes
from kokeilu.register.models import PersonCode
from kokeilu.register.tests.people import write
from kokeilu.transfer import actions as transfer
from kokeilu.transfer.models import Responsibility

pytestmark = pytest.mark.django_db

TRIAL: Final = "recount"
TODAY: Final = date(2021, 6, 1)
COUNTED: Final = {key for key, one in INDICATORS.items() if one.unit == "persons"}


@pytest.fixture
def trial(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The law of the municipal trial with the areas of recount_people; its key."""
    settings.KOKEILU_TODAY = TODAY
    law, _, _ = definition.shipped("kuntakokeilu").file.read_text("utf-8").partition("[[example]]")
    folder = tmp_path / "trials"
    folder.mkdir()
    named = law.replace('key = "kuntakokeilu"', f'key = "{TRIAL}"').replace("kuntakokeilu-areas.csv", "areas.csv")
    (folder / f"{TRIAL}.toml").write_text(named, encoding="utf-8")
    recount_people.areas_csv(folder / "areas.csv")
    # What is read is kept, and is kept on: other tests compare the definitions that they read at first.
    monkeypatch.setattr(definition, "_trials", lambda: folder)
    return TRIAL


def record(code: str) -> Any:
    """The register's record of an identity code."""
    return PersonCode.objects.get(hash=code_hashes([code])[0]).person_id


def store(world: World, folder: Path) -> None:
    """Tell the register all of it in the order in which it would come: extracts, statements, a run, corrections."""
    kinds = {"kind": Organisation.Kind.STATE, "name_fi": "TE", "name_sv": "TE", "name_en": "TE"}
    Organisation.objects.get_or_create(key="te", defaults=kinds)
    law = definition.shipped(TRIAL)
    transfer.ensure_organisations(law)
    half = len(world.unions) // 2
    _load(world, folder, date(2019, 1, 1), date(2020, 10, 1))
    for code, newer in world.new_codes:
        statements.add_code(record(code), newer, "", actor=None)
    for kept, other in world.unions[:half]:
        statements.merge(record(kept), record(other), "", actor=None)
    mistaken = [statements.merge(record(kept), record(other), "", actor=None) for kept, other in world.revoked]
    _load(world, folder, date(2020, 10, 1), date(2021, 3, 1))
    transfer.run(law, date(2021, 3, 1))
    _load(world, folder, date(2021, 3, 1), TODAY)
    for day, rows in world.corrections.items():
        path = write(folder / f"correction-{day}.parquet", rows)
        import_extracts([(path, day)], correction=True)
    for one in mistaken:
        statements.revoke(one.statement, "", actor=None)
    for kept, other in world.unions[half:]:
        statements.merge(record(kept), record(other), "", actor=None)
    for code, day in world.deaths:
        statements.record_death(record(code), day, "", actor=None)
    transfer.run(law, date(2021, 5, 31))


def _load(world: World, folder: Path, start: date, end: date) -> None:
    days = sorted(day for day in world.extracts if start <= day < end)
    import_extracts([(write(folder / f"register-{day}.parquet", world.extracts[day]), day) for day in days])


def responsible() -> Callable[[str, date], str | None]:
    """Who is responsible for a person, by their code, on a day: as the register of responsibilities says."""
    rows = Responsibility.objects.filter(superseded_by=None).values_list("person", "organisation__key", "valid")
    found: dict[Any, list[tuple[str, Any]]] = {}
    records = dict(PersonCode.objects.values_list("hash", "person"))
    for person, key, valid in rows:
        found.setdefault(person, []).append((key, valid))

    def on(code: str, day: date) -> str | None:
        held = found.get(records[code_hashes([code])[0]], [])
        return next(
            (key for key, valid in held if valid.lower <= day and (valid.upper is None or day < valid.upper)), None
        )

    return on


def counted(figures: pl.DataFrame) -> Counter[recount.Cell]:
    rows = figures.select("area", "population", "month", "indicator", "persons").rows()
    return Counter(
        {(area, who, month_number(month), key): persons for area, who, month, key, persons in rows if persons}
    )


def expected(figures: Counter[recount.Cell], first: int) -> Counter[recount.Cell]:
    """The cells that the definitions ask for: of the indicator's populations, once its history is there."""
    return Counter({
        (area, who, at, key): persons
        for (area, who, at, key), persons in figures.items()
        if who in INDICATORS[key].populations and at - first >= INDICATORS[key].history
    })  # fmt: skip


class Recounted(NamedTuple):
    """A panel of a world, and its people read one by one."""

    panel: Path
    people: dict[str, States]
    months: range


@pytest.fixture(params=[1, 2])
def recounted(request: pytest.FixtureRequest, trial: str, tmp_path: Path) -> Recounted:
    """The world of a seed, told to the register and built as a panel."""
    world = recount_people.world(request.param, 300)
    store(world, tmp_path)
    build(tmp_path / "panel", trial=trial)
    ends = month_ends(world)
    return Recounted(tmp_path / "panel", states(world, responsible()), range(min(ends), max(ends) + 1))


def test_every_count_is_that_of_single_people(recounted: Recounted, tmp_path: Path) -> None:
    """One test of all that is counted: the register and its panel are what takes the time."""
    counts = recount.count(recounted.people, recounted.months)
    told = table.count(recounted.panel)
    figures = expected(counts.figures, recounted.months.start)
    assert counted(told.figures) == figures
    assert {key for _, _, _, key in figures} == COUNTED, "no figure is of nobody everywhere"
    _check_classes(told, counts)
    _check_rates(told, figures, recounted, tmp_path)
    _check_durations(told, recounted)
    _check_services(recounted)


def _check_classes(told: table.Counted, counts: recount.Counts) -> None:
    wanted = [DIMENSIONS[key] for key in counts.classes]
    for dimension, found in zip(wanted, breakdown_counting.every(told.panel, wanted, told.figures), strict=True):
        rows = found.select("area", "month", "indicator", "group", "persons").rows()
        by_class = Counter({(area, month_number(at), key, one): many for area, at, key, one, many in rows if many})
        again = counts.classes[dimension.key]
        first = min(at for _, at, _, _ in again)
        assert by_class == again, dimension.key
        assert len({one for _, _, _, one in again}) >= 2, dimension.key
        assert first == month_number(told.panel.manifest.first_month)


def _true(told: table.Counted) -> pl.DataFrame:
    """The figures as if nothing had to be hidden: what is asked here is whether they are right."""
    value = pl.col("persons").cast(pl.Float64).alias("value")
    return told.figures.select(*rules.CELL, value, pl.lit(value=False).alias("suppressed"))


def _check_rates(told: table.Counted, figures: Counter[recount.Cell], recounted: Recounted, folder: Path) -> None:
    force = recount_rates.labour_force(recounted.months)
    file = recount_rates.write(force, folder / "force.csv")
    read = table.force(file, told.panel, told.panel.manifest.last_month)
    again = recount_rates.rates(figures, force, recounted.months)
    found = rates.rates(_true(told), read).filter(pl.col("value").is_not_null())
    cells = found.select("area", "population", "month", "indicator", "value").rows()
    worked_out = {(area, who, month_number(month), key): value for area, who, month, key, value in cells}
    assert worked_out == pytest.approx(again)
    assert {key for _, _, _, key in again} == set(recount_rates.RATES)


def _check_durations(told: table.Counted, recounted: Recounted) -> None:
    """Who began when and how it went on, and how long who is or was unemployed; the medians and steps shown of it."""
    people, months = recounted.people, recounted.months
    assert told.events.begun is not None
    rows = told.events.begun.select("area", "began", "months", "cause", "persons").rows()
    ways = Counter({(area, at, held, None if cause is None else survival.CAUSES[cause]): many
                    for area, at, held, cause, many in rows})  # fmt: skip
    again = recount_courses.begun(people, months)
    assert {one: many for one, many in ways.items() if one[1] > months.start} == again  # who was so before, none tells
    assert {way for _, _, _, way in again} == {*survival.CAUSES, None}
    lengths = recount_courses.lengths(people, months)
    columns = ("area", "at", "kind", "months")
    rows = duration_medians.lengths(told.events).select(*columns, "persons").rows()
    assert Counter({row[:4]: row[4] for row in rows}) == lengths
    durations = duration_table.published(told, _true(told))
    _check_steps(durations.steps, again)
    medians = durations.medians.filter(pl.col("months").is_not_null())
    assert medians.height
    for area, month, kind, held in medians.select("area", "month", "kind", "months").rows():
        of = {one[3]: many for one, many in lengths.items() if one[:3] == (area, month_number(month), kind)}
        assert held == recount_courses.median(of), (area, month, kind)


def _check_steps(steps: pl.DataFrame, begun: Counter[tuple[str, int, int | None, str | None]]) -> None:
    """Each step shown has those of the half-year who were unemployed at its beginning, and those who left in it."""
    assert steps.height
    ends: dict[tuple[str, int], int] = {}
    for area, first, until, _, at_risk, *left in steps.sort("area", "began", "until").rows():
        start = ends.get((area, first), 0)
        ends[area, first] = until
        half = range(month_number(first), month_number(first) + 6)
        members = {one: many for one, many in begun.items() if one[0] == area and one[1] in half}
        assert at_risk == sum(many for (_, _, held, _), many in members.items() if held is None or held > start)
        for cause, many in zip(survival.CAUSES, left, strict=True):
            inside = [
                count
                for (_, _, held, way), count in members.items()
                if held in range(start + 1, until + 1) and way == cause
            ]
            assert many == sum(inside), (area, first, until, cause)


def _check_services(recounted: Recounted) -> None:
    people, months = recounted.people, recounted.months
    found = service_comparison_actions.count(open_panel(recounted.panel))
    again = recount_courses.services(people, months)
    rows = found.monthly.select("area", "service", "at", "measure", "people").rows()
    assert Counter({row[:4]: row[4] for row in rows if row[4]}) == again
    assert {key for _, _, _, key in again} == {"stock", "starts", "ends", *(f"followed_{one}" for one in FOLLOWED)}
    year = found.yearly.filter(at=2020 * 12).select("area", "service", "people").rows()
    calendar = range(2020 * 12, 2021 * 12)
    assert Counter({row[:2]: row[2] for row in year}) == recount_courses.in_the_year(people, calendar)
