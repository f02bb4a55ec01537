"""Tables of many figures. `{% load figures %}`."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from kokeilu.panel.rules import month_end

register = template.Library()


@register.filter
def number_cells(cells: Iterable[str]) -> SafeString:
    """The cells of a row of figures, written at once: a dashboard has thousands, and a loop in the template is slow."""
    written = (f'<td class="aksel-table__data-cell k-number">{escape(cell)}</td>' for cell in cells)
    return mark_safe("".join(written))  # noqa: S308 - each is escaped


@register.filter
def last_day(month: date, months: int = 0) -> date:
    """The last day of a month given by its first day, or of the one so many `months` later."""
    year, number = divmod(month.year * 12 + month.month - 1 + months, 12)
    return month_end(year * 100 + number + 1)
