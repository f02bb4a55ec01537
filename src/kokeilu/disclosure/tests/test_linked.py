"""Linked tables: their sums, identities and rates as one problem; what was published before stays."""

from decimal import Decimal
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.disclosure.linked import Identity, Linked, Table, Term, audit, protect, rate, same
from kokeilu.disclosure.protection import Unprotectable


def table(name: str, cells: dict[tuple[str, ...], int], *dimensions: str, hidden: str = "", **more) -> Table:
    """A table of cells by code; those whose codes start with one of `hidden` are hidden as primary."""
    status = [
        "primary" if hidden and "/".join(codes).startswith(tuple(hidden.split())) else "published" for codes in cells
    ]
    rows = pl.DataFrame(list(cells), schema=list(dimensions), orient="row")
    return Table(
        name, dimensions, rows.with_columns(value=pl.Series(list(cells.values())), status=pl.Series(status)), **more
    )


def undecided(one: Table) -> Table:
    return Table(one.name, one.dimensions, one.rows.with_columns(status=pl.lit(None, pl.String)), one.parts)


SQUARE = {
    ("a", "f"): 3, ("a", "m"): 10, ("a", "total"): 13,
    ("b", "f"): 9, ("b", "m"): 9, ("b", "total"): 18,
    ("total", "f"): 12, ("total", "m"): 19, ("total", "total"): 31,
}  # fmt: skip


def found(frame: pl.DataFrame) -> list[tuple[float, float, bool]]:
    return frame.select("low", "high", "exposed").rows()


def test_totals_give_back_a_cell_that_is_hidden_alone() -> None:
    assert found(audit(Linked((table("t", SQUARE, "area", "sex", hidden="a/f"),)))) == [(3, 3, True)]
    hidden = table("t", SQUARE, "area", "sex", hidden="a/f a/m b/f b/m")
    assert found(audit(Linked((hidden,)))) == [(0, 12, False), (1, 13, False), (0, 12, False), (6, 18, False)]


def test_a_total_between_gives_back_what_is_hidden_alone_below_it() -> None:
    cells = {("u1",): 4, ("u2",): 8, ("u",): 12, ("v1",): 3, ("v2",): 30, ("v",): 33, ("total",): 45}
    parts = {"place": {"u1": "u", "u2": "u", "v1": "v", "v2": "v"}}
    one = audit(Linked((table("t", cells, "place", hidden="u1 v1", parts=parts),)))
    assert found(one) == [(4, 4, True), (3, 3, True)]
    both = audit(Linked((table("t", cells, "place", hidden="u1 u2 u v1 v2 v", parts=parts),)))
    assert not both.get_column("exposed").any()


def test_a_stock_is_given_back_by_the_month_before_and_the_flows() -> None:
    stocks = table("stocks", {("2021-01",): 20, ("2021-02",): 4}, "month", hidden="2021-02")
    flows = table("flows", {("in", "2021-02"): 0, ("out", "2021-02"): 16}, "flow", "month")
    alone = audit(Linked((stocks, flows)))
    assert found(alone) == [(0, np.inf, False)]
    terms = (
        Term("stocks", ("2021-01",)), Term("flows", ("in", "2021-02")), Term("flows", ("out", "2021-02"), -1),
        Term("stocks", ("2021-02",), -1),
    )  # fmt: skip
    assert found(audit(Linked((stocks, flows), (Identity(terms),)))) == [(4, 4, True)]


def test_a_revision_gives_back_a_cell_that_it_shows_unchanged() -> None:
    first = table("first", SQUARE, "area", "sex", hidden="a/f a/m b/f b/m")
    second = table("second", SQUARE, "area", "sex", hidden="a/f b/f total/f total/m a/total b/total")
    tied = tuple(same(Term("first", codes), Term("second", codes)) for codes in SQUARE)
    assert not audit(Linked((first,))).get_column("exposed").any()
    assert audit(Linked((first, second), tied)).filter(table="first").get_column("exposed").all()


def test_a_rate_shown_to_a_decimal_gives_back_its_numerator() -> None:
    hidden = table("t", SQUARE, "area", "sex", hidden="a/f a/m b/f b/m")
    told = rate([Term("t", ("a", "f"))], [Term("t", ("a", "total"))], Decimal("23.1"))
    assert found(audit(Linked((hidden,), told)))[0] == (3, 3, True)
    rough = rate([Term("t", ("a", "f"))], [Term("t", ("a", "total"))], Decimal("20"))
    with pytest.raises(Exception, match="cannot hold together"):
        audit(Linked((hidden,), rough))


@given(st.integers(1, 60), st.integers(0, 2), st.data())
@settings(max_examples=80, deadline=None)
def test_a_rate_bounds_its_numerator_to_those_that_round_to_it(whole: int, decimals: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))

    def shown(numerator: int) -> Decimal:
        scaled = 100 * 10**decimals
        return Decimal((2 * scaled * numerator + whole) // (2 * whole)).scaleb(-decimals)

    cells = table("t", {("part",): part, ("rest",): whole - part, ("total",): whole}, "x", hidden="part rest")
    told = rate([Term("t", ("part",))], [Term("t", ("total",))], shown(part))
    fitting = [number for number in range(whole + 1) if shown(number) == shown(part)]
    assert found(audit(Linked((cells,), told)))[0][:2] == (fitting[0], fitting[-1])


def test_a_row_that_is_not_there_is_of_no_one() -> None:
    cells = {codes: value for codes, value in SQUARE.items() if codes != ("b", "f")} | {("total", "f"): 3}
    cells |= {("b", "total"): 9, ("total", "total"): 22}
    assert found(audit(Linked((table("t", cells, "area", "sex", hidden="a/f"),)))) == [(3, 3, True)]


def test_protecting_hides_the_small_and_the_fewest_people_else() -> None:
    done = protect(Linked((undecided(table("t", SQUARE, "area", "sex")),)))
    [answer] = done.tables
    status = dict(zip(SQUARE, answer.rows.get_column("status"), strict=True))
    assert [codes for codes, each in status.items() if each == "primary"] == [("a", "f")]
    assert {codes for codes, each in status.items() if each == "secondary"} == {("a", "m"), ("b", "f"), ("b", "m")}
    assert answer.rows.filter(status="published").get_column("value").to_list() == [13, 18, 12, 19, 31]
    assert answer.rows.filter(pl.col("status") != "published").get_column("value").is_null().all()
    assert done.optimal and done.cost == 11 + 10 + 10


def test_the_order_of_rows_does_not_matter() -> None:
    one = undecided(table("t", {(a, b): 3 + (a + b == "00") for a, b in product("0123", "0123")}, "x", "y"))
    totals = pl.concat([
        one.rows.group_by("x").agg(pl.col("value").sum()).select("x", pl.lit("total").alias("y"), "value"),
        one.rows.group_by("y").agg(pl.col("value").sum()).select(pl.lit("total").alias("x"), "y", "value"),
        one.rows.select(pl.lit("total").alias("x"), pl.lit("total").alias("y"), pl.col("value").sum()),
    ])  # fmt: skip
    rows = pl.concat([one.rows.drop("status"), totals], how="vertical").with_columns(status=pl.lit(None, pl.String))
    in_order = protect(Linked((Table("t", one.dimensions, rows),))).tables[0].rows
    shuffled = (
        protect(Linked((Table("t", one.dimensions, rows.sample(fraction=1, shuffle=True, seed=3)),))).tables[0].rows
    )
    assert shuffled.sort("x", "y").equals(in_order.sort("x", "y"))


def test_what_was_published_stays_and_what_was_hidden_stays_protected() -> None:
    months = {("2021-01",): 9, ("2021-02",): 4, ("2021-03",): 14}
    stocks = table("stocks", months, "month", hidden="2021-02")
    decided = pl.col("month") != "2021-03"
    stocks = Table("stocks", ("month",), stocks.rows.with_columns(pl.when(decided).then(pl.col("status"))))
    flows = undecided(table("flows", {("in", "2021-03"): 15, ("out", "2021-03"): 5}, "flow", "month"))
    terms = (
        Term("stocks", ("2021-02",)), Term("flows", ("in", "2021-03")), Term("flows", ("out", "2021-03"), -1),
        Term("stocks", ("2021-03",), -1),
    )  # fmt: skip
    linked = Linked((stocks, flows), (Identity(terms),))
    done = protect(linked)
    assert done.tables[0].rows.get_column("status").to_list()[:2] == ["published", "primary"]
    assert done.tables[1].rows.get_column("status").to_list() == ["published", "secondary"]
    assert not audit(Linked(done.tables, linked.identities)).get_column("exposed").any()


def test_what_was_published_before_can_leave_no_way() -> None:
    settled = table("t", SQUARE, "area", "sex")
    rows = settled.rows.with_columns(status=pl.when(pl.col("value") != 3).then(pl.lit("published")))
    with pytest.raises(Unprotectable):
        protect(Linked((Table("t", settled.dimensions, rows),)))


def test_a_cost_of_ones_own_decides_what_is_hidden() -> None:
    one = undecided(table("t", SQUARE, "area", "sex"))
    costs = pl.when(pl.col("sex") == "m", pl.col("area") != "total").then(pl.lit(None, pl.Int64)).otherwise(1)
    done = protect(Linked((Table("t", one.dimensions, one.rows.with_columns(cost=costs)),)))
    shown = done.tables[0].rows.filter(sex="m", status="published")
    assert shown.filter(pl.col("area") != "total").height == 2


def stocks_and_flows(areas: int, groups: int, months: int) -> tuple[tuple[Table, ...], tuple[Identity, ...]]:
    """Generated stocks, inflows and outflows with totals over areas and groups, and what ties them."""
    random = np.random.default_rng(11)
    stock = [random.negative_binomial(1, 0.06, (areas, groups))]
    flows: dict[str, list[np.ndarray]] = {"in": [], "out": []}
    for _ in range(1, months):
        flows["in"].append(random.negative_binomial(1, 0.15, (areas, groups)))
        flows["out"].append(random.binomial(stock[-1], 0.25))
        stock.append(stock[-1] + flows["in"][-1] - flows["out"][-1])
    figures = {"stock": stock, **flows}

    def codes(size: int) -> list[str]:
        return [*map(str, range(size)), "total"]

    tables = []
    for name, series in figures.items():
        cells: dict[tuple[str, ...], int] = {}
        for month, inner in enumerate(series, months - len(series)):
            full = np.block(
                [[inner, inner.sum(1, keepdims=True)], [inner.sum(0, keepdims=True), inner.sum(keepdims=True)]]
            )
            cells |= {
                (x, y, str(month)): int(full[i, j])
                for (i, x), (j, y) in product(enumerate(codes(areas)), enumerate(codes(groups)))
            }
        tables.append(undecided(table(name, cells, "area", "group", "month")))
    tied = tuple(
        Identity((Term("stock", (x, y, str(now))), Term("stock", (x, y, str(now - 1)), -1),
                  Term("in", (x, y, str(now)), -1), Term("out", (x, y, str(now)))))
        for x, y, now in product(codes(areas), codes(groups), range(1, months))
    )  # fmt: skip
    return tuple(tables), tied


def test_table_by_table_suppression_is_undone_by_the_stock_identity_and_joint_suppression_is_not() -> None:
    tables, tied = stocks_and_flows(4, 2, 2)
    apart = tuple(protect(Linked((one,))).tables[0] for one in tables)

    def exact(found: pl.DataFrame) -> int:
        return found.filter(pl.col("status") == "primary", pl.col("low") == pl.col("high")).height

    assert not any(audit(Linked((one,))).get_column("exposed").any() for one in apart)
    joint = audit(Linked(apart, tied))
    together = protect(Linked(tables, tied), rounds=1)
    assert exact(joint) > 0
    assert not audit(Linked(together.tables, tied)).get_column("exposed").any()
    primary = [
        each.filter(pl.col("status") == "primary").height for each in (joint, audit(Linked(together.tables, tied)))
    ]
    assert primary[0] == primary[1] > exact(joint)
