"""Who is whom, as an officer looks at it: a record's side, what was stated of a person, and what waits for somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kokeilu.register import labels, parts
from kokeilu.register.families import Families
from kokeilu.register.identity import decrypt
from kokeilu.register.models import (
    STANDING,
    Death,
    Details,
    Person,
    PersonCode,
    Protection,
    Report,
    Situation,
    Union,
)
from kokeilu.register.parts import Text
from kokeilu.register.queries import newest_extract
from kokeilu.web import formats

KINDS: dict[str, type[Union] | type[Death] | type[Protection]] = {
    "union": Union, "death": Death, "protection": Protection,
}  # fmt: skip


_PROTECTED: dict[bool | None, Text] = {True: _("Protected"), False: _("Not protected"), None: labels.UNKNOWN}


@dataclass(frozen=True)
class Side:
    """A person, or a record, as two are compared: rows of label and text. Nothing tells where the person lives."""

    person: UUID
    name: Text
    rows: list[tuple[Text, Text]]
    reported: bool  # by the newest extract
    born: Any


@dataclass(frozen=True)
class Said:
    """A statement in words, `kind` as in KINDS."""

    kind: str
    statement: parts.Statement
    text: Text

    @property
    def stands(self) -> bool:
        """Whether it has not been revoked."""
        return self.statement.revoked_at is None


@dataclass(frozen=True)
class Waiting:
    """Something that an officer should look at."""

    person: UUID
    name: Text
    text: Text


def side(person: UUID) -> Side:
    """What is known under a record now."""
    details, situation = _newest(Details, person), _newest(Situation, person)
    known = Person.objects.get(pk=person)
    newest = newest_extract()
    reported = situation.pk is not None and situation.valid.upper is None
    last = newest.as_of if reported and newest else situation.valid.upper if situation.pk else None
    rows: list[tuple[Text, Text]] = [
        (_("Identity codes"), ", ".join(codes_of(person)) or labels.UNKNOWN),
        (_("Birth date"), formats.day(details.birth_date)),
        (_("Mother tongue"), labels.language(details.language)),
        (_("Service language"), labels.language(details.service_language)),
        (_("Address"), _PROTECTED[details.protected]),
        (_("Known since"), formats.day(known.known_since)),
        (_("Reported until") if not reported else _("Reported last"), formats.day(last)),
        *parts.describe(person),
    ]
    return Side(person, name_of(details), rows, reported, details.birth_date)


def _newest(table: Any, person: UUID) -> Any:
    """The row that holds now or held last; an empty one where there is none."""
    return table.objects.filter(person=person, superseded_by=None).order_by("-valid").first() or table(person_id=person)


def name_of(details: Details) -> Text:
    """Family name first."""
    return ", ".join(part for part in (details.family_name, details.given_names) if part) or _("Name unknown")


def codes_of(person: UUID) -> list[str]:
    """The identity codes of a person, the one that counts first. Never for logs, addresses or file names."""
    families = Families.load()
    records = families.order(families.root(person))
    rows = {row.person_id: row for row in PersonCode.objects.filter(person__in=records)}
    return [decrypt(bytes(rows[each].ciphertext), bytes(rows[each].hash)) for each in records if each in rows]


def statements_of(person: UUID) -> list[Said]:
    """What was stated of a person and of the records that were ever theirs, the newest first."""
    records = set(Families.load().order(person))
    while more := set(Union.objects.filter(kept__in=records).values_list("merged", flat=True)) - records:
        records |= more
    found = [
        *(Said("union", each, each.get_kind_display()) for each in Union.objects.filter(kept__in=records)),
        *(Said("union", each, each.get_kind_display()) for each in Union.objects.filter(merged=person)),
        *(
            Said("death", each, _("Died on %(day)s") % {"day": formats.day(each.day)})
            for each in Death.objects.filter(person__in=records)
        ),
        *(
            Said("protection", each, _("Protected from %(day)s on") % {"day": formats.day(each.since)})
            for each in Protection.objects.filter(person__in=records)
        ),
    ]
    return sorted(found, key=lambda said: (said.statement.recorded_at, str(said.statement.pk)), reverse=True)


def waiting() -> list[Waiting]:
    """What extracts say against statements: reports of the dead, of one person under two codes, of no protection."""
    families = Families.load()
    newest = Report.objects.select_related("extract").order_by("record", "-pk").distinct("record")
    told = {each.record_id: each for each in newest if each.facts is not None}
    reported = {root: [each for each in families.order(root) if each in told] for root in families.roots(told)}
    # Statements are of any record of the person. Most of the dead are reported no more, and need no look.
    person_of = {record: root for root in reported for record in families.order(root)}
    found: list[tuple[UUID, Text]] = []
    for death in Death.objects.filter(STANDING, person__in=list(person_of)):
        root = person_of[death.person_id]
        last = max(told[each].extract.as_of for each in reported[root])
        if last > death.day:
            words = {"day": formats.day(death.day), "as_of": formats.day(last)}
            found.append((root, _("Died on %(day)s, still reported as of %(as_of)s") % words))
    for order in Protection.objects.filter(STANDING, person__in=list(person_of)):
        root = person_of[order.person_id]
        if any(_open_since(told[each], order.since) for each in reported[root]):
            found.append((root, _("The register reports the address as not protected")))
    for root, records in reported.items():
        extracts = {told[each].extract_id for each in records}
        if len(extracts) < len(records):
            found.append((root, _("Reported under two identity codes at once")))
    names = names_of([person for person, _text in found])
    return [Waiting(person, names.get(person, _("Name unknown")), text) for person, text in sorted(found, key=str)]


def _open_since(report: Report, day: date) -> bool:
    """Whether a report of a day or later says that the address is not protected."""
    return report.facts is not None and report.facts["protected"] is False and report.extract.as_of >= day


def names_of(persons: Iterable[UUID]) -> dict[UUID, Text]:
    """What people are called now, or were last."""
    rows = Details.objects.filter(person__in=list(persons), superseded_by=None).order_by("person", "-valid")
    return {row.person_id: name_of(row) for row in rows.distinct("person")}


def differences(first: Side, second: Side) -> list[Text]:
    """What speaks against two records being one person's, as sentences."""
    found: list[Text] = []
    if first.reported and second.reported:
        found.append(_("The newest extract reports both. Make sure that they are not two people."))
    if first.born and second.born and first.born != second.born:
        found.append(_("The birth dates differ."))
    return found
