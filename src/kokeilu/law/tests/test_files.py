"""Files of people: what is wrong with one is told by line and column, and no value is repeated."""

from datetime import date

import polars as pl
import pytest

from kokeilu.law.definition import shipped
from kokeilu.law.files import BadCells, read_people, write_decisions
from kokeilu.problems import Problem

ON = date(2021, 3, 1)
HEADER = "person;birth_date;municipality;language;immigrant;employment_code;labour_market_support_days"
CODE = "010180-999X"  # stands for an identity code wherever one must not be repeated
ROWS = ("a;1980-01-31;091;fi;true;02;300", "b;;;;;;", "c;2000-02-29;none;so;false;00;0")


def csv(tmp_path, *rows, header=HEADER, encoding="utf-8"):
    path = tmp_path / "people.csv"
    path.write_bytes("\n".join((header, *rows, "")).encode(encoding))
    return path


def problem(path):
    with pytest.raises(Problem) as raised:
        read_people(path, shipped("kuntakokeilu"), ON)
    text = str(raised.value)
    assert text.startswith(str(path)) and "\n" not in text and CODE not in text
    return raised.value


def test_empty_cells_are_unknown(tmp_path):
    people = read_people(csv(tmp_path, *ROWS), shipped("kuntakokeilu"), ON)
    assert people.separator == ";"
    assert people.frame.rows() == [
        ("a", date(1980, 1, 31), "091", "fi", True, "02", 300),
        ("b", None, None, None, None, None, None),
        ("c", date(2000, 2, 29), "none", "so", False, "00", 0),
    ]


@pytest.mark.parametrize("change", ["comma", "byte order mark", "crlf", "quotes", "blank line"])
def test_csv_s_dialects_are_read_alike(change, tmp_path):
    path = csv(tmp_path, *ROWS)
    text = path.read_text()
    changed = {
        "comma": text.replace(";", ","),
        "byte order mark": "\ufeff" + text,
        "crlf": text.replace("\n", "\r\n"),
        "quotes": text.replace("091", '"091"'),
        "blank line": text + "\n\n",
    }[change]
    path.write_bytes(changed.encode())
    assert read_people(path, shipped("kuntakokeilu"), ON).frame["municipality"].to_list() == ["091", None, "none"]


def test_parquet_and_csv_are_read_alike(tmp_path):
    from_csv = read_people(csv(tmp_path, *ROWS), shipped("kuntakokeilu"), ON).frame
    path = tmp_path / "people.parquet"
    from_csv.with_columns(pl.col("municipality").cast(pl.Categorical)).write_parquet(path)
    assert read_people(path, shipped("kuntakokeilu"), ON).frame.equals(from_csv)


def test_columns_that_no_law_asks_are_left_out(tmp_path):
    path = csv(tmp_path, "a;X;1980-01-31", header="person;family_name;birth_date")
    assert read_people(path, shipped("kuntakokeilu"), ON).frame.columns == ["person", "birth_date"]


FILES = {
    "no header": (ROWS, CODE + ";1980-01-31", "unknown column whose name is not a plain word", 1),
    "doubled column": (ROWS, HEADER + ";person", "doubled column 'person'", 1),
    "a name for a column": (ROWS, HEADER.replace("language", "Virtanen"), "unknown column whose name is not", 1),
    "unknown column": (ROWS, HEADER.replace("language", "tongue"), "unknown column 'tongue'", 1),
    "no person": (ROWS, HEADER.replace("person;", ""), "missing column 'person'", 1),
    "other separator": (ROWS, HEADER.replace(";", "|"), "unknown column whose name is not a plain word", 1),
    "no rows": ((), HEADER, "the file has no people", None),
    "long row": ((ROWS[0], ROWS[1] + ";" + CODE), HEADER, "8 cells, the header has 7", 3),
    "cut row": ((ROWS[0], "b;1980"), HEADER, "2 cells, the header has 7", 3),
    "same person": ((ROWS[0], ROWS[1], ROWS[0]), HEADER, "person: the same person again", 4),
    "no code": ((ROWS[0], ROWS[1][1:]), HEADER, "person: empty", 3),
}


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_wrong_as_a_whole(name, tmp_path):
    rows, header, what, line = FILES[name]
    found = problem(csv(tmp_path, *rows, header=header))
    assert what in str(found)
    assert found.line == line


CELLS = {
    "birth_date": ("1980-01-31", ("31.1.1980", "1980-02-30", "2021-03-02", CODE)),
    "municipality": ("091", ("91", "999", "Helsinki", CODE)),
    "language": ("fi", ("suomi", "FI", CODE)),
    "immigrant": ("true", ("1", "yes", "True", CODE)),
    "employment_code": ("02", ("2", "10", CODE)),
    "labour_market_support_days": ("300", ("300.5", "many", "99999999999", CODE)),
}


@pytest.mark.parametrize(("column", "bad"), [(column, bad) for column, (_, bads) in CELLS.items() for bad in bads])
def test_bad_cell_is_told_by_line_and_column(column, bad, tmp_path):
    row = ROWS[0].replace("a;", "d;").replace(CELLS[column][0], bad)
    found = problem(csv(tmp_path, *ROWS, row))
    assert isinstance(found, BadCells)
    assert [(line, name) for line, name, _ in found.cells] == [(5, column)]


def test_every_bad_cell_is_told(tmp_path):
    found = problem(csv(tmp_path, ROWS[0].replace("fi", "suomi"), "e;1;2;3;4;5;6"))
    assert isinstance(found, BadCells)
    assert [cell[:2] for cell in found.cells] == [
        (2, "language"),
        *((3, name) for name in ("birth_date", "employment_code", "immigrant", "language", "municipality")),
    ]
    assert "and 5 more such cells" in str(found)


def test_line_is_right_after_cells_with_line_ends(tmp_path):
    path = csv(tmp_path, 'a;"one\ntwo";fi', "", "b;x;fi", "c;x;suomi", header="person;street_address;language")
    assert problem(path).line == 6


def test_wrong_encoding_names_the_line(tmp_path):
    path = csv(tmp_path, ROWS[0], "b;;;ä;;;", encoding="latin-1")
    found = problem(path)
    assert "not UTF-8" in str(found)
    assert found.line == 3


def test_empty_file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(b"\n")
    assert "the file is empty" in str(problem(path))


def test_file_that_is_not_there_or_of_another_kind(tmp_path):
    assert "cannot read the file" in str(problem(tmp_path / "people.csv"))
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"x")
    assert "neither .csv nor .parquet" in str(problem(path))


@pytest.mark.parametrize("kept", [0.001, 0.2, 0.5, 0.9, 0.999])
def test_truncated_parquet(kept, tmp_path):
    path = tmp_path / "people.parquet"
    pl.DataFrame({"person": [str(i) for i in range(3000)]}).write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert "not a whole Parquet file" in str(problem(path))


def test_parquet_s_column_of_a_wrong_type(tmp_path):
    path = tmp_path / "people.parquet"
    pl.DataFrame({"person": ["a"], "birth_date": ["1980-01-31"]}).write_parquet(path)
    assert "column 'birth_date' is String" in str(problem(path))


def test_facts_instead_of_their_sources(tmp_path):
    path = csv(tmp_path, "a;30;helsinki", "b;;none", header="person;age;trial_area")
    frame = read_people(path, shipped("kuntakokeilu"), ON).frame
    assert frame.rows() == [("a", 30, "helsinki"), ("b", None, "none")]
    assert "trial_area: no area" in str(problem(csv(tmp_path, "a;30;Helsinki", header="person;age;trial_area")))
    assert "age: not an age" in str(problem(csv(tmp_path, "a;-1;none", header="person;age;trial_area")))


def test_decisions_are_written_whole_or_not_at_all(tmp_path):
    out = tmp_path / "no" / "out.csv"
    with pytest.raises(Problem, match="cannot write"):
        write_decisions(out, pl.DataFrame({"missing": [""]}), ";")
    assert list(tmp_path.iterdir()) == []
