"""Letters from the database: the addressee as the register knows them now, the stored message, the letterhead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.register.models import Contact, Details
from kokeilu.register.queries import current
from kokeilu.transfer import letters, letters_facts, notices
from kokeilu.transfer.letters import Block, Letter, Part
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.outbox_models import Letterhead
from kokeilu.web import formats


@dataclass(frozen=True)
class Addressee:
    """A person as the letter names them. The address is empty where it must not be told or is not known."""

    family_name: str
    given_names: str
    street_address: str = ""
    postal_code: str = ""
    city: str = ""

    @property
    def name(self) -> str:
        """Given names first, as on a letter."""
        return " ".join(part for part in (self.given_names, self.family_name) if part)

    @property
    def whole(self) -> bool:
        """Whether the post can deliver to it."""
        return bool(self.name and self.street_address and self.postal_code and self.city)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the address."""
        place = f"{self.postal_code} {self.city}".strip()
        return tuple(line for line in (self.name, self.street_address, place) if line)


class Texts:
    """A run's messages as parts of letters, each made once; what is the same for everybody whom one is sent to."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._messages: Mapping[int, Message] = {each.pk: each for each in messages}
        wanted = {each.organisation_id for each in self._messages.values()}
        self._organisations = Organisation.objects.in_bulk(wanted)
        self._heads = Letterhead.objects.in_bulk(wanted)
        self._of = cache(self._made)

    @classmethod
    def of_run(cls, run: Run) -> "Texts":
        """All messages of a run."""
        return cls(Message.objects.filter(run=run).select_related("organisation", "decided_by"))

    def letter(self, message: int, addressee: Addressee, day: date, facts: tuple[Block, ...] = ()) -> Letter:
        """The letter with a message to a person, dated `day`, with the facts of letters_facts.blocks."""
        sender, parts = self._of(message)
        with translation.override(parts[0].language):
            return Letter(sender, addressee.lines or ("–",), day, formats.day(day), parts, facts)

    def facts(self, told: Iterable[tuple[UUID, int]], *, residence: bool = True) -> dict[UUID, tuple[Block, ...]]:
        """What these messages' reasons rest on, as letters_facts.blocks."""
        return letters_facts.blocks(self._messages, told, residence=residence)

    def without_letterhead(self) -> list[Organisation]:
        """The organisations whose letters say no more of them than the name, by key."""
        lacking = (each for key, each in self._organisations.items() if key not in self._heads)
        return sorted(lacking, key=lambda each: each.key)

    def _made(self, number: int) -> tuple[tuple[str, ...], tuple[Part, ...]]:
        message = self._messages[number]
        organisation = self._organisations[message.organisation_id]
        head = self._heads.get(message.organisation_id, Letterhead())
        told = notices.parts(message)
        names = list(dict.fromkeys(str(getattr(organisation, f"name_{language}")) for language, _s, _b in told))
        swedish = told[0][0] == "sv"
        address = (head.address_sv or head.address_fi) if swedish else (head.address_fi or head.address_sv)
        sender = (" / ".join(names), *(line for line in address.splitlines() if line.strip()))
        return sender, tuple(_part(head, *each) for each in told)


def _part(head: Letterhead, language: str, subject: str, body: str) -> Part:
    with translation.override(language):
        reached = ((_("Phone"), head.phone), (_("E-mail"), head.email), (_("On the web"), head.website))
        contact = tuple((label, value) for label, value in reached if value)
        return Part(language, subject, letters.blocks(body), _("Contact"), contact)


def addressee(person: UUID) -> Addressee:
    """A person as their letter names them today: without address where the register does not say that it is open."""
    details = current(Details).filter(person=person).first() or Details()
    known = current(Contact).filter(person=person).first() if details.protected is False else None
    contact = known or Contact()
    return Addressee(
        details.family_name or "", details.given_names or "",
        contact.street_address or "", contact.postal_code or "", contact.city or "",
    )  # fmt: skip


def letter_of(message: Message, person: UUID, day: date) -> bytes:
    """One person's letter as a PDF; where their address may be protected nothing tells where they live, but what the
    message says. Raises kokeilu.transfer.letters.Unprintable."""
    texts = Texts([message])
    facts = texts.facts([(person, message.pk)], residence=_open(person)).get(person, ())
    return letters.typeset(texts.letter(message.pk, addressee(person), day, facts))


def _open(person: UUID) -> bool:
    return current(Details).filter(person=person, protected=False).exists()
