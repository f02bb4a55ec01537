"""A small world for tests of the whole house: people of Helsinki and Espoo, imported, moved, assigned, counted.

Made by the rooms' own actions, so that every page has something true to show.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from kokeilu import clock
from kokeilu.access.models import Membership, Organisation, Role, User
from kokeilu.access.policy import Actor
from kokeilu.casework import actions as casework
from kokeilu.casework.models import WorkerProfile
from kokeilu.law.definition import shipped
from kokeilu.monitoring import goal_actions, service_cost_actions
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewPackage, NewTarget
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.models import (
    DurationMedian,
    MonthlyBreakdown,
    MonthlyFigure,
    NationalFigure,
    Release,
    ServiceFigure,
    SurvivalStep,
)
from kokeilu.monitoring.service_comparison_rules import MEASURES
from kokeilu.monitoring.tests import released
from kokeilu.register import statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.queries import find_person
from kokeilu.register.tests.people import person, write
from kokeilu.services import actions as services
from kokeilu.tests.seeker import Seeker
from kokeilu.transfer import actions as transfer
from kokeilu.transfer.outbox_queries import told

FEBRUARY, START, MARCH = date(2021, 2, 28), date(2021, 3, 1), date(2021, 3, 31)
# A customer of Turku whose address is protected: none of this may be read on any page.
PROTECTED = {
    "protected": True, "municipality": "400", "street_address": "Salapolku 7", "postal_code": "23800",
    "city": "Laitila", "email": "turvattu@example.org", "phone": "040 555 0101",
}  # fmt: skip
CUSTOMER = 1  # the row of the customer whose pages are opened, an Åström

# Who works where in the tests of pages: the columns of the access table, after `anonymous`.
STAFF = {
    "worker": (Role.WORKER, "helsinki"),
    "worker_elsewhere": (Role.WORKER, "espoo"),
    "team_lead": (Role.TEAM_LEAD, "helsinki"),
    "state_officer": (Role.STATE_OFFICER, "te"),
    "analyst": (Role.ANALYST, "ely-uusimaa"),
    "administrator": (Role.ADMINISTRATOR, "te"),
}


@dataclass(frozen=True)
class World:
    """The staff by the column of the access table, and what stands in addresses by the parameter's name.

    The job seeker is the customer whose pages are opened.
    """

    staff: dict[str, User]
    parameters: dict[str, object]
    job_seeker: Seeker

    def visitor(self, who: str) -> User | Seeker | None:
        """Whoever a column of the access table stands for; None for nobody."""
        return self.job_seeker if who == "job_seeker" else self.staff.get(who)


def build(folder: Path) -> World:
    """Make the world in the test's database; `folder` takes its extracts."""
    trial = shipped("kuntakokeilu")
    transfer.ensure_organisations(trial)
    Organisation.objects.create(
        key="ely-uusimaa", kind=Organisation.Kind.CENTRE, name_fi="Uudenmaan ELY-keskus",
        name_sv="NTM-centralen i Nyland", name_en="Uusimaa ELY Centre",
    )  # fmt: skip
    staff = {name: _employ(name, role, place) for name, (role, place) in STAFF.items()}
    _import(folder, FEBRUARY, _people())
    run = transfer.run(trial, START).run
    _assign(staff)
    _import(folder, MARCH, _people()[:-1])
    _publish()
    release = _release(staff)
    stated = statements.protect(_of(37), MARCH, "A decision of the registry office", actor=None)
    parameters = _parameters(staff, run.pk) | {"statement_id": stated.statement.pk}
    parameters |= {"release_id": release.pk, "file_name": release.files.order_by("position")[0].name}
    parameters |= _goals()
    return World(staff, parameters, Seeker(UUID(str(parameters["person_id"]))))


def _of(number: int) -> UUID:
    """The person of a row of the extracts."""
    found = find_person(person(number)["person"])
    assert found is not None
    return found


def _employ(name: str, role: Role, place: str) -> User:
    user = User.objects.create_user(f"{name}@kokeilu.example", name.replace("_", " ").title())
    organisation = Organisation.objects.get(key=place)
    Membership.objects.create(user=user, organisation=organisation, role=role, valid=(date(2021, 1, 1), None))
    return user


def _assign(staff: dict[str, User]) -> None:
    """Each area's worker is responsible for its customers."""
    for name in ("worker", "worker_elsewhere"):
        membership = staff[name].memberships.get()
        area = membership.organisation
        WorkerProfile.objects.create(
            membership=membership, organisation=area, capacity=50, languages=["fi", "sv"], specialities=["youth"]
        )
        casework.assign(area.key, START, actor=None)


def _people() -> list[dict[str, object]]:
    earnings_related = {"benefit": "earnings_related", "earnings_related_right": True}
    return [
        *(person(number) for number in range(30)),
        *(person(number, municipality="049", city="Espoo", postal_code="02100") for number in range(30, 36)),
        person(36, service_language="sv", language="sv"),
        person(37, **earnings_related),  # stays with the state
        person(38, benefit=None, earnings_related_right=None),  # undecided
        person(40, **PROTECTED),
        person(39),  # gone in March
    ]


def _import(folder: Path, as_of: date, rows: list[dict[str, object]]) -> None:
    import_extracts([(write(folder / f"register-{as_of}.parquet", rows), as_of)])


def _publish() -> None:
    """Figures for every area, population and indicator, one of them suppressed."""
    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(
            area=area, month=date(2021, month, 1), population=population, indicator=indicator,
            value=None if suppressed else 1000.0 + month, suppressed=suppressed,
        )
        for area in ("helsinki", "espoo")
        for month in (1, 2, 3)
        for population in POPULATIONS
        for number, indicator in enumerate(INDICATORS)
        for suppressed in [number == 0 and month == 2]
    )  # fmt: skip
    NationalFigure.objects.bulk_create(
        NationalFigure(
            month=date(2021, month, 1), population=population, indicator=indicator,
            value=None if suppressed else 2000.0 + 2 * month, suppressed=suppressed,
        )
        for month in (1, 2, 3)
        for population in POPULATIONS
        for number, indicator in enumerate(INDICATORS)
        for suppressed in [number == 0 and month == 2]
    )  # fmt: skip
    SurvivalStep.objects.bulk_create(
        SurvivalStep(
            area=area, began=date(year, 1, 1), until=until, month=date(year, 6 + until, 1),
            at_risk=1200 - 100 * until, open_market=50, service=30, other=20,
        )
        for area in ("helsinki", "espoo")
        for year in (2019, 2020)
        for until in range(1, 7)
    )  # fmt: skip
    DurationMedian.objects.bulk_create(
        DurationMedian(area=area, month=date(2021, 3, 1), kind=kind, months=months, hidden=months is None)
        for area in ("helsinki", "espoo")
        for kind, months in (("running", 7), ("ended", None))
    )


def _release(staff: dict[str, User]) -> Release:
    """A release that the analyst made and a colleague checked, published on the day before."""
    centre = Organisation.objects.get(key="ely-uusimaa")
    analysts = [staff["analyst"], _employ("colleague", Role.ANALYST, centre.key)]
    preparer, checker = (Actor(user, centre, Role.ANALYST) for user in analysts)
    with patch.object(clock, "now", return_value=datetime(2021, 3, 30, 8, tzinfo=clock.HELSINKI)):
        return released.publish(preparer, checker)


def _goals() -> dict[str, Any]:
    """Targets of Helsinki, and measures in a work package: of all, of a group by its classes, and of one in words only;
    services with prices.
    """
    ServiceFigure.objects.bulk_create(
        ServiceFigure(area=area, year=2020, service=service, measure=measure, value=None if hidden else 100 + place)
        for area in ("helsinki", "espoo")
        for place, service in enumerate(("coaching", "work_trial"))
        for measure in MEASURES
        for hidden in [measure == "followed_supported_work"]
    )
    MonthlyBreakdown.objects.bulk_create(
        MonthlyBreakdown(
            area="helsinki", population="residents", month=date(2021, month, 1), indicator=key, dimension="age",
            group=group, value=None if hidden else 200 + month, suppressed=hidden,
        )
        for month in (1, 2, 3)
        for key in ("registered_unemployed", "broad_unemployment", "open_market_exits")
        for group in ("under_25", "25_29")
        for hidden in [month == 2 and key == "registered_unemployed"]
    )  # fmt: skip
    price = service_cost_actions.NewCost("coaching", "month", 41_250, "The budget")
    cost = [
        service_cost_actions.set_cost(area, replace(price, from_year=year), reason="The budget", actor=None)
        for area in ("espoo", "helsinki")
        for year in (2020, None)
    ][-1]
    aim = NewTarget("registered_unemployed", Decimal(900), "down", date(2021, 1, 1), date(2022, 1, 1), "The council")
    target = goal_actions.set_target("helsinki", aim, reason="The strategy", actor=None)
    for key, value, by in (("registered_unemployed", 800, 2023), ("inflow", 90, None), ("activation_rate", 60, 2022)):
        more = NewTarget(
            key, Decimal(value), "up" if key == "activation_rate" else "down", date(2021, 1, 1),
            date(by, 1, 1) if by else None, "The council", "en",
        )  # fmt: skip
        goal_actions.set_target("helsinki", more, reason="The strategy", actor=None)
    plan = NewPackage(1, "Neuvonta", "Rådgivning", "Advice", "The plan")
    package = goal_actions.set_package("helsinki", plan, reason="The plan", actor=None)
    moves = NewExpectation("registered_unemployed", "down", size=Decimal(10), by_day=date(2022, 1, 1))
    measure = NewMeasure("Advice in the evenings", date(2021, 1, 1), None, "helsinki", expectations=(moves,))
    goal_actions.set_measure(package, measure, reason="The plan", actor=None)
    young = NewExpectation("registered_unemployed", "down", dimension="age", classes=("under_25", "25_29"))
    groups = (young, replace(young, indicator="laid_off"), NewExpectation("inflow", "down", group="Newcomers"))
    youth = NewMeasure("Youth desk", date(2021, 1, 1), None, "helsinki", expectations=groups, language="en")
    goal_actions.set_measure(package, youth, reason="The plan", actor=None)
    return {"goal_kind": "target", "goal_id": target.pk, "cost_id": cost.pk}


def _ask(staff: dict[str, User], customer: UUID) -> UUID:
    """The worker asks the state for a statement about the customer, and an officer takes it up."""
    worker, officer = (
        Actor(staff[name], Organisation.objects.get(key=STAFF[name][1]), STAFF[name][0])
        for name in ("worker", "state_officer")
    )
    request = services.ask(
        customer, "other_statements", "Was the job left for a good reason?", deadline=date(2021, 4, 16), actor=worker
    )
    services.take_up(request.pk, actor=officer)
    return request.pk


def _parameters(staff: dict[str, User], run: UUID) -> dict[str, object]:
    customer = _of(CUSTOMER)
    return {
        "person_id": customer,
        "other_id": _of(36),
        "act": "death",
        "statement_kind": "protection",
        "delivery_id": told(customer).order_by("pk")[0].pk,
        "request_id": _ask(staff, customer),
        "run_id": run,
        "area": "helsinki",
        "size": "wide",
        "indicator": "registered_unemployed",
        "kind": "csv",
        "user_id": staff["worker"].pk,
        "worker_id": WorkerProfile.objects.get(membership__user=staff["worker"]).pk,
        "membership_id": staff["worker"].memberships.get().pk,
        "provider_id": "staff",
        "trial": "kuntakokeilu",
    }
