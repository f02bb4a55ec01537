"""The invented people who work in a demonstration: an account for each role, and each area's responsible workers."""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import override
from rich.console import Console
from rich.table import Column, Table

from kokeilu import demo_job_seeker, installation
from kokeilu.access import actions as access
from kokeilu.access.models import Membership, Organisation, Role, User
from kokeilu.casework import actions as casework
from kokeilu.casework.models import AssignmentRun, WorkerProfile
from kokeilu.casework.rules import Speciality
from kokeilu.register.models import Contact, Details
from kokeilu.register.queries import on_day
from kokeilu.steps import Tell
from kokeilu.synthetic import names
from kokeilu.transfer.models import Responsibility

CENTRE = "uusimaa-ely"
# Who has an account to log in with, by organisation; the worker's is the first one hired in Helsinki.
ACCOUNTS = (
    (Role.WORKER, "helsinki"),
    (Role.TEAM_LEAD, "helsinki"),
    (Role.STATE_OFFICER, "te"),
    (Role.ANALYST, CENTRE),
    (Role.ANALYST, "espoo"),
    (Role.ADMINISTRATOR, "te"),
)
SHOWN = {Role.ANALYST: 2}  # accounts shown of a role: one analyst prepares a release, another checks it
CAPACITY = range(200, 290, 10)  # customers of one worker, drawn evenly
SPARE = 1.04  # places for each customer, so that languages can be met
DISTRICT = 3  # digits of the postal code


def add_centre() -> None:
    """Make the centre whose analysts follow the areas, where it is missing."""
    Organisation.objects.get_or_create(
        key=CENTRE,
        defaults={
            "kind": Organisation.Kind.CENTRE,
            "name_fi": "Uudenmaan ELY-keskus",
            "name_sv": "NTM-centralen i Nyland",
            "name_en": "Uusimaa ELY Centre",
        },
    )


def password() -> str:
    """The password of every account of this installation's demonstrations, drawn once."""
    return installation.secret("demo-password")[:16]


def print_accounts() -> None:
    """Show who may log in, and with what. Where the password is another one, all get this one."""
    accounts = list(_accounts())
    if not all(user.check_password(password()) for _, _, user in accounts):
        with transaction.atomic():
            for _, _, user in accounts:
                access.set_password(user=user, password=password(), actor=None)
            demo_job_seeker.renew(password())
    table = Table("role", "organisation", Column("e-mail address", no_wrap=True), box=None)
    for role, organisation, user in accounts:
        with override("en"):
            table.add_row(str(role.label), organisation.name_en, user.email)
    if seeker := demo_job_seeker.address():
        table.add_row("Job seeker", "at /my/", seeker)
    console = Console(highlight=False)
    console.print("\nAccounts, each with the password", password())
    console.print(table)


def worker() -> User:
    """The responsible worker who has an account."""
    return next(user for role, _, user in _accounts() if role == Role.WORKER)


def _accounts() -> Iterator[tuple[Role, Organisation, User]]:
    for role, key in ACCOUNTS:
        members = Membership.objects.filter(role=role, organisation__key=key)
        shown = members.select_related("user", "organisation").order_by("user__email")
        for member in shown[: SHOWN.get(role, 1)]:
            yield role, member.organisation, member.user


@dataclass(frozen=True)
class Staff:
    """Hires the staff of the areas; from the same `seed` and customers the same people each time."""

    seed: int
    since: date

    def add_accounts(self, tell: Tell) -> None:
        """Add a person for each role that is not a responsible worker's, in one transaction."""
        draw = self._draw("accounts")
        with transaction.atomic():
            for role, key in ACCOUNTS:
                if role != Role.WORKER:
                    self._add(draw, Organisation.objects.get(key=key), role)

    def hired(self) -> bool:
        """Whether each area with customers has its workers."""
        return not self._areas().exclude(pk__in=WorkerProfile.objects.values("organisation")).exists()

    def hire(self, tell: Tell) -> None:
        """Hire as many workers in each area as its customers need, in one transaction an area."""
        areas = self._areas().exclude(pk__in=WorkerProfile.objects.values("organisation")).order_by("key")
        for area in tell.each(areas, len(areas), "hiring"):
            self._hire_for(area)

    def assigned(self) -> bool:
        """Whether each area with customers had its assignment."""
        return not self._unassigned().exists()

    def assign(self, tell: Tell) -> None:
        """Give each customer of each area a responsible worker."""
        areas = self._unassigned().order_by("key")
        for area in tell.each(areas, len(areas), "assigning"):
            casework.assign(area.key, self.since, actor=None)

    def _unassigned(self) -> QuerySet[Organisation]:
        return self._areas().exclude(pk__in=AssignmentRun.objects.filter(on=self.since).values("organisation"))

    def _areas(self) -> QuerySet[Organisation]:
        """The areas that have customers on the day."""
        return Organisation.objects.filter(
            kind=Organisation.Kind.TRIAL_AREA, pk__in=self._customers().values("organisation")
        )

    def _customers(self) -> QuerySet[Responsibility]:
        return Responsibility.objects.filter(valid__contains=self.since, superseded_by=None)

    @transaction.atomic
    def _hire_for(self, area: Organisation) -> None:
        customers = self._customers().filter(organisation=area)
        needed = _Needed(customers, self.since)
        draw = self._draw(area.key)
        wanted, places, first = customers.count() * SPARE, 0, True
        while places < wanted:
            membership = self._add(draw, area, Role.WORKER)
            capacity = draw.choice(CAPACITY)
            WorkerProfile.objects.create(
                membership=membership,
                organisation=area,
                capacity=capacity,
                languages=needed.languages(draw, swedish=first),
                specialities=_specialities(draw),
                districts=needed.districts(draw),
            )
            places, first = places + capacity, False

    def _draw(self, what: str) -> random.Random:
        return random.Random(f"{self.seed} {what}")  # noqa: S311 - nothing here is a secret

    def _add(self, draw: random.Random, organisation: Organisation, role: Role) -> Membership:
        kind = "sv" if draw.random() < 0.1 else "fi"
        given, family = draw.choice(names.given_names(kind)), draw.choice(names.family_names(kind))
        ascii_name = unicodedata.normalize("NFKD", f"{given}.{family}".lower()).encode("ascii", "ignore").decode()
        domain, number = f"{organisation.key}.example", ""
        while User.objects.filter(email=f"{ascii_name}{number}@{domain}").exists():
            number = str(int(number or 1) + 1)
        user = access.add_user(
            name=f"{given} {family}", email=f"{ascii_name}{number}@{domain}", language=kind,
            organisation=organisation, role=role, since=self.since, actor=None,
        )  # fmt: skip
        return user.memberships.get()


class _Needed:
    """What the customers of an area need of their workers: languages and places, by how many customers have them."""

    def __init__(self, customers: QuerySet[Responsibility], day: date) -> None:
        people = customers.values("person")
        details = on_day(Details, day).filter(person__in=people)
        contacts = on_day(Contact, day).filter(person__in=people, postal_code__isnull=False)
        self._languages = _counts(details.exclude(language__in=["fi", "sv"]), "language")
        self._swedish = _share(details, service_language="sv")
        self._districts = _counts(contacts.annotate(district=Substr("postal_code", 1, DISTRICT)), "district")

    def languages(self, draw: random.Random, *, swedish: bool) -> list[str]:
        """Finnish, Swedish (always, or twice as often as customers ask for it), English often, some one more."""
        spoken = ["fi"]
        if draw.random() < 2 * self._swedish or swedish:
            spoken.append("sv")
        if draw.random() < 0.6:
            spoken.append("en")
        if self._languages and draw.random() < 0.3:
            spoken += draw.choices(list(self._languages), list(self._languages.values()))
        return sorted(set(spoken))

    def districts(self, draw: random.Random) -> list[str]:
        """One or two parts of the area."""
        if not self._districts:
            return []
        return sorted(set(draw.choices(list(self._districts), list(self._districts.values()), k=2)))


def _counts(rows: QuerySet[Any], column: str) -> Counter[str]:
    counted = rows.filter(**{f"{column}__isnull": False}).values(key=F(column)).annotate(people=Count("pk"))
    return Counter({row["key"]: row["people"] for row in counted.order_by("key")})


def _share(rows: QuerySet[Any], **condition: str) -> float:
    everyone = rows.count()
    return rows.filter(**condition).count() / everyone if everyone else 0.0


def _specialities(draw: random.Random) -> list[str]:
    """None for half of the workers, one for the others."""
    return [str(draw.choice(list(Speciality)))] if draw.random() < 0.5 else []
