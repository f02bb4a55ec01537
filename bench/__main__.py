"""`python -m bench [NAME...]`: run the benchmarks, all of them without names, and write bench/results.md.

Each module here but `report` is a benchmark: its docstring's first line is its title, its `run()` gives the rows. Run
with names, the results are shown and the file stays as it is.
"""

import pkgutil
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.report import RESULTS, Row, render


def main(chosen: list[str]) -> int:
    """Run them; returns the exit status: 1 where a budget was not kept, 2 where a name is unknown."""
    known = sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if module.name not in ("__main__", "report") and not module.name.startswith("_")
    )
    if unknown := [name for name in chosen if name not in known]:
        print(f"error: no benchmark {', '.join(unknown)} (there are {', '.join(known)})", file=sys.stderr)
        return 2
    sections = []
    console = Console(highlight=False)
    for name in chosen or known:
        module = import_module(f"bench.{name}")
        title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
        with console.status(title):
            rows: list[Row] = module.run()
        sections.append((title, rows))
        _show(console, title, rows)
    if not chosen:
        RESULTS.write_text(render(sections), encoding="utf-8")
        console.print(f"written to {RESULTS}")
    return 0 if all(row.kept for _, rows in sections for row in rows) else 1


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
