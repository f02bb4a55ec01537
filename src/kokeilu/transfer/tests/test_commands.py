"""`kokeilu transfer` as a person meets it: what it prints, how it ends."""

from collections.abc import Callable
from functools import partial

import pytest
from typer.testing import Result

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.transfer import actions
from kokeilu.transfer.models import Run
from kokeilu.transfer.tests.people import OUT, UNDECIDED, extract, people

pytestmark = pytest.mark.django_db

TRIAL = ("--trial", "kuntakokeilu")
DAY = ("--on", "2021-03-01")


@pytest.fixture
def call(command_line: Callable[..., Result]) -> Callable[..., Result]:
    return partial(command_line, "transfer")


def test_organisations_preview_and_run(call: Callable) -> None:
    people(extract(), {}, {}, OUT, UNDECIDED)
    assert "added helsinki: Helsinki" in call("organisations", *TRIAL).stdout
    assert call("organisations", *TRIAL).stdout == "nothing was missing\n"

    preview = call("preview", *TRIAL, *DAY)
    assert preview.exit_code == 0
    assert "people 4, would move 2, staying 0, undecided 1" in preview.stdout
    assert "helsinki: 2 customers, expected 50000" in preview.stdout
    assert "undecided without earnings_related_right: 1" in preview.stdout
    assert not Run.objects.exists()

    done = call("run", *TRIAL, *DAY)
    assert "people 4, moved 2, staying 0, undecided 1" in done.stdout
    assert f"run {Run.objects.get().pk}" in done.stdout
    for again in ("run", "preview"):
        assert "made before: nothing changed" in call(again, *TRIAL, *DAY).stdout
    assert Run.objects.count() == 1


def test_no_name_is_printed(call: Callable) -> None:
    actions.ensure_organisations(shipped("kuntakokeilu"))
    people(extract(), {"family_name": "Erikoinen"})
    for command in ("preview", "run"):
        assert "Erikoinen" not in call(command, *TRIAL, *DAY).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--trial", "nothing", *DAY), "no trial 'nothing'"),
        ((*TRIAL, "--on", "2020-01-01"), "kuntakokeilu has no version on 2020-01-01"),
        ((*TRIAL, *DAY), "No register extract of 1 March 2021 or before is imported."),
    ],
)
def test_what_cannot_be_run_is_a_problem(call: Callable, arguments: tuple[str, ...], told: str) -> None:
    for command in ("preview", "run"):
        result = call(command, *arguments)
        assert isinstance(result.exception, Problem)
        assert told in str(result.exception)


@pytest.mark.parametrize("arguments", [(), TRIAL, DAY, (*TRIAL, "--on", "1.3.2021")])
def test_wrong_use_ends_with_2(call: Callable, arguments: tuple[str, ...]) -> None:
    for command in ("preview", "run"):
        assert call(command, *arguments).exit_code == 2


def test_nightly_and_undo(call: Callable) -> None:
    actions.ensure_organisations(shipped("kuntakokeilu"))
    people(extract(), {}, {}, OUT)
    call("run", *TRIAL, *DAY)
    night = call("nightly", *TRIAL)  # of today, 31 March 2021
    assert "Municipal employment trial, 2021-03-31, facts as of 2021-02-28\npeople 0, moved 0" in night.stdout
    first, second = Run.objects.order_by("finished_at")
    refused = call("undo", first.pk)
    assert isinstance(refused.exception, Problem)
    assert "People whose facts changed, kuntakokeilu, 31 March 2021" in str(refused.exception)
    assert "0 people have the responsible" in call("undo", second.pk).stdout
    seen = call("undo", first.pk, "--dry-run")
    assert "2 people would have the responsible organisation of before again\n  helsinki to te: 2\n" in seen.stdout
    assert not Run.objects.filter(undoes=first).exists()
    done = call("undo", first.pk, "--reason", "the wrong day")
    assert f"undo {Run.objects.get(undoes=first).pk}" in done.stdout
    assert "undone before: nothing changed" in call("undo", first.pk).stdout


def test_end_and_differences(call: Callable) -> None:
    actions.ensure_organisations(shipped("kuntakokeilu"))
    people(extract(), {}, OUT)
    call("run", *TRIAL, *DAY)
    assert call("differences", *TRIAL).stdout == "people 0, to be told 0, unclear 0\n"
    assert "ends on 2025-01-01: moved 1, staying 0\n  helsinki to te: 1\n" in call("end", *TRIAL, "--dry-run").stdout
    assert Run.objects.count() == 1
    assert "moved 1" in call("end", *TRIAL).stdout
    assert Run.objects.filter(kind="end").count() == 1
    assert "ended before: nothing changed" in call("end", *TRIAL).stdout


@pytest.mark.parametrize("arguments", [("undo",), ("undo", "not-an-id"), ("nightly",), ("end",), ("differences",)])
def test_wrong_use_of_the_others_ends_with_2(call: Callable, arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["preview", "run", "organisations", "nightly", "undo", "end", "differences"])
def test_help_has_an_example(call: Callable, command: str) -> None:
    assert "Example: kokeilu transfer" in call(command, "--help").stdout
