"""People of the register for the tests that read PostgreSQL, made with the models."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from kokeilu.access.models import Organisation
from kokeilu.panel.tests.frames import SEEKING
from kokeilu.register.models import Details, Extract, Person, Situation
from kokeilu.transfer.models import Responsibility

SINCE = date(2021, 1, 31)


def organisation(key: str) -> Organisation:
    kind = Organisation.Kind.STATE if key == "te" else Organisation.Kind.TRIAL_AREA
    made, _ = Organisation.objects.get_or_create(
        key=key, defaults={"kind": kind, "name_fi": key, "name_sv": key, "name_en": key}
    )
    return made


def extract(as_of: date) -> Extract:
    made, _ = Extract.objects.get_or_create(
        as_of=as_of, defaults={"sha256": uuid4().hex, "file_name": f"register-{as_of}.parquet", "rows": 1}
    )
    return made


def person(
    *situations: dict,
    moves_on: date | None = None,
    died: date | None = None,
    sex: str | None = None,
    id: UUID | None = None,
    **details: object,
) -> Person:
    """A person whose situations hold one after the other; each is {"from": day, fact: value}.

    Facts that are left out are as in SEEKING. The state is responsible until `moves_on`, then Helsinki; nobody
    after the day of death.
    """
    first = situations[0]["from"] if situations else SINCE
    buried = died and died + timedelta(days=1)
    made = Person.objects.create(id=id or uuid4(), known_since=first, known_until=buried, sex=sex)
    ends = [*(each["from"] for each in situations[1:]), None][: len(situations)]
    for situation, end in zip(situations, ends, strict=True):
        facts = SEEKING | situation
        begins = facts.pop("from")
        Situation.objects.create(person=made, valid=(begins, end), opened_by=extract(begins), **facts)
    known = {"birth_date": date(1980, 5, 5), "language": "fi", "immigrant": False, "education": 3} | details
    Details.objects.create(person=made, valid=(first, None), opened_by=extract(first), **known)
    periods = [("te", first, moves_on or buried)] + ([("helsinki", moves_on, buried)] if moves_on else [])
    for key, begins, end in periods:
        Responsibility.objects.create(person=made, organisation=organisation(key), valid=(begins, end), ground="intake")
    return made
