"""The job seeker's own page: what it shows, to whom, and what is written down."""

from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from django.test import Client

from kokeilu.access.models import ReadLog
from kokeilu.access.policy import _operations
from kokeilu.access.texts import _names, named
from kokeilu.register import statements
from kokeilu.register.models import Details
from kokeilu.tests.seeker import Seeker
from kokeilu.tests.world import MARCH, World, _of
from kokeilu.transfer.models import Delivery

PAGE = "/my/"


def text(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_it_says_who_is_responsible_since_when_and_why(signed_in: Callable) -> None:
    page = text(signed_in())
    assert "Helsinki</strong>, since 1 March 2021" in page
    assert 'The job search is valid. <span class="k-muted">[1269/2020 2 §]</span>' in page
    assert "<dt>Whether the job search is valid: yes</dt><dd>register extract as of 28 February 2021</dd>" in page
    assert "1269/2020 4 § (not verified)" in page
    assert "“Not verified”: the text of that part of the law has not been checked" in page
    assert "Worker</strong>, Helsinki" in page  # the responsible worker
    assert "16 April 2021" in page  # by when the answer to the request is needed
    assert "Requests about me" in page
    assert "Was the job left for a good reason?" not in page  # nor what was written between the authorities


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ("Työllisyyspalveluni", "Työnhaku on voimassa.", "rekisteripoiminta 28.2.2021")),
        ("sv", ("Mina sysselsättningstjänster", "Jobbsökningen är i kraft.", "registerutdrag per 28.2.2021")),
    ],
)
def test_in_the_reader_s_language(signed_in: Callable, language: str, words: tuple[str, ...]) -> None:
    page = text(signed_in(language=language))
    assert [each for each in words if each not in page] == []


def test_each_visit_is_in_the_read_log_on_the_ground_self(signed_in: Callable, seeker: Seeker) -> None:
    before = ReadLog.objects.count()
    text(signed_in())
    line = ReadLog.objects.order_by("-pk")[0]
    assert ReadLog.objects.count() == before + 1
    assert (line.operation, line.ground, line.persons, line.user, line.role) == (
        "my.page",
        "self",
        [seeker.pk],
        None,
        "",
    )


def test_who_has_looked_is_told_by_role_organisation_and_ground_never_by_name(
    signed_in: Callable, world: World, seeker: Seeker
) -> None:
    assert "Nobody." in text(signed_in())
    worker = Client()
    worker.force_login(world.staff["worker"])
    assert worker.get(f"/customers/{seeker.pk}/").status_code == 200
    page = text(signed_in())
    part = page[page.index('id="readings"') :]
    assert "Responsible worker, Helsinki" in part
    assert "Your customer page" in part
    assert "The organisation was responsible for you" in part
    assert world.staff["worker"].name not in part
    assert part.count("<tr") == 2  # the head and one line: one's own visits are left out


def test_readings_come_in_pages(signed_in: Callable, world: World, seeker: Seeker) -> None:
    worker = Client()
    worker.force_login(world.staff["worker"])
    for _ in range(21):
        worker.get(f"/customers/{seeker.pk}/")
    first, second = (text(signed_in(), f"{PAGE}?page={number}") for number in (1, 2))
    assert (first.count("Your customer page"), second.count("Your customer page")) == (20, 1)
    assert text(signed_in(), f"{PAGE}?page=nonsense").count("Your customer page") == 20


def test_everything_that_shows_people_has_a_name_for_them() -> None:
    keys = {key for key, operation in _operations.items() if operation.shows != "nobody" and not operation.own}
    own = {key for key in keys if "test" in key or key.startswith("example")}  # of other tests
    assert sorted(keys - own - set(_names)) == []
    assert [key for key in ("self", "role", "responsible", "request") if named(key) == key] == []


def test_one_s_letter_opens_and_another_s_does_not(signed_in: Callable, seeker: Seeker) -> None:
    mine = Delivery.objects.filter(notice__in=_notices(seeker.pk)).order_by("pk")[0]
    answer = signed_in().get(f"/my/letters/{mine.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert ReadLog.objects.order_by("-pk")[0].operation == "transfer.own_letter"
    another = Delivery.objects.exclude(notice__in=_notices(seeker.pk)).order_by("pk")[0]
    assert signed_in().get(f"/my/letters/{another.pk}/").status_code == 404


def _notices(person: UUID) -> list[object]:
    from kokeilu.transfer import outbox_queries

    return [delivery.notice_id for delivery in outbox_queries.told(person)]


def test_of_a_protected_person_nothing_tells_where_they_live(signed_in: Callable, world: World) -> None:
    person = Details.objects.filter(protected=True, superseded_by=None).order_by("pk")[0].person_id
    page = text(signed_in(person))
    assert "Where you live is not shown here" in page
    assert "Laitila" not in page
    assert "not shown: the address is protected" in page


def test_of_united_records_either_code_opens_the_kept_one(signed_in: Callable) -> None:
    kept, merged = _of(3), _of(4)
    statements.merge(kept, merged, "Two codes of one person", actor=None)
    for record in (kept, merged):
        assert "Helsinki</strong>" in text(signed_in(record))
        assert ReadLog.objects.order_by("-pk")[0].persons == [kept]


def test_a_person_who_has_died_is_signed_in_no_more(signed_in: Callable) -> None:
    client = signed_in(_of(5))
    assert client.get(PAGE).status_code == 200
    statements.record_death(_of(5), MARCH.replace(day=1), "The population register", actor=None)
    assert client.get(PAGE)["Location"] == "/my/enter/"


def test_the_page_takes_as_many_queries_however_much_was_read(
    signed_in: Callable, world: World, seeker: Seeker, django_assert_max_num_queries: Callable
) -> None:
    worker = Client()
    worker.force_login(world.staff["worker"])
    for _ in range(12):
        worker.get(f"/customers/{seeker.pk}/")
    client = signed_in()
    with django_assert_max_num_queries(45):
        client.get(PAGE)
