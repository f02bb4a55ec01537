"""What a benchmark reports: ours against a peer measured in the same run, as a table in bench/results.md."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

RESULTS = Path(__file__).parent / "results.md"


@dataclass(frozen=True)
class Row:
    """One measurement. `ours` and `theirs` are in the same unit, less is better; `budget` bounds ours / theirs."""

    what: str
    ours: float
    peer: str
    theirs: float
    budget: float | None
    note: str = ""
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """How many times the peer's cost ours is."""
        return self.ours / self.theirs

    @property
    def kept(self) -> bool:
        """Whether the ratio is within the budget."""
        return self.budget is None or self.ratio <= self.budget


def seconds(work: Callable[[], object], repeat: int = 3, before: Callable[[], object] | None = None) -> float:
    """The median of `repeat` runs of `work` in seconds; `before` runs untimed before each."""
    taken = []
    for _ in range(repeat):
        if before is not None:
            before()
        since = perf_counter()
        work()
        taken.append(perf_counter() - since)
    return median(taken)


@dataclass(frozen=True)
class Section:
    """What a benchmark gave, in how many seconds; or, without rows, why it gave nothing."""

    title: str
    rows: Sequence[Row] = ()
    taken: float = 0.0
    missing: str = ""


SLOW = 120
"""Seconds from which on a section says how long it took."""


def render(sections: Iterable[Section]) -> str:
    """The results as Markdown, a table for each benchmark."""
    parts = [
        "# Benchmarks\n\nMade by `make bench`. Ours against a peer in the same run; "
        "less is better, the ratio is ours / peer.\n",
        f"\n{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.\n",
    ]
    for section in sections:
        parts.append(f"\n## {section.title}\n\n")
        if not section.rows:
            parts.append(f"Not measured: {section.missing}.\n")
            continue
        if section.taken >= SLOW:
            parts.append(f"Slow: measuring this took {section.taken / 60:.0f} minutes.\n\n")
        parts.append("| what | ours | peer | theirs | ratio | budget | kept | note |\n")
        parts.append("| --- | ---: | --- | ---: | ---: | ---: | --- | --- |\n")
        parts += [_line(row) for row in section.rows]
    return "".join(parts)


def _line(row: Row) -> str:
    budget = "" if row.budget is None else f"{row.budget:g}"
    return (
        f"| {row.what} | {row.ours:.4g} {row.unit} | {row.peer} | {row.theirs:.4g} {row.unit} "
        f"| {row.ratio:.2f} | {budget} | {'yes' if row.kept else '**no**'} | {row.note} |\n"
    )
