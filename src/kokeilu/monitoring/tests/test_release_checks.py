"""The checks and the joint audit before publication, on figures made by hand."""

from dataclasses import replace

import polars as pl
import pytest

from kokeilu.monitoring import release_audit, release_checks
from kokeilu.monitoring.published_table import Code, PublishedTable
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.tests.released import MONTHS, figures, made

CELL = ("espoo", "residents", "2021-01")


def failed(table: PublishedTable, last: PublishedTable | None = None) -> list[str]:
    return [one.key for one in release_checks.run(table, last, []) if not one.passed]


def with_value(table: PublishedTable, indicator: str, value: float) -> PublishedTable:
    """The table with another published figure in CELL."""
    there = (pl.col("area") == CELL[0]) & (pl.col("month") == CELL[2]) & (pl.col("indicator") == indicator)
    cells = table.cells.with_columns(
        value=pl.when(there).then(value).otherwise("value"),
        status=pl.when(there).then(pl.lit("published")).otherwise("status"),
    )
    return replace(table, cells=cells)


def without(table: PublishedTable, **cell: str) -> PublishedTable:
    return replace(table, cells=table.cells.filter(~pl.all_horizontal(pl.col(key) == one for key, one in cell.items())))


def status(version: Version, **cell: str) -> str:
    return version.cells.filter(**cell).get_column("status").item()


def test_a_whole_table_passes_every_check() -> None:
    assert failed(made().table) == []
    assert failed(made().table, made().table) == []


@pytest.mark.parametrize(
    ("indicator", "check"), [("job_seekers", "totals"), ("open_market_exits", "totals"), ("inflow", "stock_flow")]
)
def test_figures_that_do_not_add_up_block(indicator: str, check: str) -> None:
    assert failed(with_value(made().table, indicator, 1234.0)) == [check]


def test_services_that_ended_are_as_many_as_what_followed_them_tells() -> None:
    """They are told again three months later, by another figure."""
    months = ("2020-11", "2020-12", "2021-01", "2021-02")
    more = [("espoo", "residents", month, indicator, 20.0)
            for month, indicator in (("2020-11", "service_ends"), ("2021-02", "followed_services"))]  # fmt: skip
    whole = pl.concat([figures(months), pl.DataFrame(more, [*KEY, "value"], orient="row")])
    table = made(whole).table

    def broken(one: PublishedTable) -> list[str]:
        found = release_checks.run(one, None, [])
        return [place for each in found if each.key == "totals" for place in each.places]

    assert broken(table) == []
    there = (pl.col("month") == "2020-11") & (pl.col("indicator") == "service_ends")
    other = replace(table, cells=table.cells.with_columns(value=pl.when(there).then(21.0).otherwise("value")))
    assert broken(other) == ["espoo / residents / 2021-02 / followed_services: services that ended, told again"]


def test_a_missing_month_area_or_figure_blocks() -> None:
    table = made().table
    assert failed(without(table, month="2021-01", area="espoo")) == ["complete"]
    assert failed(without(table, indicator="in_services", month="2021-02")) == ["complete"]
    time = table.dimension("time")
    gap = replace(time, codes=tuple(code for code in time.codes if code.key != "2021-01"))
    dimensions = tuple(gap if one.role == "time" else one for one in table.dimensions)
    assert failed(replace(without(table, month="2021-01"), dimensions=dimensions)) == ["complete"]


def test_a_figure_that_the_last_release_had_may_not_be_gone() -> None:
    table = made().table
    places = tuple(replace(one, codes=one.codes[:1]) if one.role == "geo" else one for one in table.dimensions)
    smaller = replace(without(table, area="raasepori-hanko"), dimensions=places)
    assert failed(smaller) == []
    assert failed(smaller, table) == ["complete"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("part", ["label", "definition", "unit"])
def test_a_definition_that_lacks_a_language_blocks(part: str, language: str) -> None:
    table = made().table
    first = table.measures.codes[0]
    lacking: Code = replace(first, **{part: {**getattr(first, part), language: " "}})
    measures = replace(table.measures, codes=(lacking, *table.measures.codes[1:]))
    dimensions = tuple(measures if one.role == "metric" else one for one in table.dimensions)
    assert failed(replace(table, dimensions=dimensions)) == ["definitions"]
    assert failed(replace(table, title={**table.title, language: ""})) == ["definitions"]


def test_an_exposed_figure_blocks() -> None:
    found = release_checks.run(made().table, None, ["espoo / laid_off: 3–3"])
    assert [one.key for one in found if not one.passed] == ["disclosure"]


def test_revised_and_large_changes_are_listed_and_block_nothing() -> None:
    last = made(figures(MONTHS[:2])).table
    found = {one.key: one for one in release_checks.run(made(figures(espoo_2021_02=90.0)).table, last, [])}
    assert found["revised"].found == 0
    assert "espoo / residents / 2021-02 / laid_off: 4 → 95" not in found["large"].places  # 4 is hidden
    assert any("2021-02 / inflow" in place for place in found["large"].places)
    assert not any("2021-01" in place for place in found["large"].places)  # shown before
    revised = {one.key: one for one in release_checks.run(made(figures(espoo_2021_01=20.0)).table, last, [])}
    assert "espoo / residents / 2021-01 / registered_unemployed" in revised["revised"].places
    assert all(one.passed for one in revised.values())


# Disclosure control over all releases


def test_small_figures_are_hidden_and_none_can_be_derived() -> None:
    version = made().version
    small = version.cells.filter(pl.col("value").is_between(1, 4))
    assert small.height > 10
    assert set(small.get_column("status")) == {"primary"}
    found = release_audit.audit([version])
    assert found.height >= small.height
    assert not found.get_column("exposed").any()


def test_the_audit_sees_a_figure_that_subtraction_gives_back() -> None:
    version = made().version
    laid_off = version.cells.filter(pl.col("indicator") == "laid_off", pl.col("status") == "primary").row(0, named=True)
    there = pl.all_horizontal(pl.col(key) == laid_off[key] for key in ("area", "month"))
    shown = version.cells.with_columns(
        status=pl.when(there & (pl.col("indicator") != "laid_off")).then(pl.lit("published")).otherwise("status")
    )
    found = release_audit.audit([Version("new", shown)]).filter("exposed")
    row = found.filter(**{key: laid_off[key] for key in KEY}).row(0, named=True)
    assert row["low"] == row["high"] == laid_off["value"]


def test_the_audit_sees_what_an_earlier_release_gives_back() -> None:
    """Each release alone is safe; the earlier one shows the very cell that protects a small one in the later."""
    first = made().version
    hidden = first.cells.filter(area="espoo", month="2021-01", status="secondary").row(0, named=True)
    other = first.cells.filter(
        pl.col("area") == "espoo", pl.col("month") == "2021-01", pl.col("status") == "published", pl.col("value") > 4
    ).row(0, named=True)
    there = [pl.all_horizontal(pl.col(key) == cell[key] for key in KEY) for cell in (hidden, other)]
    swapped = first.cells.with_columns(
        status=pl.when(there[0]).then(pl.lit("published")).when(there[1]).then(pl.lit("secondary")).otherwise("status")
    )
    found = release_audit.audit([Version("release-1", swapped), first])
    assert found.filter(version="new", indicator=hidden["indicator"], area="espoo", month="2021-01")["exposed"].all()


def test_a_later_release_keeps_the_pattern_of_what_did_not_change() -> None:
    first = made(figures(MONTHS[:2])).version
    second = made(figures(), [Version("release-1", first.cells)]).version
    both = first.cells.join(second.cells, on=KEY, suffix="_new")
    assert both.height == first.cells.height
    assert both.filter(pl.col("status") != pl.col("status_new")).height == 0
    assert not release_audit.audit([Version("release-1", first.cells), second]).get_column("exposed").any()


@pytest.mark.parametrize("more", [-3.0, -1.0, 1.0, 2.0, 30.0])
def test_a_revision_is_protected_together_with_what_it_revises(more: float) -> None:
    """Laid off in Hanko: 3 to 5 people; a revision moves it over the threshold and back."""
    first = Version("release-1", made().version.cells)
    changed = figures(raasepori_hanko_2021_01=more)
    second = made(changed, [first]).version
    assert not release_audit.audit([first, second]).get_column("exposed").any()
    cell = {"area": "raasepori-hanko", "month": "2021-01", "indicator": "laid_off"}
    assert second.cells.filter(**cell).get_column("value").item() == 4.0 + more


def test_the_rate_is_of_shown_figures_alone() -> None:
    table = made().table
    counts = {
        (area, month, indicator): value
        for area, month, indicator, value in table.cells.select("area", "month", "indicator", "value").rows()
    }
    for area, month, value, state in (
        table.cells.filter(indicator="activation_rate").select("area", "month", "value", "status").rows()
    ):
        services, broad = (counts[area, month, key] for key in ("in_services", "broad_unemployment"))
        assert (state == "hidden") == (services is None or broad is None)
        if value is not None:
            assert value == pytest.approx(100 * services / broad, abs=0.0051)


def test_a_versions_own_form_is_read_back() -> None:
    from kokeilu.monitoring.release_source import from_csv, to_csv

    version = made().version
    again = from_csv("new", to_csv(version))
    assert again.cells.equals(version.cells.select(again.cells.columns).sort(KEY))
