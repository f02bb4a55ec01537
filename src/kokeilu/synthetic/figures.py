"""Every number the generator uses, each with where it comes from: `data/figures.toml`.

`python -m kokeilu.synthetic.figures docs/synthetic.md` brings the table of that page up to date.
"""

import json
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokeilu.problems import Problem
from kokeilu.synthetic import months


@dataclass(frozen=True)
class Figure:
    """One number or table of numbers; `origin` is a source with its mark, or `assumption`."""

    key: str
    value: Any
    unit: str
    origin: str
    says: str


@cache
def figures() -> dict[str, Figure]:
    """All figures by key, in the order of the file."""
    text = files("kokeilu.synthetic").joinpath("data/figures.toml").read_text(encoding="utf-8")
    rows = [Figure(**row) for row in tomllib.loads(text)["figure"]]
    return {row.key: row for row in rows}


def value(key: str) -> Any:
    """The figure's value as it stands in the file."""
    return figures()[key].value


def table() -> str:
    """The figures as a Markdown table, for docs/synthetic.md."""
    lines = ["| figure | value | unit | origin | note |", "|---|---|---|---|---|"]
    for figure in figures().values():
        cells = (f"`{figure.key}`", _shown(figure.value), figure.unit, figure.origin, figure.says)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def refresh(page: str) -> str:
    """The text of a Markdown page with the table of figures between its marks, as it is now."""
    before, start, rest = page.partition("<!-- figures -->\n")
    _, end, after = rest.partition("<!-- /figures -->")
    if not (start and end):
        raise Problem("the page has no marks around its table of figures", mend="put them back")
    return f"{before}{start}\n{table()}\n{end}{after}"


def _shown(told: Any) -> str:
    if isinstance(told, dict):
        return "; ".join(f"{name} {_shown(part)}" for name, part in told.items())
    if isinstance(told, list):
        return ", ".join(":".join(map(str, part)) if isinstance(part, list) else str(part) for part in told)
    return json.dumps(told, ensure_ascii=False).strip('"')


def path(knots: Sequence[tuple[str, float]], first: int, last: int) -> NDArray[np.float64]:
    """A value for each month from `first` to `last`, both included: linear between the knots, flat beyond."""
    at = [months.parse(month) for month, _ in knots]
    return np.interp(np.arange(first, last + 1), at, [level for _, level in knots])


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(refresh(document.read_text(encoding="utf-8")), encoding="utf-8")
