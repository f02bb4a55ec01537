"""The worklists of runs: people whom a missing fact leaves undecided, and people whose facts contradict each other."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.facts import FACTS
from kokeilu.register.queries import address_open
from kokeilu.transfer import contradictions, operations, queries
from kokeilu.transfer.frame import full_name, tabs
from kokeilu.web import formats

PER_PAGE = 50


def _trial(request: Request) -> str:
    """The trial that the address names; else the one of the newest run."""
    asked = request.GET.get("trial", "")
    return asked if asked in shipped_keys() else queries.newest_trial() or shipped_keys()[0]


@page(operations.UNDECIDED)
def undecided(request: Request) -> HttpResponse:
    """The worklist of people about whom the newest run of a trial could not decide, by name."""
    language = formats.language()
    trial = _trial(request)
    run = queries.latest_run(trial)
    missing = request.GET.get("missing", "")
    missing = missing if missing in FACTS else ""
    context: dict[str, Any] = {"tabs": tabs(request, "undecided"), "run": run, "trial": trial, "page_obj": None}
    persons: list[UUID] = []
    if run:
        decisions = queries.undecided(run, missing)
        page_obj = Paginator(queries.by_name(decisions, run.on), PER_PAGE).get_page(request.GET.get("page"))
        persons = [details.person_id for details in page_obj]
        found = queries.of_persons(decisions, persons)
        areas = shipped(trial).area_names(language)
        told = address_open(persons)  # a protected address shows in no area
        context |= {
            "page_obj": page_obj,
            "trial_name": shipped(trial).names[language],
            "choices": _choices(
                trial,
                "missing",
                queries.undecided(run).count(),
                queries.missing_facts(run),
                {name: fact.label[language] for name, fact in FACTS.items()},
                missing,
            ),
            "rows": [
                {
                    "name": full_name(details),
                    "area": areas.get(found[details.person_id].area or "", "–") if details.person_id in told else "–",
                    "missing": [FACTS[fact].label[language] for fact in found[details.person_id].missing],
                }
                for details in page_obj
            ],
        }
    saw_persons(request, persons, {"trial": trial, "missing": missing})
    return render(request, "transfer/undecided.html", context)


def _choices(
    trial: str, name: str, everybody: int, people: Mapping[str, int], labels: Mapping[str, Any], chosen: str
) -> list[dict[str, Any]]:
    """All of them, and those of each value of the parameter `name` that has a label."""
    choices = [{"label": _("All"), "href": f"?trial={trial}", "count": everybody, "current": not chosen}]
    return choices + [
        {
            "label": labels[value],
            "href": f"?trial={trial}&{name}={value}",
            "count": number,
            "current": value == chosen,
        }
        for value, number in people.items()
        if value in labels
    ]


@page(operations.CONTRADICTORY)
def contradictory(request: Request) -> HttpResponse:
    """The worklist of people whom a run left where they were because their facts contradict each other, by name."""
    trial = _trial(request)
    run = queries.latest_run(trial)
    rule = request.GET.get("rule", "")
    rule = rule if rule in contradictions.RULES else ""
    context: dict[str, Any] = {"tabs": tabs(request, "contradictory"), "run": run, "page_obj": None}
    persons: list[UUID] = []
    if run:
        decisions = queries.contradictory(run, rule)
        page_obj = Paginator(queries.by_name(decisions, run.on), PER_PAGE).get_page(request.GET.get("page"))
        persons = [details.person_id for details in page_obj]
        found = queries.of_persons(decisions, persons)
        context |= {
            "page_obj": page_obj,
            "trial_name": shipped(trial).names[formats.language()],
            "choices": _choices(
                trial,
                "rule",
                queries.contradictory(run).count(),
                queries.contradictions(run),
                {key: each.label for key, each in contradictions.RULES.items()},
                rule,
            ),
            "rows": [
                (
                    full_name(details),
                    [
                        contradictions.RULES[each.rule].label
                        for each in sorted(found[details.person_id].contradictions.all(), key=lambda row: row.rule)
                    ],
                )
                for details in page_obj
            ],
        }
    saw_persons(request, persons, {"trial": trial, "rule": rule})
    return render(request, "transfer/contradictory.html", context)
