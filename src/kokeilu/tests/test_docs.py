"""What the documents say is so."""

import re

import pytest

from kokeilu import dictionary
from kokeilu.installation import CHECKOUT

DOCS = CHECKOUT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), CHECKOUT / "README.md"])


def test_the_data_dictionary_is_current() -> None:
    written = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == dictionary.render(), "run `kokeilu data-dictionary`"


def test_every_column_has_a_meaning() -> None:
    assert dictionary.without_meaning() == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_somewhere(page) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in (DOCS / "decisions").glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


def test_the_glossary_is_in_order_and_complete() -> None:
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][2:]
    assert len(rows) > 40
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
    words = [row[0].lower() for row in rows]
    assert words == sorted(words)
