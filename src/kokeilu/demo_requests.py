"""A demonstration's requests to the state: some in each state, on the days of March on which people worked on them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from kokeilu.access.models import Membership, Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.casework.models import Assignment, WorkerProfile
from kokeilu.register.models import Details
from kokeilu.register.queries import current, finnish_key
from kokeilu.services import actions
from kokeilu.services.actions import Answer
from kokeilu.services.models import Request, ResponseTime
from kokeilu.services.rules import Step
from kokeilu.steps import Tell

FIRST_DAY = date(2021, 3, 1)
AGREED = {"statement": 10, "selection": 15, "facts": 5, "acknowledgement": 5}  # working days, for the demonstration
OTHER, VALIDITY, UNEMPLOYMENT, SELECTION = (
    "other_statements", "job_search_validity_statement", "unemployment_statement", "training_selection",
)  # fmt: skip
YES = Answer("favourable", "Estettä etuuden maksamiselle ei ole.", "1290/2002 2 luku")
NO = Answer("unfavourable", "Työnhaku ei ole ollut voimassa koko aikaa.", "1290/2002 2 luku")


@dataclass(frozen=True)
class Case:
    """A request: the day of March it was asked on, about what, and what was done with it on which days."""

    day: int
    task: str
    question: str
    training: str = ""
    done: Sequence[tuple[int, Step, str | Answer]] = ()


_TAKE_UP, _ANSWER, _RETURN = Step.TAKE_UP, Step.ANSWER, Step.RETURN
OF_THE_ACCOUNT = (  # about customers of the worker who has an account
    Case(3, OTHER, "Oliko työstä eroamiseen pätevä syy?", done=(
        (8, _TAKE_UP, ""), (15, _ANSWER, YES), (16, Step.ACKNOWLEDGE, ""),
    )),
    Case(9, VALIDITY, "Onko työnhaku ollut voimassa tammikuusta alkaen?", done=((12, _TAKE_UP, ""), (29, _ANSWER, NO))),
    Case(10, UNEMPLOYMENT, "Onko asiakas yritystoiminnan jälkeen työtön?"),
    Case(15, OTHER, "Vaikuttavatko sivutoimiset opinnot etuuteen?", done=(
        (22, _TAKE_UP, ""), (26, _RETURN, "Opintojen laajuus ja alkamispäivä puuttuvat."),
    )),
    Case(18, SELECTION, "Asiakas haluaa alalle ja on tutustunut työhön.", "Laitoshuoltajan koulutus", (
        (25, _TAKE_UP, ""),
    )),
    Case(19, OTHER, "Onko asiakkaalla työssäolovelvoite?"),
    Case(24, UNEMPLOYMENT, "Onko asiakas työtön?", done=((25, Step.WITHDRAW, "Asiakas aloitti työssä."),)),
    Case(29, SELECTION, "Aiempi työkokemus tukee valintaa.", "Lähihoitajan koulutus"),
)  # fmt: skip
OF_EACH_AREA = (
    Case(17, OTHER, "Voidaanko etuutta maksaa ulkomaanmatkan ajalta?", done=((24, _TAKE_UP, ""),)),
    Case(26, SELECTION, "Asiakas täyttää pääsyvaatimukset.", "Rakennusalan koulutus"),
)


def made() -> bool:
    """Whether the requests are there."""
    return Request.objects.exists()


@transaction.atomic
def make(today: date, tell: Tell) -> None:
    """Ask, handle and remind, as the officer and each area's first worker; from the same customers the same."""
    with _standing_on(FIRST_DAY):
        for subject, days in AGREED.items():
            given = ResponseTime.Subject(subject), days, FIRST_DAY, "Sovittu esittelyä varten"
            actions.set_response_time(*given, actor=None)
    officer = _actor(Membership.objects.filter(role=Role.STATE_OFFICER))
    areas = Organisation.objects.filter(pk__in=WorkerProfile.objects.values("organisation")).order_by("key")
    for area in tell.each(areas, len(areas), "requests"):
        worker = _actor(Membership.objects.filter(organisation=area, role=Role.WORKER))
        cases = OF_THE_ACCOUNT if area.key == "helsinki" else OF_EACH_AREA
        for customer, case in zip(_customers(worker, today, len(cases)), cases, strict=False):
            _play(customer, case, worker, officer)
    actions.remind(today)


def _actor(memberships: QuerySet[Membership]) -> Actor:
    first = memberships.select_related("user", "organisation").order_by("user__email")[0]
    return Actor(first.user, first.organisation, Role(first.role))


def _customers(worker: Actor, today: date, number: int) -> list[UUID]:
    """The first of a worker's customers whom the register reports, by name and birth date."""
    mine = Assignment.objects.on(today).filter(worker__membership__user=worker.user).values("person")
    known = current(Details).filter(person__in=mine)
    named = known.order_by(finnish_key("family_name"), finnish_key("given_names"), "birth_date", "person")
    return list(named.values_list("person", flat=True)[:number])


def _play(customer: UUID, case: Case, worker: Actor, officer: Actor) -> None:
    with _standing_on(FIRST_DAY.replace(day=case.day)):
        request = actions.ask(customer, case.task, case.question, training=case.training, actor=worker)
    for day, step, words in case.done:
        with _standing_on(FIRST_DAY.replace(day=day)):
            _do(request, step, words, worker, officer)


def _do(request: Request, step: Step, words: str | Answer, worker: Actor, officer: Actor) -> None:
    if isinstance(words, Answer):
        actions.answer(request.pk, words, actor=officer)
    elif step == Step.TAKE_UP:
        actions.take_up(request.pk, actor=officer)
    elif step == Step.RETURN:
        actions.send_back(request.pk, words, actor=officer)
    elif step == Step.ACKNOWLEDGE:
        actions.acknowledge(request.pk, actor=worker)
    else:
        actions.withdraw(request.pk, words, actor=worker)


@contextmanager
def _standing_on(day: date) -> Iterator[None]:
    """The work of a day: Kokeilu stands on it meanwhile."""
    before = settings.KOKEILU_TODAY
    settings.KOKEILU_TODAY = day
    try:
        yield
    finally:
        settings.KOKEILU_TODAY = before
