"""The set-up that every test shares: strict where Django is lenient, and a database of its own per worker.

An unordered queryset comes in random order. By pyproject.toml a template variable that does not exist fails,
a warning is an error, and nothing beyond this machine is reached.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import translation
from typer.testing import CliRunner, Result

from kokeilu import postgres
from kokeilu.web import messages
from kokeilu.web.browser import chromium, visit  # noqa: F401 - fixtures

postgres.ensure()
messages.compile_all()
hypothesis.settings.register_profile("kokeilu", deadline=None)  # no test fails on a clock
hypothesis.settings.load_profile("kokeilu")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "database: uses the database; set on every test that does")
    config.addinivalue_line("markers", "browser: drives a browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        uses = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if uses or item.get_closest_marker("django_db"):
            item.add_marker("database")
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    # Those over all rooms come first: they are the longest, and at the end one worker would be left alone with them.
    all_rooms = Path(__file__).parent / "tests"
    items.sort(key=lambda item: not item.path.is_relative_to(all_rooms))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database goes at the end whoever still holds it: a killed process's session may outlive it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _language_of_nobody() -> Iterator[None]:
    """A test begins in the language of the settings, whatever one before it read."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_order_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that no one ordered come in an order that changes from run to run, as a database may give them."""
    fetch = QuerySet._fetch_all

    def fetch_shuffled(queryset: QuerySet) -> None:
        fresh = queryset._result_cache is None
        fetch(queryset)
        if fresh and not queryset.ordered:
            random.shuffle(queryset._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_shuffled)


@pytest.fixture(autouse=True, scope="session")
def _tables_empty_between_tests() -> Iterator[None]:
    """Tests that commit empty all tables afterwards, also those that the database otherwise only lets grow.

    Rows are deleted with all triggers off: TRUNCATE makes new files for each table and index, a third of a second of
    work. The lock waits for whoever still writes, as TRUNCATE's does. What Django itself keeps of the models stays.
    """
    from django.core.management.commands import flush
    from django.db.backends.postgresql.operations import DatabaseOperations

    of_the_models = {"django_content_type", "auth_permission"}

    def deletes(self: DatabaseOperations, style: object, tables: list[str], **options: bool) -> list[str]:
        names = [self.quote_name(table) for table in tables if table not in of_the_models]
        return [
            "SET LOCAL session_replication_role = replica",
            f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE",
            *(f"DELETE FROM {name}" for name in names),
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", deletes)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments: None)  # it would make them again
        yield


@pytest.fixture
def actor_of(db: None) -> Callable:
    """Make an actor: `actor_of(Role.WORKER, "helsinki")`; the organisation is made where it is missing."""
    from kokeilu.access.models import Membership, Organisation, Role, User
    from kokeilu.access.policy import Actor

    def make(role: Role, organisation: str) -> Actor:
        kind = {"te": Organisation.Kind.STATE, "ely": Organisation.Kind.CENTRE}.get(
            organisation, Organisation.Kind.TRIAL_AREA
        )
        place, _ = Organisation.objects.get_or_create(
            key=organisation,
            defaults={"kind": kind} | dict.fromkeys(("name_fi", "name_sv", "name_en"), organisation.title()),
        )
        number = User.objects.count() + 1
        user = User.objects.create_user(email=f"{role}{number}@{organisation}.example", name=f"{role} {number}")
        Membership.objects.create(user=user, organisation=place, role=role, valid=("2021-01-01", None))
        return Actor(user=user, organisation=place, role=role)

    return make


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command of `kokeilu` on the test's database: `command_line("assign", "--dry-run")`.

    Options such as `input` go to typer's runner.
    """
    from kokeilu import cli, database

    monkeypatch.setattr(database, "set_up", lambda: None)  # the test's is

    def run(*arguments: object, **options: Any) -> Result:
        return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], **options)

    return run
