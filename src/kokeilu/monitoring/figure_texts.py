"""How a figure is written on every page of monitoring."""

from typing import Final

from django.utils.translation import pgettext

from kokeilu.monitoring.indicators import Indicator
from kokeilu.monitoring.queries import Figure
from kokeilu.web import formats

NO_BREAK_SPACE: Final = "\u00a0"


def shown(figure: Figure | None, indicator: Indicator) -> str:
    """A figure as a page writes it: hidden ones by a word, a figure that does not exist as a dash."""
    if figure is None or (figure.value is None and not figure.suppressed):
        return "–"
    if figure.suppressed or figure.value is None:
        return pgettext("figure", "hidden")
    return written(figure.value, indicator)


def written(value: float, indicator: Indicator) -> str:
    """A value with its unit: shares in per cent, money in euros, people as whole numbers."""
    if indicator.unit == "per cent":
        return formats.share(value / 100)
    number = formats.number(value, 0)
    if indicator.unit != "euros":
        return number
    return f"€{number}" if formats.language() == "en" else f"{number}{NO_BREAK_SPACE}€"
