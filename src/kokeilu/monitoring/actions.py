"""What changes the published figures: publishing a panel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.db import transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.monitoring import national_hiding, operations, pages_versions, rates, table, writing
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.models import MonthlyFigure, NationalFigure
from kokeilu.monitoring.table import Source
from kokeilu.problems import Problem

KEY: Final = ("area", "population", "month", "indicator")
SCHEMA: Final = {
    "id": pl.Int64, "area": pl.String, "population": pl.String, "month": pl.Date, "indicator": pl.String,
    "value": pl.Float64, "suppressed": pl.Boolean,
}  # fmt: skip
Kept = type[MonthlyFigure] | type[NationalFigure]
TABLES: Final[dict[bool, Kept]] = {False: MonthlyFigure, True: NationalFigure}
"""Where figures are kept, by whether they are of all areas together; those have no area."""
TOGETHER: Final = ""
"""Stands for all areas together in a column of areas."""


@dataclass(frozen=True)
class Published:
    """How many figures a publication changed; all are zero where the panel says what was published before.

    `kept` are those that stay as they were first published though the panel gives them differently.
    """

    added: int
    replaced: int
    removed: int
    kept: int = 0


def publish(
    source: Source,
    months: Collection[int] | None = None,
    *,
    last: int | None = None,
    actor: Actor | None = None,
    engine: Engine = "duckdb",
    labour_force: Path | None = None,
) -> Published:
    """Show a panel's figures on the pages, after disclosure control; `actor` None is the system itself.

    `months` (202103) are those to publish, without it all of the panel's up to `last`; other months keep what
    was published of them. The same panel again changes nothing; what another panel says differently is
    replaced and stands in the change log with the old value. `labour_force` is a file that `labour_force.read` reads;
    without it there are no employment and unemployment rates, also none published before. One transaction. Raises
    PermissionDenied, and Problem where the folder is no panel or lacks a month.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    shown = table.shown(source, max(months) if months else last, engine, pages_versions.hidden, labour_force)
    figures = pl.concat([shown.areas, shown.together.with_columns(area=pl.lit(TOGETHER))], how="diagonal")
    if months is not None:
        figures = figures.filter(pl.col("month").is_in(list(months)))
    month = pl.col("month")
    return _store(figures.with_columns(month=pl.date(month // 100, month % 100, 1)), shown.decided, actor)


@transaction.atomic
def _store(figures: pl.DataFrame, decided: pl.DataFrame, actor: Actor | None) -> Published:
    writing.lock(MonthlyFigure)
    _refuse_opened(figures)
    pages_versions.keep(decided)
    held = _held(figures.get_column("month").unique().to_list())
    both = held.join(figures, on=KEY, how="full", suffix="_new", coalesce=True)
    is_old, is_new = pl.col("suppressed").is_not_null(), pl.col("suppressed_new").is_not_null()
    differs = pl.col("value").ne_missing(pl.col("value_new")) | (pl.col("suppressed") != pl.col("suppressed_new"))
    added, removed, replaced = (both.filter(condition) for condition in (~is_old, ~is_new, is_old & is_new & differs))
    gone = pl.concat([removed, replaced])
    new = pl.concat([added, replaced]).select(*KEY, value="value_new", suppressed="suppressed_new")
    for together, model in TABLES.items():
        here = (pl.col("area") == TOGETHER) == together
        model.objects.filter(id__in=gone.filter(here).get_column("id").to_list()).delete()
        writing.insert(model, new.filter(here).select(_columns(model)))
    _log(added, gone, actor)
    return Published(added.height, replaced.height, removed.height)


def _refuse_opened(figures: pl.DataFrame) -> None:
    """Raise Problem where a rate of a hidden count is shown, or a sum over areas one of which hides its part.

    All others are of shown figures alone: everybody can calculate them, and the attack needs no relation for them.
    """
    shown = pl.when("suppressed").then(pl.lit("hidden")).otherwise(pl.lit("published"))
    status = dict(zip(figures.select(KEY).rows(), figures.select(shown).to_series(), strict=True))
    together = pl.col("area") == TOGETHER
    sums = national_hiding.opened(figures.filter(~together), figures.filter(together))
    found = [*rates.opened(status), *((TOGETHER, *key) for key in sums.rows())]
    if found:
        area, population, month, key = found[0]
        place = f"{area or 'all areas'} / {population} / {_name(month)} / {key}"
        what = f"this would tell hidden figures: {len(found)} rates or sums of them, among them {place}"
        raise Problem(what, mend="tell those who look after the program: nothing was published")


def _held(months: list[date]) -> pl.DataFrame:
    """The figures of these months that are published: SCHEMA."""
    frames = []
    for model in TABLES.values():
        names = _columns(model)
        rows = model.objects.filter(month__in=months).order_by("id").values_list("id", *names)
        schema = {name: SCHEMA[name] for name in ("id", *names)}
        frames.append(pl.DataFrame(list(rows), schema, orient="row"))
    return pl.concat(frames, how="diagonal").with_columns(pl.col("area").fill_null(TOGETHER)).select(*SCHEMA)


def _columns(model: Kept) -> list[str]:
    """The columns of SCHEMA that a table has, but `id`."""
    held = {field.name for field in model._meta.fields}
    return [name for name in SCHEMA if name in held and name != "id"]


def _log(added: pl.DataFrame, gone: pl.DataFrame, actor: Actor | None) -> None:
    """One line for all that is new, one per area and month for what was replaced or removed."""
    if added.height:
        first, last = added.get_column("month").min(), added.get_column("month").max()
        new = {"from": _name(first), "to": _name(last), "figures": added.height}
        record_change(actor, "publish", "monthly_figures", _name(last), new=new)
    for (area, month), part in gone.sort(KEY).group_by("area", "month", maintain_order=True):
        names = [f"{population}/{indicator}" for population, indicator in part.select("population", "indicator").rows()]
        old = dict(zip(names, part.get_column("value"), strict=True))
        new = dict(zip(names, part.get_column("value_new"), strict=True))
        record_change(actor, "republish", "monthly_figures", f"{area or 'all areas'}/{_name(month)}", old=old, new=new)


def _name(month: Any) -> str:
    return f"{month:%Y-%m}" if isinstance(month, date) else str(month)
