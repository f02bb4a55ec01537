"""How a figure is written on every page of monitoring."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kokeilu.monitoring.indicators import Indicator
from kokeilu.monitoring.queries import Figure
from kokeilu.web import formats


def shown(figure: Figure | None, indicator: Indicator) -> str:
    """A figure as a page writes it: hidden ones by a word, a figure that does not exist as a dash."""
    if figure is None or (figure.value is None and not figure.suppressed):
        return "–"
    if figure.suppressed or figure.value is None:
        return pgettext("figure", "hidden")
    return written(figure.value, indicator)


def written(value: float | None, indicator: Indicator) -> str:
    """A value with its unit: shares in per cent, money in euros, people as whole numbers; None is a dash."""
    if value is None:
        return "–"
    if indicator.unit == "per cent":
        return formats.share(value / 100)
    return euros(value) if indicator.unit == "euros" else formats.number(value, 0)


def counted(value: float | None, indicator: Indicator) -> str:
    """The same where no heading says what is counted: people are called so."""
    if value is None or indicator.unit != "persons":
        return written(value, indicator)
    return ngettext("%(number)s person", "%(number)s people", round(value)) % {"number": formats.number(value, 0)}


def changed(value: float, indicator: Indicator) -> str:
    """A difference without its sign: of rates in percentage points, else as `counted`."""
    if indicator.unit != "per cent":
        return counted(value, indicator)
    return _("%(number)s percentage points") % {"number": formats.number(value, 1)}


def euros(value: float, decimals: int = 0) -> str:
    """An amount as the language writes it."""
    number = formats.number(value, decimals)
    return f"€{number}" if formats.language() == "en" else f"{number}{formats.NO_BREAK_SPACE}€"
