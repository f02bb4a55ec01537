"""The files beside an extract that say what is wrong with it: the report of errors, and the rejected rows."""

import io
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from kokeilu.problems import Problem
from kokeilu.register import reading
from kokeilu.register.rules import REASONS


class BadRows(Problem):
    """An extract has rows that cannot be stored. `errors` are they: line, column, reason, sorted; `others` are the
    bad rows of further extracts of the same import."""

    def __init__(self, path: Path, errors: pl.DataFrame, mend: str) -> None:
        self.errors, self.others = errors, tuple[BadRows, ...]()
        rows = errors["line"].n_unique()
        super().__init__(
            f"{rows} bad row{'s' * (rows > 1)}, {summary(errors)}; nothing was stored",
            file=path, line=errors["line"][0], mend=mend,
        )  # fmt: skip

    def with_others(self, others: Iterable["BadRows"]) -> "BadRows":
        """This problem, knowing of the further files'."""
        self.others = tuple(others)
        return self


def summary(errors: pl.DataFrame) -> str:
    """The reasons with how often each occurs, most frequent first."""
    counts = errors.group_by("reason").len().sort(["len", "reason"], descending=[True, False])
    return ", ".join(f"{count} x {REASONS[reason]}" for reason, count in counts.iter_rows())


def report_path(extract: Path) -> Path:
    return extract.with_suffix(".errors.csv")


def rejected_path(extract: Path) -> Path:
    return extract.with_name(f"{extract.stem}.rejected{extract.suffix}")


def write_report(extract: Path, errors: pl.DataFrame) -> Path:
    """Write line, column and reason of every error beside the extract; values are not in it."""
    texts = pl.col("reason").replace_strict(REASONS, return_dtype=pl.String)
    path = report_path(extract)
    _write(path, errors.with_columns(meaning=texts).write_csv().encode())
    return path


def write_rejected(extract: Path, data: bytes, lines: pl.Series) -> Path:
    """Write the rows that begin on these lines, as they came, to a file of the same format beside the extract."""
    path = rejected_path(extract)
    if extract.suffix == ".parquet":
        rows, target = pl.read_parquet(io.BytesIO(data)), io.BytesIO()
        rows.filter(pl.Series(np.isin(np.arange(1, len(rows) + 1), lines.to_numpy()))).write_parquet(target)
        _write(path, target.getvalue())
    else:
        _write(path, reading.cut(extract, data, lines))
    return path


def discard(extract: Path) -> None:
    """Take away what an earlier try at this extract reported."""
    report_path(extract).unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner only: rejected rows hold identity codes."""
    try:
        fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Problem(
            f"cannot be written: {error.strerror}; nothing was stored",
            file=path,
            mend="make room or allow writing there",
        ) from None
