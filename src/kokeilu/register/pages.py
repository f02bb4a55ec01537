"""The pages of identities: find a person, look at what was stated, state, compare and unite, revoke."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu import clock
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.problems import Problem
from kokeilu.register import operations, standing, statements
from kokeilu.register.families import root_of
from kokeilu.register.forms import CodeForm, DeathForm, FindForm, ProtectionForm, ReasonForm
from kokeilu.register.models import Person, Union
from kokeilu.register.queries import find_person
from kokeilu.register.statements import Stated


@page(operations.IDENTITY, "GET", "POST")
def identities(request: Request) -> HttpResponse:
    """What waits for an officer; POST finds a person by their code, which is kept nowhere."""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = find_person(form.cleaned_data["code"])
        if found is not None:
            saw_persons(request, [found], {"search": "identity code"})
            return redirect("register:identity", found)
        form.add_error("code", _("Nobody in the register has this identity code."))
    rows = standing.waiting()
    saw_persons(request, [row.person for row in rows])
    return render(request, "register/identities.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@page(operations.IDENTITY)
def identity(request: Request, person_id: UUID) -> HttpResponse:
    """One person: codes, what was stated, and what can be."""
    person = _person(request, person_id)
    if person != person_id:
        messages.info(request, _("The record that you looked for is united with this one."))
        return redirect("register:identity", person)
    context = {
        "side": standing.side(person),
        "said": standing.statements_of(person),
        "acts": [(name, act.title) for name, act in _ACTS.items()],
    }
    return render(request, "register/identity.html", context)


class _Act:
    """Something that is stated of one person on a page of its own."""

    def __init__(
        self,
        title: str | Promise,
        explanation: str | Promise,
        form: type[ReasonForm],
        done: str | Promise,
        state: Callable[..., Stated] | None = None,
        value: str = "",
    ) -> None:
        self.title, self.explanation, self.form, self.done = title, explanation, form, done
        self.state, self.value = state, value


_ACTS = {
    "merge": _Act(
        gettext_lazy("Unite with another record"),
        gettext_lazy("Give the identity code of the other record. You compare the two before anything changes."),
        FindForm,  # type: ignore[arg-type]
        "",
    ),
    "code": _Act(
        gettext_lazy("Record a new identity code"),
        gettext_lazy("From now on extracts with the new code tell of this person. The old code still finds them."),
        CodeForm,
        gettext_lazy("The new identity code is recorded."),
        statements.add_code,
        "code",
    ),
    "death": _Act(
        gettext_lazy("Record a death"),
        gettext_lazy(
            "The job search, the responsibility and the work with the person end with the day of death. "
            "Nothing is sent any more."
        ),
        DeathForm,
        gettext_lazy("The death is recorded."),
        statements.record_death,
        "day",
    ),
    "protection": _Act(
        gettext_lazy("Protect the address"),
        gettext_lazy("Every page stops showing where the person lives at once, whatever the next extracts report."),
        ProtectionForm,
        gettext_lazy("The address is protected."),
        statements.protect,
        "day",
    ),
}


@page(operations.IDENTITY, "GET", "POST")
def state(request: Request, person_id: UUID, act: str) -> HttpResponse:
    """The form of one act, and the act."""
    if act not in _ACTS:
        raise Http404
    person, chosen = _person(request, person_id), _ACTS[act]
    initial = {"day": clock.today()} if act == "protection" else None
    form = chosen.form(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = _state(request, chosen, form, person) if chosen.state else _compare(form, person)
        if answer:
            return answer
    context = {"person": person, "name": standing.side(person).name, "act": chosen, "form": form}
    return render(request, "register/state.html", context, status=422 if form.errors else 200)


def _compare(form: Any, person: UUID) -> HttpResponse | None:
    other = find_person(form.cleaned_data["code"])
    if other is None:
        form.add_error("code", _("Nobody in the register has this identity code."))
    elif other == person:
        form.add_error("code", _("This is a code of the same person already."))
    else:
        # Kept is what the register still reports, unless the officer says otherwise on the next page.
        newer = standing.side(other).reported and not standing.side(person).reported
        return redirect("register:compare", *((other, person) if newer else (person, other)))
    return None


def _state(request: Request, act: _Act, form: Any, person: UUID) -> HttpResponse | None:
    state: Any = act.state
    try:
        stated = state(person, form.cleaned_data[act.value], form.cleaned_data["reason"], actor=request.actor)
    except Problem as problem:
        form.add_error(act.value, _tell(problem))
        return None
    return _done(request, stated, str(act.done), person)


@page(operations.IDENTITY, "GET", "POST")
def compare(request: Request, person_id: UUID, other_id: UUID) -> HttpResponse:
    """Two records side by side, and what one person they would make; POST unites them under the first."""
    kept, other = _person(request, person_id, other_id), _record(other_id)
    if kept == other:
        messages.info(request, _("These are records of one person already."))
        return redirect("register:identity", kept)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            stated = statements.merge(kept, other, form.cleaned_data["reason"], actor=request.actor)
        except Problem as problem:
            form.add_error(None, _tell(problem))
        else:
            return _done(request, stated, _("The two records are one person's now."), kept)
    first, second = standing.side(kept), standing.side(other)
    try:
        stated, united = statements.preview(
            statements.merge, kept, other, "", actor=request.actor, look=lambda: standing.side(kept)
        )
    except Problem as problem:  # an import keeps the register
        return _refused(request, problem, kept)
    context = {
        "sides": [first, second], "outcome": [united], "against": standing.differences(first, second),
        "notes": stated.notes, "form": form, "kept": kept, "other": other,
    }  # fmt: skip
    return render(request, "register/compare.html", context, status=422 if form.errors else 200)


@page(operations.IDENTITY, "GET", "POST")
def revoke(request: Request, statement_kind: str, statement_id: UUID) -> HttpResponse:
    """What revoking a statement would leave, and the revoking."""
    table = standing.KINDS.get(statement_kind)
    if table is None:
        raise Http404
    statement: Any = get_object_or_404(table, pk=statement_id)
    touched = [statement.kept_id, statement.merged_id] if isinstance(statement, Union) else [statement.person_id]
    person = _person(request, *touched)
    if statement.revoked_at is not None:
        messages.info(request, _("This was revoked already."))
        return redirect("register:identity", person)
    form = ReasonForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            stated = statements.revoke(statement, form.cleaned_data["reason"], actor=request.actor)
            return _done(request, stated, _("Revoked: what followed from it is as if it had not been stated."), person)
        stated, outcome = statements.preview(
            statements.revoke, statement, "", actor=request.actor,
            look=lambda: [standing.side(each) for each in dict.fromkeys([person, *touched])],
        )  # fmt: skip
    except Problem as problem:
        return _refused(request, problem, person)
    said = next(each for each in standing.statements_of(person) if each.statement.pk == statement.pk)
    context = {"said": said, "outcome": outcome, "notes": stated.notes, "form": form, "person": person}
    return render(request, "register/revoke.html", context, status=422 if form.errors else 200)


def _record(record: UUID) -> UUID:
    """The person of a record; 404 where there is none."""
    return get_object_or_404(Person, pk=root_of(record)).pk


def _person(request: Request, *records: UUID) -> UUID:
    """The person of the first record; all are noted as seen."""
    person = _record(records[0])
    saw_persons(request, list(dict.fromkeys([person, *records])))
    return person


def _done(request: Request, stated: Stated, told: str, person: UUID) -> HttpResponse:
    messages.success(request, told)
    for note in stated.notes:
        messages.warning(request, str(note))
    return redirect("register:identity", root_of(person))


def _refused(request: Request, problem: Problem, person: UUID) -> HttpResponse:
    messages.error(request, _tell(problem))
    return redirect("register:identity", person)


def _tell(problem: Problem) -> str:
    return f"{problem.what} ({problem.mend})" if problem.mend else problem.what
