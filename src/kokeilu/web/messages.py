"""Translations of every room: `python -m kokeilu.web.messages compile|check|update`.

Source texts are English; each room that has texts keeps `locale/fi` and `locale/sv`. `update` brings the room's .po
files up to its source texts, leaving new ones empty; a person translates; `check` says what is missing; `compile`
writes the .mo files, which are not kept in the repository. Needs nothing installed besides Babel.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).parents[1]
LANGUAGES = ("fi", "sv")
# What is called with texts: gettext's functions with their arguments, as Babel wants them told.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")

Key = tuple[str, str]  # context (empty without) and source text


def rooms() -> list[Path]:
    """The folders of all rooms."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def po_file(room: Path, language: str) -> Path:
    """Where a room keeps its texts in a language."""
    return room / "locale" / language / "LC_MESSAGES" / "django.po"


def source_texts(room: Path) -> Catalog:
    """Every translatable text of a room's Python and templates, not of its tests, without translations."""
    catalog = Catalog(charset="utf-8")
    for path in sorted(room.rglob("*")):
        inside = path.relative_to(room).parts
        if path.suffix not in (".py", ".html", ".txt") or {"tests", "migrations", "static"} & set(inside):
            continue
        if path.suffix != ".py" and "templates" not in inside:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = _one_line(templatize(text, origin=str(path)))
        for _line, found, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            catalog.add(found, context=context)
    return catalog


def _one_line(templatized: str) -> str:
    """Django's stand-in for a template (calls of gettext among blotted-out text), in a form that Python can read."""
    return " ".join(line.strip() for line in templatized.splitlines() if not line.lstrip().startswith("#"))


def read(path: Path) -> Catalog:
    """A room's catalogue; empty where there is none."""
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return pofile.read_po(file, locale=path.parts[-3])


def compile_all() -> list[Path]:
    """Write the .mo files that are missing or older than their .po file; returns them."""
    written = []
    for room in rooms():
        for language in LANGUAGES:
            source = po_file(room, language)
            target = source.with_suffix(".mo")
            if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
                continue
            # Written beside and moved, so that a process that reads at this moment sees a whole file.
            descriptor, temporary = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(descriptor, "wb") as file:
                write_mo(file, read(source))
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
            written.append(target)
    return written


def update(room: Path) -> None:
    """Bring a room's .po files up to its source texts: new ones come empty, those no longer used go."""
    texts = source_texts(room)
    if not _messages(texts):
        return
    for language in LANGUAGES:
        path = po_file(room, language)
        known = _messages(read(path))
        catalog = Catalog(locale=language, charset="utf-8", fuzzy=False, project="Kokeilu")
        for key, message in _messages(texts).items():
            old = known.get(key)
            kept = old.string if old and isinstance(old.id, tuple) == isinstance(message.id, tuple) else ""
            catalog.add(message.id, kept, context=message.context, flags=set(message.flags) - {"fuzzy"})
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            pofile.write_po(file, catalog, width=120, no_location=True, omit_header=False, ignore_obsolete=True)
        _without_dates(path)


def _without_dates(path: Path) -> None:
    """Drop the header's dates and e-mail lines, which would change with every update and say nothing."""
    kept = ("Language:", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if not line.startswith("#") or line.startswith("#,")]
    body = [
        line for line in head
        if not (line.startswith('"') and line.endswith('\\n"') and ":" in line and not line[1:].startswith(kept)
                and re.match(r'"[A-Z][\w-]+: ', line))
    ]  # fmt: skip
    path.write_text("\n".join(body).strip() + "\n", encoding="utf-8")


def check() -> list[str]:
    """Every fault of the translations, one line each; empty where all is complete."""
    faults = []
    for language in LANGUAGES:
        said: dict[Key, tuple[str, object]] = {}
        for room in rooms():
            catalog = _messages(read(po_file(room, language)))
            faults += [f"{room.name}/{language}: {fault}" for fault in _faults(_messages(source_texts(room)), catalog)]
            for key, message in catalog.items():
                # Django gives a text one translation for all rooms; two that differ hide each other.
                if not all(_strings(message)):
                    continue
                other, string = said.setdefault(key, (room.name, message.string))
                if string != message.string:
                    faults.append(f"{room.name}/{language}: translated otherwise in {other}: {key[1]!r}")
    return faults


def _faults(wanted: dict[Key, Message], catalog: dict[Key, Message]) -> Iterator[str]:
    for key, message in wanted.items():
        found = catalog.get(key)
        if found is None:
            yield f"missing: {key[1]!r}"
        elif found.fuzzy:
            yield f"fuzzy: {key[1]!r}"
        elif not all(_strings(found)):
            yield f"empty: {key[1]!r}"
        else:
            expected = set(PLACEHOLDER.findall("".join(_sources(message))))
            given = set(PLACEHOLDER.findall("".join(_strings(found))))
            if expected != given:
                yield f"placeholders differ: {key[1]!r}"
    yield from (f"no longer used: {key[1]!r}" for key in catalog.keys() - wanted.keys())


def _messages(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context or "", _sources(message)[0]): message for message in catalog if message.id}


def _sources(message: Message) -> tuple[str, ...]:
    """The source text, with its plural where it has one."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    """The translation, in each form of the plural where it has one."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def main(arguments: list[str]) -> int:
    """Run `compile`, `check` or `update [ROOM ...]`; returns the exit status."""
    match arguments:
        case ["compile"]:
            for path in compile_all():
                print(path.relative_to(PACKAGE))
        case ["check"]:
            faults = check()
            print("\n".join(faults) or "all texts are translated")
            return 1 if faults else 0
        case ["update", *names]:
            for room in rooms():
                if not names or room.name in names:
                    update(room)
        case _:
            print("usage: python -m kokeilu.web.messages compile | check | update [ROOM ...]", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
