"""The rates of a release: from shown figures only, so that a rate with a known denominator opens nothing hidden."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from kokeilu.access.models import Role
from kokeilu.disclosure import linked
from kokeilu.disclosure.linked import Linked, Table, Term
from kokeilu.monitoring import (
    rates,
    release_actions,
    release_again,
    release_audit,
    release_checks,
    release_queries,
    release_rates,
)
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.monitoring.published_table import PublishedTable
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.release_source import publishable
from kokeilu.monitoring.tests.panels import person_months, write_panel
from kokeilu.monitoring.tests.released import MONTHS, WHO, figures
from kokeilu.panel.check import open_panel
from kokeilu.problems import Problem

FORCE = LabourForce(
    pl.DataFrame(
        [(area, month, 9000 + place, 8000, 12000) for place, area in enumerate(("espoo", "raasepori-hanko"))
         for month in (202012, 202101)],
        {"area": pl.String, "month": pl.Int32, "labour_force": pl.Int64, "employed": pl.Int64,
         "population_of_age": pl.Int64}, orient="row",
    )
)  # fmt: skip


def persons() -> pl.DataFrame:
    """The figures of `released`, with the paid days; three in Hanko have a thousand, the others are told of in full."""
    paid = [
        (area, "residents", month, key, value)
        for area, values in (("espoo", (40.0, 25.0)), ("raasepori-hanko", (12.0, 3.0)))
        for month in MONTHS
        for key, value in zip(("paid_300_days", "paid_1000_days"), values, strict=True)
    ]
    return pl.concat([figures(), pl.DataFrame(paid, figures().schema, orient="row")])


@pytest.fixture(scope="module")
def made() -> tuple[PublishedTable, Version]:
    return publishable(persons(), [], WHO, "kuntakokeilu", FORCE)


def value(table: PublishedTable, *key: str) -> tuple[float | None, str]:
    return table.cells.filter(**dict(zip(KEY, key, strict=True))).select("value", "status").row(0)


def test_every_rate_has_its_counts_here() -> None:
    assert rates.COUNTS.keys() == {key for key, one in INDICATORS.items() if one.kind == "rate"}


def test_rates_and_amounts_by_hand(made) -> None:
    table, _version = made
    # 403 unemployed of 9000; 8000 employed of 12000; 23 weekdays in December 2020
    assert value(table, "espoo", "residents", "2020-12", "registered_unemployed") == (403.0, "published")
    assert value(table, "espoo", "residents", "2020-12", "unemployment_rate") == (4.48, "published")
    assert value(table, "espoo", "residents", "2020-12", "employment_rate") == (66.67, "published")
    euros, status = value(table, "espoo", "residents", "2020-12", "municipal_share")
    assert status == "published"
    assert euros == pytest.approx(23 * 33.66 * (0.5 * 40 + 0.7 * 25), abs=1)
    assert value(table, "raasepori-hanko", "residents", "2020-12", "municipal_share") == (None, "hidden")
    assert value(table, "espoo", "residents", "2021-02", "unemployment_rate") == (None, "none")  # the file ends before
    assert release_checks.run(table, None, [])[0].passed
    assert table.unverified or any(not code.verified for code in table.measures.codes)


def test_without_the_file_there_are_no_rates_of_the_labour_force() -> None:
    table, _version = publishable(persons(), [], WHO, "kuntakokeilu")
    assert not {"unemployment_rate", "employment_rate"} & set(table.measures.keys)
    assert "municipal_share" in table.measures.keys


def with_rates(table: PublishedTable, version: Version) -> Linked:
    """The release as the attacker has it: its figures, and what each published rate tells with its denominator."""
    problem = release_audit.joint([version])
    known = FORCE.by_area.select(
        "area",
        (pl.col("month").cast(pl.String).str.slice(0, 4) + "-" + pl.col("month").cast(pl.String).str.slice(4)).alias(
            "month"
        ),
        pl.col("labour_force").cast(pl.Float64).alias("value"),
        pl.lit("published").alias("status"),
    )
    told = []
    shown = table.cells.filter(pl.col("status") == "published")
    for area, population, month, indicator, rate in shown.select(*KEY, "value").rows():
        page, decimal = (area, population, month), Decimal(f"{rate:.2f}")
        if indicator == "unemployment_rate":
            part = Term("new", (*page, "registered_unemployed"))
            told += linked.rate([part], [Term("force", (area, month))], decimal)
        elif indicator == "activation_rate":
            parts = [Term("new", (*page, key)) for key in rates.COUNTS[indicator]]
            told += linked.rate(parts[:1], parts[1:], decimal)
    assert told
    force = Table("force", ("area", "month"), known)
    return replace(problem, tables=(*problem.tables, force), identities=(*problem.identities, *told))


def test_the_attacker_learns_nothing_of_the_rates(made) -> None:
    table, version = made
    alone, beside = linked.audit(release_audit.joint([version])), linked.audit(with_rates(table, version))
    assert alone.select("row", "low", "high").equals(beside.select("row", "low", "high"))
    assert not beside.get_column("exposed").any()


def test_a_rate_of_a_hidden_count_would_open_it_and_blocks(made) -> None:
    """The unemployed of Espoo hidden, their rate left: the attacker has them to the person."""
    table, version = made
    key = ("espoo", "residents", "2021-01", "registered_unemployed")
    here = pl.all_horizontal(pl.col(name) == code for name, code in zip(KEY, key, strict=True))
    hides = version.cells.with_columns(status=pl.when(here).then(pl.lit("secondary")).otherwise("status"))
    # Without the sums, which would give it back as well: the rate alone does.
    alone = with_rates(table, Version("new", hides))
    told = tuple(one for one in alone.identities if one.name == "rate")
    without, beside = linked.audit(replace(alone, identities=())), linked.audit(replace(alone, identities=told))
    row = hides.with_row_index("row").filter(here).get_column("row").item()
    free = without.filter(row=row).row(0, named=True)
    found = beside.filter(row=row).row(0, named=True)
    true = hides.filter(here).get_column("value").item()
    assert found["low"] <= true <= found["high"]
    assert found["high"] - found["low"] <= 1 < free["high"] - free["low"]
    cells = table.cells.with_columns(
        value=pl.when(here).then(None).otherwise("value"),
        status=pl.when(here).then(pl.lit("hidden")).otherwise("status"),
    )
    broken = replace(table, cells=cells)
    assert [one[-1] for one in release_rates.opened(broken)] == ["unemployment_rate"]
    failed = [one for one in release_checks.run(broken, None, []) if not one.passed]
    assert "disclosure" in [one.key for one in failed]


# From files


FILE = "municipality;month;labour_force;employed;population\n049;2020-11;9000;8000;12000\n049;2020-12;9010;8010;12000\n"
ROWS = person_months(*["uuu"] * 40, *["uuo"] * 9, *["sss"] * 9, *["ooo"] * 20)


@pytest.mark.django_db
def test_the_file_is_part_of_what_a_release_was_made_from(tmp_path: Path, actor_of) -> None:
    panel, file = open_panel(write_panel(tmp_path / "panel", ROWS, 3)), tmp_path / "force.csv"
    file.write_text(FILE)
    release = release_actions.prepare(panel, 202101, labour_force=file, actor=actor_of(Role.ANALYST, "ely"))
    table = release_queries.table_of(release)
    assert value(table, "espoo", "residents", "2020-12", "unemployment_rate") == (0.54, "published")  # 49 of 9010
    assert release_again.differences(release, panel, file) == []
    missing = ["the file of the labour force is not the one that the release was made from"]
    assert release_again.differences(release, panel) == missing
    file.write_text(FILE.replace("9010", "9011"))
    assert release_again.differences(release, panel, file) == missing
    with pytest.raises(Problem, match="cannot be read"):
        release_again.differences(release, panel, tmp_path / "none.csv")


@pytest.mark.django_db
def test_a_file_that_is_none_is_one_error(tmp_path: Path, actor_of) -> None:
    panel = open_panel(write_panel(tmp_path / "panel", ROWS, 3))
    with pytest.raises(Problem, match="no such file"):
        release_actions.prepare(panel, 202101, labour_force=tmp_path / "none.csv", actor=actor_of(Role.ANALYST, "ely"))
