"""A protected address is on no page, for nobody: every address of the site, as everybody who may open it."""

import io
import itertools

import pytest
from django.test import Client

from kokeilu.access.models import Membership, Organisation, Role, User
from kokeilu.casework import actions as casework
from kokeilu.casework.models import WorkerProfile
from kokeilu.law.areas import municipalities
from kokeilu.register import queries, statements
from kokeilu.register.tests.people import person
from kokeilu.tests.test_access_table import ADDRESSES
from kokeilu.tests.world import MARCH, PROTECTED, START, World

pytestmark = pytest.mark.django_db

AREA = "turku"  # whose name does not tell in which of its municipalities somebody lives


REACHED = [str(PROTECTED[name]) for name in ("street_address", "postal_code", "email", "phone")]


def secrets(text: str) -> list[str]:
    """What must not be read in a text: the address and how to reach the person anywhere; the municipality, which lists
    of all municipalities may name, wherever somebody of the person's name is."""
    place = municipalities()[str(PROTECTED["municipality"])]
    return [*REACHED, *([place.name, place.name_sv] if str(person(40)["family_name"]) in text else [])]


@pytest.fixture
def turku(world: World) -> dict[str, User]:
    """Everybody of the small world, and a worker and a team lead of the area where the protected customer lives."""
    staff = dict(world.staff)
    area = Organisation.objects.get(key=AREA)
    for name, role in (("worker_turku", Role.WORKER), ("team_lead_turku", Role.TEAM_LEAD)):
        staff[name] = User.objects.create_user(f"{name}@kokeilu.example", name)
        membership = Membership.objects.create(user=staff[name], organisation=area, role=role, valid=(START, None))
        if role == Role.WORKER:
            WorkerProfile.objects.create(
                membership=membership, organisation=area, capacity=9, languages=["fi"], districts=["238"]
            )
    casework.assign(AREA, START, actor=None)
    return staff


def answers(world: World, staff: dict[str, User], customer: object) -> dict[tuple[str, str, str], str]:
    """What every GET of the site answers, by address, person and language; files as their text."""
    worker = WorkerProfile.objects.get(organisation__key=AREA).pk
    parameters = world.parameters | {"person_id": customer, "worker_id": worker, "area": AREA}
    found = {}
    for (name, user), language in itertools.product(staff.items(), ("fi", "sv", "en")):
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = language
        for (route, method), address in ADDRESSES.items():
            if method == "GET" and not route.startswith("/oidc"):
                response = client.get(address.path(parameters))
                if response.status_code == 200:
                    found[route, name, language] = _text(response)
        for route, data in (("/portfolio/", {"search": person(40)["family_name"]}), ("/transfer/preview/", PREVIEW)):
            found[f"POST {route}", name, language] = _text(client.post(route, data))
    return found


PREVIEW = {"trial": "kuntakokeilu", "on": MARCH.isoformat()}


def _text(response: object) -> str:
    content = b"".join(response) if getattr(response, "streaming", False) else response.content  # type: ignore[attr-defined,call-overload]
    if content.startswith(b"%PDF"):
        import pikepdf

        with pikepdf.open(io.BytesIO(content)) as letter:
            return str(letter.docinfo) + "".join(str(page.Contents.read_bytes()) for page in letter.pages)
    return content.decode(errors="replace")


def test_no_page_shows_where_a_protected_person_lives(world: World, turku: dict[str, User]) -> None:
    customer = queries.find_person(person(40)["person"])
    seen = answers(world, turku, customer)
    name = str(person(40)["family_name"])
    shown = {route for (route, who, _), text in seen.items() if name in text and who == "worker_turku"}
    assert {"/customers/<uuid:person_id>/", "/portfolio/"} <= shown  # the pages do show the person
    leaks = {(key, secret) for key, text in seen.items() for secret in secrets(text) if secret in text}
    assert not leaks


def test_no_list_of_the_state_tells_the_area_of_a_protected_person(world: World) -> None:
    undecided = queries.find_person(person(38)["person"])
    client = Client()
    client.force_login(world.staff["state_officer"])
    assert [row["area"] for row in client.get("/transfer/undecided/").context["rows"]] == ["Helsinki"]
    statements.protect(undecided, MARCH, "a decision", actor=None)
    assert [row["area"] for row in client.get("/transfer/undecided/").context["rows"]] == ["–"]
    assert "Helsinki" not in client.get(f"/customers/{undecided}/").content.decode()
    groups = client.post("/transfer/preview/", PREVIEW).context["reasons"]
    areas = {sample.person: sample.area for group in groups for sample in group.samples}
    assert areas[undecided] == ""
    assert "Helsinki" in areas.values()


def test_every_page_narrows_at_once_when_an_officer_protects_the_address(world: World, turku: dict[str, User]) -> None:
    customer = queries.find_person(person(1)["person"])
    client = Client()
    client.force_login(turku["worker"])
    address = f"/customers/{customer}/"
    reach = ("Koekatu 1", "00100", "person1@example.org")
    assert all(each in client.get(address).content.decode() for each in reach)
    order = statements.protect(customer, MARCH, "a decision", actor=None).statement
    shown = client.get(address).content.decode()
    assert not any(each in shown for each in reach)
    statements.revoke(order, "it ended", actor=None)
    assert all(each in client.get(address).content.decode() for each in reach)
