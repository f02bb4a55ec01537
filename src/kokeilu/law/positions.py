"""TOML whose every value knows its line, so that an error can point at it.

The values come from `tomllib`. The lines come from splitting the text into its statements: a statement of
TOML (a table header or a `key = value`) is the shortest run of whole lines that parses alone, so `tomllib`
itself finds where each one ends and which keys it sets, whatever strings, arrays and quoted keys it holds.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeAlias, TypeVar

from kokeilu.problems import Problem

TomlPath = tuple[str | int, ...]
T = TypeVar("T")
Words: TypeAlias = dict[str, str]  # fi, sv, en
LANGUAGES = ("fi", "sv", "en")


@dataclass(frozen=True)
class Document:
    """The parsed file with the line of every table and key."""

    file: Path
    data: dict[str, Any]
    lines: dict[TomlPath, int] = field(repr=False)

    def line(self, path: TomlPath) -> int:
        """The line that sets `path`, or that of the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(file: Path) -> tuple[Document, bytes]:
    """Read a TOML file; returns it with its bytes. Problem: unreadable, not UTF-8, not TOML."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Problem(f"cannot read the file: {error.strerror}", file=file, mend="check the path") from None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Problem("not UTF-8 text", file=file, line=line, mend="save the file as UTF-8") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, line = _syntax_error(str(error), text)
        raise Problem(what, file=file, line=line, mend="mend the TOML syntax at this line") from None
    return Document(file, data, _positions(text)), content


def _syntax_error(message: str, text: str) -> tuple[str, int]:
    place = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    # tomllib reports a doubled key where the statement ends, which may be the start of the next line
    doubled = re.search(r"overwrite|declare .* twice|already", message, re.IGNORECASE)
    what = message[: place.start()] if place else message.replace(" (at end of document)", "")
    return (f"doubled key: {what}" if doubled else f"not TOML: {what}"), line


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each statement's first line, text and parsed keys; comments and empty lines between are passed over."""
    start, gathered = 1, ""
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not gathered and (not line.strip() or line.lstrip().startswith("#")):
            start = number + 1
            continue
        gathered += line
        try:
            parsed = tomllib.loads(gathered)
        except tomllib.TOMLDecodeError:
            continue
        yield start, gathered, parsed
        start, gathered = number + 1, ""


def _positions(text: str) -> dict[TomlPath, int]:
    lines: dict[TomlPath, int] = {}
    counts: dict[TomlPath, int] = {}
    table: TomlPath = ()
    for line, statement, parsed in _statements(text):
        if statement.lstrip().startswith("["):
            table = _header(parsed, counts, is_array=statement.lstrip().startswith("[["))
            for end in range(1, len(table) + 1):  # a table around it may have no header of its own
                lines.setdefault(table[:end], line)
        else:
            for path in _key_paths(parsed, table):
                lines.setdefault(path, line)
    return lines


def _header(parsed: dict[str, Any], counts: dict[TomlPath, int], *, is_array: bool) -> TomlPath:
    """The full path of a table header: arrays of tables on its way are entered at their last element."""
    keys: list[str] = []
    inner: Any = parsed
    while inner:
        if isinstance(inner, list):
            inner = inner[0]
            continue
        key = next(iter(inner))
        keys.append(key)
        inner = inner[key]
    path: TomlPath = ()
    for position, key in enumerate(keys):
        path += (key,)
        if is_array and position == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _key_paths(value: Any, path: TomlPath) -> Iterator[TomlPath]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _key_paths(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield (*path, position)
            yield from _key_paths(inner, (*path, position))


@dataclass(frozen=True)
class Table:
    """One table of a document, read key by key with the type that is due; every error points at its line."""

    document: Document
    path: TomlPath
    data: dict[str, Any]

    def fail(self, what: str, *, key: str | None = None, mend: str = "") -> NoReturn:
        """Raise a Problem at the line of `key`, or of the table itself."""
        path = self.path if key is None else (*self.path, key)
        raise Problem(what, file=self.document.file, line=self.document.line(path), mend=mend)

    def only(self, *keys: str) -> None:
        """Refuse keys other than these."""
        for key in self.data:
            if key not in keys:
                self.fail(f"unknown key '{key}'", key=key, mend=f"known here: {', '.join(keys)}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._typed(key, str, "a text", default)
        if not value.strip() and value != default:
            self.fail(f"'{key}' is empty", key=key, mend="write it or remove the line")
        if "\0" in value:  # TOML may escape it, but no database holds it in a text
            self.fail(f"'{key}' holds a character that is no text", key=key, mend="write it anew")
        return value

    def slug(self, key: str) -> str:
        """A key that a URL, a column and an expression can carry."""
        value = self.text(key)
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
            self.fail(f"'{value}' is not a key", key=key, mend="use a-z, 0-9, - and _, a letter first")
        return value

    def yes_or_no(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        return self._typed(key, bool, "true or false", default)

    def day(self, key: str, default: date | None = None) -> date:
        """A date without a time."""
        value = self._typed(key, date, "a date such as 2021-03-01 without quotes", default)
        if isinstance(value, datetime):
            self.fail(f"'{key}' has a time", key=key, mend="write the date alone, such as 2021-03-01")
        return value

    def number(self, key: str) -> int:
        """A whole number from 1 up."""
        value = self._typed(key, int, "a whole number", None)
        if isinstance(value, bool) or value < 1:
            self.fail(f"'{key}' must be a whole number from 1 up", key=key)
        return value

    def one_of(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of a few words."""
        value = self.text(key, default)
        if value not in choices:
            self.fail(f"'{value}' is not known here", key=key, mend=f"write one of {', '.join(choices)}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        value = self._typed(key, list, "a list of texts", None if default is None else list(default))
        if not all(isinstance(item, str) for item in value):
            self.fail(f"'{key}' must be a list of texts", key=key)
        return tuple(value)

    def words(self, key: str, *, required: bool = True) -> dict[str, str]:
        """A sentence or name in each of the three languages; empty where it is absent and not required."""
        if key not in self.data and not required:
            return {}
        if not isinstance(self.data.get(key, {}), dict):
            self.fail(f"'{key}' must be given by language", key=key, mend=f'write {key}.fi = "..." and so on')
        table = Table(self.document, (*self.path, key), self.data.get(key, {}))
        table.only(*LANGUAGES)
        for language in LANGUAGES:
            if not str(table.data.get(language, "")).strip():
                table.fail(f"missing sentence: {key}.{language}", mend=f'write {key}.{language} = "..."')
        return {language: table.text(language) for language in LANGUAGES}

    def table(self, key: str) -> "Table":
        """The table under `key`; empty where it is absent."""
        value = self._typed(key, dict, "a table", {})
        return Table(self.document, (*self.path, key), value)

    def tables(self, key: str) -> list["Table"]:
        """The tables of `[[key]]`; empty where there are none."""
        value = self._typed(key, list, f"written as [[{key}]]", [])
        if not all(isinstance(item, dict) for item in value):
            self.fail(f"'{key}' must be written as [[{key}]]", key=key)
        return [Table(self.document, (*self.path, key, n), item) for n, item in enumerate(value)]

    def _typed(self, key: str, kind: type[T], called: str, default: T | None) -> T:
        if key not in self.data:
            if default is None:
                self.fail(f"missing '{key}'", mend=f"add {key}, {called}")
            return default
        value = self.data[key]
        if not isinstance(value, kind):
            self.fail(f"'{key}' must be {called}", key=key)
        return value
