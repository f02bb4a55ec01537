"""A letter is tagged and says its language and title; its text is text, whatever it holds."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from kokeilu.transfer import letters
from kokeilu.transfer.letters import Block, Letter, Part, Unprintable

BODY = """1.3.2021 alkaen palveluistasi vastaa Helsinki.

Miksi:
– Olet alle 30-vuotias. [laki (ei vahvistettu)]
– Kotikuntasi on Helsinki.

Sinun ei tarvitse tehdä mitään."""
FINNISH = Part("fi", "Työllisyyspalveluistasi vastaa Helsinki", letters.blocks(BODY), "Yhteys", (("Puhelin", "09 1"),))
SWEDISH = Part("sv", "Helsingfors ansvarar för din service", letters.blocks("Från 1.3.2021."))
LETTER = Letter(
    sender=("Helsinki", "PL 1", "00099 Helsinki"), addressee=("Maija Åström", "Katu 1", "00100 Helsinki"),
    day=date(2021, 3, 1), date="1.3.2021", parts=(FINNISH,),
)  # fmt: skip


def opened(letter: Letter) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(letters.typeset(letter)))


def tags(element: pikepdf.Object, language: str) -> Iterator[tuple[str, str]]:
    """The structure in reading order: each element's type and the language that holds in it."""
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from tags(each, language)
    elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
        language = str(element.get("/Lang", language))
        yield str(element.S), language
        yield from tags(element.get("/K", pikepdf.Array()), language)


def test_the_letter_is_tagged_and_claims_its_standards() -> None:
    pdf = opened(LETTER)
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "fi-FI"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["dc:title"] == FINNISH.subject
        assert metadata["dc:language"] == {"fi-FI"}
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    assert fonts
    assert all("SourceSans3" in str(font.BaseFont) for font in fonts)


def test_it_reads_in_order() -> None:
    pdf = opened(LETTER)
    found = [tag for tag, _ in tags(pdf.Root.StructTreeRoot.K, "")]
    text = [tag for tag in found if tag in ("/P", "/H1", "/H2", "/L", "/LI")]
    # Sender (name, address) and day, addressee; subject, opening, reasons, ending, contact.
    assert text == ["/P"] * 4 + ["/H1", "/P", "/H2", "/L", "/LI", "/LI", "/P", "/H2", "/L", "/LI"]


def test_each_language_of_a_letter_in_both_is_marked() -> None:
    pdf = opened(replace(LETTER, parts=(FINNISH, SWEDISH)))
    headings = [(tag, language) for tag, language in tags(pdf.Root.StructTreeRoot.K, "fi-FI") if tag == "/H1"]
    assert headings == [("/H1", "fi-FI"), ("/H1", "sv-FI")]
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == f"{FINNISH.subject} / {SWEDISH.subject}"


def test_the_same_letter_is_the_same_file() -> None:
    first = letters.typeset(LETTER)
    assert letters.typeset(replace(LETTER, addressee=("Matti Meikäläinen",))) != first
    assert letters.typeset(LETTER) == first


def test_no_text_is_read_as_the_typesetter_s_language() -> None:
    wicked = '#panic("read as code") *b* $x$ @ref <label> \\ "quoted" // comment'
    part = Part("fi", wicked, (Block(heading=wicked, text=wicked, items=(wicked,)),), wicked, ((wicked, wicked),))
    assert letters.typeset(Letter((wicked,), (wicked,), date(2021, 3, 1), wicked, (part,)))


def test_a_long_letter_numbers_its_pages() -> None:
    many = Part("fi", "Pitkä", tuple(Block(text=f"Kappale {number}. " * 20) for number in range(30)))
    assert len(opened(replace(LETTER, parts=(many,))).pages) > 1


def test_what_no_font_has_is_refused_without_telling_it() -> None:
    cuneiform = "\U00012000"
    with pytest.raises(Unprintable) as told:
        letters.typeset(replace(LETTER, addressee=(cuneiform,)))
    assert cuneiform not in str(told.value)
    assert told.value.__cause__ is None


def test_names_of_many_languages_are_set() -> None:
    for name in ("Žofia Ďurišová", "Nguyễn Thị Ánh", "Áilu Ŧaŋka", "Łukasz Żółć", "İpek Ağaoğlu"):
        assert letters.typeset(replace(LETTER, addressee=(name,)))


def test_a_message_is_read_as_paragraphs_and_lists() -> None:
    assert letters.blocks(BODY) == (
        Block(text="1.3.2021 alkaen palveluistasi vastaa Helsinki."),
        Block(heading="Miksi", items=("Olet alle 30-vuotias. [laki (ei vahvistettu)]", "Kotikuntasi on Helsinki.")),
        Block(text="Sinun ei tarvitse tehdä mitään."),
    )
    assert letters.blocks(" \n\n ") == ()
