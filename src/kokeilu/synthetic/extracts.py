"""Monthly register extracts of a generated world, in the format register-extract/1."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from kokeilu.extract import BENEFITS, COLUMNS, NONE
from kokeilu.problems import Problem
from kokeilu.synthetic import figures, months, people, truth
from kokeilu.synthetic.hazards import (
    EMPLOYED,
    FIRST_IN_REGISTER,
    LAID_OFF,
    OPEN_MARKET,
    OUTSIDE,
    SERVICE,
    SUPPORTED,
    UNEMPLOYED,
)
from kokeilu.synthetic.simulation import Rows
from kokeilu.synthetic.world import World

FORMATS = ("parquet", "csv")
Progress = Callable[[Iterable[Rows], int, str], Iterable[Rows]]


class Extracts:
    """Makes extract frames of a world; what does not depend on the month is made once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._details = world.details()
        self._addresses = world.addresses.frame()
        self._municipality = pl.Series([each.code for each in world.places.municipalities])
        self._services = pl.Series([*figures.value("services"), NONE])
        self._service_codes = list(figures.value("services").values())

    def frame(self, rows: Rows) -> pl.DataFrame:
        """One month's extract: COLUMNS in order, one row per person, in the order of person numbers."""
        facts, hidden = rows.facts, rows.facts["hidden"]
        details = self._details[rows.person]
        immigrant = self._world.people["immigrant"][rows.person]
        place = self._municipality[facts["municipality"]]
        valid = facts["state"] >= FIRST_IN_REGISTER
        frame = details.with_columns(
            self._addresses[facts["address"]].get_columns(),
            place=place,
            placed=facts["placed"],
            immigrant=immigrant,
            temporary_protection=facts["temporary"],
            job_search_valid=valid,
            employment_code=self._codes(rows),
            service=self._services[facts["service"]],
            benefit=_benefits(rows),
            earnings_related_right=facts["right"],
            labour_market_support_days=facts["support_days"],
            job_search_since=pl.Series(facts["search_since"]).cast(pl.Date),
            unemployed_since=pl.Series(facts["unemployed_since"]).cast(pl.Date),
            out_of_work=facts["unemployed_since"] > 0,
            hides_right=hidden & people.HIDDEN_RIGHT > 0,
            hides_immigrant=hidden & people.HIDDEN_IMMIGRANT > 0,
            hides_language=hidden & people.HIDDEN_LANGUAGE > 0,
            hides_municipality=hidden & people.HIDDEN_MUNICIPALITY > 0,
        )
        return frame.with_columns(
            municipality=pl.when("placed").then(pl.lit(NONE)).when(~pl.col("hides_municipality")).then("place"),
            placed_in=pl.when("placed").then("place").otherwise(pl.lit(NONE)),
            language=pl.when(~pl.col("hides_language")).then("language"),
            immigrant=pl.when(~pl.col("hides_immigrant")).then("immigrant"),
            earnings_related_right=pl.when(~pl.col("hides_right")).then("earnings_related_right"),
            unemployed_since=pl.when("out_of_work").then("unemployed_since"),
            street_address=pl.when("street_known").then("street_address"),
        ).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())

    def _codes(self, rows: Rows) -> pl.Series:
        """Employment codes: of the state, of the service, of where the person went."""
        known, unverified = figures.value("employment_codes"), figures.value("employment_codes.unverified")
        by_state = {
            OPEN_MARKET: known["open_market"],
            OUTSIDE: unverified["outside"],
            UNEMPLOYED: known["unemployed"],
            LAID_OFF: known["laid_off"],
            SERVICE: "",
            SUPPORTED: known["supported_work"],
            EMPLOYED: known["open_market"],
        }
        codes = [by_state[state] for state in range(len(by_state))]
        codes += [unverified["study"], *self._service_codes]
        state = rows.facts["state"].astype(np.uint32)
        state[(state == OUTSIDE) & rows.facts["studies"]] = len(by_state)
        inside = state == SERVICE
        state[inside] = len(by_state) + 1 + rows.facts["service"][inside]
        return pl.Series(codes)[state]


def _benefits(rows: Rows) -> pl.Series:
    """The benefit paid to those unemployed, laid off or in a service; none to others."""
    facts = rows.facts
    benefit = np.where(facts["right"], people.EARNINGS_RELATED, facts["other_benefit"])
    paid = np.isin(facts["state"], (UNEMPLOYED, LAID_OFF, SERVICE))
    return pl.Series(BENEFITS)[np.where(paid, benefit, people.NO_BENEFIT).astype(np.uint32)]


def write(
    world: World,
    out_dir: str | Path,
    months_wanted: Sequence[str] | None = None,
    fmt: str = "parquet",
    progress: Progress | None = None,
) -> list[Path]:
    """Write `register-YYYY-MM-DD.parquet` (or .csv) for each month, and truth.json; returns the paths.

    `months_wanted` as `2021-03`; all of the world's when None. The same world gives the same bytes. A Problem
    names an unknown format, a month that the world does not have, and a folder that cannot be written or
    holds the extracts of another register.
    """
    check_format(fmt)
    wanted = set(world.months if months_wanted is None else months_wanted)
    if strange := sorted(wanted - set(world.months)):
        raise Problem(f"the register was not generated for {', '.join(strange)}", mend="generate those months")
    folder = writable(out_dir)
    if any(folder.glob("register-*")):
        truth.check_same(world, folder)
    truth.write(world, folder)
    extracts = Extracts(world)
    chosen = [rows for rows in world.rows if months.label(rows.month) in wanted]
    paths = []
    for rows in progress(chosen, len(chosen), "extracts") if progress else chosen:
        path = folder / f"register-{months.last_day(rows.month)}.{fmt}"
        _write(extracts.frame(rows), path, fmt)
        paths.append(path)
    return paths


def check_format(fmt: str) -> None:
    """A Problem if there is no such format."""
    if fmt not in FORMATS:
        raise Problem(f"there is no format '{fmt}'", mend=f"take one of {', '.join(FORMATS)}")


def writable(out_dir: str | Path) -> Path:
    """The folder, made where it is missing; a Problem if files cannot be written there."""
    folder = Path(out_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"cannot make the folder: {error.strerror}", file=folder, mend="choose another") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Problem("the folder is not writable", file=folder, mend="choose another")
    return folder


def _write(frame: pl.DataFrame, path: Path, fmt: str) -> None:
    """Write beside, then rename: a killed run leaves no half file under the final name."""
    part = path.with_name(path.name + ".part")
    try:
        if fmt == "csv":
            frame.write_csv(part, separator=";")
        else:
            frame.write_parquet(part, compression="zstd", compression_level=1, row_group_size=len(frame) or None)
        part.replace(path)
    except (OSError, pl.exceptions.ComputeError) as error:  # Polars tells a full disk either way
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise Problem(f"cannot write: {why}", file=path, mend="free space or choose another folder") from None
