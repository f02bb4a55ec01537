"""Who may open what: every address and method, requested as everybody, compared with the table in the repository.

The table, `access/tests/access_table.csv`, is what a person reads and decides; the pages must agree with it.
"""

import csv
from copy import deepcopy
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from kokeilu import access
from kokeilu.tests.addresses import addresses
from kokeilu.tests.world import STAFF, World

TABLE = Path(access.__file__).parent / "tests" / "access_table.csv"
EVERYBODY = ["anonymous", *STAFF, "job_seeker"]
ANSWERS = {"permit", "deny", "login"}


def read() -> dict[tuple[str, str], dict[str, str]]:
    """The table's rows by address and method."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row.pop("address"), row.pop("method")): row for row in csv.DictReader(file)}


ROWS = read()
ADDRESSES = {(address.route, method): address for address in addresses() for method in address.methods}


def cookies(world: World, who: str) -> SimpleCookie:
    """What the browser of somebody who is logged in keeps; nothing for nobody."""
    client = Client()
    if who == "job_seeker":
        world.job_seeker.sign_in(client)
    elif who != "anonymous":
        client.force_login(world.staff[who])
    return client.cookies


def ask(world: World, route: str, method: str, kept: SimpleCookie) -> str:
    """What the page answers who has these cookies: permit, deny, login, or the status where it is none of these."""
    client = Client()
    client.cookies = deepcopy(kept)
    path = ADDRESSES[route, method].path(world.parameters)
    with transaction.atomic():  # what one person's request changes is not there for the next
        response = client.generic(method, path)
        transaction.set_rollback(True)
    if response.status_code == 302 and response["Location"].startswith("/?next="):
        return "login"
    if route != "/my/leave/" and response.get("Location") == "/my/enter/":
        return "login"
    if response.status_code == 403:
        return "deny"
    good = response.status_code < 400 or (method == "POST" and response.status_code in (400, 422))
    return "permit" if good else str(response.status_code)


def test_every_address_has_a_row():
    missing = sorted(set(ADDRESSES) - set(ROWS))
    assert not missing, (
        f"{TABLE.name} has no row for: {missing}. Add for each a line address,method,{','.join(EVERYBODY)}"
        " with permit, deny or login: what you decide, not what the page happens to answer."
    )


def test_every_row_has_an_address():
    gone = sorted(set(ROWS) - set(ADDRESSES))
    assert not gone, f"{TABLE.name} has rows for addresses that are not there: {gone}. Remove them."


def test_every_row_answers_for_everybody():
    for key, row in ROWS.items():
        assert list(row) == EVERYBODY, key
        assert set(row.values()) <= ANSWERS, key


def test_every_parameter_of_an_address_has_a_value(world: World):
    missing = {name for address in ADDRESSES.values() for name in address.parameters} - set(world.parameters)
    assert not missing, f"tests/world.py gives no value for the parameters {sorted(missing)}: add them to `_parameters`"


def test_the_pages_answer_as_the_table_says(world: World, subtests: pytest.Subtests):
    kept = {who: cookies(world, who) for who in EVERYBODY}
    for route, method in sorted(set(ROWS) & set(ADDRESSES)):
        with subtests.test(f"{method} {route}"):
            assert {who: ask(world, route, method, kept[who]) for who in EVERYBODY} == ROWS[route, method]


def test_log_in_leads_everybody_to_their_page(world: World):
    leads = {}
    for who in STAFF:
        client = Client()
        client.force_login(world.staff[who])
        leads[who] = client.get("/start/").headers["Location"]
    assert leads == {
        "worker": "/portfolio/",
        "worker_elsewhere": "/portfolio/",
        "team_lead": "/portfolio/",
        "state_officer": "/transfer/",
        "analyst": "/monitoring/",
        "administrator": "/admin/",
    }
