"""The list of what corrected facts change, searched by name and paged, and its confirmation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu.access.models import Organisation
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.models import Details
from kokeilu.register.queries import finnish_key
from kokeilu.transfer import correction, operations, queries
from kokeilu.transfer.correction import Differences
from kokeilu.transfer.forms import CorrectionForm, SearchForm
from kokeilu.transfer.frame import full_name, tabs, told
from kokeilu.web import formats

PER_PAGE = 50
_SEARCH = "transfer.differences.search"  # kept in the session: names do not go into addresses


@page(operations.DIFFERENCES, "GET", "POST")
def differences(request: Request) -> HttpResponse:
    """Whose responsibility corrected facts would change, from when to when. POST searches for a name."""
    if request.method == "POST":
        form = SearchForm(request.POST)
        request.session[_SEARCH] = form.cleaned_data["search"] if form.is_valid() else ""
        saw_persons(request, [])
        return redirect("transfer:differences")
    context: dict[str, Any] = {"tabs": tabs(request, "differences"), "page_obj": None, "trial_name": ""}
    trial, problem = queries.newest_trial(), ""
    found = Differences(None, (), {})
    if trial:
        context["trial_name"] = shipped(trial).names[formats.language()]
        try:
            found = correction.differences(shipped(trial))
        except Problem as raised:
            problem = told(raised)
    search = request.session.get(_SEARCH, "")
    names = _names(found.persons)
    listed = [person for person in _by_name(found.persons, names) if _matches(names.get(person), search)]
    page_obj = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page_obj)
    saw_persons(request, shown, {"search": search, "page": page_obj.number})
    context |= {
        "problem": problem,
        "page_obj": page_obj,
        "search": SearchForm(initial={"search": search}),
        "searched": search,
        "people": len(found.persons),
        "to_tell": len(found.to_tell),
        "left_out": found.left_out,
        "rows": _rows(found, shown, names),
        "form": CorrectionForm(initial={"seen": found.state}),
    }
    return render(request, "transfer/differences.html", context)


@page(operations.CORRECT, "POST")
def correct(request: Request) -> HttpResponse:
    """Make the corrections of the list: of all, or of the people chosen."""
    form = CorrectionForm(request.POST)
    trial = queries.newest_trial()
    if not form.is_valid() or not trial:
        messages.error(request, _("Nothing was corrected: write why, and confirm that you have looked at the list."))
        return redirect("transfer:differences")
    chosen = None if form.cleaned_data["everybody"] else _chosen(request)
    try:
        done = correction.confirm(
            shipped(trial), form.cleaned_data["seen"], chosen, form.cleaned_data["reason"], actor=request.actor
        )
    except Problem as problem:
        messages.error(request, told(problem))
        return redirect("transfer:differences")
    words = ngettext(
        "The responsibilities of %(people)s person are corrected.",
        "The responsibilities of %(people)s people are corrected.",
        done.people,
    )
    messages.success(request, words % {"people": formats.number(done.people)})
    return redirect("transfer:result", done.run.pk)


def _chosen(request: Request) -> list[UUID]:
    found = []
    for text in request.POST.getlist("person"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _names(persons: tuple[UUID, ...]) -> dict[UUID, Details]:
    """What these people are called, or were called last."""
    rows = Details.objects.filter(person__in=persons, superseded_by=None).order_by("person", "valid")
    return {details.person_id: details for details in rows}


def _by_name(persons: tuple[UUID, ...], names: dict[UUID, Details]) -> list[UUID]:
    ordered = Details.objects.filter(pk__in=[details.pk for details in names.values()]).order_by(
        finnish_key("family_name"), finnish_key("given_names"), "person"
    )
    known = list(ordered.values_list("person", flat=True))
    return known + [person for person in persons if person not in names]


def _matches(details: Details | None, search: str) -> bool:
    """Whether every word of the search begins a word of the name, whatever the case."""
    words = full_name(details).replace(",", " ").replace("-", " ").casefold().split()
    return all(any(word.startswith(asked) for word in words) for asked in search.replace("-", " ").casefold().split())


def _rows(found: Differences, shown: list[UUID], names: dict[UUID, Details]) -> list[dict[str, Any]]:
    keys = {
        key for person in shown for change in found.by_person[person] for key in (change.held_by, change.belongs_to)
    }
    called = {each.key: each.name for each in Organisation.objects.filter(key__in=keys)}
    return [
        {
            "person": person,
            "name": full_name(names.get(person)),
            "told": person in found.to_tell,
            "changes": [
                {
                    "days": formats.days(change.since, change.until),
                    "held_by": called[change.held_by],
                    "belongs_to": called[change.belongs_to],
                }
                for change in found.by_person[person]
            ],
        }
        for person in shown
    ]
