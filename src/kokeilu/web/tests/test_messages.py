"""The translations of all rooms are complete; and the check finds each kind of fault."""

from pathlib import Path

import pytest

from kokeilu.web import messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
a = _("Search")
b = ngettext("%(count)s customer", "%(count)s customers", 2)
c = pgettext("month", "May")
d = _("In " "two parts")
"""
TEMPLATE = """{% load i18n %}{# a comment with 'one' #}
  <h1>{% translate "It's here" %}</h1>
    {% blocktranslate with name=person.name count n=people|length trimmed %}
      {{ n }} person like {{ name }}
    {% plural %}
      {{ n }} people like {{ name }}
    {% endblocktranslate %}
{% translate "Table" as caption %}{% include "x.html" with title=_("Inline") %}
"""


def test_every_room_is_translated():
    faults = messages.check()
    assert not faults, "\n".join(
        ["run `python -m kokeilu.web.messages update ROOM`, then translate what is empty:", *faults]
    )


@pytest.fixture
def room(tmp_path, monkeypatch) -> Path:
    room = tmp_path / "example"
    (room / "templates" / "example").mkdir(parents=True)
    (room / "tests").mkdir()
    (room / "__init__.py").touch()
    (room / "texts.py").write_text(PYTHON)
    (room / "templates" / "example" / "page.html").write_text(TEMPLATE)
    (room / "tests" / "test_it.py").write_text('_("not for translation")')
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    return room


def translate(room: Path, language: str) -> None:
    """Fill in every empty text with something that keeps its placeholders."""
    path = messages.po_file(room, language)
    catalog = messages.read(path)
    for message in catalog:
        if message.id:
            message.string = tuple(f"X {text}" for text in message.id) if message.pluralizable else f"X {message.id}"
    with path.open("wb") as file:
        messages.pofile.write_po(file, catalog)


def test_texts_of_python_and_templates_are_found(room):
    found = set(messages._messages(messages.source_texts(room)))
    assert found == {
        ("", "Search"), ("", "%(count)s customer"), ("month", "May"), ("", "In two parts"), ("", "It's here"),
        ("", "%(n)s person like %(name)s"), ("", "Table"), ("", "Inline"),
    }  # fmt: skip


def test_a_text_is_missing_then_empty_then_there(room):
    assert "example/fi: missing: 'Search'" in messages.check()
    messages.update(room)
    assert "example/fi: empty: 'Search'" in messages.check()
    for language in messages.LANGUAGES:
        translate(room, language)
    assert messages.check() == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "X Search"', 'msgstr ""', "empty: 'Search'"),
        ('msgid "Search"', '#, fuzzy\nmsgid "Search"', "fuzzy: 'Search'"),
        ('msgstr[1] "X %(n)s people', 'msgstr[1] "X people', None),
        ("X %(n)s people like %(name)s", "X %(n)s people like %(nimi)s", "placeholders differ"),
        ('msgid "Search"', 'msgid "Sought"', "no longer used: 'Sought'"),
    ],
)
def test_each_fault_is_found(room, old, new, fault):
    messages.update(room)
    for language in messages.LANGUAGES:
        translate(room, language)
    path = messages.po_file(room, "sv")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    faults = messages.check()
    if fault is None:  # one of the plural forms may leave the number out
        assert faults == []
    else:
        assert any(found.startswith("example/sv: ") and fault in found for found in faults)


def test_two_rooms_say_the_same_of_the_same_text(room, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "__init__.py").touch()
    (other / "texts.py").write_text('_("Search")')
    for folder in (room, other):
        messages.update(folder)
        for language in messages.LANGUAGES:
            translate(folder, language)
    assert messages.check() == []
    path = messages.po_file(other, "fi")
    path.write_text(path.read_text().replace("X Search", "Y Search"))
    assert messages.check() == ["other/fi: translated otherwise in example: 'Search'"]


def test_updating_keeps_translations_and_drops_what_is_gone(room):
    messages.update(room)
    translate(room, "fi")
    (room / "texts.py").write_text('_("Search"); _("Brand new")')
    messages.update(room)
    catalog = messages._messages(messages.read(messages.po_file(room, "fi")))
    assert catalog["", "Search"].string == "X Search"
    assert catalog["", "Brand new"].string == ""
    assert ("month", "May") not in catalog


def test_compiling_writes_what_is_new_only(room):
    messages.update(room)
    translate(room, "fi")
    translate(room, "sv")
    assert {path.parts[-3] for path in messages.compile_all()} == {"fi", "sv"}
    assert messages.compile_all() == []


@pytest.mark.parametrize(("arguments", "status"), [(["check"], 1), (["compile"], 0), ([], 2), (["what"], 2)])
def test_the_command_tells_by_its_status(room, arguments, status):
    assert messages.main(arguments) == status
