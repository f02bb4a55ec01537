"""The page that ends a trial: what follows it, what the end would do, and its confirmation in writing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu import clock
from kokeilu.access.models import Organisation
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.trial import OPEN_END, Trial
from kokeilu.problems import Problem
from kokeilu.transfer import ending_preview, operations, queries
from kokeilu.transfer.ending_preview import EndPreview
from kokeilu.transfer.forms import EndTrialForm, FollowerForm
from kokeilu.transfer.frame import full_name, told
from kokeilu.transfer.pages import named_flows
from kokeilu.web import formats

NAMED = 50  # people whose decision ends with the trial, named on the page


@page(operations.END, "GET", "POST")
def end_trial(request: Request, trial: str) -> HttpResponse:
    """What follows a trial is chosen first; POST shows what the end would do, and makes it once it is confirmed."""
    if trial not in shipped_keys():
        raise Http404
    ending = shipped(trial)
    if ending.to_day == OPEN_END:
        saw_persons(request, [])
        messages.error(request, _("%(trial)s has no end.") % {"trial": ending.names[formats.language()]})
        return redirect("transfer:runs")
    choose = FollowerForm(request.POST or None, trial=ending)
    if request.method != "POST" or not choose.is_valid():
        saw_persons(request, [])
        return _show(request, ending, choose)
    into = choose.follower()
    confirm = EndTrialForm(request.POST, trial=ending) if "seen" in request.POST else None
    try:
        if confirm and confirm.is_valid():
            return _end(request, ending, into, confirm.cleaned_data["seen"])
        seen = ending_preview.preview(ending, into, actor=request.actor)
    except Problem as problem:
        saw_persons(request, [])
        choose.add_error(None, told(problem))
        return _show(request, ending, choose)
    if seen.ended.done_before:
        saw_persons(request, [])
        messages.info(request, _("This trial has been ended already."))
        return redirect("transfer:result", seen.ended.run.pk)
    shown = seen.decided[:NAMED]
    saw_persons(request, shown, {"trial": ending.key, "into": seen.ended.run.into})
    initial = {"into": seen.ended.run.into, "seen": seen.state}
    form = confirm or EndTrialForm(initial=initial, trial=ending)
    return _show(request, ending, choose, _outcome(seen) | {"form": form, "into": into})


def _end(request: Request, trial: Trial, into: Trial | None, seen: str) -> HttpResponse:
    done = ending_preview.end(trial, into, seen, actor=request.actor)
    saw_persons(request, [])
    if done.done_before:
        messages.info(request, _("This trial has been ended already."))
    else:
        words = ngettext(
            "The trial is ended: %(people)s person has another responsible organisation.",
            "The trial is ended: %(people)s people have another responsible organisation.",
            done.counts.moved,
        )
        messages.success(request, words % {"people": formats.number(done.counts.moved)})
    return redirect("transfer:result", done.run.pk)


def _show(request: Request, trial: Trial, choose: FollowerForm, seen: dict[str, Any] | None = None) -> HttpResponse:
    context = {
        "trial": trial,
        "trial_name": trial.names[formats.language()],
        "on": trial.to_day,
        "in_future": trial.to_day > clock.today(),
        "choose": choose,
        "followed_by": "",
    }
    if seen and seen["into"]:
        context["followed_by"] = seen["into"].names[formats.language()]
    return render(request, "transfer/end.html", context | (seen or {}))


def _outcome(seen: EndPreview) -> dict[str, Any]:
    """What the preview shows, with names of organisations and of people whose decision ends."""
    called = {each.key: each.name for each in Organisation.objects.filter(key__in=[row.area for row in seen.areas])}
    people = seen.decided[:NAMED]
    names = queries.names_on(seen.ended.run.on, people)
    return {
        "seen": seen,
        "extract": seen.ended.run.extract,
        "moved": seen.ended.counts.moved,
        "staying": seen.ended.staying,
        "areas": sorted(((called[row.area], row) for row in seen.areas), key=lambda pair: pair[0]),
        "flows": named_flows(seen.ended.counts),
        "decided": sorted((full_name(names.get(person)), person) for person in people),
        "not_named": len(seen.decided) - len(people),
    }
