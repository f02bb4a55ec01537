"""Services that ended are told again three months later by what followed: hidden together, in every version."""

from pathlib import Path

import polars as pl
import pytest

from kokeilu.monitoring import actions, release_audit, table
from kokeilu.monitoring.monthly_hiding import ENDS, FOLLOWED
from kokeilu.monitoring.release_audit import KEY, Version, cells_of
from kokeilu.monitoring.tests.everything import Reader, seen
from kokeilu.monitoring.tests.panels import counted, person_months, write_panel
from kokeilu.monitoring.tests.true_figures import truth

FIRST = person_months(
    *["uuuuuu"] * 40, *["ssssss"] * 30, *["ssuuuu"] * 6, *["xxssss"] * 3, *["llllll"] * 3, *["oooooo"] * 20
)
"""Six end a service in the month in which three begin one: both are hidden. Three are laid off."""
LATER = person_months(*["llllll"] * 3).with_columns(pl.col("person") + 900)
"""A correction: three more are laid off."""
SECOND = pl.concat([FIRST, LATER])
ENDED, TOLD = "2021-01", "2021-04"


def version(name: str, rows: pl.DataFrame, count: int, status: pl.Series | None = None) -> Version:
    cells = cells_of(counted(rows, count)).with_columns(status=pl.lit("published") if status is None else status)
    return Version(name, cells)


def with_status(one: Version, month: str, indicator: str, status: str) -> Version:
    here = (pl.col("month") == month) & (pl.col("indicator") == indicator) & (pl.col("population") == "residents")
    return Version(one.name, one.cells.with_columns(status=pl.when(here).then(pl.lit(status)).otherwise("status")))


def told(*versions: Version) -> list[tuple]:
    found = release_audit.audit(versions).filter("exposed")
    return found.select("version", "month", "indicator", "low", "high").rows()


def ties(*versions: Version) -> set[str]:
    """The months of what followed that are tied to the ends."""
    found = [{term.codes for term in one.terms} for one in release_audit.joint(versions).identities]
    return {code[2] for codes in found for code in codes if code[3] == FOLLOWED and ENDS in {one[3] for one in codes}}


def test_ends_that_are_hidden_beside_what_followed_are_derived() -> None:
    every = version("new", SECOND, 6)
    hides = with_status(with_status(every, ENDED, ENDS, "secondary"), ENDED, "service_starts", "primary")
    assert set(told(hides)) == {
        ("new", ENDED, ENDS, 6.0, 6.0), ("new", ENDED, "service_starts", 3.0, 3.0),
    }  # fmt: skip
    both = with_status(hides, TOLD, FOLLOWED, "secondary")
    for part in ("followed_unemployed", "followed_open_market"):
        both = with_status(both, TOLD, part, "secondary")
    assert told(both) == []


def test_what_an_earlier_version_gave_away_is_tied_no_more() -> None:
    """Nothing could be published after it otherwise."""
    hides = with_status(version("old", SECOND, 6), ENDED, ENDS, "secondary")
    hides = with_status(hides, ENDED, "service_starts", "primary")
    assert told(hides, Version("new", hides.cells)) == []
    assert ties(hides) == {"2021-03", TOLD}
    assert ties(hides, Version("new", hides.cells)) == {"2021-03"}


@pytest.mark.django_db
def test_a_revision_hides_what_followed_the_ends_that_are_hidden(tmp_path: Path) -> None:
    """The pages' chain decides a revised panel anew: it must know the tie."""
    first = write_panel(tmp_path / "first", FIRST.filter(pl.col("month") < 202104), 5)
    second = write_panel(tmp_path / "second", SECOND, 6)
    reader = Reader()
    for path, rows in ((first, FIRST), (second, SECOND)):
        actions.publish(path)
        reader.opens(truth(path, rows, (), ()))
        reader.reads(seen())
    at = 2021 * 12
    assert ("page", "espoo", "residents", at, ENDS) in reader.hidden[0] & reader.hidden[1]
    assert ("page", "espoo", "residents", at + 3, FOLLOWED) in reader.hidden[1]
    assert reader.exposed() == []


def test_without_the_tie_the_revision_gives_the_ends_away(monkeypatch) -> None:
    """So the test above can fail."""
    monkeypatch.setattr(release_audit, "told_again", lambda key: ())
    first = table.monthly_hiding.hidden(counted(FIRST.filter(pl.col("month") < 202104), 5))
    earlier = Version("first", cells_of(first).with_columns(first.get_column("status")))
    decided = release_audit.decided(cells_of(counted(SECOND, 6)), [earlier])
    status = dict(zip(decided.select(KEY).rows(), decided.get_column("status"), strict=True))
    assert status["espoo", "residents", ENDED, ENDS] != "published"
    assert status["espoo", "residents", TOLD, FOLLOWED] == "published"
