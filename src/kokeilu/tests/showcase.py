"""A page that shows every component in each of its states, added to the addresses for tests of the components."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from kokeilu import urls
from kokeilu.urls import handler400, handler403, handler404, handler429, handler500  # noqa: F401 - read by Django
from kokeilu.web.forms import DayField
from kokeilu.web.timeline import Period, Row, timeline

PAGE = """{% extends "web/base.html" %}{% load i18n shell %}
{% block title %}Showcase{% endblock %}
{% block content %}
<h1 class="aksel-heading aksel-heading--large">Virtanen, Maija Åsa</h1>
{% include "web/components/tabs.html" with label="Sections" tabs=tabs %}
{% for level in levels %}
{% include "web/components/alert.html" with level=level title=level text="Agree on an interview." %}{% endfor %}
<section class="k-stack"><h2 class="aksel-heading aksel-heading--medium">Timeline</h2>
{% include "web/components/timeline.html" with label="Periods of the customer" timeline=timeline %}</section>
<dl class="k-stats">
{% include "web/components/stat.html" with label="Customers" value=49871 note="on 1 March 2021" %}
{% include "web/components/stat.html" with label="Undecided" value=0 %}
{% include "web/components/stat.html" with label="Suppressed" value=nothing %}
{% include "web/components/stat.html" with label="In words" value="none" %}</dl>
<dl class="k-facts"><div><dt>Language</dt><dd>Finnish</dd></div><div><dt>Since</dt><dd>{{ start|day }}</dd></div></dl>
{% include "web/components/filters.html" with label="Language" choices=choices %}
{% include "web/components/table.html" with caption="Periods" columns=columns rows=rows %}
{% include "web/components/pagination.html" with page_obj=page_obj %}
{% include "web/components/empty.html" with text="There is nothing here yet." %}
{% include "web/components/progress.html" with label="Transferred" value=46000 top=92000 %}
<div class="k-row">{% for color in colors %}
{% include "web/components/tag.html" with text=color color=color %}{% endfor %}
{% include "web/components/tag.html" with text="plain" %}</div>
<div class="k-columns"><form class="k-form k-panel" method="get">{% include "web/components/form.html" with form=form %}
<div class="k-row"><button class="aksel-button" data-variant="primary">Save</button>
<button class="aksel-button" data-variant="secondary" type="button">Cancel</button></div></form></div>
{% endblock %}"""

COLORS = ["neutral", "info", "success", "warning", "danger", "accent"]


class ExampleForm(forms.Form):
    hidden = forms.CharField(widget=forms.HiddenInput, initial="x")
    start = DayField(label="First day", help_text="For example 1 March 2021")
    end = DayField(label="Last day")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Work trial"), ("b", "Training")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="Agreed with the customer", help_text="In the interview")
    parts = forms.MultipleChoiceField(
        label="Parts", choices=[("x", "Plan"), ("y", "Statement")], widget=forms.CheckboxSelectMultiple,
        help_text="All that belong",
    )  # fmt: skip
    way = forms.ChoiceField(label="Way", choices=[("m", "Mail"), ("p", "Phone")], widget=forms.RadioSelect)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("The period overlaps another one.")


@login_not_required
def showcase(request: HttpRequest) -> HttpResponse:
    """All components on one page; `form.errors` of every field stand beside fields without."""
    messages.success(request, "Saved.")
    rows = [
        Row("Job search", [Period("Valid", date(2018, 1, 5), date(2019, 11, 1), "success"),
                           Period("Valid", date(2020, 3, 16), None, "success")]),
        Row("Services", [Period("Training", date(2018, 3, 1), date(2018, 12, 1), "danger"),
                         Period("Wage subsidy", date(2019, 1, 1), date(2019, 2, 20), "warning"),
                         Period("Rehabilitation", date(2020, 9, 1), date(2021, 2, 1), "info")]),
        Row("Responsible", [Period("State", date(2018, 1, 5), date(2021, 3, 1), "neutral"),
                            Period("Helsinki", date(2021, 3, 1), None, "accent")]),
    ]  # fmt: skip
    columns: list[dict[str, Any]] = [
        {"label": "Kind", "sort": "ascending", "href": "?sort=-kind"}, {"label": "From", "date": True},
        {"label": "Days", "number": True, "sort": "none", "href": "?sort=days"}, {"label": "State"},
    ]  # fmt: skip
    context = {
        "levels": ["info", "success", "warning", "error"],
        "colors": COLORS,
        "nothing": None,
        "start": date(2021, 3, 1),
        "tabs": [{"label": "Facts", "href": "#", "current": False}, {"label": "Periods", "href": "#", "current": True}],
        "choices": [{"label": "All", "href": "?", "count": 49871, "current": True},
                    {"label": "Swedish", "href": "?l=sv", "count": 2817, "current": False},
                    {"label": "Without a worker", "href": "?w=0", "current": False}],
        "columns": columns,
        "rows": [[{"text": "Training", "href": "#"}, date(2018, 3, 1), 275, {"text": "Ended", "color": "neutral"}],
                 ["Work trial", date(2020, 9, 1), 1153.5, {"text": "Valid", "color": "success"}]],
        "page_obj": Paginator(range(4000), 20).get_page(request.GET.get("page", 7)),
        "form": ExampleForm({"hidden": "x", "start": "2021-03-01", "kind": "a"}),
        "timeline": timeline(rows, date(2018, 1, 1), date(2021, 4, 1)),
    }  # fmt: skip
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


showcase.operation = SimpleNamespace(key="showcase")  # type: ignore[attr-defined]


@login_not_required
def failing(request: HttpRequest) -> HttpResponse:
    """Fails as a bug would."""
    raise RuntimeError("a bug")


failing.operation = SimpleNamespace(key="failing")  # type: ignore[attr-defined]

urlpatterns = [path("showcase/", showcase), path("failing/", failing), *urls.urlpatterns]
