"""After any sequence of changes the outbox agrees with who is responsible: nobody is told twice or left untold."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone, translation

from kokeilu.access.models import Membership, Organisation, Role, User
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.models import Contact, Person, Situation
from kokeilu.transfer import actions, correction, ending, individual, undo
from kokeilu.transfer.models import Notice, Responsibility, Run
from kokeilu.transfer.outbox_models import UNSENT, Delivery
from kokeilu.transfer.rules import STATE
from kokeilu.transfer.tests.outbox import allow, post
from kokeilu.transfer.tests.people import OUT, close, extract, people, report

TRIAL, FOLLOWS = shipped("kuntakokeilu"), shipped("tyollisyysalue-2025")
FIRST, LAST = date(2021, 6, 1), date(2024, 12, 31)
ENDED = TRIAL.to_day
HOMES = ({}, OUT, {"municipality": "049"}, {"municipality": "257"}, {"municipality": "092", "service_language": "sv"})
PLACES = ("091", "049", "257")
STEPS = ("import", "run", "run", "individual", "late", "undo", "undo", "post", "mail", "post some")
LENGTH, SEEDS = 16, range(12)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_who_was_last_told_something_else_has_one_notice_with_the_truth_and_others_none(seed: int, settings) -> None:
    story = Story(random.Random(seed), settings)
    for _ in range(LENGTH):
        story.step(story.chance.choice(STEPS))
        check(story.told)
    story.end()
    check(story.told)


class Story:
    """Some people of the register, and what happens to them day by day."""

    def __init__(self, chance: random.Random, settings: object) -> None:
        self.chance, self.settings, self.day = chance, settings, FIRST
        self.told: list[str] = []  # what happened, to be read where a check fails
        translation.activate("en")
        actions.ensure_organisations(TRIAL)
        actions.ensure_organisations(FOLLOWS)
        with transaction.atomic():
            self.people = people(extract(FIRST - timedelta(days=1)), *(chance.choice(HOMES) for _ in range(5)))
            for person in self.people[:3]:
                Contact.objects.filter(person=person).update(email="somebody@post.example")
                allow(person)
        self._today(FIRST)

    def step(self, name: str) -> None:
        self.told.append(f"{self.day} {name}")
        if name in ("import", "run", "individual"):
            self._today(min(self.day + timedelta(days=self.chance.randint(0, 60)), LAST))
        try:
            with transaction.atomic():
                getattr(self, "_" + name.replace(" ", "_"))()
        except Problem as problem:  # a day without a version's run, nothing to undo: another step comes
            self.told.append(str(problem.what))

    def end(self) -> None:
        """The trial ends and another follows; then some of it is undone."""
        self.told.append("end")
        self._today(ENDED)
        extract(ENDED)
        ended = ending.end(TRIAL, FOLLOWS)
        check(self.told)
        if self.chance.random() < 0.5:
            self._post()
        if self.chance.random() < 0.5:
            undo.undo(ended.run.pk, accept=["notices"])
        else:
            actions.run(FOLLOWS, ENDED)

    def _today(self, day: date) -> None:
        self.day = self.settings.KOKEILU_TODAY = day

    def _import(self) -> None:
        source = extract(self.day)
        for person in self.chance.sample(self.people, 2):
            close(source, [person])
            if self.chance.random() < 0.8:
                report(source, person, self.chance.choice(HOMES))

    def _run(self) -> None:
        actions.run(TRIAL, self.day, changed_only=self.chance.random() < 0.5)

    def _individual(self) -> None:
        held = Responsibility.objects.current().get(person=self.chance.choice(self.people))
        role = Role.STATE_OFFICER if held.organisation.key == STATE else Role.TEAM_LEAD
        choice = individual.choice(held, employ(held.organisation, role), self.day)
        assert choice is not None
        goes_to = self.chance.choice(choice.destinations)
        ground = next(each for each in choice.grounds if ("state" if goes_to.key == STATE else "area") in each.leads_to)
        individual.transfer(
            held.person_id, choice.trial, ground.key, goes_to, "A reason.", self.day, seen=held.pk,
            actor=employ(held.organisation, role),
        )  # fmt: skip

    def _late(self) -> None:
        """A correction of the register, confirmed."""
        person = self.chance.choice(self.people)
        source = extract(self.day)
        source.correction = True
        source.save()
        rows = Situation.objects.filter(person=person, superseded_by=None)
        for row in list(rows):
            right = {"municipality": self.chance.choice([each for each in PLACES if each != row.municipality])}
            rows.filter(pk=row.pk).update(superseded_by=source)
            made = {
                field.attname: getattr(row, field.attname) for field in Situation._meta.fields if field.name != "id"
            }
            Situation.objects.create(**made | right | {"opened_by_id": source.pk, "superseded_by_id": None})
        found = correction.differences(TRIAL)
        correction.confirm(TRIAL, found.state)

    def _undo(self) -> None:
        newest = Run.objects.standing().order_by("-finished_at").first()
        if newest is not None:
            undo.undo(newest.pk, accept=["notices"])

    def _post(self) -> None:
        post()

    def _post_some(self) -> None:
        post(notice__person__in=self.chance.sample(self.people, 2))

    def _mail(self) -> None:
        """The e-mails go, which only say that a letter comes."""
        waiting = Delivery.objects.filter(channel="email", state="waiting")
        waiting.update(state="sending")
        Delivery.objects.filter(channel="email", state="sending").update(state="sent", sent_at=timezone.now())


def employ(organisation: Organisation, role: Role) -> Actor:
    """Somebody of the organisation who may decide about one person."""
    user, made = User.objects.get_or_create(email=f"{organisation.key}@kokeilu.example", defaults={"name": "Decider"})
    if made:
        Membership.objects.create(user=user, organisation=organisation, role=role, valid=(date(2021, 1, 1), None))
    return Actor(user, organisation, role)


def check(story: list[str]) -> None:
    """What must hold after every step, said in plain Python."""
    for person in Person.objects.order_by("pk"):
        today = Responsibility.objects.current().get(person=person).organisation.key
        unsent = [notice for notice in notices(person.pk) if not went(notice, "letter") and goes(notice)]
        last = [notice for notice in notices(person.pk) if went(notice, "letter") or went(notice, "email")][-1:]
        knows = last[0].message.organisation.key if last else STATE
        whole = not last or went(last[0], "letter")
        expected = [] if knows == today and whole else [today]
        assert [each.message.organisation.key for each in unsent] == expected, (story, person.pk)
        if unsent and last:
            assert unsent[0].message.replaces is not None or unsent[0] == last[0], story
        assert not unsent or not last or unsent[0].pk >= last[0].pk, story


def notices(person: UUID) -> list[Notice]:
    found = Notice.objects.filter(person=person).order_by("pk")
    return list(found.select_related("message__organisation").prefetch_related("deliveries"))


def went(notice: Notice, channel: str) -> bool:
    return any(each.channel == channel and each.state == "sent" for each in notice.deliveries.all())


def goes(notice: Notice) -> bool:
    return any(each.channel == "letter" and each.state in UNSENT for each in notice.deliveries.all())
