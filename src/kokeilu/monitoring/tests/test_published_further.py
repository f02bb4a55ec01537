"""Rates, sums over areas, services by year and durations are in the attack at publication: a leak is refused."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from kokeilu.monitoring import (
    actions,
    duration_actions,
    duration_medians,
    monthly_hiding,
    national_hiding,
    pages_versions,
    rates,
    service_comparison_actions,
    service_comparison_rules,
    survival_steps,
)
from kokeilu.monitoring.duration_medians import Median
from kokeilu.monitoring.models import (
    DurationMedian,
    MonthlyFigure,
    NationalFigure,
    PagesVersion,
    ServiceFigure,
    SurvivalStep,
)
from kokeilu.monitoring.tests.panels import person_months, with_beginnings, write_panel
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db
Patch = pytest.MonkeyPatch

MONTHS = 17  # 2020-11 to 2022-03
"""The year 2021 with the month before it and the three after it."""


def of_services(*more: str) -> pl.DataFrame:
    """Twenty are in services at all times, twenty never; and more people."""
    return person_months(*["s" * MONTHS] * 20, *["u" * MONTHS] * 20, *more)


def began(*lives: str) -> pl.DataFrame:
    return with_beginnings(person_months(*lives))


REFUSED = "would tell hidden figures"


def test_a_rate_of_a_hidden_count(tmp_path: Path, monkeypatch: Patch) -> None:
    panel = write_panel(tmp_path / "panel", person_months(*["ss"] * 3, *["uu"] * 40), 2)
    every = rates.rates
    monkeypatch.setattr(rates, "rates", lambda shown, force: every(shown, force).with_columns(
        value=pl.lit(7.5), suppressed=pl.lit(value=False)
    ))  # fmt: skip
    with pytest.raises(Problem, match="2020-11 / activation_rate"):
        actions.publish(panel)
    assert not MonthlyFigure.objects.exists()


def test_a_sum_over_areas_one_of_which_hides_its_part(tmp_path: Path, monkeypatch: Patch) -> None:
    few = person_months("uu", "uu", "oo", area="porvoo").with_columns(person=pl.col("person") + 100)
    panel = write_panel(tmp_path / "panel", pl.concat([person_months(*["uu"] * 40), few]), 2)
    together = national_hiding.together
    monkeypatch.setattr(
        national_hiding, "hidden", lambda figures: together(figures).with_columns(status=pl.lit("published"))
    )
    with pytest.raises(Problem, match="rates or sums of them, among them all areas"):
        actions.publish(panel)
    assert not NationalFigure.objects.exists()


FEW = of_services(*["u" * 6 + "s" * 11] * 3, *["u" * 9 + "s" * 8] * 8)
"""Three begin a service in May 2021, which the page hides, and eight in August."""


def careless_services(patch: Patch) -> None:
    patch.setattr(service_comparison_rules, "hidden", lambda figures, out: set())


def test_a_year_of_services_that_adds_up_to_a_hidden_month(tmp_path: Path, monkeypatch: Patch) -> None:
    panel = write_panel(tmp_path / "panel", FEW, MONTHS)
    actions.publish(panel)
    hidden = MonthlyFigure.objects.get(indicator="service_starts", month=date(2021, 5, 1), population="residents")
    assert hidden.suppressed
    with monkeypatch.context() as patch:
        careless_services(patch)
        with pytest.raises(Problem, match=REFUSED):
            service_comparison_actions.publish(panel)
    assert not ServiceFigure.objects.exists()
    assert service_comparison_actions.publish(panel).added


def test_pages_that_hide_a_month_of_a_year_that_is_out(tmp_path: Path, monkeypatch: Patch) -> None:
    panel = write_panel(tmp_path / "panel", FEW, MONTHS)
    with monkeypatch.context() as patch:  # as of a version before, which noted nothing
        patch.setattr(monthly_hiding, "hidden", lambda figures: figures.with_columns(status=pl.lit("published")))
        patch.setattr(pages_versions, "keep", lambda decided: None)
        actions.publish(panel)
        service_comparison_actions.publish(panel)
    held = ServiceFigure.objects.get(measure="starts")
    assert held.value == 11
    with pytest.raises(Problem, match=REFUSED):
        actions.publish(panel)
    assert not PagesVersion.objects.exists()
    assert not MonthlyFigure.objects.filter(suppressed=True).exists()


TEN = person_months(*["u"] * 10).with_columns(
    unemployed_since=pl.when(pl.col("person") < 3).then(date(2020, 11, 5)).otherwise(date(2020, 7, 6))
)
"""Three have been unemployed for less than three months, seven for four: the page shows ten, and hides both."""


def test_a_median_that_says_on_which_side_of_the_middle_a_hidden_class_lies(tmp_path: Path, monkeypatch: Patch) -> None:
    panel = write_panel(tmp_path / "panel", TEN, 1)
    actions.publish(panel)
    monkeypatch.setattr(duration_medians, "median", lambda people: Median(duration_medians.half(people), hidden=False))
    duration_actions.publish(panel)
    assert DurationMedian.objects.get().hidden
    running = [("espoo", 202011, True)]
    monkeypatch.setattr(duration_medians, "_known", lambda _, of: running if of == "registered_unemployed" else [])
    DurationMedian.objects.all().delete()
    with pytest.raises(Problem, match=REFUSED):
        duration_actions.publish(panel)
    assert not DurationMedian.objects.exists()


def beginning() -> pl.DataFrame:
    """Seven are unemployed in December and in January, three of them since January; 25 more in June, all beginners."""
    old = person_months(*["u" * 9] * 4, *["uuooooooo"] * 3).with_columns(unemployed_since=date(2019, 5, 6))
    new = with_beginnings(person_months(*["oouuuuuuu"] * 3, *["ooooooouo"] * 20, *["ooooooouu"] * 5))
    return pl.concat([old, new.with_columns(person=pl.col("person") + 100)])


def test_a_half_year_that_says_how_much_a_hidden_inflow_is_at_least(tmp_path: Path, monkeypatch: Patch) -> None:
    """Of zero to seven who came in January: 28 began, and 25 came in the other months."""
    panel = write_panel(tmp_path / "panel", beginning(), 9)
    actions.publish(panel)
    hidden = MonthlyFigure.objects.get(indicator="inflow", month=date(2021, 1, 1), population="residents")
    assert hidden.suppressed
    with monkeypatch.context() as patch:
        patch.setattr(survival_steps._Within, "tells", lambda *_: False)
        with pytest.raises(Problem, match=REFUSED):
            duration_actions.publish(panel)
    duration_actions.publish(panel)
    assert not SurvivalStep.objects.exists()
