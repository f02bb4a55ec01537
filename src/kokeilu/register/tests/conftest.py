"""Tests of the register stand on one day."""

from datetime import date

import pytest


@pytest.fixture(autouse=True)
def today(settings) -> date:
    settings.KOKEILU_TODAY = date(2021, 3, 31)
    return settings.KOKEILU_TODAY
