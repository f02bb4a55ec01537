"""Zeros are shown: whoever goes by that derives no small figure exactly, of pages, of classes, of releases."""

from pathlib import Path

import numpy as np
import pytest

from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, THRESHOLD, widths
from kokeilu.disclosure.relations import System
from kokeilu.monitoring import actions, breakdown_hiding, hidden_zeros, monthly_hiding, release_actions
from kokeilu.monitoring.breakdown_rules import BROKEN_DOWN
from kokeilu.monitoring.indicators import SUMS
from kokeilu.monitoring.models import MonthlyFigure
from kokeilu.monitoring.tests.panels import FIRST, person_months, write_panel
from kokeilu.monitoring.tests.released import Analysts

WAYS = SUMS["outflow"]
OUTFLOW = {monthly_hiding.Cell(FIRST, "residents", key): 1 for key in WAYS[:5]} | {
    monthly_hiding.Cell(FIRST, "residents", WAYS[5]): 0,
    monthly_hiding.Cell(FIRST, "residents", "outflow"): 5,
}


def told(statuses: dict[monthly_hiding.Cell, str]) -> list[str]:
    """The small figures that a reader derives exactly who supposes that no zero is hidden, and is right."""
    cells = list(statuses)
    system = System.of(len(cells), monthly_hiding.relations(cells))
    values = np.array([OUTFLOW[cell] for cell in cells], np.float64)
    hidden = np.array([statuses[cell] != PUBLISHED for cell in cells], np.bool_)
    known = hidden_zeros.least(values, hidden, [cell.month for cell in cells])
    found = hidden_zeros.told(system, values, hidden, widths([*statuses.values()], THRESHOLD), known)
    return [cells[at].indicator for at in np.flatnonzero(found).tolist()]


def test_five_hidden_figures_that_sum_to_five_are_told_and_so_their_sum_is_hidden() -> None:
    small = {cell: PRIMARY if value == 1 else PUBLISHED for cell, value in OUTFLOW.items()}
    assert told(small) == [*WAYS[:5]]
    found = monthly_hiding.statuses(OUTFLOW)
    assert found[monthly_hiding.Cell(FIRST, "residents", "outflow")] != PUBLISHED
    assert told(found) == []


def test_where_a_zero_is_hidden_nobody_knows_which_figure_it_is() -> None:
    every = {cell: PUBLISHED if cell.indicator == "outflow" else PRIMARY for cell in OUTFLOW}
    assert told(every) == []


def test_five_classes_of_one_that_sum_to_what_the_page_shows_hide_their_month() -> None:
    """Nothing else is in their sum, so zeros are hidden with them: the month as a whole."""
    stock = {"fi": 40, "sv": 30, "sami": 10, "other": 20, "unknown": 10}
    full = ("job_seekers", "registered_unemployed", "broad_unemployment")
    persons = {
        breakdown_hiding.Cell(FIRST, key, group): count if key in full else int(key == "inflow")
        for group, count in stock.items()
        for key in BROKEN_DOWN
    }
    found = breakdown_hiding.statuses(persons, {}, constant=False)
    assert all(found[cell] != PUBLISHED for cell in persons if cell.indicator in (*full, "inflow"))
    some = persons | {breakdown_hiding.Cell(FIRST, "inflow", "fi"): 7}
    found = breakdown_hiding.statuses(some, {}, constant=False)
    assert found[breakdown_hiding.Cell(FIRST, "job_seekers", "fi")] == PUBLISHED


# What is out under the rule of before


ROWS = person_months(*["uuu"] * 60, *["uo."] * 1, *["us."] * 1, *["uW."] * 1, *["ux."] * 1, *["u?."] * 1)


def outflow() -> MonthlyFigure:
    return MonthlyFigure.objects.get(month="2020-12-01", population="residents", indicator="outflow")


@pytest.mark.django_db
def test_pages_hide_the_sum_too(tmp_path: Path) -> None:
    actions.publish(write_panel(tmp_path / "panel", ROWS, 2))
    assert outflow().suppressed


@pytest.mark.django_db
def test_what_is_out_otherwise_stays_publishable(
    tmp_path: Path, analysts: Analysts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of before hid the five alone: a release of the same months goes on, and so does the next month."""
    with monkeypatch.context() as before:
        before.setattr(hidden_zeros, "told", lambda system, *_: np.zeros(system.cells, np.bool_))
        actions.publish(write_panel(tmp_path / "panel", ROWS, 2))
    assert outflow().value == 5
    preparer, checker = analysts
    later = write_panel(tmp_path / "later", ROWS, 3)
    release = release_actions.prepare(later, 202101, actor=preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, actor=preparer)
    actions.publish(later)
    assert outflow().value == 5
