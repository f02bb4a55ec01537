"""Figures made by hand for the tests of releases: two areas over some months, with small cells to hide."""

from datetime import datetime
from typing import Any

import polars as pl

from kokeilu import clock
from kokeilu.access.policy import Actor
from kokeilu.monitoring import release_actions, release_queries, release_source
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.published_table import PublishedTable
from kokeilu.monitoring.release_audit import Version
from kokeilu.monitoring.release_source import About, Prepared

Analysts = tuple[Actor, Actor]
"""Who prepares, and who checks: the fixture `analysts`."""
DESTINATIONS = ("open_market", "supported_work", "service", "outside", "moved", "unknown")
MADE_AT = datetime(2021, 3, 31, 7, 0, tzinfo=clock.HELSINKI)
WHO = About(dict.fromkeys(("fi", "sv", "en"), "ELY"), "analyst@ely.example",
            "https://creativecommons.org/licenses/by/4.0/", MADE_AT)  # fmt: skip
FROM = {
    "panel": {"trial": "kuntakokeilu", "as_of": "2021-03-31", "revision": 1, "sha256": "0" * 64},
    "definitions": "1" * 64, "software": "0.1.0", "libraries": {}, "parameters": {},
}  # fmt: skip
MONTHS = ("2020-12", "2021-01", "2021-02")


def figures(months: tuple[str, ...] = MONTHS, **changes: float) -> pl.DataFrame:
    """True figures of Espoo and Hanko that add up. `changes` add people laid off in a month: `espoo_2021_01=3`."""
    rows: list[tuple[str, str, str, str, float]] = []
    for area, size in (("espoo", 400), ("raasepori-hanko", 30)):
        before = 0.0
        for at, month in enumerate(months):
            more = changes.get(f"{area.replace('-', '_')}_{month.replace('-', '_')}", 0.0)
            cells = _month(size, at, before if at else None, more)
            before = cells["registered_unemployed"]
            rows += [(area, "residents", month, indicator, value) for indicator, value in cells.items()]
    return pl.DataFrame(rows, ["area", "population", "month", "indicator", "value"], orient="row")


def _month(size: int, at: int, before: float | None, more: float) -> dict[str, float]:
    """A month's figures of an area of about `size` unemployed; flows where there is a month before."""
    cells = {
        "unemployed_not_laid_off": size + 10.0 * at, "laid_off": 3.0 + at + more, "in_services": size // 10 + 1.0,
        "supported_work": 6.0, "other_job_seekers": 2.0 + size // 4,
    }  # fmt: skip
    registered = cells["unemployed_not_laid_off"] + cells["laid_off"]
    cells["registered_unemployed"] = registered
    cells["broad_unemployment"] = registered + cells["in_services"]
    cells["job_seekers"] = cells["broad_unemployment"] + cells["supported_work"] + cells["other_job_seekers"]
    if before is not None:
        left = dict(zip(DESTINATIONS, (size // 20 + 4.0, 2.0, 7.0, 9.0, 0.0, 1.0), strict=True))
        cells |= {f"outflow_{name}": value for name, value in left.items()}
        cells["outflow"] = sum(left.values())
        cells["inflow"] = registered - before + cells["outflow"]
        cells["exits_from_services"] = 5.0
        cells["open_market_exits"] = cells["outflow_open_market"] + 5.0
    return cells


def made(persons: pl.DataFrame | None = None, earlier: list[Version] | None = None) -> Prepared:
    """The figures as a prepared table."""
    known = figures() if persons is None else persons
    table, version = release_source.publishable(known, earlier or [], WHO, "kuntakokeilu")
    return Prepared(table, version, FROM)


def keep(preparer: Actor, persons: pl.DataFrame | None = None, **options: Any) -> Release:
    """A prepared release of the figures."""
    return release_actions.keep(
        made(persons, list(release_queries.versions("monthly-figures"))), actor=preparer, **options
    )


def publish(preparer: Actor, checker: Actor, persons: pl.DataFrame | None = None, **options: Any) -> Release:
    """A release published at once."""
    release = keep(preparer, persons, **options)
    release_actions.check(release.pk, actor=checker)
    return release_actions.schedule(release.pk, actor=preparer)


def table() -> PublishedTable:
    return made().table
