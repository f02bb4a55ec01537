"""A letter tells the truth of why somebody goes or stays, and names the facts and extracts that it rests on."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kokeilu.access.models import Role
from kokeilu.law.definition import shipped
from kokeilu.register.models import Person
from kokeilu.transfer import actions, correction, ending, individual, undo
from kokeilu.transfer.letters import Block
from kokeilu.transfer.letters_source import Texts
from kokeilu.transfer.models import Message, Notice, Responsibility, Run
from kokeilu.transfer.tests.outbox import moved, post
from kokeilu.transfer.tests.people import OUT, START, extract, people, report

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
APRIL = date(2021, 4, 1)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")
    actions.ensure_organisations(TRIAL)


def facts(run: Run) -> dict[object, tuple[Block, ...]]:
    told = Notice.objects.filter(run=run).values_list("person", "message")
    return Texts.of_run(run).facts(told)


def body(run: Run) -> str:
    return Message.objects.get(run=run).body


def customer(**facts: object) -> Person:
    """Somebody who is told to be Helsinki's from the first day on."""
    with transaction.atomic():
        (person,) = people(extract(), facts)
    actions.run(TRIAL, START)
    post()
    return person


def test_a_letter_names_the_facts_their_values_and_the_extract() -> None:
    run, (person, swede) = moved({}, {"service_language": "sv"})
    found = facts(run)
    (block,) = found[person.pk]
    assert block.heading == "Tiedot, joihin perustelut nojaavat, ja mistä ne ovat peräisin"
    assert "Onko työnhaku voimassa: kyllä (rekisteripoiminta 28.2.2021)" in block.items
    (home,) = (line for line in block.items if line.startswith("Kuuluuko kotikunta kokeilualueeseen: Helsinki ("))
    assert "28.2.2021" in home
    assert not any("Ikä" in line for line in block.items)  # no reason rests on it
    assert found[swede.pk][0].heading == "Uppgifter som motiveringen grundar sig på och varifrån de kommer"
    assert run.messages.count() == 2  # what people share holds nothing of one of them


def test_as_known_when_it_was_decided() -> None:
    run, (person,) = moved({})
    before = facts(run)[person.pk]
    report(extract(APRIL), person, OUT)
    assert facts(run)[person.pk] == before


def test_three_queries_for_however_many_people() -> None:
    run, _people = moved(*[{} for _ in range(6)])
    told = list(Notice.objects.filter(run=run).values_list("person", "message"))
    texts = Texts.of_run(run)
    counted = []
    for some in (told[:1], told):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(texts.facts(some)) == len(some)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_mover_who_would_not_come_in_anew_is_told_that_who_is_in_stays() -> None:
    born = {"birth_date": date(1991, 3, 15)}  # turns 30 meanwhile
    person = customer(**OUT, **born)
    report(extract(APRIL), person, OUT | born | {"municipality": "049"})
    run = actions.run(TRIAL, APRIL).run
    assert "Kotikunta kuuluu kokeilualueeseen Espoo." in body(run)
    assert "kokeilun asiakkaaksi tullut pysyy asiakkaana" in body(run)
    assert "ei vahvistettu" in body(run)
    assert "ansiopäiväraha" not in body(run).lower()
    assert [line.split(":")[0] for line in facts(run)[person.pk][0].items] == ["Kuuluuko kotikunta kokeilualueeseen"]


def test_who_moves_away_is_told_that_and_nothing_else() -> None:
    born = {"birth_date": date(1991, 3, 15)}
    person = customer(**OUT, **born)
    report(extract(APRIL), person, OUT | born | {"municipality": "257"})
    run = actions.run(TRIAL, APRIL).run
    assert "Kotikunta ei kuulu kokeilualueeseen." in body(run)
    assert "ansiopäiväraha" not in body(run).lower()


def test_whose_search_is_over_is_told_that_and_nothing_else() -> None:
    born = {"birth_date": date(1991, 3, 15)}
    person = customer(**OUT, **born)
    report(extract(APRIL), person, OUT | born | {"job_search_valid": False})
    run = actions.run(TRIAL, date(2021, 6, 2)).run
    assert Responsibility.objects.current().get(person=person).organisation.key == "te"
    assert "Työnhaku ei ole voimassa." in body(run)
    assert "ansiopäiväraha" not in body(run).lower()


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", ("On päätetty", "Siitä alkaen", "kielelli")), ("sv", ("Det har beslutats", "Från och med", "språk"))],
)
def test_a_decision_about_one_person_is_told_with_its_ground(
    language: str, told: tuple[str, ...], actor_of: Callable, settings
) -> None:
    day = settings.KOKEILU_TODAY = date(2021, 6, 2)
    person = customer(service_language=language)
    held = Responsibility.objects.current().get(person=person)
    lead = actor_of(Role.TEAM_LEAD, "helsinki")
    there = actor_of(Role.TEAM_LEAD, "espoo").organisation
    made = individual.transfer(
        person.pk, TRIAL, "language_rights", there, "Secret words.", day, seen=held.pk, actor=lead
    )
    text = body(made.run)
    assert all(words in text for words in told)
    assert "1269/2020 5 §" in text
    assert "Secret words" not in text
    assert Notice.objects.get(run=made.run).came_from == lead.organisation
    undone = undo.undo(made.run.pk).run  # nobody was told of it: nothing more is to be told
    assert not Notice.objects.filter(run=undone).exists()
    assert Notice.objects.get(run=made.run).superseded_by == undone


def test_an_undone_change_that_was_told_is_told_as_void() -> None:
    person = customer()
    run = Run.objects.get()
    undone = undo.undo(run.pk, accept=["notices"]).run
    message = Message.objects.get(run=undone)
    assert (message.kind, message.organisation.key, message.day) == ("undone", "te", date(2021, 2, 28))
    assert "ei enää pidä paikkaansa" in message.body
    assert "Viranomainen on kumonnut aiemman muutoksen. [1269/2020" in message.body
    assert Notice.objects.get(run=undone).person_id == person.pk


def test_the_end_of_the_trial_is_told() -> None:
    customer()
    extract(TRIAL.to_day)
    ended = ending.end(TRIAL).run
    assert "Kokeilu on päättynyt" in body(ended)
    assert "1269/2020" in body(ended)


def test_a_correction_that_was_preceded_by_a_letter_replaces_it() -> None:
    from kokeilu.register.models import Situation

    person = customer()
    source = extract(APRIL)
    source.correction = True
    source.save()
    row = Situation.objects.get(person=person)
    Situation.objects.filter(pk=row.pk).update(superseded_by=source)
    Situation.objects.create(
        person=person, valid=row.valid, opened_by=source,
        **{field.name: getattr(row, field.name) for field in Situation._meta.fields if field.name in OUT_AND_USUAL}
        | {"municipality": "257"},
    )  # fmt: skip
    run = correction.confirm(TRIAL, correction.differences(TRIAL).state).run
    message = Message.objects.get(run=run)
    assert (message.kind, message.organisation.key) == ("correction", "te")
    assert "Tämä kirje korvaa sen, mitä kerroimme sinulle" in message.body
    assert "Sinua koskevia tietoja on korjattu rekisteriin. [1269/2020" in message.body
    assert "Kotikunta ei kuulu kokeilualueeseen." in message.body


OUT_AND_USUAL = (
    "municipality", "placed_in", "temporary_protection", "job_search_valid", "employment_code", "service", "benefit",
    "earnings_related_right", "job_search_since", "unemployed_since",
)  # fmt: skip
