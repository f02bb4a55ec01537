"""The worklist of what was done while two records were united, after the union was revoked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.problems import Problem
from kokeilu.register.models import Details
from kokeilu.transfer import operations, united
from kokeilu.transfer.forms import ReviewForm
from kokeilu.transfer.frame import full_name, tabs, told

PER_PAGE = 20


@page(operations.UNITED, "GET", "POST")
def worklist(request: Request) -> HttpResponse:
    """What waits for somebody to look at it; POST notes that somebody has."""
    if request.method == "POST":
        return _review(request)
    page_obj = Paginator(united.waiting(), PER_PAGE).get_page(request.GET.get("page"))
    persons = [person for made in page_obj for person in (made.union.kept_id, made.union.merged_id)]
    names = _names(persons)
    saw_persons(request, persons, {"page": page_obj.number})
    rows = [
        {
            "made": made,
            "kept": full_name(names.get(made.union.kept_id)),
            "merged": full_name(names.get(made.union.merged_id)),
            "form": ReviewForm(initial={"union": made.union.pk}, auto_id=f"review_{made.union.pk}_%s"),
        }
        for made in page_obj
    ]
    context: dict[str, Any] = {"tabs": tabs(request, "united"), "page_obj": page_obj, "rows": rows}
    return render(request, "transfer/united.html", context)


def _review(request: Request) -> HttpResponse:
    saw_persons(request, [])
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what came of it."))
        return redirect("transfer:united")
    try:
        united.review(form.cleaned_data["union"], form.cleaned_data["outcome"], actor=request.actor)
    except Problem as problem:
        messages.error(request, told(problem))
    else:
        messages.success(request, _("Noted."))
    return redirect("transfer:united")


def _names(persons: list[UUID]) -> dict[UUID, Details]:
    """What these people are called, or were called last."""
    rows = Details.objects.filter(person__in=persons, superseded_by=None).order_by("person", "valid")
    return {details.person_id: details for details in rows}
