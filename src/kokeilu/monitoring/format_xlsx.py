"""A published table as a workbook in one language: a sheet of figures and one of definitions."""

from datetime import UTC
from io import BytesIO
from typing import Any, Final

from kokeilu.monitoring.published_table import ABSENT, STATUSES, Language, PublishedTable, Words

SHEETS: Final[tuple[Words, Words]] = (
    {"fi": "Luvut", "sv": "Tal", "en": "Figures"},
    {"fi": "Määritelmät", "sv": "Definitioner", "en": "Definitions"},
)
VALUE: Final[Words] = {"fi": "Luku", "sv": "Tal", "en": "Figure"}
STATUS: Final[Words] = {"fi": "Tila", "sv": "Status", "en": "Status"}
CODE: Final[Words] = {"fi": "koodi", "sv": "kod", "en": "code"}
YES_NO: Final[dict[bool, Words]] = {
    True: {"fi": "kyllä", "sv": "ja", "en": "yes"},
    False: {"fi": "ei", "sv": "nej", "en": "no"},
}
ABOUT: Final[dict[str, Words]] = {
    "updated": {"fi": "Luvut muodostettu", "sv": "Talen framställda", "en": "Figures made"},
    "publisher": {"fi": "Julkaisija", "sv": "Utgivare", "en": "Publisher"},
    "contact": {"fi": "Yhteystiedot", "sv": "Kontakt", "en": "Contact"},
    "licence": {"fi": "Lisenssi", "sv": "Licens", "en": "Licence"},
    "source": {"fi": "Lähde", "sv": "Källa", "en": "Source"},
    "unverified": {"fi": "Vahvistamatta", "sv": "Ej bekräftat", "en": "Not verified"},
}
HEADS: Final[tuple[Words, ...]] = (
    {"fi": "Tunnusluku", "sv": "Indikator", "en": "Indicator"},
    {"fi": "Koodi", "sv": "Kod", "en": "Code"},
    {"fi": "Yksikkö", "sv": "Enhet", "en": "Unit"},
    {"fi": "Määritelmä", "sv": "Definition", "en": "Definition"},
    {"fi": "Lähde", "sv": "Källa", "en": "Source"},
    {"fi": "Vahvistettu", "sv": "Bekräftad", "en": "Verified"},
)


def xlsx(table: PublishedTable, language: Language) -> bytes:
    """The workbook. The first sheet has a row for each cell: labels, figure, status in words, and the codes behind
    them. The same table gives the same bytes: the creation date is the table's.
    """
    import xlsxwriter

    file = BytesIO()
    # Texts stay texts: none becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        made = table.updated.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({
            "title": table.title[language], "author": table.publisher[language], "created": made,
        })  # fmt: skip
        _figures(book, table, language)
        _definitions(book, table, language)
    return file.getvalue()


def _figures(book: Any, table: PublishedTable, language: Language) -> None:
    sheet = book.add_worksheet(SHEETS[0][language])
    bold = book.add_format({"bold": True, "bottom": 1})
    numbers = {code.decimals: book.add_format({"num_format": _format(code.decimals)}) for code in table.measures.codes}
    heads = [one.label[language] for one in table.dimensions] + [VALUE[language], STATUS[language]]
    heads += [f"{one.label[language]} ({CODE[language]})" for one in table.dimensions]
    sheet.write_row(0, 0, heads, bold)
    labels = [dict(zip(one.keys, one.labels(language), strict=True)) for one in table.dimensions]
    width = len(labels)
    rows = table.ordered.select(*table.keys, "value", "status", "decimals").iter_rows()
    for number, (*codes, value, status, decimals) in enumerate(rows, 1):
        for column, (names, code) in enumerate(zip(labels, codes, strict=True)):
            sheet.write_string(number, column, names[code])
            sheet.write_string(number, width + 2 + column, code)
        if value is not None:
            sheet.write_number(number, width, value, numbers[decimals])
        sheet.write_string(number, width + 1, STATUSES[status][language])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, table.cells.height, len(heads) - 1)
    for column, names in enumerate(labels):
        sheet.set_column(column, column, min(60, max(map(len, [heads[column], *names.values()])) + 2))
    sheet.set_column(width, width, 12)
    sheet.set_column(width + 1, len(heads) - 1, 24)


def _format(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _definitions(book: Any, table: PublishedTable, language: Language) -> None:
    sheet = book.add_worksheet(SHEETS[1][language])
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 34, wrap)
    sheet.set_column(2, 2, 14, wrap)
    sheet.set_column(3, 4, 60, wrap)
    sheet.write_string(0, 0, table.title[language], bold)
    sheet.write_string(1, 0, table.description[language])
    line = 3
    for name, value in _about(table, language):
        sheet.write_row(line, 0, [name, value])
        line += 1
    for text in [*(note[language] for note in table.notes), *_meanings(language)]:
        sheet.write_string(line + 1, 0, text)
        line += 1
    line += 2
    sheet.write_row(line, 0, [words[language] for words in HEADS], bold)
    for number, code in enumerate(table.measures.codes, line + 1):
        unit = code.unit[language] if code.unit else ""
        definition = code.definition[language] if code.definition else ""
        row = [code.label[language], code.key, unit, definition, code.source, YES_NO[code.verified][language]]
        sheet.write_row(number, 0, row, wrap)


def _about(table: PublishedTable, language: Language) -> list[tuple[str, str]]:
    values = {
        "updated": table.updated.isoformat(" ", "minutes"), "publisher": table.publisher[language],
        "contact": table.contact, "licence": table.licence, "source": table.source[language],
    }  # fmt: skip
    rows = [(ABOUT[key][language], value) for key, value in values.items()]
    return rows + [(ABOUT["unverified"][language], text) for text in table.unverified]


def _meanings(language: Language) -> list[str]:
    """Why a figure is missing: the words of the column of statuses, and rows that are not there."""
    words = {"fi": "Puuttuva rivi", "sv": "Rad som saknas", "en": "A row that is missing"}
    return [f"{words[language]}: {ABSENT[language]}"]
