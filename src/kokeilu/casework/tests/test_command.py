"""`kokeilu assign` as a person meets it: what it prints, how it ends."""

from collections.abc import Callable
from functools import partial

import pytest
from typer.testing import Result

from kokeilu.casework.models import Assignment
from kokeilu.casework.tests.conftest import START, City
from kokeilu.problems import Problem


@pytest.fixture
def call(command_line: Callable[..., Result]) -> Callable[..., Result]:
    return partial(command_line, "assign")


def test_dry_run_and_assignment(city: City, call: Callable[..., Result]) -> None:
    city.customer(service_language="sv")
    city.customer()
    city.customer()
    city.worker(capacity=2)
    dry = call("--area", "helsinki", "--on", "2021-03-01", "--dry-run")
    assert dry.exit_code == 0
    assert "2 customers would be assigned to 1 workers with 2 free places" in dry.stdout
    assert "1 customers remain without a worker" in dry.stdout
    assert not Assignment.objects.exists()
    done = call("--area", "helsinki", "--on", "2021-03-01")
    assert "2 customers assigned to 1 workers with 2 free places" in done.stdout
    assert {each.valid.lower for each in Assignment.objects.order_by("id")} == {START}
    assert "0 customers assigned" in call("--area", "helsinki").stdout


def test_an_area_that_is_not_there(city: City, call: Callable[..., Result]) -> None:
    failed = call("--area", "nowhere")
    assert isinstance(failed.exception, Problem)
    assert "no trial area nowhere" in str(failed.exception)


@pytest.mark.parametrize("wrong", [[], ["--area"], ["--area", "helsinki", "--on", "1.3.2021"]])
def test_wrong_use(call: Callable[..., Result], wrong: list[str]) -> None:
    assert call(*wrong).exit_code == 2
