"""What changes the published breakdowns: publishing them of a panel."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date

import polars as pl
from django.db import transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.disclosure.linked import PUBLISHED, SECONDARY
from kokeilu.monitoring import (
    breakdown_out,
    breakdown_table,
    operations,
    pages_versions,
    published_attack,
    release_queries,
    release_texts,
    writing,
)
from kokeilu.monitoring.actions import Published
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, Dimension
from kokeilu.monitoring.breakdown_table import Made
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.models import MonthlyBreakdown, MonthlyFigure, PagesVersion
from kokeilu.monitoring.release_audit import Version
from kokeilu.monitoring.table import Source
from kokeilu.panel.rules import month_name, month_named
from kokeilu.problems import Problem
from kokeilu.processes import Spread


def publish(
    source: Source,
    dimensions: Sequence[Dimension] = tuple(DIMENSIONS.values()),
    *,
    last: int | None = None,
    actor: Actor | None = None,
    engine: Engine = "duckdb",
    tell: Callable[[str], None] = lambda key: None,
    spread: Spread = map,
) -> Published:
    """Show a panel's figures by these dimensions, up to the month `last` (202103), after disclosure control.

    The figures that they are of must be on the pages already. `actor` None is the system itself. An area's month that
    is out by a dimension stays as it is, whatever another panel says of it: `kept` is how many figures it gives
    differently. One transaction. `tell` hears each dimension's key when it is decided, the
    areas of which `spread` may do in other processes. Raises PermissionDenied, and
    Problem where the folder is no panel, its figures do not add up, or the pages show others of a month to publish.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    done = []
    for one in made(source, dimensions, last, engine, spread):
        tell(one.dimension.key)
        done.append(one)
    return publish_made(done, actor=actor)[0]


def made(
    source: Source, dimensions: Sequence[Dimension], last: int | None, engine: Engine, spread: Spread = map
) -> Iterator[Made]:
    """`breakdown_table.all_published` beside the pages and beside what is out by class. Raises Problem likewise.

    What a release has by class already is taken over from there.
    """
    ends = {one.key: breakdown_table.last_out(breakdown_out.on_pages(one)) for one in dimensions}
    both = pl.concat(ends.values())
    everywhere = both.group_by("area").agg(pl.len(), pl.col("out").min()).filter(len=len(ends)).drop("len")

    def decide(figures: pl.DataFrame) -> pl.DataFrame:
        return on_pages(figures, everywhere)

    out = breakdown_out.anywhere
    for one in breakdown_table.all_published(source, dimensions, last, engine, decide, out, spread=spread):
        yield one._replace(new=breakdown_table.after(one.figures, ends[one.dimension.key]))


def on_pages(figures: pl.DataFrame, out: pl.DataFrame) -> pl.DataFrame:
    """The figures (`rules.figures`) with the `status` that they have on the pages: published, or else secondary.

    Raises Problem where the pages do not have them, or show other values: classes are of what everybody sees. Months up
    to `out` (`breakdown_table.last_out`) are not compared: they are published by class as they were.
    """
    months = figures.get_column("month").unique().to_list()
    rows = MonthlyFigure.objects.filter(month__in=[date(month // 100, month % 100, 1) for month in months])
    names = ("area", "population", "month", "indicator", "value", "suppressed")
    schema = {name: breakdown_table.SCHEMA[name] for name in names} | {"value": pl.Float64, "month": pl.Date}
    shown = pl.DataFrame(list(rows.values_list(*names)), schema, orient="row")
    shown = shown.with_columns(month=breakdown_out.number("month"))
    both = figures.join(shown, on=names[:4], how="left", maintain_order="left")
    other = breakdown_table.after(both, out).filter(
        pl.col("suppressed").is_null() | (~pl.col("suppressed") & pl.col("value").ne_missing(pl.col("persons")))
    )
    if other.height:
        month = other.get_column("month").sort().item(0)
        raise Problem(
            f"the pages do not show this panel's figures of {month_name(month)}",
            mend="publish them first: kokeilu monitor --publish",
        )
    status = pl.when(pl.col("suppressed").fill_null(value=True)).then(pl.lit(SECONDARY)).otherwise(pl.lit(PUBLISHED))
    return both.with_columns(status=status).select(*figures.columns, "status")


@transaction.atomic
def publish_made(done: Sequence[Made], *, actor: Actor | None = None) -> tuple[Published, list[Made]]:
    """`publish` of what `made` has made, and that as it is out then: a month is hidden by class as a whole where it
    would tell too much beside everything else that is out. Raises PermissionDenied, and Problem where others published
    meanwhile, or where hiding does not help.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    writing.lock(MonthlyBreakdown, PagesVersion)
    versions = release_queries.versions(release_texts.KEY)
    if any(one.new.height for one in done):
        done = _telling_nothing(done, versions)
    for one in done:
        _store(one, actor)
        pages_versions.keep_classes(one, versions)
    return Published(sum(one.new.height for one in done), 0, 0, sum(one.kept for one in done)), [*done]


def _telling_nothing(done: Sequence[Made], versions: Sequence[Version]) -> Sequence[Made]:
    """The figures, with further months hidden as a whole until the attacker derives nothing from all dimensions
    together: those of the dimension of which a figure follows, then those of all dimensions.

    Each dimension was decided by itself, and several can tell what none tells alone.
    """
    before = breakdown_out.as_known(versions)
    while True:
        new = [beside for one in done if (beside := pages_versions.classes(one, versions)) is not None]
        found = published_attack.of_classes(versions, before, new)
        told = [one.cell for one in found if one.cell]
        own = {(dimension, area, month) for dimension, area, _, month, *_ in told}
        every = {(one.dimension.key, area, month) for one in done for _, area, month in own}
        for months in (own, every):
            hidden = [_without(one, months) for one in done]
            if not all(one.new.equals(other.new) for one, other in zip(done, hidden, strict=True)):
                break
        else:
            published_attack.refuse(found)
            return done
        done = hidden


def _without(one: Made, months: Collection[tuple[str, str, str]]) -> Made:
    """The figures with the new ones of these months (dimension, area, 2021-03) hidden, zeros with them; those that are
    figures of their own stay as the pages have them.
    """
    rows = [(area, month_named(month)) for dimension, area, month in months if dimension == one.dimension.key]
    if not rows or one.dimension.indicators is not None:
        return one
    gone = pl.DataFrame(rows, {"area": pl.String, "month": pl.Int32}, orient="row").with_columns(gone=True)
    new = _hiding(one.new, gone)
    blocks = one.new.select("area", "month").unique().join(gone, on=["area", "month"])
    return one._replace(figures=_hiding(one.figures, blocks), new=new)


def _hiding(figures: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    both = figures.join(gone, on=["area", "month"], how="left", maintain_order="left")
    hides = pl.col("gone").fill_null(value=False)
    value = pl.when(~hides).then("value")
    return both.with_columns(value=value, suppressed=pl.col("suppressed") | hides).select(figures.columns)


def _store(one: Made, actor: Actor | None) -> None:
    key = one.dimension.key
    ends = breakdown_table.last_out(breakdown_out.on_pages(one.dimension))
    if breakdown_table.after(one.new, ends).height < one.new.height:
        raise Problem(f"figures by {key} were published meanwhile", mend="publish once more")
    month = pl.col("month")
    new = one.new.with_columns(month=pl.date(month // 100, month % 100, 1), dimension=pl.lit(key))
    if new.is_empty():
        return
    writing.insert(MonthlyBreakdown, new)
    months = one.new.get_column("month").sort()
    first, last = month_name(months.item(0)), month_name(months.item(-1))
    told = {"from": first, "to": last, "figures": new.height, "by": key, "kept": one.kept}
    record_change(actor, "publish", "monthly_breakdowns", f"{key}/{last}", new=told)
