"""The page of what-if scenarios: other laws beside the law as it is, over the register, in counts alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kokeilu.access import logs
from kokeilu.access.pages import Request, page
from kokeilu.law import support
from kokeilu.law.areas import municipalities
from kokeilu.law.scenarios import BASE, SOURCE
from kokeilu.law.trial import OPEN_END, Trial
from kokeilu.problems import Problem
from kokeilu.transfer import operations
from kokeilu.transfer.frame import told
from kokeilu.transfer.hiding import THRESHOLD
from kokeilu.transfer.scenario_figures import ELSEWHERE, Comparison, Figure, Row, compared, reported_days
from kokeilu.transfer.scenario_forms import (
    MOST_DAYS,
    SCENARIOS,
    ComparisonForm,
    ScenarioForm,
    age_limit,
    municipality_name,
)
from kokeilu.web import formats

LARGEST = 20  # how many the plan of 2019 counted on: a third of job seekers would move
YOUNGER = 5  # years below the law's age limit
LATER = 3  # months


@page(operations.SCENARIOS)
def scenarios(request: Request) -> HttpResponse:
    """The form, and with its parameters in the address the laws side by side."""
    if any("" in values for _name, values in request.GET.lists()):
        return redirect(f"{request.path}?{_filled(request.GET)}")
    asked = request.GET if "trial" in request.GET else None
    form = ComparisonForm(asked, initial={"on": day} if (day := _newest()) else None)
    trial = form.chosen_trial()
    laws = [ScenarioForm(prefix, trial, asked) for prefix in SCENARIOS]
    context = {"form": form, "laws": laws, "presets": _presets(form, trial), "regions": _regions(), "most": MOST_DAYS}
    if asked is not None and _valid(form, laws):
        try:
            context |= _result(request, form, trial, [law for law in laws if law.changes()])
        except Problem as problem:
            form.add_error(None, told(problem))
    return render(request, "transfer/scenarios.html", context)


def _newest() -> date | None:
    return max(reported_days(), default=None)


def _filled(sent: QueryDict) -> str:
    """The parameters that hold something: an address that is short enough to read and to pass on."""
    return urlencode([(name, value) for name, values in sent.lists() for value in values if value])


def _valid(form: ComparisonForm, laws: Sequence[ScenarioForm]) -> bool:
    sound = all([form.is_valid(), *(law.is_valid() for law in laws)])
    if sound and not any(law.changes() for law in laws):
        laws[0].add_error(None, _("Nothing is changed here: give another age limit, cities that join or a first day."))
        return False
    return sound


def _result(request: Request, form: ComparisonForm, trial: Trial, laws: Sequence[ScenarioForm]) -> dict[str, Any]:
    """What the page shows of a valid question. That it was asked is logged: many small differences tell much."""
    chosen = form.cleaned_data
    found = compared(trial, [law.scenario() for law in laws], form.days, chosen["customers_per_worker"])
    logs.record_reading(request.actor, operations.SCENARIOS, [], "role", {"asked": _filled(request.GET)})
    names = {BASE: _("The law as it is")} | {str(law.prefix): law.name() for law in laws}
    on = form.days[-1]
    return {
        "trial": trial,
        "trial_name": trial.names[formats.language()],
        "on": on,
        "as_of": max(day for day in reported_days() if day <= on),
        "columns": _columns(_("Figure"), names.values()),
        "summary": _summary(found, names, chosen["customers_per_worker"]),
        "area_columns": _columns(_("Area"), names.values()),
        "areas": _areas(found, names, on),
        "law_columns": _columns(
            _("Area"),
            [_("Job seekers"), _("In the trial"), _("Share"), _("Undecided"), _("Workers"), _("Support, 1 000 €")],
        ),
        "by_law": _by_law(found, names, on),
        "month_columns": _columns(_("Day"), names.values()),
        "months": _months(found, names),
        "not_in_force": [names[key] for key in names if not found.in_force(key, on)],
        "period": (trial.from_day, None if trial.to_day == OPEN_END else trial.to_day),
        "unverified": trial.unverified_on(on) if found.in_force(BASE, on) else [],
        "assumptions": [each[formats.language()] for each in support.ASSUMPTIONS],
        "estimated": found.last.verified is not None,
        "verified": found.last.verified,
        "from_whole": any(found.last.whole(key).workers_from_whole for key in names),
        "threshold": THRESHOLD,
    }


def _columns(first: str, names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"label": first}, *({"label": name, "number": True} for name in names)]


# -- figures in words ------------------------------------------------------------------------------


def _told(figure: Figure) -> str:
    return pgettext("figure", "hidden") if figure.hidden else formats.number(figure.value, 0)


def _share(figure: Figure) -> str:
    return pgettext("figure", "hidden") if figure.hidden else formats.share(figure.value)


def _summary(found: Comparison, names: dict[str, str], customers_per_worker: int | None) -> list[list[str]]:
    """The whole register on the last day: a row for each figure, a cell for each law."""
    wholes = [found.last.whole(key) for key in names]
    rows = [
        [_("Job seekers"), *(_told(row.job_seekers) for row in wholes)],
        [_("People in the trial"), *(_told(row.people) for row in wholes)],
        [_("More or fewer than by the law as it is"), "", *(_change(wholes[0], row) for row in wholes[1:])],
        [_("Share of all job seekers"), *(_share(row.share) for row in wholes)],
        [_("Undecided: a fact is missing"), *(_told(row.undecided) for row in wholes)],
    ]
    if customers_per_worker:
        needed = _("Workers needed, %(number)s customers each") % {"number": formats.number(customers_per_worker)}
        rows.append([needed, *(_told(row.workers) for row in wholes)])
    share = _("Municipalities' share of labour market support, thousands of euros in the month")
    return [*rows, [share, *(_told(row.support) for row in wholes)]]


def _change(base: Row, row: Row) -> str:
    if base.people.value is None or row.people.value is None:
        return pgettext("figure", "hidden")
    change = row.people.value - base.people.value
    return ("+" if change > 0 else "") + formats.number(change, 0)


def _area_names(found: Comparison, on: date) -> dict[str, str]:
    """Every law's areas that have job seekers, by key in the order of their names; people elsewhere last."""
    names: dict[str, str] = {}
    joining, unverified = set(), set()
    empty = {row.area for rows in found.last.rows.values() for row in rows if row.job_seekers.value == 0}
    for law in found.laws.values():
        of_law = law.area_names(formats.language())
        for row in law.areas_on(on):
            key = str(row.area)
            if key in empty:  # its people are not in this register
                continue
            names[key] = of_law[key]
            if row.source == SOURCE:
                joining.add(key)
            elif not row.verified:
                unverified.add(key)
    marked = {
        key: _("%(area)s (joins)") % {"area": name}
        if key in joining
        else _("%(area)s (not verified)") % {"area": name}
        if key in unverified
        else name
        for key, name in sorted(names.items(), key=lambda item: item[1])
    }
    return marked | {ELSEWHERE: _("Outside the areas, or not known")}


def _areas(found: Comparison, names: dict[str, str], on: date) -> list[list[str]]:
    """The people in, by area, laws side by side."""
    rows = []
    for key, area in _area_names(found, on).items():
        if key != ELSEWHERE:
            of_laws = [found.last.row(law, key) for law in names]
            rows.append([area, *(_told(row.people) if row else "–" for row in of_laws)])
    return rows


def _by_law(found: Comparison, names: dict[str, str], on: date) -> list[dict[str, Any]]:
    """Each law's areas with all their figures."""
    areas = _area_names(found, on)
    return [
        {
            "name": name,
            "rows": [[area, *_cells(row)] for key, area in areas.items() if (row := found.last.row(law, key))],
        }
        for law, name in names.items()
    ]


def _cells(row: Row) -> list[str]:
    return [
        *(_told(figure) for figure in (row.job_seekers, row.people)),
        _share(row.share),
        *(_told(figure) for figure in (row.undecided, row.workers, row.support)),
    ]


def _months(found: Comparison, names: dict[str, str]) -> dict[str, list[list[str]]]:
    """The days with each law's people and municipal share; nothing where there is one day alone."""
    if len(found.days) == 1:
        return {}
    return {
        figure: [
            [formats.day(day.on), *(_told(getattr(day.whole(key), figure)) for key in names)] for day in found.days
        ]
        for figure in ("people", "support")
    }


# -- what to begin with ----------------------------------------------------------------------------


def _presets(form: ComparisonForm, trial: Trial) -> list[dict[str, str]]:
    """Links to scenarios that are often asked for, with the trial, day and caseload chosen now."""
    sent = form.data if form.is_bound else form.initial
    same = {name: str(sent[name]) for name in ("on", "since", "customers_per_worker") if sent.get(name)}
    limit = age_limit(trial)
    changes: list[tuple[str, dict[str, object]]] = [
        (_("The %(number)s largest cities join") % {"number": LARGEST}, {"largest": LARGEST})
    ]
    if limit is not None:
        changes.append((_("Age limit %(age)s") % {"age": limit - YOUNGER}, {"age_limit": limit - YOUNGER}))
    start = _later(trial.from_day)
    if start < trial.to_day:
        changes.append((_("Start %(months)s months later") % {"months": LATER}, {"start": start}))
    every = [{f"{key}-{name}": value for name, value in each.items()}
             for key, (_label, each) in zip(SCENARIOS, changes, strict=False)]  # fmt: skip
    together = {name: value for each in every for name, value in each.items()}
    links = [(label, {f"s1-{name}": value for name, value in each.items()}) for label, each in changes]
    return [
        {"label": label, "href": "?" + urlencode({"trial": trial.key} | same | values)}
        for label, values in [*links, (_("All of these side by side"), together)]
    ]


def _later(day: date) -> date:
    """Some months later, on the same day of the month or the 28th."""
    months = day.year * 12 + day.month - 1 + LATER
    return date(months // 12, months % 12 + 1, min(day.day, 28))


def _regions() -> list[tuple[str, str]]:
    """Regions with their municipalities, both by name."""
    swedish = formats.language() == "sv"
    found: dict[str, list[str]] = {}
    for code, one in municipalities().items():
        found.setdefault(one.region_sv if swedish else one.region, []).append(municipality_name(code))
    return [(region, ", ".join(sorted(names))) for region, names in sorted(found.items())]
