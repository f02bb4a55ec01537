"""What a letter says comes from the register, the stored message and the letterhead; what people are told of law."""

from datetime import date

import pytest

from kokeilu.access.models import Organisation
from kokeilu.transfer import notices, outbox
from kokeilu.transfer.letters import Block
from kokeilu.transfer.letters_source import Addressee, Texts, addressee
from kokeilu.transfer.models import Message
from kokeilu.transfer.tests.outbox import moved
from kokeilu.transfer.tests.people import START

pytestmark = pytest.mark.django_db

MAIJA = Addressee("Virtanen", "Maija", "Katu 1", "00100", "Helsinki")


def test_a_letter_has_sender_addressee_day_subject_reasons_and_contact() -> None:
    run, _people = moved({})
    message = run.messages.get()
    head = {"address_fi": "PL 1\n00099 HELSINKI", "phone": "09 310 1691", "website": "hel.fi"}
    outbox.set_letterhead(message.organisation, head, actor=None)
    letter = Texts.of_run(run).letter(message.pk, MAIJA, date(2021, 3, 31))
    assert letter.sender == ("Helsinki", "PL 1", "00099 HELSINKI")
    assert letter.addressee == ("Maija Virtanen", "Katu 1", "00100 Helsinki")
    assert letter.date == "31.3.2021"
    (part,) = letter.parts
    assert part.subject == "Vastuu työllisyyspalveluistasi siirtyy: Helsinki"
    assert part.contact == (("Puhelin", "09 310 1691"), ("Verkossa", "hel.fi"))
    opening, reasons, note, following = part.blocks
    assert opening.text.startswith("1.3.2021 alkaen palveluistasi vastaa Helsinki")
    assert reasons.heading == "Perustelut"
    assert any("(ei vahvistettu)" in item for item in reasons.items)
    assert "”ei vahvistettu”" in note.text
    assert following == Block(
        heading="Mitä seuraavaksi tapahtuu",
        items=(
            "Sinun ei tarvitse tehdä mitään. Työnhakusi jatkuu entisellään.",
            "Saat oman vastuutyöntekijän (Helsinki).",
        ),
    )


def test_a_swedish_letter_and_one_in_both_languages() -> None:
    run, _people = moved({"service_language": "sv"}, {"service_language": None})
    helsinki = Organisation.objects.get(key="helsinki")
    outbox.set_letterhead(helsinki, {"address_fi": "PL 1", "address_sv": "PB 1"}, actor=None)
    texts = Texts.of_run(run)
    swedish, both = (
        texts.letter(run.messages.get(language=language).pk, MAIJA, START) for language in ("sv", notices.BOTH)
    )
    assert swedish.sender == ("Helsingfors", "PB 1")
    assert [part.language for part in swedish.parts] == ["sv"]
    assert both.sender == ("Helsinki / Helsingfors", "PL 1")
    assert [part.language for part in both.parts] == ["fi", "sv"]
    assert both.parts[1].subject == swedish.parts[0].subject
    assert both.parts[1].blocks == swedish.parts[0].blocks


def test_where_one_address_is_empty_the_other_stands() -> None:
    run, _people = moved({"service_language": "sv"})
    message = run.messages.get()
    outbox.set_letterhead(message.organisation, {"address_fi": "PL 1"}, actor=None)
    assert Texts.of_run(run).letter(message.pk, MAIJA, START).sender == ("Helsingfors", "PL 1")


def test_a_subject_may_hold_the_sign_between_subjects() -> None:
    message = Message(
        language=notices.BOTH, subject="Taho: A / B / Part: A / B", body=f"yksi{notices.BETWEEN_BODIES}en"
    )
    assert notices.parts(message) == [("fi", "Taho: A / B", "yksi"), ("sv", "Part: A / B", "en")]


@pytest.mark.parametrize("protected", [True, None])
def test_an_address_that_may_be_protected_is_left_out(protected: bool | None) -> None:
    _run, (person,) = moved({"protected": protected})
    found = addressee(person.pk)
    assert found.lines == ("Maija Virtanen",)
    assert not found.whole


def test_the_address_is_the_one_of_today() -> None:
    _run, (person,) = moved({"street_address": "Uusi katu 2"})
    assert addressee(person.pk).lines == ("Maija Virtanen", "Uusi katu 2", "00100 Helsinki")
