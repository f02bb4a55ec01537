"""All tables by class of a release are attacked together: what none of them tells alone."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from kokeilu.disclosure import attacker
from kokeilu.disclosure.relations import Relation, System, components
from kokeilu.monitoring import release_attack
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.release_attack import Places, narrow
from kokeilu.monitoring.release_audit import COLUMNS, Version
from kokeilu.monitoring.release_classes import CELL, Classes
from kokeilu.monitoring.release_classes_audit import exposed as found_exposed


def exposed(versions: list[Version], classes: list[Classes]) -> list[str]:
    return [one.text for one in found_exposed(versions, classes)]


PAGE = "espoo", "residents", "2021-01"
STOCK, FLOW = "registered_unemployed", "inflow"


def version(figures: Mapping[str, tuple[float, str]]) -> Version:
    rows = [(*PAGE, key, value, status) for key, (value, status) in figures.items()]
    return Version("release-1", pl.DataFrame(rows, [*COLUMNS], orient="row"))


def by(dimension: str, figures: Mapping[tuple[str, str], tuple[float | None, str]]) -> Classes:
    rows = [(*PAGE, *key, value, status, "release-1") for key, (value, status) in figures.items()]
    return Classes(DIMENSIONS[dimension], pl.DataFrame(rows, [*CELL, "value", "status", "beside"], orient="row"))


FIGURES = version({STOCK: (30, "published"), FLOW: (4, "primary")})
BY_SEX = by("sex", {
    (STOCK, "female"): (20, "published"), (STOCK, "male"): (10, "published"),
    (FLOW, "female"): (3, "published"), (FLOW, "male"): (1, "primary"),
})  # fmt: skip
"""The inflow is from three to thirteen: no more men come in than are there."""
BY_AGE = by("age", {
    (STOCK, "under_25"): (6, "published"), (STOCK, "30_49"): (24, "published"),
    (FLOW, "under_25"): (4, "primary"), (FLOW, "30_49"): (0, "published"),
})  # fmt: skip
"""The inflow is six at most: nobody of 30 to 49 came in."""


def test_two_tables_by_class_tell_together_what_neither_tells_alone() -> None:
    assert exposed([FIGURES], [BY_SEX]) == []
    assert exposed([FIGURES], [BY_AGE]) == []
    assert set(exposed([FIGURES], [BY_SEX, BY_AGE])) == {
        "espoo / residents / 2021-01 / inflow: 3–6",
        "sex / espoo / residents / 2021-01 / inflow / male: 0–3",
        "age / espoo / residents / 2021-01 / inflow / under_25: 3–6",
    }


def test_hidden_figures_that_the_panel_has_no_longer_are_attacked_too() -> None:
    """Their true values are not known: any table that agrees with what is shown will do."""
    gone = BY_AGE.cells.with_columns(value=pl.when(pl.col("status") == "published").then("value"))
    found = exposed([FIGURES], [BY_SEX, Classes(BY_AGE.dimension, gone)])
    assert "espoo / residents / 2021-01 / inflow: 3–6" in found
    assert len(found) == 3


def chain(months: int) -> System:
    """Two dimensions of a figure by month: both add up to it, and the first to as much as the month before."""
    relations = []
    for month in range(months):
        total, one, other = 5 * month, (5 * month + 1, 5 * month + 2), (5 * month + 3, 5 * month + 4)
        relations += [Relation([total, *parts], [1.0, -1.0, -1.0]) for parts in (one, other)]
        if month:
            relations.append(Relation([*one, one[0] - 5, one[1] - 5], [1.0, 1.0, -1.0, -1.0]))
    return System.of(5 * months, relations)


@pytest.mark.parametrize("steps", [(), ((False, 1),), release_attack.STEPS])
def test_steps_close_by_change_nothing_in_what_is_found(monkeypatch: pytest.MonkeyPatch, steps: tuple) -> None:
    """Against the exact intervals: what is shown differs from seed to seed."""
    monkeypatch.setattr(release_attack, "STEPS", steps)
    months, some = 8, 0
    system = chain(months)
    places = Places(np.tile([0, 1, 1, 2, 2], months), np.repeat(np.arange(months), 5))
    for seed in range(6):
        chance = np.random.default_rng(seed)
        first = chance.integers(0, 6, (months, 2))
        parts = [np.array([7 - split, split]) for split in first.T]
        values = np.array([[7, *one, *other] for one, other in zip(parts[0].T, parts[1].T, strict=True)], float).ravel()
        hidden = chance.random(values.size) < 0.9
        needed = np.where(hidden & (values < 5), 5.0, 0.0)
        exact = attacker.intervals(system, values, hidden)
        wanted = {(at, exact.low[at], exact.high[at]) for at in np.flatnonzero(exact.width < needed).tolist()}
        found = {
            tuple(one)
            for component in components(system, values, hidden)
            for one in narrow(component, values, needed, places)
        }
        assert found == wanted
        some += len(found)
    assert some


def test_figures_that_cannot_be_true_together_are_told() -> None:
    wrong = BY_SEX.cells.with_columns(value=pl.when(pl.col("indicator") == STOCK).then(100.0).otherwise("value"))
    assert exposed([FIGURES], [Classes(BY_SEX.dimension, wrong), BY_AGE]) == ["sex: classes of espoo 2021-01 " + STOCK]


def test_that_no_class_was_revised_is_given_up_where_the_figures_refute_it() -> None:
    """Two people's language was corrected after December was out: its stocks by class are not January's before."""
    before, after = ("espoo", "residents", "2020-12"), PAGE
    first = Version("release-1", pl.DataFrame([(*before, STOCK, 20.0, "published")], [*COLUMNS], orient="row"))
    later = [
        (*after, STOCK, 20.0, "published"),
        (*after, FLOW, 0.0, "published"),
        (*after, "outflow", 0.0, "published"),
    ]
    second = Version("release-2", pl.concat([first.cells, pl.DataFrame(later, [*COLUMNS], orient="row")]))
    rows = [
        (*before, STOCK, "fi", 12.0, "published", "release-1"),  # the panel says ten by now
        (*before, STOCK, "sv", 4.0, "primary", "release-1"),
        (*before, STOCK, "other", 6.0, "secondary", "release-1"),
        (*after, STOCK, "fi", 10.0, "published", "release-2"),
        (*after, STOCK, "sv", 4.0, "primary", "release-2"),
        (*after, STOCK, "other", 6.0, "secondary", "release-2"),
        *((*after, flow, group, 0.0, "published", "release-2")
          for flow in (FLOW, "outflow") for group in ("fi", "sv", "other")),
    ]  # fmt: skip
    cells = pl.DataFrame(rows, [*CELL, "value", "status", "beside"], orient="row")
    assert exposed([first, second], [Classes(DIMENSIONS["language_group"], cells)]) == []


def test_classes_add_up_to_the_hidden_figure_that_they_were_out_beside() -> None:
    """The outflow is hidden as it was, and one fewer by the revision: nobody was told, and its classes stay."""
    before = "espoo", "residents", "2020-12"

    def told(name: str, stock: float, outflow: float) -> Version:
        rows = [(*before, STOCK, stock, "published"), (*PAGE, STOCK, 18.0, "published"),
                (*PAGE, FLOW, 1.0, "primary"), (*PAGE, "outflow", outflow, "primary")]  # fmt: skip
        return Version(name, pl.DataFrame(rows, [*COLUMNS], orient="row"))

    rows = [
        (*month, key, group, value, "secondary" if value == 0 or value > 4 else "primary", "release-1")
        for month, key, values in (
            (before, STOCK, (14.0, 6.0)), (PAGE, STOCK, (12.0, 6.0)),
            (PAGE, FLOW, (0.0, 1.0)), (PAGE, "outflow", (2.0, 1.0)),
        )
        for group, value in zip(("female", "male"), values, strict=True)
    ]  # fmt: skip
    cells = pl.DataFrame(rows, [*CELL, "value", "status", "beside"], orient="row")
    assert (
        exposed([told("release-1", 21.0, 4.0), told("release-2", 20.0, 3.0)], [Classes(BY_SEX.dimension, cells)]) == []
    )
