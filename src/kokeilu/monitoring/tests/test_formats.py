"""Every format holds the same figures, and the tools that others read it with find nothing wrong."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from jsonstat_validator import JSONStatValidationError, validate_jsonstat

from kokeilu.monitoring import format_csv, format_jsonstat, format_px, format_xlsx, release_files
from kokeilu.monitoring.published_table import LANGUAGES, STATUSES, from_json
from kokeilu.monitoring.tests.readers import (
    figures_of_jsonstat,
    read_csv,
    read_jsonstat,
    read_px,
    read_px_again,
    read_xlsx,
    sheets_of,
    valid,
)
from kokeilu.monitoring.tests.tables import AREAS, LONG, MEASURES, MONTHS, ROWS, SCHEMA, by_cell, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files of the table."""
    for file in release_files.files(table()):
        (tmp_path / file.name).write_bytes(file.content)
    return tmp_path


def test_every_format_holds_the_same_figures(folder: Path) -> None:
    one, stem = table(), folder / "monthly-figures-2021-01"
    wanted = by_cell(one)
    assert len(wanted) == len(ROWS)
    found = {"csv": read_csv(stem.with_suffix(".csv"))}
    for language in LANGUAGES:
        found[f"json {language}"] = read_jsonstat(Path(f"{stem}-{language}.json").read_bytes())
        found[f"xlsx {language}"] = read_xlsx(Path(f"{stem}-{language}.xlsx").read_bytes(), language)
        found[f"px {language}"] = read_px(stem.with_suffix(".px"), one, language)
    for name, cells in found.items():
        assert cells == wanted, name


def test_a_changed_figure_is_seen_by_every_reader(folder: Path) -> None:
    """The comparison of the test above would fail where a format held another figure."""
    rows = [(*row[:4], 98766.0, row[5]) if row[4] == 98765.0 else row for row in ROWS]
    other = by_cell(table(cells=pl.DataFrame(rows, SCHEMA, orient="row")))
    stem = folder / "monthly-figures-2021-01"
    assert read_csv(stem.with_suffix(".csv")) != other
    assert read_jsonstat(Path(f"{stem}-fi.json").read_bytes()) != other
    assert read_xlsx(Path(f"{stem}-fi.xlsx").read_bytes(), "fi") != other
    assert read_px(stem.with_suffix(".px"), table(), "fi") != other


def test_the_same_table_gives_the_same_bytes_also_through_its_own_form() -> None:
    first = {file.name: file.sha256 for file in release_files.files(table())}
    again = {file.name: file.sha256 for file in release_files.files(from_json(table().to_json()))}
    shuffled = table(cells=pl.DataFrame(ROWS[::-1], SCHEMA, orient="row"))
    assert first == again == {file.name: file.sha256 for file in release_files.files(shuffled)}
    assert shuffled.to_json() == table().to_json()
    assert not any(" " in name for name in first)


# CSV and its metadata


def test_csvw_finds_the_csv_valid(folder: Path) -> None:
    assert valid(folder / "monthly-figures-2021-01.csv")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("98765", "many"), ("2021-01", "January"), ("espoo", "atlantis"), (",published", ",secret"),
        ("espoo,residents,2021-01,rate", "espoo,residents,2021-01,unemployed"),
    ],
)  # fmt: skip
def test_csvw_objects_to_a_broken_cell(folder: Path, old: str, new: str) -> None:
    path = folder / "monthly-figures-2021-01.csv"
    assert path.read_text().count(old)
    path.write_text(path.read_text().replace(old, new, 1))
    assert not valid(path)


def test_the_csv_is_long_with_the_value_behind_the_dimensions() -> None:
    lines = format_csv.csv(table()).decode().splitlines()
    assert lines[0] == "area,population,month,indicator,value,status"
    assert "espoo,residents,2021-01,rate,100.00,published" in lines
    assert "raasepori-hanko,residents,2020-12,unemployed,,hidden" in lines
    assert len(lines) == 1 + len(ROWS)


# JSON-stat


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_validator_of_json_stat_finds_nothing(language: str) -> None:
    content = json.loads(format_jsonstat.jsonstat(table(), language))
    assert validate_jsonstat(content)
    assert content["size"] == [2, 1, 2, 3]
    assert content["role"] == {"time": ["month"], "geo": ["area"], "metric": ["indicator"]}
    assert content["updated"] == "2021-04-14T06:05:00Z"
    assert set(content["extension"]["status"]) == set(content["status"].values())
    content["size"][0] = 3
    with pytest.raises(JSONStatValidationError, match="size"):
        validate_jsonstat(content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_reader_of_json_stat_finds_the_same_figures(language: str) -> None:
    content = format_jsonstat.jsonstat(table(), language)
    wanted = {key: value for key, value in by_cell(table()).items() if not isinstance(value, str)}
    assert figures_of_jsonstat(content) == wanted
    assert figures_of_jsonstat(content.replace(b"98765", b"98766")) != wanted


# PX


def px_text() -> str:
    return format_px.px(table()).decode()


def test_px_names_what_pxweb_needs() -> None:
    text = px_text()
    for line in (
        'CHARSET="ANSI";', 'AXIS-VERSION="2013";', 'CODEPAGE="utf-8";', 'LANGUAGE="fi";', 'LANGUAGES="fi","sv","en";',
        'STUB="Alue","Väestö (fi)","Tunnusluku";', 'STUB[sv]="Område","Väestö (sv)","Indikator";',
        'HEADING="Kuukausi";', 'HEADING[en]="Month";', 'VALUES[sv]("Område")="Raseborg–Hangö","Esbo";',
        'CODES("Kuukausi")="2020M12","2021M01";', 'TIMEVAL[sv]("Månad")=TLIST(M1),"202012","202101";',
        'UNITS("Työttömät (fi)")="henkilöä (fi)";', 'PRECISION("Tunnusluku","Aktivointiaste, % (fi)")=2;',
        "DECIMALS=2;", 'DATASYMBOL2="..";', 'LAST-UPDATED="20210414 09:05";', 'CONTACT="statistics@ely.example";',
        'TABLEID="monthly-figures";', 'MATRIX="monthly_figures";', 'CONTVARIABLE[sv]="Indikator";',
        'LAST-UPDATED[en]("Työttömät (en)")="20210414 09:05";', 'CONTACT("Työttömät (fi)")="statistics@ely.example";',
    ):  # fmt: skip
        assert line in text.split("\r\n")
    assert '"." 7 \r\n' in text
    assert text.endswith(' \r\n"." ".." ;\r\n')


def test_another_reader_of_px_finds_the_same_figures() -> None:
    content = format_px.px(table())
    assert read_px_again(content, table()) == by_cell(table())
    assert read_px_again(content.replace(b"98765", b"98766"), table()) != by_cell(table())


def test_px_keywords_stand_in_the_order_that_pxweb_needs() -> None:
    """Values in the order of stub and heading, what is told of a measure behind CONTVARIABLE, the data last; no key
    twice, and each of several languages in all of them."""
    keys = [line.split("=")[0] for line in px_text().split("\r\n") if "=" in line and line[0].isalpha()]
    assert len(set(keys)) == len(keys)
    assert [key for key in keys if key.startswith("VALUES(")] == [
        f'VALUES("{name}")' for name in ("Alue", "Väestö (fi)", "Tunnusluku", "Kuukausi")
    ]
    first = keys.index("CONTVARIABLE")
    assert all(keys.index(key) > first for key in keys if key.startswith(("UNITS(", "LAST-UPDATED(", "CONTACT(")))
    assert keys[-1] == "DATA"
    for keyword in ("VALUES", "CODES", "UNITS", "STUB", "HEADING", "TITLE", "NOTE", "VALUENOTE", "PRECISION"):
        told = [sum(key.split("(")[0] == f"{keyword}{language}" for key in keys) for language in ("", "[sv]", "[en]")]
        assert told[0] == told[1] == told[2] > 0


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("monthly-figures", "monthly_figures"), ("monthly-figures-by-age", "m_figures_by_age"),
        ("monthly-figures-by-municipality", "m_f_by_municipality"),
        ("monthly-figures-by-language-group", "m_f_b_language_group"), ("x" * 30, "x" * 1),
    ],
)  # fmt: skip
def test_px_names_the_matrix_in_twenty_characters(key: str, wanted: str) -> None:
    assert format_px.matrix(key) == wanted


def test_px_lines_are_short_and_long_texts_go_on_whole() -> None:
    lines = px_text().split("\r\n")
    assert max(map(len, lines)) <= format_px.LONGEST
    joined = "".join(lines)
    assert LONG.strip().replace('"', "'") in joined.replace('""', "")
    assert max(len(label) for label in MONTHS.labels("fi")) < format_px.LONGEST


def test_px_explains_its_signs_in_every_language() -> None:
    joined = px_text().replace('"\r\n"', "")
    for language, begins in (("fi", "Merkit: "), ("sv", "Tecken: "), ("en", "Signs: ")):
        assert f"{begins}. = " in joined
        assert f".. = {STATUSES['hidden'][language]}" in joined


def test_px_refuses_two_codes_of_one_name_and_names_that_are_too_long() -> None:
    twice = MEASURES.codes[0].label
    measures = tuple(type(code)(**{**vars(code), "label": twice}) for code in MEASURES.codes)
    one = table()
    dimensions = (*one.dimensions[:3], type(MEASURES)("indicator", MEASURES.label, "metric", measures))
    with pytest.raises(ValueError, match="same label"):
        format_px.px(table(dimensions=dimensions))
    long = dict.fromkeys(LANGUAGES, "x" * 257)
    measures = (type(MEASURES.codes[0])("unemployed", long), *MEASURES.codes[1:])
    dimensions = (*one.dimensions[:3], type(MEASURES)("indicator", MEASURES.label, "metric", measures))
    with pytest.raises(ValueError, match="longer than 256"):
        format_px.px(table(dimensions=dimensions))


# XLSX


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_figures_and_definitions(language: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(format_xlsx.xlsx(table(), language)))
    assert book.sheetnames == [words[language] for words in format_xlsx.SHEETS]
    assert f"{book.properties.created:%Y-%m-%d %H:%M}" == "2021-04-14 06:05"
    figures, definitions = book.worksheets
    assert figures.freeze_panes == "A2"
    assert figures.max_row == 1 + len(ROWS)
    texts = {cell.value for row in definitions.iter_rows() for cell in row}
    assert {code.label[language] for code in MEASURES.codes} <= texts
    assert {code.definition[language] for code in MEASURES.codes if code.definition} <= texts
    assert "https://creativecommons.org/licenses/by/4.0/" in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_reader_of_workbooks_finds_numbers_as_numbers(language: str) -> None:
    sheets = sheets_of(format_xlsx.xlsx(table(), language))
    assert max(map(len, sheets)) <= 31  # what a sheet's name may have
    heads, *rows = sheets[format_xlsx.SHEETS[0][language]]
    assert len(heads) == len(set(heads)) == 2 * len(table().dimensions) + 2
    found = {tuple(row[-4:]): row[4] for row in rows}
    wanted = {key: "" if isinstance(value, str) else value for key, value in by_cell(table()).items()}
    assert found == wanted
    assert {type(value) for value in found.values() if value != ""} == {float}


def test_texts_of_a_workbook_may_hold_what_xml_gives_a_meaning() -> None:
    areas = tuple(replace(code, label=dict.fromkeys(LANGUAGES, f"<{code.key}> & 'more'")) for code in AREAS.codes)
    dimensions = (replace(AREAS, codes=areas), *table().dimensions[1:])
    _heads, *rows = sheets_of(format_xlsx.xlsx(table(dimensions=dimensions), "en"))["Figures"]
    assert {row[0] for row in rows} == {"<espoo> & 'more'", "<raasepori-hanko> & 'more'"}


def test_figures_of_a_workbook_are_shown_with_their_decimals() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(format_xlsx.xlsx(table(), "en"))).worksheets[0]
    assert sheet.dimensions == sheet.auto_filter.ref == f"A1:J{1 + len(ROWS)}"
    shown = {row[9].value: row[4].number_format for row in sheet.iter_rows(min_row=2) if row[4].value is not None}
    assert shown == {"unemployed": "#,##0", "rate": "#,##0.00", "inflow": "#,##0"}


def test_texts_that_look_like_formulas_stay_texts() -> None:
    notes = (dict.fromkeys(LANGUAGES, "=1+1"),)
    with zipfile.ZipFile(io.BytesIO(format_xlsx.xlsx(table(notes=notes), "en"))) as book:
        assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
        assert b"<f>" not in book.read("xl/worksheets/sheet2.xml")


# The table itself


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (ROWS + ROWS[:1], "twice"),
        ([*ROWS[:-1], ("espoo", "residents", "2021-01", "rates", 1.0, "published")], "lacks"),
        ([*ROWS[:-1], ("espoo", "residents", "2021-01", "inflow", 1.0, "hidden")], "if and only if"),
        ([*ROWS[:-1], ("espoo", "residents", "2021-01", "inflow", None, "published")], "if and only if"),
        ([*ROWS[:-1], ("espoo", "residents", "2021-01", "inflow", None, "lost")], "unknown status"),
    ],
)  # fmt: skip
def test_a_table_that_contradicts_itself_is_refused(change: list[tuple], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        table(cells=pl.DataFrame(change, SCHEMA, orient="row"))
