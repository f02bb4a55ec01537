"""Figures by class of a panel and of its revision: whoever has kept both derives no hidden figure."""

from functools import cache
from typing import Final

import numpy as np
import polars as pl
import pytest

from kokeilu.disclosure.linked import PUBLISHED
from kokeilu.monitoring import breakdown_hiding, release_audit
from kokeilu.monitoring.breakdown_hiding import hidden
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.tests import breakdowns, panels
from kokeilu.monitoring.tests.everything import Reader, Seen

KEYS: Final = ("sex", "language_group", "education")
SEED, PEOPLE, CORRECTED, MONTHS = 3, 300, 12, 4
LAST: Final = panels.month_row(panels.FIRST, MONTHS)[-1]
SHOWN: Final = pl.col("status") == PUBLISHED

Classes = dict[str, pl.DataFrame]


def revised(rows: pl.DataFrame) -> pl.DataFrame:
    """The same people, of whom a few were of another class, or laid off and not unemployed."""
    people = rows.get_column("person").unique().sort().to_numpy()
    wrong = np.random.default_rng(SEED).choice(people, CORRECTED, replace=False).tolist()
    mended = {"sex": ("female", "male"), "language_group": ("fi", "other"), "education": ("basic", "tertiary")}
    columns = [
        pl.when(pl.col("person").is_in(wrong)).then(pl.col(name).replace({one: other, other: one}))
        .otherwise(name).alias(name)
        for name, (one, other) in mended.items()
    ]  # fmt: skip
    status = pl.when(pl.col("person").is_in(wrong[: CORRECTED // 2])).then(
        pl.col("status").replace({"unemployed": "laid_off"})
    )
    return rows.with_columns(*columns, status=status.otherwise("status"))


@cache
def published() -> tuple[pl.DataFrame, pl.DataFrame, Classes, Classes, Classes]:
    """The pages of both panels, which has a month more; what is shown by class of the first, of the revision as it is,
    and of the revision beside the first.
    """
    rows = breakdowns.people(SEED, PEOPLE, MONTHS)
    first, second = rows.filter(pl.col("month") < LAST), revised(rows)
    page = breakdowns.page(first, MONTHS - 1)
    earlier = release_audit.Version("first", release_audit.cells_of(page).with_columns(page.get_column("status")))
    figures = panels.counted(second, MONTHS)
    status = release_audit.decided(release_audit.cells_of(figures), [earlier]).get_column("status")
    other = figures.with_columns(status).with_columns(suppressed=~SHOWN)
    one = {key: hidden(breakdowns.by(first, key, MONTHS - 1), page, DIMENSIONS[key]) for key in KEYS}
    counted = {key: breakdowns.by(second, key, MONTHS) for key in KEYS}
    alone = {key: hidden(counted[key], other, DIMENSIONS[key]) for key in KEYS}
    told = {key: frame.with_columns(value=pl.when(SHOWN).then("persons")) for key, frame in one.items()}
    beside = {key: hidden(counted[key], other, DIMENSIONS[key], told[key]) for key in KEYS}
    return page, other, one, alone, beside


def test_months_that_are_told_anew_give_hidden_figures_away() -> None:
    """Each panel protected by itself, as they would be if the revision replaced what was published."""
    page, other, one, alone, _beside = published()
    assert breakdowns.exposed(page, one) == breakdowns.exposed(other, alone) == []
    assert breakdowns.exposed_together(breakdowns.told(page, one), breakdowns.told(other, alone))


def test_new_months_of_a_revision_tell_nothing_with_months_that_stay() -> None:
    """Also where the attacker knows of every class, published or not, whether the months before were revised."""
    page, other, one, _alone, beside = published()
    new = pl.when(pl.col("month") == LAST).then("status").otherwise(pl.lit(breakdowns.NEVER))
    classes = {key: frame.with_columns(status=new) for key, frame in beside.items()}
    assert all(frame.filter(SHOWN, pl.col("persons") > 0, month=LAST).height for frame in beside.values())
    assert breakdowns.exposed_together(breakdowns.told(page, one), breakdowns.told(other, classes)) == []


def test_months_that_are_out_keep_what_was_hidden_of_them() -> None:
    _page, _other, one, alone, beside = published()
    cell = ["area", "month", "indicator", "group"]
    for key in KEYS:
        both = one[key].join(beside[key], on=cell, suffix="_now")
        assert both.height == one[key].height
        assert both.select(((pl.col("status_now") == PUBLISHED) == SHOWN).all()).item()
    assert any(not alone[key].filter(pl.col("month") < LAST).select(*cell, SHOWN).equals(one[key].select(*cell, SHOWN))
               for key in KEYS)  # fmt: skip


def test_a_panel_that_revises_nothing_is_decided_as_at_once() -> None:
    _page, other, _one, alone, _beside = published()
    counted = breakdowns.by(revised(breakdowns.people(SEED, PEOPLE, MONTHS)), "sex", MONTHS)
    out = alone["sex"].filter(pl.col("month") < LAST).with_columns(value=pl.when(SHOWN).then("persons"))
    assert hidden(counted, other, DIMENSIONS["sex"], out).equals(alone["sex"])


MEN: Final = [*["uuuu"] * 60, *["uuoo"] * 9, *["oouu"] * 9, *["uuuo"] * 8, *["ooou"] * 9]
SIX: Final = [*MEN, *["uuoo"] * 5, "uuuu", *["oouu"] * 2, *["oouu"] * 3, *["ooou"] * 5]
"""Six women are unemployed, then six others; five come in the last month. Then three of them turn out to be men."""
WOMEN: Final = range(len(MEN), len(SIX))
MEN_AFTER_ALL: Final = range(len(MEN) + 8, len(MEN) + 11)


def by_sex(rows: pl.DataFrame, *, corrected: bool) -> pl.DataFrame:
    women = [person for person in WOMEN if not (corrected and person in MEN_AFTER_ALL)]
    return rows.with_columns(
        sex=pl.when(pl.col("person").is_in(women)).then(pl.lit("female")).otherwise(pl.lit("male"))
    )


def shown_by_sex(reader: Reader, rows: pl.DataFrame, count: int, earlier: pl.DataFrame | None = None) -> pl.DataFrame:
    """What is shown of a panel by sex beside what is out, which stays as it is; the reader notes it."""
    page = breakdowns.page(rows, count).with_columns(value=pl.when(SHOWN).then("persons"))
    classes = hidden(breakdowns.by(rows, "sex", count), page, DIMENSIONS["sex"], earlier)
    told = classes.with_columns(value=pl.when(SHOWN).then("persons"))
    if earlier is not None:
        told = pl.concat([earlier, told.filter(pl.col("month") > earlier.get_column("month").max())])
    reader.opens(named(page, "page", "persons") | named(classes, "class", "persons"))
    reader.reads(Seen(named(page, "page", "value") | named(told, "class", "value"), {}, {}, {}))
    return told


def named(table: pl.DataFrame, kind: str, column: str) -> dict:
    """A column of the areas' figures, or of those by sex, by the names of true_figures."""
    at = pl.col("month") // 100 * 12 + pl.col("month") % 100 - 1
    page = pl.lit("page"), "area", "population", at, "indicator"
    names = page if kind == "page" else (pl.lit("class"), pl.lit("sex").alias("of"), "area", at, "indicator", "group")
    return {tuple(name): value for *name, value in table.select(*names, pl.col(column).alias("number")).rows()}


def test_a_stock_that_a_revision_makes_small_is_not_told_by_the_flows_of_the_next_month() -> None:
    """Out are six women; by the revision there are three. The new month would tell: women then, less those who came."""
    rows, reader = panels.person_months(*SIX), Reader()
    out = shown_by_sex(reader, by_sex(rows.filter(pl.col("month") < LAST), corrected=False), MONTHS - 1)
    women = pl.col("group") == "female"
    before = out.filter(women, indicator="registered_unemployed").get_column("value").to_list()
    assert before == [6, 6, 6]
    told = shown_by_sex(reader, by_sex(rows, corrected=True), MONTHS, out)
    new = told.filter(women, month=LAST)
    assert new.filter(indicator="job_seekers").get_column("value").to_list() == [8]
    assert new.filter(pl.col("indicator").is_in(["inflow", "registered_unemployed"]), pl.col("value").is_null()).height
    assert reader.exposed() == []


def test_without_that_the_new_month_gives_the_three_women_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the test above can fail."""
    monkeypatch.setattr(breakdown_hiding._Area, "_small_anew", lambda *_: False)
    rows, reader = panels.person_months(*SIX), Reader()
    out = shown_by_sex(reader, by_sex(rows.filter(pl.col("month") < LAST), corrected=False), MONTHS - 1)
    shown_by_sex(reader, by_sex(rows, corrected=True), MONTHS, out)
    assert (3, 3) in {(found.low, found.high) for found in reader.exposed()}
