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
from kokeilu.law.facts import FACTS
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register.models import Details
from kokeilu.transfer import actions, operations, queries, tables
from kokeilu.transfer.forms import ConfirmForm, RunForm
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


def _tabs(request: Request, current: str) -> list[dict[str, Any]]:
    pages = {"runs": _("Runs")}
    if request.actor.role == Role.STATE_OFFICER:
        pages["undecided"] = _("Undecided")
    return [
        {"label": label, "href": reverse(f"transfer:{name}"), "current": name == current}
        for name, label in pages.items()
    ]


def _run_tabs(run: Run, current: str) -> list[dict[str, Any]]:
    pages = {"result": _("Result"), "notices": _("Notices")}
    return [
        {"label": label, "href": reverse(f"transfer:{name}", args=[run.pk]), "current": name == current}
        for name, label in pages.items()
    ]


def _tell(problem: Problem) -> str:
    """A problem's one line, as a sentence."""
    return f"{problem.what} ({problem.mend})" if problem.mend else problem.what


def _list(request: Request, form: RunForm) -> HttpResponse:
    own = _own_area(request)
    page_obj = Paginator(queries.runs(), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    names = {key: shipped(key).names[formats.language()] for key in shipped_keys()}
    rows = [
        {"run": run, "trial": names.get(run.trial, run.trial), "moved": _counts(run, own).moved} for run in page_obj
    ]
    context = {
        "tabs": _tabs(request, "runs"),
        "page_obj": page_obj,
        "rows": rows,
        "form": None if own else form,
        "own": own,
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
            form.add_error(None, _tell(problem))
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
        messages.error(request, _tell(problem))
        return redirect("transfer:runs")
    if result.done_before:
        messages.info(request, _("This run has been made already; nothing has changed since."))
    else:
        messages.success(request, _("The run is done."))
    return redirect("transfer:result", result.run.pk)


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
        "unverified": tables.unverified(trial, run.on),
    }


@page(operations.RESULTS)
def result(request: Request, run_id: UUID) -> HttpResponse:
    """What a run did, by area and reason; `area` in the address shows one area."""
    run = get_object_or_404(queries.runs(), pk=run_id)
    own = _own_area(request)
    counts = _counts(run, own)
    trial = shipped(run.trial)
    areas = tables.area_rows(trial, run.on, counts, formats.language())
    area = request.GET.get("area", "")
    if area in {row.key for row in areas}:
        counts = counts.of_area(area)
    choices = [{"label": _("All"), "href": request.path, "current": not area}]
    choices += [
        {"label": row.name, "href": f"?area={row.key}", "count": row.people, "current": row.key == area}
        for row in areas
    ]
    context = _outcome(trial, run, counts) | {
        "run": run,
        "tabs": _run_tabs(run, "result"),
        "choices": choices if len(areas) > 1 else [],
        "changed": _changed(trial, run),
        "own": own,
    }
    return render(request, "transfer/result.html", context)


def _changed(trial: Trial, run: Run) -> bool:
    """Whether the law reads otherwise now than when the run was made."""
    if not run.version_sha256:  # of the first release: the definition as a whole
        return trial.sha256 != run.definition_sha256
    return all(each.from_day != run.version or each.sha256 != run.version_sha256 for each in trial.versions)


@page(operations.UNDECIDED)
def undecided(request: Request) -> HttpResponse:
    """The worklist of people about whom the newest run of a trial could not decide, by name."""
    language = formats.language()
    trial = request.GET.get("trial", "")
    trial = trial if trial in shipped_keys() else shipped_keys()[0]
    run = queries.latest_run(trial)
    missing = request.GET.get("missing", "")
    missing = missing if missing in FACTS else ""
    context: dict[str, Any] = {"tabs": _tabs(request, "undecided"), "run": run, "trial": trial, "page_obj": None}
    persons: list[UUID] = []
    if run:
        decisions = queries.undecided(run, missing)
        page_obj = Paginator(queries.by_name(decisions, run.on), PER_PAGE).get_page(request.GET.get("page"))
        persons = [details.person_id for details in page_obj]
        found = queries.of_persons(decisions, persons)
        areas = shipped(trial).area_names(language)
        context |= {
            "page_obj": page_obj,
            "trial_name": shipped(trial).names[language],
            "choices": _missing_choices(queries.undecided(run).count(), queries.missing_facts(run), trial, missing),
            "rows": [
                {
                    "name": _name(details),
                    "area": areas.get(found[details.person_id].area or "", "–"),
                    "missing": [FACTS[fact].label[language] for fact in found[details.person_id].missing],
                }
                for details in page_obj
            ],
        }
    saw_persons(request, persons, {"trial": trial, "missing": missing})
    return render(request, "transfer/undecided.html", context)


def _name(details: Details) -> str:
    return ", ".join(part for part in (details.family_name, details.given_names) if part) or "–"


def _missing_choices(everybody: int, lacking: dict[str, int], trial: str, missing: str) -> list[dict[str, Any]]:
    choices = [{"label": _("All"), "href": f"?trial={trial}", "count": everybody, "current": not missing}]
    return choices + [
        {
            "label": FACTS[fact].label[formats.language()],
            "href": f"?trial={trial}&missing={fact}",
            "count": people,
            "current": fact == missing,
        }
        for fact, people in lacking.items()
    ]
