"""People of the register for this room's tests, made with the models as an import would leave them."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from kokeilu.register.models import Contact, Details, Extract, Person, Situation
from kokeilu.transfer.intake import give_to_state

FEBRUARY = date(2021, 2, 28)
START = date(2021, 3, 1)

DETAILS = {
    "family_name": "Virtanen", "given_names": "Maija", "birth_date": date(1980, 5, 5), "language": "fi",
    "service_language": "fi", "immigrant": False, "education": 3, "occupation": "5120", "protected": False,
}  # fmt: skip
SITUATION = {
    "municipality": "091", "placed_in": "none", "temporary_protection": False, "job_search_valid": True,
    "employment_code": "02", "service": "none", "benefit": "labour_market_support",
    "earnings_related_right": False, "job_search_since": date(2020, 6, 1), "unemployed_since": date(2020, 6, 1),
}  # fmt: skip
# Aged 40 with the earnings-related allowance: not in the trial.
OUT = {"benefit": "earnings_related", "earnings_related_right": True}
# Whether there is a right to the earnings-related allowance is unknown, and nothing else puts the person in.
UNDECIDED = {"benefit": None, "earnings_related_right": None}


def extract(as_of: date = FEBRUARY) -> Extract:
    """An imported extract."""
    return Extract.objects.create(as_of=as_of, sha256=uuid.uuid4().hex, file_name=f"register-{as_of}.parquet", rows=1)


def people(source: Extract, *facts: dict[str, Any]) -> list[Person]:
    """New people whom an extract reports; each dict says how one differs from an unemployed person in Helsinki
    without the earnings-related allowance, who is in the trial. The state becomes responsible for them."""
    made = [Person.objects.create(known_since=source.as_of) for _ in facts]
    for person, given in zip(made, facts, strict=True):
        report(source, person, given)
    with connection.cursor() as cursor:
        give_to_state(cursor, source.as_of)
    return made


def report(source: Extract, person: Person, facts: dict[str, Any]) -> None:
    """What an extract says of a person from its day on."""
    for model, usual in ((Details, DETAILS), (Contact, {}), (Situation, SITUATION)):
        values = {name: facts.get(name, value) for name, value in usual.items()}
        close(source, [person], model)
        model.objects.create(person=person, valid=(source.as_of, None), opened_by=source, **values)


def close(source: Extract, gone: Iterable[Person], *models: type) -> None:
    """What held until an extract holds no more."""
    for model in models or (Details, Contact, Situation):
        for row in model.objects.filter(person__in=list(gone), superseded_by=None, valid__upper_inf=True):
            row.valid, row.closed_by = (row.valid.lower, source.as_of), source
            row.save()
