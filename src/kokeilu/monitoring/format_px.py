"""A published table as a PX file in three languages, as PxWeb reads it (PX file format, AXIS-VERSION 2013).

Finnish is the file's first language; Swedish and English follow each keyword as `KEYWORD[sv]`, `KEYWORD[en]`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from kokeilu.clock import HELSINKI
from kokeilu.monitoring.published_table import (
    ABSENT,
    LANGUAGES,
    STATUSES,
    Code,
    Dimension,
    Language,
    PublishedTable,
    Status,
    Words,
    monthly,
    written,
)  # fmt: skip

LONGEST: Final = 256  # characters of a line of metadata, its quotation marks included, and of a value's text
LONGEST_NAME: Final = 20  # characters of MATRIX
SIGNS: Final[dict[Status | None, str]] = {None: ".", "hidden": "..", "none": "..."}
"""One dot: there is no such figure; two: hidden; three: cannot be calculated. A note in the file says so too."""
SUBJECT: Final[Words] = {
    "fi": "Työllisyyden kuntakokeilut",
    "sv": "Kommunförsök med sysselsättningen",
    "en": "Municipal employment trials",
}
VARIOUS: Final[Words] = {"fi": "tunnusluvun mukaan", "sv": "enligt indikator", "en": "by indicator"}
SIGNS_NOTE: Final[Words] = {"fi": "Merkit", "sv": "Tecken", "en": "Signs"}
LICENCE_NOTE: Final[Words] = {"fi": "Lisenssi", "sv": "Licens", "en": "Licence"}

Values = str | list[str]


def px(table: PublishedTable) -> bytes:
    """The whole table, UTF-8 without a byte order mark. Dimensions but time stand in the stub, months in the heading.

    Raises ValueError where a code's label is longer than a PX file may have it, or two codes of a dimension share one.
    """
    time = table.dimension("time")
    table = table.reordered([one.key for one in table.dimensions if one.role != "time"] + [time.key])
    _check(table)
    lines = [*_head(table), *_dimensions(table), *_measures(table), *_tail(table)]
    return ("\r\n".join([*lines, "DATA=", *_data(table)]) + ";\r\n").encode()


def _check(table: PublishedTable) -> None:
    for dimension in table.dimensions:
        for language in LANGUAGES:
            labels = [_clean(label) for label in dimension.labels(language)]
            if len(set(labels)) < len(labels):
                raise ValueError(f"two codes of {dimension.key} have the same label in {language}")
            if max(map(len, labels)) > LONGEST:
                raise ValueError(f"a label of {dimension.key} in {language} is longer than {LONGEST} characters")


def _head(table: PublishedTable) -> Iterator[str]:
    stub = [one for one in table.dimensions if one.role != "time"]
    yield from _plain("CHARSET", "ANSI")
    yield from _plain("AXIS-VERSION", "2013")
    yield from _plain("CODEPAGE", "utf-8")
    yield from _plain("LANGUAGE", LANGUAGES[0])
    yield from _plain("LANGUAGES", list(LANGUAGES))
    yield from _plain("CREATION-DATE", _moment(table.updated))
    yield f"DECIMALS={max(code.decimals for code in table.measures.codes)};"
    yield "SHOWDECIMALS=0;"
    yield from _plain("TABLEID", table.key)
    yield from _plain("MATRIX", matrix(table.key))
    yield "AGGREGALLOWED=NO;"  # populations and measures overlap
    yield "COPYRIGHT=YES;"
    yield from _plain("SUBJECT-CODE", "TYO")
    yield from _each("SUBJECT-AREA", lambda language: SUBJECT[language])
    yield from _each("DESCRIPTION", lambda language: table.title[language])
    yield from _each("TITLE", lambda language: table.title[language])
    yield from _each("CONTENTS", lambda language: table.title[language])
    # Of the whole table first: what follows of its measures stands behind CONTVARIABLE.
    yield from _each("UNITS", lambda language: VARIOUS[language])
    yield from _plain("LAST-UPDATED", _moment(table.updated))
    yield from _plain("CONTACT", table.contact)
    yield from _each("STUB", lambda language: [one.label[language] for one in stub])
    yield from _each("HEADING", lambda language: [table.dimension("time").label[language]])
    yield from _each("CONTVARIABLE", lambda language: table.measures.label[language])


def _dimensions(table: PublishedTable) -> Iterator[str]:
    for one in table.dimensions:
        yield from _each("VALUES", one.labels, one.label)
    yield from _timeval(table.dimension("time"))
    for one in table.dimensions:
        codes = [_month(code) for code in one.keys] if one.role == "time" else one.keys
        yield from _each("CODES", lambda language, codes=codes: codes, one.label)  # type: ignore[misc]


def _timeval(time: Dimension) -> Iterator[str]:
    """The months as CCYYMM, or the years as CCYY, as the specification has them."""
    unit = "M1" if monthly(time) else "A1"
    for language in LANGUAGES:
        key = _key("TIMEVAL", language, time.label[language])
        yield from _lines(f"{key}=TLIST({unit}),", [month.replace("-", "") for month in time.keys])


def _month(code: str) -> str:
    """2021-03 as PxWeb's tables usually code it: 2021M03."""
    return code.replace("-", "M")


def _measures(table: PublishedTable) -> Iterator[str]:
    measures = table.measures
    for code in measures.codes:
        unit, definition = code.unit, code.definition
        if unit:
            yield from _each("UNITS", lambda language, unit=unit: unit[language], code.label)  # type: ignore[misc]
        yield from _precision(measures, code)
        # With a content variable PxWeb shows these of the value, not of the table.
        yield from _each("LAST-UPDATED", lambda language: _moment(table.updated), code.label)
        yield from _each("CONTACT", lambda language: table.contact, code.label)
        if definition:
            for language in LANGUAGES:
                key = _key("VALUENOTE", language, measures.label[language], code.label[language])
                yield from _lines(f"{key}=", definition[language])


def _precision(measures: Dimension, code: Code) -> Iterator[str]:
    """The decimals to show where they are other than none."""
    if code.decimals:
        for language in LANGUAGES:
            yield f"{_key('PRECISION', language, measures.label[language], code.label[language])}={code.decimals};"


def _tail(table: PublishedTable) -> Iterator[str]:
    yield from _each("SOURCE", lambda language: table.source[language])
    yield "OFFICIAL-STATISTICS=NO;"
    for number, sign in enumerate(SIGNS.values(), 1):
        yield from _plain(f"DATASYMBOL{number}", sign)
    yield from _each("NOTE", lambda language: "##".join(_notes(table, language)))


def _notes(table: PublishedTable, language: Language) -> Iterator[str]:
    yield table.description[language]
    yield from (note[language] for note in table.notes)
    meanings = [
        f"{sign} = {STATUSES[status][language] if status else ABSENT[language]}" for status, sign in SIGNS.items()
    ]
    yield f"{SIGNS_NOTE[language]}: {'; '.join(meanings)}"
    yield f"{LICENCE_NOTE[language]}: {table.licence}"
    yield from table.unverified


def _data(table: PublishedTable) -> Iterator[str]:
    """A line for each row of the stub, every value with a space behind it."""
    width = len(table.months)
    cells = [
        written(value, decimals) if value is not None else f'"{SIGNS[status]}"'
        for value, status, decimals in table.cube()
    ]
    for start in range(0, len(cells), width):
        yield "".join(f"{cell} " for cell in cells[start : start + width])


def matrix(key: str) -> str:
    """The table's key as MATRIX may have it: words from the left are cut to their first letter until it is short."""
    words = key.replace("-", "_").split("_")
    for number in range(len(words)):
        if len("_".join(words)) <= LONGEST_NAME:
            break
        words[number] = words[number][:1]
    return "_".join(words)[:LONGEST_NAME]


def _moment(moment: datetime) -> str:
    """The moment in Finland, as PxWeb shows it: the format knows no time zone."""
    return moment.astimezone(HELSINKI).strftime("%Y%m%d %H:%M")


def _clean(text: str) -> str:
    """Text without what a PX file gives a meaning of its own: quotation marks end it."""
    return " ".join(text.replace('"', "'").split())


def _key(keyword: str, language: Language, *names: str) -> str:
    of_language = "" if language == LANGUAGES[0] else f"[{language}]"
    of_names = f"({','.join(f'{chr(34)}{_clean(name)}{chr(34)}' for name in names)})" if names else ""
    return f"{keyword}{of_language}{of_names}"


def _plain(keyword: str, values: Values) -> Iterator[str]:
    """A keyword that is the same in every language."""
    yield from _lines(f"{keyword}=", values)


def _each(keyword: str, values: Callable[[Language], Values], name: Words | None = None) -> Iterator[str]:
    """A keyword in each language, with the name that it is about."""
    for language in LANGUAGES:
        names = (name[language],) if name else ()
        yield from _lines(f"{_key(keyword, language, *names)}=", values(language))


def _lines(begins: str, values: Values) -> Iterator[str]:
    """A keyword and its values on lines of at most LONGEST characters.

    A long text goes on as a further quoted part on the next line; a list breaks behind a comma.
    """
    texts = isinstance(values, str)
    parts = _parts(values, LONGEST - 3) if isinstance(values, str) else [f'"{_clean(value)}",' for value in values]
    parts[-1] = parts[-1].removesuffix(",") + ";"
    line = begins
    for number, part in enumerate(parts):
        # The parts of a text each stand on a line of their own; those of a list share one while there is room.
        if (texts and number) or len(line) + len(part) > LONGEST:
            yield line
            line = ""
        line += part
    yield line


def _parts(text: str, longest: int) -> list[str]:
    """A text in quoted parts of at most `longest` characters between their marks, broken behind a space."""
    rest, parts = _clean(text), []
    while len(rest) > longest:
        at = rest.rfind(" ", 0, longest) + 1 or longest
        parts.append(f'"{rest[:at]}"')
        rest = rest[at:]
    return [*parts, f'"{rest}"']
