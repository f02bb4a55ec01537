"""Building the panel: the register's periods in, spells and person-months out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
from django.conf import settings

from kokeilu.law.definition import shipped
from kokeilu.law.trial import Trial
from kokeilu.panel import folder, queries, rules
from kokeilu.panel.folder import Manifest
from kokeilu.problems import Problem

# Encoding a month keeps one core busy; more at once would hold more months in memory.
MONTHS_AT_ONCE = 2

Tell = Callable[[str, float], None]


def _months(spells: pl.DataFrame, first_month: int | None, as_of: date) -> list[int]:
    """The months that the panel covers: those whose last day the register has reached."""
    began = spells.get_column("from").min()
    known = list(rules.months(began, as_of)) if isinstance(began, date) else []
    wanted = [month for month in known if first_month is None or month >= first_month]
    if not wanted:
        since = f"from {rules.month_name(first_month)} " if first_month else ""
        raise Problem(f"the register reports no month's end {since}up to {as_of}", mend="import a month-end extract")
    return wanted


def area_table(trial: Trial) -> pl.DataFrame:
    """The trial's municipalities with their area and its days."""
    rows = [(row.municipality, row.area, row.from_day, row.to_day) for row in trial.areas]
    schema = {"municipality": pl.String, "area": pl.String, "from": pl.Date, "to": pl.Date}
    return pl.DataFrame(rows, schema, orient="row")


def _write(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True)
    content = BytesIO()  # Polars hides the cause where it meets a full disk itself
    frame.write_parquet(content, compression="zstd")
    path.write_bytes(content.getbuffer())


def _write_month(spells: pl.DataFrame, month: int, building: Path) -> int:
    """Write a month's rows and return how many there are."""
    at_end = rules.at_month_end(spells, month)
    _write(at_end, folder.month_folder(building, month) / "person_months.parquet")
    return at_end.height


def build(
    out_dir: Path,
    first_month: int | None = None,
    *,
    trial: str = "kuntakokeilu",
    tell: Tell = lambda step, share: None,
) -> Manifest:
    """Build the panel from PostgreSQL into `out_dir` and return what it holds.

    Writes `spells/` (one row per person and unbroken state) and `person_months/month=YYYY-MM/` (one row per
    person and month end), people under pseudonyms, areas by the trial's definition. `first_month` (202103)
    leaves out earlier months and the spells that ended before it. The folder is replaced as a whole: a build
    that fails or is killed leaves the panel before it. `tell` hears each step and the share of the work done
    before it. Raises Problem where the register is empty.
    """
    areas = area_table(shipped(trial))
    with folder.replacing(out_dir) as building:
        tell("reading the register", 0)
        source = queries.read(settings.PSEUDONYM_KEY)
        tell("joining periods to spells", 0.3)
        spells = rules.spells(source.situations, source.details, source.responsibilities, areas, source.as_of)
        months = _months(spells, first_month, source.as_of)
        spells = spells.filter(pl.col("to").is_null() | (pl.col("to") > rules.month_end(months[0])))
        named = spells.with_columns(person=source.pseudonyms.gather(spells.get_column("person")))
        _write(named, building / "spells" / "spells.parquet")
        rows = 0
        with ThreadPoolExecutor(MONTHS_AT_ONCE) as pool:
            writing = pool.map(lambda month: _write_month(named, month, building), months)
            for done, (month, written) in enumerate(zip(months, writing, strict=True), 1):
                tell(f"{rules.month_name(month)} written", 0.7 + 0.3 * done / len(months))
                rows += written
        manifest = Manifest(
            trial=trial,
            as_of=source.as_of.isoformat(),
            first_month=months[0],
            last_month=months[-1],
            persons=named.get_column("person").n_unique(),
            spells=named.height,
            person_months=rows,
        )
        folder.write_manifest(building, manifest)
    return manifest
