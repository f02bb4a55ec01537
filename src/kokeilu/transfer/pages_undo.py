"""The page that undoes a run: what it would do and what keeps it back, and its confirmation."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu.access.pages import Request, page
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.transfer import operations, undo
from kokeilu.transfer.forms import UndoForm
from kokeilu.transfer.frame import told
from kokeilu.transfer.models import Run
from kokeilu.transfer.pages import named_flows
from kokeilu.web import formats


@page(operations.UNDO, "GET", "POST")
def undo_run(request: Request, run_id: UUID) -> HttpResponse:
    """What undoing a run would do; POST does it, once confirmed."""
    run = get_object_or_404(Run.objects.exclude(kind=Run.Kind.UNDO), pk=run_id)
    try:
        seen = undo.preview(run.pk, actor=request.actor)
    except Problem as problem:
        messages.error(request, told(problem))
        return redirect("transfer:result", run.pk)
    if seen.done_before:
        messages.info(request, _("This run has been undone already."))
        return redirect("transfer:result", run.pk)
    form = UndoForm(request.POST if request.method == "POST" else None, lapsing=seen.lapsing)
    if request.method == "POST" and not seen.hindrances and form.is_valid():
        try:
            done = undo.undo(run.pk, form.cleaned_data["reason"], accept=form.accepted(), actor=request.actor)
        except Problem as problem:
            form.add_error(None, told(problem))
        else:
            words = ngettext(
                "The run is undone: %(people)s person has the responsible organisation of before again.",
                "The run is undone: %(people)s people have the responsible organisation of before again.",
                done.people,
            )
            messages.success(request, words % {"people": formats.number(done.people)})
            return redirect("transfer:runs")
    context = {
        "run": run,
        "trial_name": shipped(run.trial).names[formats.language()],
        "seen": seen,
        "flows": named_flows(seen.counts),
        "form": form,
    }
    return render(request, "transfer/undo.html", context)
