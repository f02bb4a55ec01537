"""The figures of classes: they add up to the areas' figures, on every engine, also where people move within an area."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kokeilu.monitoring import breakdown_counting, engines, rules
from kokeilu.monitoring.breakdown_rules import BROKEN_DOWN, DIMENSIONS, UNKNOWN, Dimension
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.tests import breakdowns, panels
from kokeilu.panel.check import open_panel

MONTHS = 3
CLASSES = st.lists(st.sampled_from(["basic", "tertiary", None]), min_size=MONTHS, max_size=MONTHS)
HISTORY = st.text(alphabet="".join([*panels.STATUSES, "."]), min_size=MONTHS, max_size=MONTHS)
AREAS = st.lists(st.sampled_from(["espoo", "helsinki", None]), min_size=MONTHS, max_size=MONTHS)


def by_education(rows: pl.DataFrame) -> dict[tuple[int, str], int]:
    """The figures above zero of those of basic education, by month and indicator."""
    found = breakdowns.by(rows, "education", MONTHS).filter(pl.col("persons") > 0, group="basic")
    return {(month, key): persons for month, key, persons in found.select("month", "indicator", "persons").rows()}


def classed(rows: pl.DataFrame, column: str, *classes: list[str | None]) -> pl.DataFrame:
    """The rows with a class of each person and month."""
    place = {month: number for number, month in enumerate(panels.month_row(panels.FIRST, MONTHS))}
    values = [classes[person][place[month]] for person, month in rows.select("person", "month").rows()]
    return rows.with_columns(pl.Series(column, values, pl.String))


@given(st.lists(st.tuples(HISTORY, CLASSES, AREAS), min_size=1, max_size=6))
@settings(max_examples=10, deadline=None)
def test_the_classes_add_up_to_the_area_whoever_moves(
    people: list[tuple[str, list[str | None], list[str | None]]],
) -> None:
    rows = panels.person_months(*(history for history, _, _ in people))
    if not rows.height:
        return
    rows = classed(rows, "education", *(classes for _, classes, _ in people))
    rows = classed(rows, "area", *(areas for _, _, areas in people))
    found, totals = breakdowns.by(rows, "education", MONTHS), panels.counted(rows, MONTHS)
    breakdown_counting.check(found, totals)
    rest = totals.filter(pl.col("indicator").is_in(BROKEN_DOWN), population="residents")
    cells = ["area", "month", "indicator"]
    assert_frame_equal(found.select(cells).unique(), rest.select(cells), check_row_order=False)


def test_who_changes_class_within_an_area_neither_comes_nor_leaves() -> None:
    rows = classed(panels.person_months("uuu", "suu"), "education", ["basic", "tertiary", "tertiary"], ["basic"] * 3)
    stayed, went = panels.month_row(panels.FIRST, MONTHS)[:2]
    found = by_education(rows)
    assert found[stayed, "registered_unemployed"] == 1
    assert found[went, "registered_unemployed"] == 1  # the other one, out of a service
    assert (found[went, "inflow"], found[went, "service_ends"]) == (1, 1)
    assert (went, "outflow") not in found


def test_who_leaves_counts_in_the_class_of_before() -> None:
    rows = classed(panels.person_months("uoo"), "education", ["basic", "tertiary", "tertiary"])
    second = panels.month_row(panels.FIRST, MONTHS)[1]
    found = by_education(rows)
    assert found[second, "outflow"] == found[second, "open_market_exits"] == 1


def test_a_class_of_no_one_is_zero_and_what_is_not_told_is_unknown() -> None:
    rows = classed(panels.person_months("uuu"), "education", [None] * 3)
    found = breakdowns.by(rows, "education", MONTHS).filter(month=panels.FIRST, indicator="job_seekers")
    assert dict(found.select("group", "persons").rows()) == {
        "basic": 0, "upper_secondary": 0, "tertiary": 0, UNKNOWN: 1,
    }  # fmt: skip


def test_a_municipality_of_the_area_has_a_row_without_anyone() -> None:
    rows = panels.person_months("uuu", area="raasepori-hanko").with_columns(municipality=pl.lit("710"))
    totals = panels.counted(rows, MONTHS)
    counts = rules.counts(panels.events_by(rows, MONTHS, "municipality"))
    members = breakdown_counting.members("kuntakokeilu", totals)
    found = breakdown_counting.of_classes(counts, DIMENSIONS["municipality"], totals, members)
    seekers = found.filter(month=panels.FIRST, indicator="job_seekers")
    assert dict(seekers.select("group", "persons").rows()) == {"710": 1, "078": 0}


def test_classes_that_do_not_add_up_are_told() -> None:
    rows = classed(panels.person_months("uuu"), "education", ["basic"] * 3)
    found, totals = breakdowns.by(rows, "education", MONTHS), panels.counted(rows, MONTHS)
    one = (pl.col("group") == "basic") & (pl.col("indicator") == "job_seekers") & (pl.col("month") == panels.FIRST)
    wrong = found.with_columns(pl.when(one).then(2).otherwise("persons").alias("persons"))
    with pytest.raises(rules.Inconsistent, match="espoo / 202011 / job_seekers"):
        breakdown_counting.check(wrong, totals)


@pytest.mark.parametrize("dimension", [DIMENSIONS["immigrant"], DIMENSIONS["municipality"]], ids=lambda one: one.key)
def test_duckdb_and_polars_count_the_same(tmp_path: Path, dimension: Dimension) -> None:
    rows = breakdowns.people(7, 60, 4)
    panel = open_panel(panels.write_panel(tmp_path / "panel", rows, 4))
    totals = panels.counted(rows, 4)
    [one] = breakdown_counting.every(panel, [dimension], totals, "duckdb")
    [other] = breakdown_counting.every(panel, [dimension], totals, "polars")
    assert one.height
    assert_frame_equal(one, other)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_dimensions_counted_together_are_counted_as_each_alone(tmp_path: Path, engine: engines.Engine) -> None:
    panel = open_panel(panels.write_panel(tmp_path / "panel", breakdowns.people(7, 60, 4), 4))
    columns = [one.column for one in DIMENSIONS.values() if one.column]
    for column, found in zip(columns, engines.events_by(panel, columns, engine), strict=True):
        [alone] = engines.events_by(panel, [column], engine)
        assert alone.moves.height
        for part in ("held", "moves", "everyone"):
            assert_frame_equal(
                getattr(found, part), getattr(alone, part), check_row_order=False, check_column_order=False
            )


def test_every_dimension_and_indicator_is_named_in_three_languages() -> None:
    for dimension in DIMENSIONS.values():
        for words in (dimension.name, *dimension.classes.values()):
            assert all(words[language] for language in ("fi", "sv", "en"))
        assert UNKNOWN in dimension.classes
    assert set(BROKEN_DOWN) <= set(INDICATORS)
    assert not DIMENSIONS["sex"].verified
    assert DIMENSIONS["municipality"].class_name("049") == {"fi": "Espoo", "sv": "Esbo", "en": "Espoo"}


def test_the_classes_of_duration_are_the_figures_that_its_totals_are_the_sum_of() -> None:
    for whole, classes in (DIMENSIONS["duration"].indicators or {}).items():
        assert sorted(classes.values()) == sorted(INDICATORS[whole].also_sum)
        assert set(classes) == set(DIMENSIONS["duration"].classes)
