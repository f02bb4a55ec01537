"""What changes services side by side: publishing a panel's figures."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from django.db import transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.disclosure.linked import PUBLISHED
from kokeilu.monitoring import (
    engines,
    further_out,
    further_ties,
    operations,
    published_attack,
    service_comparison_rules,
    service_comparison_steps,
    writing,
)
from kokeilu.monitoring.actions import Published
from kokeilu.monitoring.models import MonthlyFigure, PagesVersion, ServiceFigure
from kokeilu.monitoring.rules import month_number
from kokeilu.monitoring.service_comparison_rules import PAGE, Cell
from kokeilu.monitoring.service_comparison_steps import Counted
from kokeilu.monitoring.table import Source, panel_of
from kokeilu.panel.folder import Panel
from kokeilu.problems import Problem

Key = tuple[str, int, str, str]  # area, year, service, measure
Told = tuple[int, str]  # a figure and its status
PageMonths = dict[tuple[str, int], float | None]  # by indicator and month_number; None is hidden


def count(panel: Panel) -> Counted:
    """`service_comparison_steps.count` of a whole panel by DuckDB. Raises Problem where its spells are damaged."""
    first, last = (month_number(month) for month in (panel.manifest.first_month, panel.manifest.last_month))
    wanted = service_comparison_rules.years(first, last)
    with engines.telling_damage(panel), engines.opened(panel.spells) as (_connection, rows):
        return service_comparison_steps.count(rows, first, last, wanted)


def publish(source: Source, *, last: int | None = None, actor: Actor | None = None) -> Published:
    """Show the figures of a panel's services, year by year; `actor` None is the system itself.

    A year is shown once the areas' pages show all of its months, and those of what followed; up to `last` (202103). An
    area's year that is out stays as it is, whatever another panel says of it: `kept` is how many figures it gives
    differently. Raises PermissionDenied, and Problem where the folder is no panel, or the pages show another one's
    months of a year to publish.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    panel = panel_of(source)
    end = month_number(panel.manifest.last_month if last is None else last)
    counted, pages = count(panel), _pages()
    years = service_comparison_rules.years(month_number(panel.manifest.first_month), end)
    out = set(ServiceFigure.objects.values_list("area", "year").distinct())
    wanted: dict[Key, Told] = {}
    for area in sorted(pages):
        for year in years:
            if (area, year) not in out:
                wanted |= _of_year(area, year, counted, pages[area], panel)
    return _store(wanted, _differing(counted, years), actor)


def _differing(counted: Counted, years: Sequence[int]) -> int:
    """How many of the figures that are out and shown the panel gives differently."""
    shown: dict[tuple[str, int], dict[tuple[str, str], int]] = defaultdict(dict)
    rows = ServiceFigure.objects.filter(year__in=years, value__isnull=False).order_by("pk")
    for area, year, service, measure, value in rows.values_list("area", "year", "service", "measure", "value"):
        shown[area, year][service, measure] = value or 0
    found = 0
    for (area, year), told in shown.items():
        now = service_comparison_rules.of_year(counted.monthly, counted.yearly, area, year)
        found += sum(now.get(Cell(*cell), 0) != value for cell, value in told.items())
    return found


def _pages() -> dict[str, PageMonths]:
    """What the areas' pages show of their residents' services."""
    indicators = sorted(set(PAGE.values()))
    rows = MonthlyFigure.objects.filter(population="residents", indicator__in=indicators).order_by("id")
    found: dict[str, PageMonths] = defaultdict(dict)
    for area, indicator, month, value in rows.values_list("area", "indicator", "month", "value"):
        found[area][indicator, month.year * 12 + month.month - 1] = value
    return dict(found)


def _of_year(area: str, year: int, counted: Counted, page: PageMonths, panel: Panel) -> dict[Key, Told]:
    """An area's figures of a year; none where its page lacks a month."""
    needed = {(PAGE[measure], at) for measure in PAGE for at in service_comparison_rules.months(measure, year)}
    if not needed <= page.keys():
        return {}
    figures = service_comparison_rules.of_year(counted.monthly, counted.yearly, area, year)
    for measure, indicator in PAGE.items():
        told = [page[indicator, at] for at in service_comparison_rules.months(measure, year)]
        found = sum(value for cell, value in figures.items() if cell.measure == measure)
        if None not in told and sum(value or 0 for value in told) != found:
            what = f"the services of {area} do not add up to its page in {year}: {measure}"
            raise Problem(what, file=panel.path, mend="publish the monthly figures of this panel first")
    out = service_comparison_rules.withheld(year, {key for key, value in page.items() if value is None})
    statuses = service_comparison_rules.statuses(figures, out)
    return {(area, year, *cell): (value, statuses[cell]) for cell, value in figures.items()}


@transaction.atomic
def _store(wanted: dict[Key, Told], kept: int, actor: Actor | None) -> Published:
    writing.lock(ServiceFigure, PagesVersion)
    before = further_out.as_known()
    out = set(ServiceFigure.objects.values_list("area", "year").distinct())
    new = {key: value for key, value in wanted.items() if key[:2] not in out}
    ServiceFigure.objects.bulk_create(
        [ServiceFigure(area=key[0], year=key[1], service=key[2], measure=key[3],
                       value=value if status == PUBLISHED else None)
         for key, (value, status) in new.items()], batch_size=5000,
    )  # fmt: skip
    services = pl.DataFrame([(*key, *told) for key, told in new.items()], further_ties.SCHEMA, orient="row")
    published_attack.of_further(before, replace(before, services=pl.concat([before.services, services])))
    done = Published(len(new), 0, 0, kept)
    if new:
        record_change(actor, "publish", "service_figures", "all", new={"added": done.added, "kept": done.kept})
    return done
