"""Rates that need the labour force are published with it, and only with it."""

from pathlib import Path

import pytest

from kokeilu.monitoring import actions
from kokeilu.monitoring.models import MonthlyFigure
from kokeilu.monitoring.tests.panels import person_months, write_panel


@pytest.mark.django_db
def test_the_rates_come_with_the_labour_force_and_go_without_it(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", person_months(*["uu"] * 50), 2)
    force = tmp_path / "force.csv"
    force.write_text("municipality,month,labour_force,employed,population\n049,2020-12,1000,940,1250\n")
    actions.publish(panel, labour_force=force)
    rows = MonthlyFigure.objects.filter(indicator__in=("employment_rate", "unemployment_rate")).order_by("indicator")
    assert [(one.area, one.indicator, one.value) for one in rows] == [
        ("espoo", "employment_rate", 75.2), ("espoo", "unemployment_rate", 5.0),
    ]  # fmt: skip
    assert actions.publish(panel).removed == 2
