"""`kokeilu release`: from a panel to a published table and back, and the errors it tells."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import Result

from kokeilu import clock
from kokeilu.access.models import Role
from kokeilu.monitoring import actions, release_actions, release_queries
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import MonthlyFigure, Release, ReleaseContent
from kokeilu.monitoring.tests.panels import person_months, write_panel
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db
NOW = datetime(2021, 3, 31, 9, 0, tzinfo=clock.HELSINKI)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    rows = person_months(*["uuu"] * 40, *["uo."] * 10, *["ux."] * 2, *["sss"] * 9)
    return write_panel(tmp_path / "panel", rows, 3)


@pytest.fixture
def emails(actor_of, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two analysts of one organisation."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return tuple(actor_of(Role.ANALYST, "ely").user.email for _ in range(2))  # type: ignore[return-value]


@pytest.fixture
def release(command_line: Callable[..., Result]) -> Callable[..., str]:
    """Run the command; the Problem it raises is what the command line prints."""

    def run(*arguments: object) -> str:
        result = command_line("release", *arguments, catch_exceptions=False)
        assert result.exit_code in (0, 2)
        return result.output

    return run


def prepare(release: Callable[..., str], panel: Path, email: str, month: str = "2020-12") -> str:
    return release("prepare", "--panel", panel, "--month", month, "--by", email).splitlines()[0]


def published(release: Callable[..., str], panel: Path, emails: tuple[str, str]) -> str:
    made = prepare(release, panel, emails[0])
    release("check", made, "--by", emails[1])
    release("publish", made, "--by", emails[0])
    return made


def test_a_panel_becomes_a_published_table(release, panel, emails, tmp_path) -> None:
    made = prepare(release, panel, emails[0])
    assert "passed        disclosure" in release("check", made, "--by", emails[1])
    assert "published from 2021-04-15 08:00 on" in release(
        "publish", made, "--at", "2021-04-15 08:00", "--by", emails[0]
    )
    assert f"{made}  monthly-figures 1  2020-12  scheduled" in release("list")
    with pytest.raises(Problem, match="is not published"):
        release("export", made, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_published_release_is_exported_and_comes_out_the_same_again(release, panel, emails, tmp_path) -> None:
    made = published(release, panel, emails)
    release("export", made, "--out", tmp_path / "out")
    held = {file.name: bytes(file.content.content) for file in Release.objects.get().files.all()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == held
    assert release("reproduce", made) == "the same, bit for bit: 9 files\n"
    assert release("reproduce", made, "--panel", panel) == "the same, bit for bit: 9 files and the table\n"


def test_a_later_release_does_not_change_how_the_earlier_comes_out(release, panel, emails, monkeypatch) -> None:
    first = published(release, panel, emails)
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(hour=10))
    second = prepare(release, panel, emails[1], "2021-01")
    for one in (first, second):
        assert "and the table" in release("reproduce", one, "--panel", panel)


def test_what_comes_out_otherwise_is_told_with_the_programs(release, panel, emails, tmp_path, monkeypatch) -> None:
    made = published(release, panel, emails)
    other = write_panel(tmp_path / "other", person_months(*["uuu"] * 50), 3)
    with pytest.raises(Problem, match="the panel is another one than revision 1"):
        release("reproduce", made, "--panel", other)
    monkeypatch.setattr(release_actions.release_files.format_px, "px", lambda table: b"other")
    monkeypatch.setattr(release_actions.release_source, "software", lambda: "9.9")
    with pytest.raises(Problem, match=r"otherwise: monthly-figures-2020-12.px \(kokeilu 0.1.0 then, 9.9 now\)"):
        release("reproduce", made)


def test_who_is_no_analyst_makes_no_release(release, panel, emails, actor_of) -> None:
    for email in (actor_of(Role.WORKER, "espoo").user.email, "nobody@ely.example"):
        with pytest.raises(Problem, match="is no analyst today"):
            prepare(release, panel, email)
    assert not Release.objects.exists()


def test_the_preparer_may_not_check(release, panel, emails) -> None:
    made = prepare(release, panel, emails[0])
    with pytest.raises(Problem, match="does not check it"):
        release("check", made, "--by", emails[0])


def test_bad_input_is_told(release, panel, emails, tmp_path) -> None:
    with pytest.raises(Problem, match=r"the panel has no 2021-02 \(it covers 2020-11 to 2021-01\)"):
        prepare(release, panel, emails[0], "2021-02")
    with pytest.raises(Problem, match="no such panel folder"):
        prepare(release, tmp_path / "none", emails[0])
    with pytest.raises(Problem, match="no release 7d0c3d4e"):
        release("check", "7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11", "--by", emails[0])
    assert "is not a month" in release("prepare", "--panel", panel, "--month", "march", "--by", emails[0])
    assert "Invalid value" in release("publish", "x", "--by", emails[0])
    made = "7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11"
    assert "Invalid value" in release("publish", made, "--at", "tomorrow", "--by", emails[0])
    assert not ReleaseContent.objects.exists()


def test_times_are_those_of_finland_wherever_the_terminal_is(release, panel, emails, monkeypatch) -> None:
    made = prepare(release, panel, emails[0])
    release("check", made, "--by", emails[1])
    for skipped_or_twice in ("2022-03-27 03:30", "2021-10-31 03:30"):
        with pytest.raises(Problem, match="as summer time begins or ends"):
            release("publish", made, "--at", skipped_or_twice, "--by", emails[0])
    with pytest.raises(Problem, match="is past"):
        release("publish", made, "--at", "0001-01-01 00:00", "--by", emails[0])
    release("publish", made, "--at", "2021-07-01 00:00", "--by", emails[0])
    assert f"{Release.objects.get().publish_at:%Y-%m-%d %H:%M %Z}" == "2021-06-30 21:00 UTC"
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        listed = release("list")
    time.tzset()
    assert "scheduled  2021-07-01 00:00" in listed


def test_a_place_that_cannot_be_written_is_told(release, panel, emails, tmp_path) -> None:
    made = published(release, panel, emails)
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"):
        release("export", made, "--out", tmp_path / "file")


def test_a_withdrawn_release_says_so(release, panel, emails) -> None:
    made = prepare(release, panel, emails[0])
    assert release("withdraw", made, "--by", emails[1], "--reason", "wrong panel") == "withdrawn\n"
    assert "withdrawn" in release("list")


def test_a_release_hides_what_the_areas_pages_hide(release, panel, emails) -> None:
    actions.publish(panel)
    prepare(release, panel, emails[0])
    table = release_queries.table_of(Release.objects.get())
    persons = [key for key, indicator in INDICATORS.items() if indicator.unit == "persons"]
    counts = table.cells.filter(pl.col("indicator").is_in(persons))
    hidden = set(counts.filter(status="hidden").select("area", "population", "month", "indicator").rows())
    rows = MonthlyFigure.objects.filter(
        suppressed=True, indicator__in=persons, month__lte=f"{max(counts.get_column('month'))}-01"
    )
    assert hidden
    assert hidden == {(row.area, row.population, f"{row.month:%Y-%m}", row.indicator) for row in rows}
