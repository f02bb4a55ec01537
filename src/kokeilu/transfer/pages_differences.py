"""The list of what facts change that were corrected or came late, searched by name and paged; its confirmation."""

from collections.abc import Collection
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
from kokeilu.transfer import causes, correction, operations, queries
from kokeilu.transfer.differences import DECISION, NONE, Differences, Unclear, differences
from kokeilu.transfer.forms import CorrectionForm, SearchForm
from kokeilu.transfer.frame import full_name, tabs, told
from kokeilu.web import formats

PER_PAGE = 50
_SEARCH = "transfer.differences.search"  # kept in the session: names do not go into addresses


@page(operations.DIFFERENCES, "GET", "POST")
def listed(request: Request) -> HttpResponse:
    """Whose responsibility would change by what came to be known late, from when to when. POST searches for a name."""
    if request.method == "POST":
        form = SearchForm(request.POST)
        request.session[_SEARCH] = form.cleaned_data["search"] if form.is_valid() else ""
        saw_persons(request, [])
        return redirect("transfer:differences")
    context: dict[str, Any] = {"tabs": tabs(request, "differences"), "page_obj": None, "trial_name": ""}
    trial, problem = queries.newest_trial(), ""
    found = NONE
    if trial:
        context["trial_name"] = shipped(trial).names[formats.language()]
        try:
            found = differences(shipped(trial))
        except Problem as raised:
            problem = told(raised)
    search, kind = request.session.get(_SEARCH, ""), request.GET.get("cause", "")
    kind = kind if kind in causes.LABELS else ""
    persons = found.because(kind) if kind else found.persons
    names = _names(persons)
    people = [person for person in _by_name(persons, names) if _matches(names.get(person), search)]
    page_obj = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page_obj)
    saw_persons(request, shown, {"search": search, "page": page_obj.number})
    context |= {
        "problem": problem,
        "page_obj": page_obj,
        "search": SearchForm(initial={"search": search}),
        "searched": search,
        "people": len(found.persons),
        "to_tell": len(found.to_tell),
        "choices": _choices(found, kind),
        "rows": _rows(found, shown, names),
        "unclear": len({each.person for each in found.unclear}),
        "form": CorrectionForm(initial={"seen": found.state, "cause": kind}),
    }
    return render(request, "transfer/differences.html", context)


def _choices(found: Differences, kind: str) -> list[dict[str, Any]]:
    """What came to be known late, with the number of people on the list of each kind."""
    counted = {key: len(found.because(key)) for key in causes.LABELS}
    choices = [{"label": _("All"), "href": "?", "count": len(found.persons), "current": not kind}]
    return choices + [
        {"label": causes.LABELS[key], "href": f"?cause={key}", "count": people, "current": key == kind}
        for key, people in counted.items()
        if people
    ]


def _in_words(each: Unclear) -> dict[str, str]:
    if each.kind == DECISION:
        return {
            "known": _("A decision about one person of %(day)s was made under a record that is merged into this one.")
            % {"day": formats.day(each.since)},
            "to_do": _("Decide anew about the person, where the ground still holds."),
        }
    words = {"since": formats.day(each.since), "until": formats.day(each.until)}
    return {
        "known": _("Job search since %(since)s; reported as such only on %(until)s. No extract tells where the person"
                   " lived before.") % words,
        "to_do": _("Have the register send a corrected extract of the earlier day with the person in it."),
    }  # fmt: skip


@page(operations.DIFFERENCES)
def unclear(request: Request) -> HttpResponse:
    """The people of whom it cannot be worked out, by name: what is known of them, and what is to be done."""
    context: dict[str, Any] = {"tabs": tabs(request, "differences"), "problem": "", "page_obj": None, "rows": []}
    trial = queries.newest_trial()
    try:
        found = differences(shipped(trial)) if trial else NONE
    except Problem as raised:
        found, context["problem"] = NONE, told(raised)
    of = {each.person: each for each in found.unclear}
    names = _names(tuple(of))
    page_obj = Paginator(_by_name(tuple(of), names), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page_obj)
    saw_persons(request, shown, {"page": page_obj.number})
    rows = [{"person": person, "name": full_name(names.get(person)), **_in_words(of[person])} for person in shown]
    return render(request, "transfer/unclear.html", context | {"page_obj": page_obj, "rows": rows})


@page(operations.CORRECT, "POST")
def correct(request: Request) -> HttpResponse:
    """Make the corrections of the list: of all, or of the people chosen."""
    form = CorrectionForm(request.POST)
    trial = queries.newest_trial()
    if not form.is_valid() or not trial:
        messages.error(request, _("Nothing was corrected: write why, and confirm that you have looked at the list."))
        return redirect("transfer:differences")
    try:
        chosen = _everybody(trial, form) if form.cleaned_data["everybody"] else _chosen(request)
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


def _everybody(trial: str, form: CorrectionForm) -> Collection[UUID] | None:
    """All people of the list that was looked at: of one cause, or of any (None)."""
    kind = form.cleaned_data["cause"]
    return differences(shipped(trial)).because(kind) if kind else None


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
            "causes": [each.text for each in found.causes[person]],
            "by_statement": all(each.is_statement for each in found.causes[person]),
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
