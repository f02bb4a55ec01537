"""`python -m bench [NAME...]`: run the benchmarks, all of them without names, and write bench/results.md.

Each module here but `report` is a benchmark: its docstring's first line is its title, its `run()` gives the rows; none
where what it needs is not there. One that fails leaves the others. The file is written after each, so that a run that
is broken off keeps what it measured. Run with names, the results are shown and the file stays as it is.
"""

import pkgutil
import sys
import traceback
from importlib import import_module
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bench.report import RESULTS, Row, Section, render

FAILED = "it failed"


def main(chosen: list[str]) -> int:
    """Run them; returns the exit status: 1 where a budget was not kept or one failed, 2 where a name is unknown."""
    known = sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if module.name not in ("__main__", "report") and not module.name.startswith("_")
    )
    if unknown := [name for name in chosen if name not in known]:
        print(f"error: no benchmark {', '.join(unknown)} (there are {', '.join(known)})", file=sys.stderr)
        return 2
    console = Console(highlight=False)
    sections = [Section(_title(name), missing="the run was broken off before it") for name in chosen or known]
    for place, name in enumerate(chosen or known):
        with console.status(sections[place].title):
            sections[place] = _measured(name)
        _show(console, sections[place].title, list(sections[place].rows))
        if not chosen:
            RESULTS.write_text(render(sections), encoding="utf-8")
    if not chosen:
        console.print(f"written to {RESULTS}")
    broken = any(section.missing == FAILED for section in sections)
    return 1 if broken or not all(row.kept for section in sections for row in section.rows) else 0


def _title(name: str) -> str:
    module = import_module(f"bench.{name}")
    return (module.__doc__ or name).strip().splitlines()[0].rstrip(".")


def _measured(name: str) -> Section:
    title, since = _title(name), perf_counter()
    try:
        rows: list[Row] = import_module(f"bench.{name}").run()
    except Exception:  # whatever it was, the others are measured
        traceback.print_exc()
        return Section(title, missing=FAILED)
    return Section(title, rows, perf_counter() - since, "" if rows else "what it needs is not there")


def _show(console: Console, title: str, rows: list[Row]) -> None:
    table = Table("what", "ours", "peer", "theirs", "ratio", "budget", title=title, title_justify="left")
    for row in rows:
        table.add_row(
            row.what,
            f"{row.ours:.4g} {row.unit}",
            row.peer,
            f"{row.theirs:.4g} {row.unit}",
            f"[{'green' if row.kept else 'red'}]{row.ratio:.2f}[/]",
            "" if row.budget is None else f"{row.budget:g}",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
