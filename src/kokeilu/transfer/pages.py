"""The pages of runs: choose, preview, run, look at the result; who is undecided; what people are told."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.models import Organisation, Role
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.transfer import actions, ending_preview, operations, queries, tables
from kokeilu.transfer.forms import ConfirmForm, RunForm
from kokeilu.transfer.frame import tabs, told
from kokeilu.transfer.models import Run
from kokeilu.transfer.rules import Counts
from kokeilu.web import formats

PER_PAGE = 50
RUNS_PER_PAGE = 20  # each comes with all its counts


def _own_area(request: Request) -> Organisation | None:
    """The area to whose part a team lead is kept; None for the state, which sees all of a run."""
    return request.actor.organisation if request.actor.role == Role.TEAM_LEAD else None


def _counts(run: Run, own: Organisation | None) -> Counts:
    counts = Counts.from_json(run.counts)
    return counts.of_area(own.key) if own else counts


def _run_tabs(run: Run, current: str) -> list[dict[str, Any]]:
    pages = {"result": _("Result"), "notices": _("Notices")}
    return [
        {"label": label, "href": reverse(f"transfer:{name}", args=[run.pk]), "current": name == current}
        for name, label in pages.items()
    ]


def _list(request: Request, form: RunForm) -> HttpResponse:
    own = _own_area(request)
    page_obj = Paginator(queries.runs(), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    names = {key: shipped(key).names[formats.language()] for key in shipped_keys()}
    rows = [
        {
            "run": run,
            "trial": names.get(run.trial, run.trial),
            "moved": _counts(run, own).moved,
            "undone": hasattr(run, "undone_by"),
        }
        for run in page_obj
    ]
    context = {
        "tabs": tabs(request, "runs"),
        "page_obj": page_obj,
        "rows": rows,
        "form": None if own else form,
        "own": own,
        "to_be_ended": [(each.key, names[each.key], each.to_day) for each in ending_preview.to_be_ended() if not own],
    }
    return render(request, "transfer/runs.html", context)


@page(operations.RESULTS)
def runs(request: Request) -> HttpResponse:
    """The runs that were made, and the form that begins one."""
    return _list(request, RunForm())


@page(operations.PREVIEW, "GET", "POST")
def preview(request: Request) -> HttpResponse:
    """What a run would do. It takes the time of a run, so it answers only to the form."""
    if request.method != "POST":
        saw_persons(request, [])
        return redirect("transfer:runs")
    form = RunForm(request.POST)
    result = None
    if form.is_valid():
        trial, on = form.chosen()
        try:
            result = actions.preview(trial, on, actor=request.actor)
        except Problem as problem:
            form.add_error(None, told(problem))
    if result is None:
        saw_persons(request, [])
        return _list(request, form)
    if result.done_before:
        saw_persons(request, [])
        messages.info(request, _("This run has been made already; nothing has changed since."))
        return redirect("transfer:result", result.run.pk)
    return _preview(request, result)


def _preview(request: Request, result: actions.Result) -> HttpResponse:
    language = formats.language()
    found = [UUID(person) for person in result.samples["person"]]
    people = tables.sample_people(result.trial, result.samples, queries.names_on(result.on, found), language)
    outcome = _outcome(result.trial, result, result.counts, people)
    shown = [sample.person for row in outcome["reasons"] for sample in row.samples]
    saw_persons(request, shown, {"trial": result.trial.key, "on": result.on.isoformat()})
    confirm = ConfirmForm(initial={"trial": result.trial.key, "on": result.on, "seen": result.state})
    context = outcome | {"confirm": confirm, "in_future": result.on > clock.today()}
    return render(request, "transfer/preview.html", context)


@page(operations.RUN, "POST")
def run(request: Request) -> HttpResponse:
    """Make the run whose preview was confirmed."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was moved: confirm that you have looked at the preview."))
        return redirect("transfer:runs")
    trial, on = form.chosen()
    try:
        result = actions.run(trial, on, actor=request.actor, seen=form.cleaned_data["seen"])
    except Problem as problem:
        messages.error(request, told(problem))
        return redirect("transfer:runs")
    if result.done_before:
        messages.info(request, _("This run has been made already; nothing has changed since."))
    else:
        messages.success(request, _("The run is done."))
    return redirect("transfer:result", result.run.pk)


def _nothing_decided(trial: Trial, run: Run) -> dict[str, Any]:
    """In place of `_outcome` for a run that decided about nobody: undoing, correction, end of the trial."""
    language = formats.language()
    followed_by = shipped(run.into).names[language] if run.into in shipped_keys() else ""
    return {"trial_name": trial.names[language], "on": run.on, "extract": run.extract, "followed_by": followed_by}


def _outcome(
    trial: Trial, run: Any, counts: Counts, people: dict[tuple[str, int], list[tables.Sample]] | None = None
) -> dict[str, Any]:
    """What the preview and the result page both show; `run` has `on` and `extract`."""
    language = formats.language()
    return {
        "trial_name": trial.names[language],
        "on": run.on,
        "extract": run.extract,
        "people": counts.total(),
        "moved": counts.moved,
        "staying": counts.total("staying"),
        "undecided": counts.total(outcome="undecided"),
        "areas": tables.area_rows(trial, run.on, counts, language),
        "reasons": tables.reason_rows(trial, run.on, counts, language, people),
        "missing": tables.missing_rows(counts, language),
        "unverified": trial.unverified_on(run.on),
    }


@page(operations.RESULTS)
def result(request: Request, run_id: UUID) -> HttpResponse:
    """What a run did, by area and reason; `area` in the address shows one area."""
    run = get_object_or_404(queries.runs(), pk=run_id)
    own = _own_area(request)
    counts = _counts(run, own)
    trial = shipped(run.trial)
    if run.kind not in (Run.Kind.FULL, Run.Kind.CHANGED):
        context = _nothing_decided(trial, run) | _about(request, trial, run, counts, own)
        return render(request, "transfer/result.html", context | {"choices": []})
    areas = tables.area_rows(trial, run.on, counts, formats.language())
    area = request.GET.get("area", "")
    if area in {row.key for row in areas}:
        counts = counts.of_area(area)
    choices = [{"label": _("All"), "href": request.path, "current": not area}]
    choices += [
        {"label": row.name, "href": f"?area={row.key}", "count": row.people, "current": row.key == area}
        for row in areas
    ]
    context = _outcome(trial, run, counts) | _about(request, trial, run, counts, own)
    return render(request, "transfer/result.html", context | {"choices": choices if len(areas) > 1 else []})


def _about(request: Request, trial: Trial, run: Run, counts: Counts, own: Organisation | None) -> dict[str, Any]:
    """What the result page shows of a run of any kind."""
    return {
        "run": run,
        "tabs": _run_tabs(run, "result"),
        "changed": _changed(trial, run),
        "undone": getattr(run, "undone_by", None),
        "decides": run.kind in (Run.Kind.FULL, Run.Kind.CHANGED),
        "may_undo": _may_undo(request, run),
        "flows": named_flows(counts),
        "own": own,
    }


def _may_undo(request: Request, run: Run) -> bool:
    return request.actor.role == Role.STATE_OFFICER and run.kind != Run.Kind.UNDO and not hasattr(run, "undone_by")


def named_flows(counts: Counts) -> list[tuple[str, str, int]]:
    """Who went from where to where, by names."""
    keys = {key for flow in counts.flows for key in (flow["origin"], flow["goes_to"])}
    names = {each.key: each.name for each in Organisation.objects.filter(key__in=keys)}
    named = [(names[flow["origin"]], names[flow["goes_to"]], flow["people"]) for flow in counts.flows]
    return sorted(named, key=lambda row: (-row[2], row[0], row[1]))


def _changed(trial: Trial, run: Run) -> bool:
    """Whether the law reads otherwise now than when the run was made."""
    if not run.version_sha256:  # of the first release: the definition as a whole
        return trial.sha256 != run.definition_sha256
    return all(each.from_day != run.version or each.sha256 != run.version_sha256 for each in trial.versions)
