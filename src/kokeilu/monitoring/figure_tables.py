"""Tables of figures with a column for each indicator, as the component `table` takes them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kokeilu.monitoring import definition_texts
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.queries import Figures
from kokeilu.web import formats


def columns(first: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The heads: `first` over what names the rows, then the indicators, each leading to its definition."""
    return [{"label": first}, *map(column, keys)]


def column(key: str) -> dict[str, Any]:
    """The head of an indicator's column."""
    label = INDICATORS[key].brief[formats.language()]
    return {"label": label, "number": True, "href": definition_texts.href(key)}


def cells(figures: Figures, keys: Sequence[str]) -> list[str]:
    """The cells of a row."""
    return [shown(figures.get(key), INDICATORS[key]) for key in keys]


def months(history: dict[date, Figures], keys: Sequence[str]) -> list[list[str]]:
    """A row for each month, the newest first. `history` has the oldest first."""
    return [[formats.unbroken_month(month), *cells(figures, keys)] for month, figures in reversed(history.items())]
