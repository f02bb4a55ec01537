"""The pages of transfer: what they show to whom, and that every look at people is in the read log."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kokeilu.access.models import ReadLog, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.transfer import actions
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests.people import OUT, START, UNDECIDED, extract, people

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")


@pytest.fixture(autouse=True)
def _organisations(db: None) -> None:
    actions.ensure_organisations(TRIAL)


FORM = {"trial": "kuntakokeilu", "on": START.isoformat()}


def text(response: object) -> str:
    return " ".join(response.content.decode().split())


def test_from_the_form_over_the_preview_to_the_result(client: Client, officer: Actor) -> None:
    inside, outside, unclear = people(
        extract(), {"family_name": "Sisällä"}, {**OUT, "family_name": "Ulkona"}, {**UNDECIDED, "family_name": "Avoin"}
    )
    assert "No run has been made yet." in text(client.get("/transfer/"))

    preview = client.post("/transfer/preview/", FORM)
    assert not Run.objects.exists()
    for name in ("Sisällä", "Ulkona", "Avoin"):
        assert name in text(preview)
    assert "whether entitled to the earnings-related allowance" in text(preview)
    line = ReadLog.objects.get(operation="transfer.preview")
    assert set(line.persons) == {inside.pk, outside.pk, unclear.pk}
    assert line.query == {"trial": "kuntakokeilu", "on": "2021-03-01"}

    confirmed = preview.context["confirm"].initial | {"confirmed": "on"}
    done = client.post("/transfer/run/", confirmed, follow=True)
    run = Run.objects.get()
    assert done.redirect_chain == [(reverse("transfer:result", args=[run.pk]), 302)]
    assert run.started_by == officer.user
    assert "The run is done." in text(done)
    assert "Sisällä" not in text(done)  # the result is numbers only
    assert Responsibility.objects.on(START).get(person=inside).organisation.key == "helsinki"

    again = client.post("/transfer/run/", confirmed, follow=True)
    assert "This run has been made already" in text(again)
    assert "This run has been made already" in text(client.post("/transfer/preview/", FORM, follow=True))


def test_nothing_moves_without_confirmation_or_after_a_change(client: Client, officer: Actor) -> None:
    people(extract(), {})
    confirm = client.post("/transfer/preview/", FORM).context["confirm"].initial
    assert "Nothing was moved" in text(client.post("/transfer/run/", confirm, follow=True))
    people(extract(START), {})
    late = client.post("/transfer/run/", confirm | {"confirmed": "on"}, follow=True)
    assert "Something changed since the preview. (look at a new preview first)" in text(late)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"trial": "nothing", "on": "2021-03-01"}, "Select a valid choice"),
        ({"trial": "kuntakokeilu", "on": "1.3.2021 "}, "Enter a valid date"),
        ({"trial": "kuntakokeilu", "on": ""}, "This field is required"),
        ({"trial": "kuntakokeilu", "on": "2020-01-01"}, "has no version on 2020-01-01"),
        ({"trial": "kuntakokeilu", "on": "2021-03-01"}, "No register extract of 1 March 2021 or before is imported."),
    ],
)
def test_what_cannot_be_run_is_told_in_the_form(client: Client, officer: Actor, sent: dict, told: str) -> None:
    response = client.post("/transfer/preview/", sent)
    assert response.status_code == 200
    assert told in text(response)
    assert ReadLog.objects.get(operation="transfer.preview").persons == []


def test_a_preview_is_made_by_the_form_only(client: Client, officer: Actor) -> None:
    assert client.get("/transfer/preview/")["Location"] == "/transfer/"
    assert client.get("/transfer/run/").status_code == 405


def test_a_day_to_come_is_marked(client: Client, officer: Actor) -> None:
    people(extract(), {})
    later = client.post("/transfer/preview/", FORM | {"on": "2021-04-15"})
    assert "The day is still to come" in text(later)
    assert "The day is still to come" not in text(client.post("/transfer/preview/", FORM))


def test_the_result_counts_by_area_and_reason_beside_what_was_expected(client: Client, officer: Actor) -> None:
    people(extract(), {}, {}, {"municipality": "092"}, {"municipality": "301"}, OUT)
    run = actions.run(TRIAL, START).run
    response = client.get(reverse("transfer:result", args=[run.pk]))
    areas = {row.key: row for row in response.context["areas"]}
    assert (areas["helsinki"].customers, areas["helsinki"].people) == (2, 3)
    assert (areas["helsinki"].expected, areas["helsinki"].difference) == (50_000, -49_998)
    assert not areas["etela-pohjanmaa"].verified
    assert "not verified" in text(response)
    assert "1269/2020 4 §" in response.context["unverified"]
    reasons = response.context["reasons"]
    assert [row.outcome for row in reasons] == ["in", "out"]
    assert (reasons[0].people, reasons[0].moved) == (4, 4)
    assert "is in the trial area." in " ".join(reason.text for reason in reasons[0].reasons)

    one = client.get(reverse("transfer:result", args=[run.pk]) + "?area=vantaa-kerava")
    assert one.context["people"] == 1
    assert "trial area Vantaa–Kerava" in " ".join(reason.text for reason in one.context["reasons"][0].reasons)


def test_a_team_lead_sees_the_part_of_the_own_area(client: Client, enter: Callable) -> None:
    people(extract(), {}, {}, {"municipality": "049"}, OUT, UNDECIDED)
    run = actions.run(TRIAL, START).run
    enter(Role.TEAM_LEAD, "espoo")
    runs = client.get("/transfer/")
    assert [row["moved"] for row in runs.context["rows"]] == [1]
    assert runs.context["form"] is None
    result = client.get(reverse("transfer:result", args=[run.pk]))
    assert (result.context["people"], result.context["moved"]) == (1, 1)
    assert [row.key for row in result.context["areas"]] == ["espoo"]
    assert client.get(reverse("transfer:result", args=[run.pk]) + "?area=helsinki").context["people"] == 1
    notices = client.get(reverse("transfer:notices", args=[run.pk]))
    assert notices.context["counts"] == [("Espoo", "Finnish", 1)]
    assert client.get("/transfer/undecided/").status_code == 403


def test_the_undecided_are_listed_by_finnish_name_and_logged(client: Client, officer: Actor) -> None:
    named = ["Östman", "Aalto", "Åström", "Zidan", "Ähtäri"]
    persons = people(extract(), {}, *({**UNDECIDED, "family_name": name} for name in named))
    actions.run(TRIAL, START)
    response = client.get("/transfer/undecided/")
    names = [row["name"] for row in response.context["rows"]]
    assert names == [f"{name}, Maija" for name in ("Aalto", "Zidan", "Åström", "Ähtäri", "Östman")]
    assert set(ReadLog.objects.get(operation="transfer.undecided").persons) == {person.pk for person in persons[1:]}


def test_the_undecided_are_filtered_by_the_missing_fact_and_paged(client: Client, officer: Actor) -> None:
    unknown_area = {"municipality": None}
    people(extract(), *[UNDECIDED] * 51, unknown_area)
    actions.run(TRIAL, START)
    response = client.get("/transfer/undecided/?missing=trial_area")
    assert len(response.context["rows"]) == 1
    assert ReadLog.objects.get(operation="transfer.undecided").query == {
        "trial": "kuntakokeilu", "missing": "trial_area",
    }  # fmt: skip
    counts = {choice["label"]: choice["count"] for choice in response.context["choices"]}
    assert counts["All"] == 52
    second = client.get("/transfer/undecided/?missing=earnings_related_right&page=2")
    assert len(second.context["rows"]) == 1
    assert len(ReadLog.objects.filter(operation="transfer.undecided").latest("id").persons) == 1


@pytest.mark.parametrize("query", ["?missing=nonsense&trial=nonsense&page=nonsense", "?page=999", ""])
def test_odd_addresses_of_the_list_still_answer(client: Client, officer: Actor, query: str) -> None:
    people(extract(), UNDECIDED)
    assert client.get(f"/transfer/undecided/{query}").status_code == 200
    actions.run(TRIAL, START)
    assert len(client.get(f"/transfer/undecided/{query}").context["rows"]) == 1


def test_the_number_of_queries_does_not_grow_with_the_list(
    client: Client, officer: Actor, django_assert_max_num_queries: Callable
) -> None:
    people(extract(), *[UNDECIDED] * 40)
    run = actions.run(TRIAL, START).run
    for address in ("/transfer/", "/transfer/undecided/", reverse("transfer:result", args=[run.pk])):
        with django_assert_max_num_queries(21):
            client.get(address)


@pytest.mark.parametrize(("language", "word"), [("fi", "Ilmoitukset"), ("sv", "Meddelanden"), ("en", "Notices")])
def test_every_page_speaks_three_languages(client: Client, enter: Callable, language: str, word: str) -> None:
    people(extract(), {}, {"service_language": "sv"}, {"service_language": None}, OUT, UNDECIDED)
    run = actions.run(TRIAL, START).run
    enter(Role.STATE_OFFICER, "te", language)
    pages = [
        "/transfer/",
        "/transfer/undecided/",
        *(reverse(f"transfer:{n}", args=[run.pk]) for n in ("result", "notices")),
    ]
    answers = [client.get(page) for page in pages]
    answers.append(client.post("/transfer/preview/", FORM | {"on": "2021-03-02"}))
    assert all(answer.status_code == 200 and f'lang="{language}"' in text(answer) for answer in answers)
    assert word in text(answers[3])
    translation.deactivate()


def test_an_unknown_run_is_not_found(client: Client, officer: Actor) -> None:
    assert client.get("/transfer/runs/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_a_changed_definition_is_told(client: Client, officer: Actor) -> None:
    people(extract(), {})
    run = actions.run(TRIAL, START).run
    assert "has changed since" not in text(client.get(reverse("transfer:result", args=[run.pk])))
    Run.objects.update(version_sha256="0" * 64)
    assert "has changed since" in text(client.get(reverse("transfer:result", args=[run.pk])))
    assert date(2021, 3, 1) == run.version
