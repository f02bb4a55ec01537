"""The table builder: a person puts a table of published figures together; its address is the table."""

from typing import Any

from babel.lists import format_list
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    builder_forms,
    builder_queries,
    builder_rules,
    builder_texts,
    definition_texts,
    goal_rules,
    operations,
    table_files,
)
from kokeilu.monitoring.builder_forms import TableForm
from kokeilu.monitoring.builder_queries import Choice, Offer
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.published_table import Code
from kokeilu.monitoring.release_audit import KEY
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.monitoring.table_files import Cells
from kokeilu.web import formats

INDICATOR = KEY.index("indicator")  # its place in a cell's codes


@page(operations.SEE)
def tables(request: Request) -> HttpResponse:
    """The choices and the table that they make; without choices in the address, one to begin with."""
    offer = builder_queries.offer()
    if not offer.months:
        return render(request, "monitoring/tables.html", {"form": None})
    form = _form(request, offer)
    if not form.is_valid():
        return _refused(request, form)
    found = _cells(form)
    if not found:
        return _refused(request, form)
    context = {**_choices(form, opened=not request.GET), **_table(form.choice, found), **_around(form, found)}
    return render(request, "monitoring/tables.html", context)


def _form(request: Request, offer: Offer) -> TableForm:
    return TableForm(request.GET or builder_forms.first_table(offer), offer)


def _cells(form: TableForm) -> Cells:
    """The table's cells; where there is none, the form has a fault."""
    found = builder_queries.cells(form.choice)
    if not found:
        form.add_error(None, _("Nothing has been published of what was chosen."))
    return found


def _refused(request: Request, form: TableForm) -> HttpResponse:
    context = {**_choices(form, opened=True), "faults": "\n".join(form.faults)}
    return render(request, "monitoring/tables.html", context, status=422)


@page(operations.SEE)
def table_file(request: Request, kind: str) -> HttpResponse:
    """The table of the address as a file, in the reader's language where a file holds one."""
    offer = builder_queries.offer()
    if not offer.months:
        raise Http404
    form = _form(request, offer)
    if not form.is_valid():
        return _refused(request, form)
    found = _cells(form)
    if not found:
        return _refused(request, form)
    return table_files.answer(builder_queries.published_table(form.choice, found), kind)


def _choices(form: TableForm, *, opened: bool) -> dict[str, Any]:
    """The form, its indicators by kind."""
    groups = [
        {
            "name": name,
            "boxes": boxes,
            "open": any(box.data["selected"] for box in boxes),
        }
        for kind, name in builder_texts.KINDS.items()
        if (boxes := [box for box in form["indicator"] if INDICATORS[box.data["value"]].kind == kind])
    ]
    return {"form": form, "opened": opened, "groups": groups, "single_months": bool(form.asked.getlist("month"))}


def _table(choice: Choice, found: Cells) -> dict[str, Any]:
    """The table as the template writes it."""
    language: Any = formats.language()
    dimensions = builder_queries.dimensions(choice)
    written = {key: shown(figure, INDICATORS[key[INDICATOR]]) for key, figure in found.items()}
    laid = builder_rules.layout(dimensions, choice.columns, written)
    facts = [{"label": one.label[language], **_head(one.key, code)} for one, code in laid.fixed]
    return {
        "caption": ", ".join(fact["text"] for fact in facts) or _("The table"),
        "facts": facts,
        "beside": [one.label[language] for one in laid.beside],
        "above": [[{**_head(head.key, head.code), "span": head.span} for head in line] for line in laid.above],
        "levels": len(laid.above) or 1,
        "rows": [
            {"heads": [_head(key, code) for key, code in row.heads], "cells": [cell or "–" for cell in row.cells]}
            for row in laid.rows
        ],
    }


def _head(key: str, code: Code) -> dict[str, Any]:
    """A head of a row or column; an indicator's leads to its definition."""
    language: Any = formats.language()
    href = f"{reverse('monitoring:definitions')}#{code.key}" if key == "indicator" else ""
    return {"text": code.label[language], "href": href, "verified": code.verified}


def _around(form: TableForm, found: Cells) -> dict[str, Any]:
    """What stands around the table: how large it is, what to read with it, its files."""
    choice, query, language = form.choice, form.asked.urlencode(), formats.language()
    notes = builder_queries.of_classes(choice)
    return {
        "cells": choice.size,
        "most_cells": builder_rules.MOST_CELLS,
        "hidden": sum(figure.suppressed for figure in found.values()),
        "threshold": THRESHOLD,
        "classes": " ".join(words[language] for words in notes if words != builder_texts.NO_DURATION),
        "laws": ", ".join(builder_queries.unverified_law(choice)),
        "added": _names(form.added),
        "alone": builder_texts.NO_DURATION[language] if _alone(choice) else "",
        "files": table_files.links("table_file", query=query),
    }


def _names(indicators: list[str]) -> str:
    """Figures by name, in a sentence; empty without any."""
    names = [formats.within(definition_texts.whole_name(key)) for key in indicators]
    return format_list(names, locale=formats.language()) if names else ""


def _alone(choice: Choice) -> bool:
    """Whether a figure of registered unemployment lacks one that always stands beside it: it is not broken down so."""
    return bool(set(goal_rules.together(choice.indicators)) - set(choice.indicators))
