"""A notice as an accessible letter: a tagged PDF, PDF/UA-1 and PDF/A-2a at once. Pure: no Django, no database.

The typesetter is not to be forked after it has worked; processes that set letters are spawned.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

import typst

TEMPLATE = Path(__file__).parent / "letter.typ"
FONTS = Path(__file__).parents[1] / "web" / "fonts"
STANDARDS: Final[list[Literal["ua-1", "a-2a"]]] = ["ua-1", "a-2a"]
_ONE_AT_A_TIME = threading.Lock()  # a typesetter serves one thread at a time
ITEM = "– "  # what a line of a list begins with in a message


class Unprintable(Exception):
    """A letter that the typesetter refuses, such as one with a letter that no font has. Tells nothing of its text."""


@dataclass(frozen=True)
class Block:
    """A piece of a letter's text: a heading, a paragraph, or a list, each where it is not empty."""

    heading: str = ""
    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """The letter in one language; `contact` are the sender's ways to be reached, label and value."""

    language: str
    subject: str
    blocks: tuple[Block, ...]
    contact_heading: str = ""
    contact: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Letter:
    """One letter. `sender` and `addressee` are lines, the name first; `date` is `day` as the language writes it.

    `facts` are the person's own, a list for each of the parts, which many people share; empty where none are known."""

    sender: tuple[str, ...]
    addressee: tuple[str, ...]
    day: date
    date: str
    parts: tuple[Part, ...] = field(default_factory=tuple)
    facts: tuple[Block, ...] = ()

    def data(self) -> str:
        """What the template reads: JSON."""
        return json.dumps(
            asdict(self)
            | {
                "day": [self.day.year, self.day.month, self.day.day],
                "title": " / ".join(part.subject for part in self.parts),
                "language": self.parts[0].language,
            },
            ensure_ascii=False,
        )


def blocks(body: str) -> tuple[Block, ...]:
    """A message's text as pieces: they are apart by an empty line; lines that begin with ITEM are a list, a line
    before them is its heading."""
    return tuple(_block(piece.split("\n")) for piece in body.strip().split("\n\n") if piece.strip())


def _block(lines: Sequence[str]) -> Block:
    items = tuple(line.removeprefix(ITEM) for line in lines if line.startswith(ITEM))
    text = " ".join(line for line in lines if not line.startswith(ITEM))
    return Block(heading=text.removesuffix(":"), items=items) if items else Block(text=text)


@cache
def compiler() -> typst.Compiler:
    """This process's typesetter: made once, as reading the template and the fonts takes longer than a letter.

    It sees the project's own fonts and those inside the typesetter, none of the machine's.
    """
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
    return typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts)


def typeset(letter: Letter) -> bytes:
    """The letter as a PDF; the same letter gives the same bytes. Raises Unprintable."""
    try:
        with _ONE_AT_A_TIME:
            made = compiler().compile(sys_inputs={"letter": letter.data()}, pdf_standards=[*STANDARDS])
    except typst.TypstError:
        raise Unprintable from None  # its message may hold the text that could not be set
    assert isinstance(made, bytes)  # noqa: S101 - one file, as the format is PDF
    return made
