"""The published table: the figures of a panel after disclosure control, in long form."""

import errno
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from kokeilu.law.definition import shipped
from kokeilu.monitoring import engines, monthly_hiding, rules, suppression
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.monitoring.labour_force import read as read_force
from kokeilu.monitoring.rules import Events
from kokeilu.panel.check import open_panel
from kokeilu.panel.folder import Manifest, Panel
from kokeilu.panel.places import areas_on
from kokeilu.panel.rules import month_end, month_name, months
from kokeilu.problems import Problem


@dataclass(frozen=True)
class Counted:
    """A panel with what was counted of it, so that publishing it counts once.

    `figures` are the true ones of every month, as `rules.figures`; they and `events` are of the whole panel.
    """

    panel: Panel
    events: Events
    figures: pl.DataFrame


Source = Path | Panel | Counted
"""Where figures come from: a panel's folder, the panel opened, or counted already."""


def panel_of(source: Source) -> Panel:
    """The panel of a source. Raises Problem where the folder is no panel or is damaged."""
    if isinstance(source, Counted):
        return source.panel
    return source if isinstance(source, Panel) else open_panel(source)


def count(source: Source, engine: Engine = "duckdb") -> Counted:
    """The panel of a source, counted.

    Raises Problem where it is damaged, nobody in it lives in an area, or its figures do not add up.
    """
    if isinstance(source, Counted):
        return source
    panel = panel_of(source)
    events = engines.checked(panel, engine)
    figures = rules.figures(rules.counts(events).drop("by"), _months(panel.manifest))
    if figures.is_empty():
        raise Problem(
            f"nobody in the panel lives in an area of the trial {panel.manifest.trial}", file=panel.path,
            mend="import extracts of the areas' municipalities and build the panel again",
        )  # fmt: skip
    try:
        rules.check(figures)
    except rules.Inconsistent as error:
        raise Problem(
            f"the figures do not add up at {error.cell}", file=panel.path,
            mend="build the panel again and look at that month",
        ) from error  # fmt: skip
    return Counted(panel, events, figures)


def _months(manifest: Manifest) -> list[int]:
    """Every month that the panel covers."""
    return list(months(month_end(manifest.first_month), month_end(manifest.last_month)))


def _check(panel: Panel, month: int) -> None:
    first, last = panel.manifest.first_month, panel.manifest.last_month
    if not first <= month <= last:
        raise Problem(
            f"the panel has no {month_name(month)}",
            file=panel.path,
            mend=f"it covers {month_name(first)} to {month_name(last)}",
        )


def all_published(
    source: Source, last: int | None = None, engine: Engine = "duckdb", labour_force: Path | None = None
) -> pl.DataFrame:
    """Every month's figures of a panel, up to `last` (202103), as they may be shown.

    Columns area, population, month (202103), indicator, value, suppressed. What is shown of a month rests on
    that month and earlier ones only, so a later panel shows it the same. `labour_force` is a file that
    `labour_force.read` reads; without it there are no employment and unemployment rates. Raises Problem where
    the folder is no panel or does not cover `last`, or the file cannot be read.
    """
    panel, last = opened(source, last)
    told = None if labour_force is None else force(labour_force, panel, last)
    return suppression.published(_up_to(source, panel, last, engine), told)


def force(path: Path, panel: Panel, last: int) -> LabourForce:
    """The labour force of a file up to the month `last`, over the panel's areas as they are in each month.

    Raises Problem (`labour_force.read`).
    """
    trial = shipped(panel.manifest.trial)
    return read_force(path, lambda month: areas_on(trial, month_end(month)), last)


def shown(
    source: Source,
    last: int | None = None,
    engine: Engine = "duckdb",
    decide: suppression.Decide = monthly_hiding.hidden,
    labour_force: Path | None = None,
) -> suppression.Shown:
    """`all_published`, and the figures of all areas together, these without a labour force; `decide` says what is
    hidden of the areas. Raises Problem likewise.
    """
    panel, last = opened(source, last)
    told = None if labour_force is None else force(labour_force, panel, last)
    return suppression.published_with_sums(_up_to(source, panel, last, engine), decide, told)


def _up_to(source: Source, panel: Panel, last: int, engine: Engine) -> pl.DataFrame:
    """The true figures up to a month of a source whose panel is open already."""
    found = count(source if isinstance(source, Counted) else panel, engine)
    return found.figures.filter(pl.col("month") <= last)


def opened(source: Source, last: int | None) -> tuple[Panel, int]:
    """The panel of a source, and the last month to publish: `last`, or its own. Raises Problem where it lacks that."""
    panel = panel_of(source)
    last = panel.manifest.last_month if last is None else last
    _check(panel, last)
    return panel, last


def write_csv(figures: pl.DataFrame, month: int, out: Path) -> Path:
    """Write the month's table into the folder and return its path; it appears whole or not at all.

    Raises Problem where the folder cannot be written.
    """
    number = pl.col("value")
    text = pl.when(number == number.floor()).then(number.cast(pl.Int64).cast(pl.String))
    named = figures.select(
        "area", "population", pl.lit(month_name(month)).alias("month"), "indicator",
        text.otherwise(number.round(2).cast(pl.String)).alias("value"),
    )  # fmt: skip
    return write(named, out / f"monthly-{month_name(month)}.csv")


def write(rows: pl.DataFrame, path: Path) -> Path:
    """Write rows as CSV and return the path. Raises Problem where it cannot."""
    return put(rows.write_csv().encode(), path)


def put(content: bytes, path: Path) -> Path:
    """Write a file and return its path; it appears whole or not at all. Raises Problem where it cannot."""
    making = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        making.write_bytes(content)
        making.rename(path)
    except OSError as error:
        with suppress(OSError):
            making.unlink()
        what = "the disk is full" if error.errno == errno.ENOSPC else "cannot be written"
        raise Problem(what, file=path, mend="name another folder with --out") from error
    return path
