"""Filters and tags of the shell and its components. `{% load shell %}`."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kokeilu.web import formats

register = template.Library()

register.filter("day", formats.day)
register.filter("month", formats.month)
register.filter("moment", formats.moment)
register.filter("number", formats.number)
register.filter("share", formats.share)

ALERT_COLORS = {"success": "success", "warning": "warning", "error": "danger", "danger": "danger"}


@register.filter
def days(period: Any) -> str:
    """A half-open range of days (`.lower`, `.upper`) by its first and last day."""
    return "–" if period is None else formats.days(period.lower, period.upper)


@register.filter
def alert_color(level: str) -> str:
    """The colour of an alert of this level; what is not known is information."""
    return ALERT_COLORS.get(level, "info")


@register.filter
def unlocalised(value: object) -> str:
    """A number for an attribute that programs read."""
    return str(value)


@register.filter
def shown_pages(page: Page[Any]) -> list[int | None]:
    """The page numbers to show: first, last, and those beside the current one; None stands for a gap."""
    last = page.paginator.num_pages
    wanted = [number for number in range(1, last + 1) if number in (1, last) or abs(number - page.number) <= 1]
    shown: list[int | None] = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        if number - before > 1:
            shown.append(None)
        shown.append(number)
    return shown


@register.filter
def field_kind(field: BoundField) -> str:
    """How a field is laid out: `check`, `group` of boxes or radio buttons, `select` or `text`."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "group"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "select" if isinstance(widget, Select) else "text"


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The field's input with the classes of the design and all that describes it.

    Django adds `aria-describedby` for the help text and `aria-invalid` itself; the errors' id is added here.
    """
    kind = field_kind(field)
    attributes: dict[str, str | bool] = {}
    if kind in ("text", "select"):
        name = "aksel-select__input" if kind == "select" else "aksel-text-field__input"
        attributes["class"] = f"{name} aksel-body-short"
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}-error")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    widget = field.as_widget(attrs=attributes)
    return format_html('<div class="aksel-select__container">{}</div>', widget) if kind == "select" else widget


@register.filter
def beside(row: Iterable[Any], columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells of a table's row as the component writes them: tag, classes, text, link, colour."""
    cells = []
    for index, (cell, column) in enumerate(zip(row, columns, strict=True)):
        given = cell if isinstance(cell, dict) else {"text": cell}
        kind = " k-number" if column.get("number") else " k-date" if column.get("date") else ""
        text = given["text"]
        text = formats.day(text) if column.get("date") and not isinstance(text, str) else formats.number(text)
        cells.append({"href": "", "color": ""} | given | {"tag": "td" if index else "th", "kind": kind, "text": text})
    return cells


@register.simple_block_tag
def table(content: SafeString, caption: str, hidden: bool = False) -> SafeString:
    """A table of the design in a region that scrolls sideways by itself, is reached by the keyboard and is named
    for screen readers. `hidden`: the caption is for screen readers alone, as where a heading says the same."""
    return format_html(
        '<div class="k-scroll" role="region" tabindex="0" aria-label="{}">'
        '<table class="aksel-table aksel-table--small"><caption{}>{}</caption>{}</table></div>',
        caption, mark_safe(' class="aksel-sr-only"') if hidden else "", caption, content,
    )  # fmt: skip


@register.simple_block_tag
def heads(content: SafeString) -> SafeString:
    """A table's head around its columns."""
    return format_html(
        '<thead class="aksel-table__header"><tr class="aksel-table__row">{}</tr></thead>',
        content,
    )


@register.inclusion_tag("web/components/column.html")
def column(label: str, number: bool = False, hidden: bool = False) -> dict[str, Any]:
    """The head of a column. `number`: numbers stand right; `hidden`: the label is for screen readers alone."""
    return {"column": {"label": label, "number": number, "hidden": hidden}}
