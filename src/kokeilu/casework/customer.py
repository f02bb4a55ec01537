"""The page of one customer: who they are, who is responsible and why, who works with them, and what has been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.models import Role
from kokeilu.access.pages import Request, page
from kokeilu.casework import operations, queries, texts
from kokeilu.casework.models import Assignment
from kokeilu.casework.rules import Reason
from kokeilu.problems import Problem
from kokeilu.register import labels
from kokeilu.register.models import Contact, Details, Situation
from kokeilu.register.queries import timeline
from kokeilu.services.pages import section
from kokeilu.transfer.explained import explained
from kokeilu.transfer.models import Responsibility
from kokeilu.transfer.outbox_pages import of_customer
from kokeilu.transfer.queries import history
from kokeilu.web import formats
from kokeilu.web.timeline import Row
from kokeilu.web.timeline import timeline as axis

SHOWN_YEARS = 3  # of the timeline; the table below it has everything


@dataclass(frozen=True)
class _Known:
    """What the register says of a person now, or said last."""

    details: Details
    situation: Situation
    contact: Contact

    @property
    def address_open(self) -> bool:
        """Whether the address may be shown: only where the register says that it is not protected."""
        return self.details.protected is False


@page(operations.CUSTOMER)
def customer(request: Request, person_id: UUID) -> HttpResponse:
    """One customer."""
    today = clock.today()
    known = _Known(_newest(Details, person_id), _newest(Situation, person_id), _newest(Contact, person_id))
    held = list(history(person_id))
    workers = list(queries.workers_of(person_id))
    rows = timeline(person_id, residence=known.address_open)
    context = {
        "person_id": person_id,
        "name": _name(known.details),
        "known": known,
        "facts": _facts(known, today),
        "gone": known.situation.valid.upper,
        "contact": _contact(known.contact) if known.address_open else [],
        "responsible": _responsible(held, today, residence=known.address_open),
        "worker": next((_worker(each, known.address_open) for each in workers if _holds(each, today)), None),
        "timeline": axis(rows, *_axis(rows, today)) if rows else None,
        "period_columns": [{"label": _("Subject")}, {"label": _("Days"), "date": True}, {"label": _("What held")}],
        "periods": _periods(rows),
        "asked": section(person_id, request),
        "told": of_customer(person_id, request.actor.role),
        "past": [_organisations(held), *([_workers(workers)] if workers else [])],
        "may_list": request.actor.role in operations.PORTFOLIO.roles,
        "may_change": request.actor.role == Role.TEAM_LEAD,
    }
    return render(request, "casework/customer.html", context)


def _newest(table: type[Any], person: UUID) -> Any:
    """The row of a table of facts that holds now, or held last; an empty one where there is none."""
    return table.objects.filter(person=person, superseded_by=None).order_by("-valid").first() or table(person_id=person)


def _name(details: Details) -> str:
    return ", ".join(part for part in (details.family_name, details.given_names) if part) or _("Name unknown")


def _facts(known: _Known, today: date) -> list[tuple[str, Any]]:
    details, situation = known.details, known.situation
    return [
        (_("Status"), _status(situation)),
        (_("Unemployed since"), formats.day(situation.unemployed_since)),
        (_("Job search since"), formats.day(situation.job_search_since)),
        (_("Age"), _age(details.birth_date, today)),
        (_("Service language"), labels.language(details.service_language)),
        (_("Mother tongue"), labels.language(details.language)),
        (_("Benefit"), labels.benefit(situation.benefit)),
        (_("Education"), labels.UNKNOWN if details.education is None else labels.EDUCATION[details.education]),
    ]


def _status(situation: Situation) -> Any:
    if situation.job_search_valid is False:
        return texts.STATUSES["ended"]
    return labels.employment(situation.employment_code)


def _age(born: date | None, today: date) -> Any:
    if born is None:
        return labels.UNKNOWN
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return _("%(years)s (born %(day)s)") % {"years": years, "day": formats.day(born)}


def _contact(contact: Contact) -> list[tuple[str, str]]:
    place = " ".join(part for part in (contact.postal_code, contact.city) if part)
    address = ", ".join(part for part in (contact.street_address, place) if part)
    rows = [(_("Phone"), contact.phone), (_("E-mail"), contact.email), (_("Address"), address)]
    return [(label, text or str(labels.UNKNOWN)) for label, text in rows]


def _responsible(held: Iterable[Responsibility], today: date, *, residence: bool) -> dict[str, Any] | None:
    return next((_responsibility(each, why=True, residence=residence) for each in held if today in each.valid), None)


def _responsibility(held: Responsibility, why: bool = False, residence: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {
        "organisation": held.organisation.name,
        "valid": held.valid,
        "ground": held.get_ground_display(),
    }
    if why:
        try:
            why_held = explained(held, formats.language(), residence=residence)
        except Problem:  # the definition has changed since; what was decided stands
            why_held = None
        found["why"] = why_held
        # Where each fact says where it is from, the run's newest extract says nothing more.
        told = all(each.facts for each in why_held or ()) and bool(why_held)
        found["facts_of"] = held.decision.run.extract.as_of if held.decision and not told else None
    return found


def _organisations(held: Sequence[Responsibility]) -> dict[str, Any]:
    """The table of the organisations that have been responsible, the newest first; they come the oldest first."""
    return {
        "key": "organisations",
        "title": _("Responsible organisations"),
        "caption": _("Responsible organisations, the newest first"),
        "columns": [{"label": _("Organisation")}, {"label": _("Days"), "date": True}, {"label": _("Ground")}],
        "rows": [
            [each.organisation.name, formats.days(each.valid.lower, each.valid.upper), each.get_ground_display()]
            for each in reversed(held)
        ],
    }


def _workers(held: Iterable[Assignment]) -> dict[str, Any]:
    """The table of the responsible workers, the newest first as they are given."""
    workers = [_worker(each) for each in held]
    return {
        "key": "workers",
        "title": _("Responsible workers"),
        "caption": _("Responsible workers, the newest first"),
        "columns": [{"label": _("Name")}, {"label": _("Days"), "date": True}, {"label": _("Organisation")}],
        "rows": [[each["name"], each["days"], each["organisation"]] for each in workers],
    }


def _holds(assignment: Assignment, today: date) -> bool:
    return today in assignment.valid and today in assignment.responsibility.valid


def _worker(assignment: Assignment, residence: bool = False) -> dict[str, Any]:
    """A responsible worker, on the days that both the assignment and the responsibility hold. That the worker serves
    the person's district tells where they live."""
    ends = [end for end in (assignment.valid.upper, assignment.responsibility.valid.upper) if end]
    return {
        "name": assignment.worker.membership.user.name,
        "organisation": assignment.organisation.name,
        "since": assignment.valid.lower,
        "days": formats.days(assignment.valid.lower, min(ends, default=None)),
        "reasons": [texts.REASONS.get(key, key) for key in assignment.reasons if residence or key != Reason.DISTRICT],
    }


def _axis(rows: Iterable[Row], today: date) -> tuple[date, date]:
    """The last years of what is known, up to the end of the month of today."""
    first = min(period.start for row in rows for period in row.periods)
    until = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return max(first, until.replace(year=until.year - SHOWN_YEARS)), until


def _periods(rows: Iterable[Row]) -> list[list[Any]]:
    """The timeline's periods as a table's rows: the newest first, under each other's subject."""
    return [
        [row.label, formats.days(period.start, period.until), {"text": period.label, "color": period.color}]
        for row in rows
        for period in sorted(row.periods, key=lambda each: each.start, reverse=True)
    ]
