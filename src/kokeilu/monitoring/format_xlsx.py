"""A published table as a workbook in one language: a sheet of figures and one of definitions.

XlsxWriter makes the workbook. The rows of figures, of which there may be hundreds of thousands, are put into its sheet
by `_with_rows`: written cell by cell they cost ten times as much as all other formats together.
"""

import re
from datetime import UTC
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl

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
        kinds = _figures(book, table, language)
        _definitions(book, table, language)
    return _with_rows(file, table, language, kinds)


def _figures(book: Any, table: PublishedTable, language: Language) -> list[int]:
    """The sheet of figures without its rows: in their place a number of each kind of decimals, which it returns."""
    sheet = book.add_worksheet(SHEETS[0][language])
    bold = book.add_format({"bold": True, "bottom": 1})
    heads = [one.label[language] for one in table.dimensions] + [VALUE[language], STATUS[language]]
    heads += [f"{one.label[language]} ({CODE[language]})" for one in table.dimensions]
    sheet.write_row(0, 0, heads, bold)
    width = len(table.dimensions)
    kinds = sorted({code.decimals for code in table.measures.codes})
    for number, decimals in enumerate(kinds, 1):
        sheet.write_number(number, width, 0, book.add_format({"num_format": _format(decimals)}))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, table.cells.height, len(heads) - 1)
    for column, one in enumerate(table.dimensions):
        sheet.set_column(column, column, min(60, max(map(len, [heads[column], *one.labels(language)])) + 2))
    sheet.set_column(width, width, 12)
    sheet.set_column(width + 1, len(heads) - 1, 24)
    return kinds


def _with_rows(file: BytesIO, table: PublishedTable, language: Language, kinds: list[int]) -> bytes:
    """The workbook with a row for each cell of the table behind the first sheet's heads."""
    made = BytesIO()
    with ZipFile(file) as book, ZipFile(made, "w", ZIP_DEFLATED) as whole:
        for member in book.infolist():
            content = book.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                content = _filled(content.decode(), table, language, kinds).encode()
            whole.writestr(member, content)
    return made.getvalue()


def _filled(sheet: str, table: PublishedTable, language: Language, kinds: list[int]) -> str:
    """The sheet with its rows. The numbers that `_figures` left there tell the style of each kind of decimals."""
    head, *left = re.findall(r"<row .*?</row>", sheet)
    styles = [found[1] for row in left if (found := re.search(r' s="(\d+)"', row))]
    rows = _rows(table, language, dict(zip(kinds, styles, strict=True)))
    before, after = sheet.split("<sheetData>")[0], sheet.split("</sheetData>")[1]
    last = f"{_cell(2 * len(table.dimensions) + 1)}{table.cells.height + 1}"
    before = re.sub('<dimension ref="[^"]*"', f'<dimension ref="A1:{last}"', before)
    return f"{before}<sheetData>{head}{rows}</sheetData>{after}"


def _cell(column: int) -> str:
    """A column's letter: A, B, …; a table has few."""
    return chr(ord("A") + column)


def _rows(table: PublishedTable, language: Language, styles: dict[int, str]) -> str:
    """The rows of figures as the sheet has them: texts within their cells, numbers with the style of their decimals."""
    width, rows = len(table.dimensions), table.ordered.with_row_index("row", 2)
    labels = [
        _text(column, pl.col(one.key).replace_strict(one.keys, _escaped(one.labels(language)), return_dtype=pl.String))
        for column, one in enumerate(table.dimensions)
    ]
    codes = [
        _text(width + 2 + column, pl.col(one.key).replace_strict(one.keys, _escaped(one.keys), return_dtype=pl.String))
        for column, one in enumerate(table.dimensions)
    ]
    style = pl.col("decimals").replace_strict(list(styles), list(styles.values()), return_dtype=pl.String)
    number = pl.format(f'<c r="{_cell(width)}{{}}" s="{{}}"><v>{{}}</v></c>', "row", style, _number())
    words = [STATUSES[status][language] for status in STATUSES]
    status = pl.col("status").replace_strict(list(STATUSES), _escaped(words), return_dtype=pl.String)
    cells = pl.concat_str(*labels, number.fill_null(""), _text(width + 1, status), *codes)
    return "".join(rows.select(pl.format('<row r="{}">{}</row>', "row", cells)).to_series())


def _number() -> pl.Expr:
    """A value as a workbook holds it: whole numbers without a point."""
    value = pl.col("value")
    whole = value == value.round()
    return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))


def _text(column: int, text: pl.Expr) -> pl.Expr:
    return pl.format(f'<c r="{_cell(column)}{{}}" t="inlineStr"><is><t>{{}}</t></is></c>', "row", text)


def _escaped(texts: list[str]) -> list[str]:
    return [escape(text) for text in texts]


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
