"""Each kind of bad input: one clear error, and nothing stored."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from kokeilu.problems import Problem
from kokeilu.register import reports, rules
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details, Extract, Person, PersonCode, Situation
from kokeilu.register.tests.people import FIRST, SECOND, code, frame, person, write

pytestmark = pytest.mark.django_db


def refused(path: Path, as_of: date = FIRST, **options: bool) -> Problem:
    """Import a file that must be refused; nothing of it may be stored."""
    with pytest.raises(Problem) as caught:
        import_extracts([(path, as_of)], **options)
    for model in (Extract, Person, PersonCode, Details, Situation):
        assert not model.objects.exists()
    assert "\n" not in str(caught.value)
    return caught.value


def errors_of(path: Path, as_of: date = FIRST) -> list[tuple[int, str, str]]:
    problem = refused(path, as_of)
    assert isinstance(problem, reports.BadRows)
    return problem.errors.rows()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "extract.csv"
    path.write_bytes(content)
    assert "empty" in str(refused(path))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_only_a_header(tmp_path: Path, ending: str) -> None:
    assert "no rows" in str(refused(write(tmp_path / f"extract.{ending}", [])))


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    assert "no such file" in str(refused(tmp_path / "extract.csv"))
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert "folder" in str(refused(folder))


def test_another_ending(tmp_path: Path) -> None:
    path = tmp_path / "extract.xlsx"
    path.write_bytes(b"PK")
    assert "neither .csv nor .parquet" in str(refused(path))


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_a_wrong_separator(tmp_path: Path, separator: str) -> None:
    path = write(tmp_path / "extract.csv", [person(1)], separator=separator)
    assert "neither ; nor ," in str(refused(path))


def test_latin_1_is_named_by_line(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1, family_name="Åström")])
    path.write_bytes(path.read_text().encode("latin-1"))
    problem = refused(path)
    assert problem.line == 3
    assert "UTF-8" in str(problem)


def test_utf_16(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0)])
    path.write_bytes(path.read_text().encode("utf-16"))
    assert "UTF-8" in str(refused(path))


def test_nul_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1, city="Hel\0sinki")])
    problem = refused(path)
    assert (problem.line, "NUL" in str(problem)) == (3, True)
    parquet = write(tmp_path / "extract.parquet", [person(0), person(1, city="Hel\0sinki")])
    assert errors_of(parquet) == [(2, "city", "control")]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_missing_and_unknown_columns(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"extract.{ending}"
    assert "missing column: city" in str(refused(write(path, frame([person(1)]).drop("city"))))
    assert "unknown column `shoe_size`" in str(
        refused(write(path, frame([person(1)]).with_columns(shoe_size=pl.lit(42))))
    )


def test_a_doubled_column(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(1)])
    header, _, rest = path.read_text().partition("\n")
    path.write_text(f"{header};city\n{rest.strip()};Espoo\n")
    assert "`city` is there twice" in str(refused(path))


def test_a_file_without_header_does_not_repeat_its_values(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(1), person(2)])
    path.write_text(path.read_text().partition("\n")[2])
    assert person(1)["person"] not in str(refused(path))


BORN = date(1970, 1, 1)
GOOD = code(BORN, 901)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "code_check"),
        (code(BORN, 901).replace("0101", "3102", 1), "code_date"),
        (code(BORN, 901).replace("0101", "0113", 1), "code_date"),
        ("290201" + GOOD[6:], "code_date"),
        (GOOD.lower().replace("-", "*"), "code_form"),
        (GOOD + " ", "code_form"),
        (GOOD[:10], "code_form"),
        (None, "code_missing"),
    ],
)
def test_identity_codes(tmp_path: Path, text: str | None, reason: str) -> None:
    row = person(1, person=text, birth_date=None)
    for ending in ("csv", "parquet"):
        path = write(tmp_path / f"extract.{ending}", [person(0), row])
        assert errors_of(path) == [(3 if ending == "csv" else 2, "person", reason)]


def test_a_code_that_disagrees_with_the_birth_date(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1, birth_date=date(1970, 1, 2))])
    assert errors_of(path) == [(3, "birth_date", "code_birth_date")]


def test_the_same_person_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1), person(0, city="Espoo")])
    assert errors_of(path) == [(2, "person", "person_twice"), (4, "person", "person_twice")]


def test_other_century_signs_are_other_people(tmp_path: Path) -> None:
    rows = [person(sign, person=code(BORN, 901, "-YXWVU"[sign]), birth_date=BORN) for sign in range(6)]
    rows.append(person(9, person=code(BORN, 901, "A"), birth_date=date(2070, 1, 1)))
    path = write(tmp_path / "extract.csv", rows[:6])
    result = import_extracts([(path, FIRST)])
    assert result.extracts[0].counts is not None
    assert result.extracts[0].counts.new == 6


@pytest.mark.parametrize(
    ("facts", "column", "reason"),
    [
        ({"municipality": "999"}, "municipality", "municipality_unknown"),
        ({"municipality": "91"}, "municipality", "municipality_unknown"),
        ({"municipality": "none", "placed_in": "000"}, "placed_in", "municipality_unknown"),
        ({"job_search_since": date(2021, 2, 1)}, "job_search_since", "date_future"),
        ({"unemployed_since": date(2021, 2, 1)}, "unemployed_since", "date_future"),
        ({"unemployed_since": date(1955, 1, 1)}, "unemployed_since", "before_birth"),
        ({"job_search_since": date(1, 1, 1)}, "job_search_since", "date_early"),
        ({"employment_code": "2"}, "employment_code", "not_allowed"),
        ({"employment_code": "10"}, "employment_code", "not_allowed"),
        ({"benefit": "pension"}, "benefit", "not_allowed"),
        ({"service_language": "en"}, "service_language", "not_allowed"),
        ({"language": "suomi"}, "language", "language_form"),
        ({"education": 9}, "education", "education_range"),
        ({"education": -1}, "education", "education_range"),
        ({"occupation": "52"}, "occupation", "occupation_form"),
        ({"service": "Valmennus 1"}, "service", "service_form"),
        ({"labour_market_support_days": -1}, "labour_market_support_days", "negative"),
        ({"phone": "040\x1f1"}, "phone", "control"),
        ({"street_address": "x" * 255}, "street_address", "too_long"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_bad_values(tmp_path: Path, ending: str, facts: dict[str, object], column: str, reason: str) -> None:
    path = write(tmp_path / f"extract.{ending}", [person(0), person(1, **facts)])
    found = errors_of(path)
    assert (3 if ending == "csv" else 2, column, reason) in found
    assert {(line, name) for line, name, _ in found} == {(found[0][0], column)}


def test_a_birth_date_in_the_future(tmp_path: Path) -> None:
    born = date(2021, 3, 1)
    row = person(1, person=code(born, 901), birth_date=born, job_search_since=None, unemployed_since=None)
    assert errors_of(write(tmp_path / "extract.csv", [row])) == [(2, "birth_date", "date_future")]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("birth_date", "1.1.1970", "not_a_date"),
        ("birth_date", "1970-02-30", "not_a_date"),
        ("job_search_since", "2020-5-1", "not_a_date"),
        ("immigrant", "kyllä", "not_a_bool"),
        ("protected", "1", "not_a_bool"),
        ("education", "3.0", "not_an_integer"),
        ("labour_market_support_days", "99999999999", "not_an_integer"),
        ("education", "three", "not_an_integer"),
    ],
)
def test_cells_of_the_wrong_type(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    rows = frame([person(0), person(1)]).cast(pl.String)
    rows = rows.with_columns(pl.Series(column, [rows[column][0], cell]))
    assert errors_of(write(tmp_path / "extract.csv", rows)) == [(3, column, reason)]


def test_rows_of_the_wrong_length_are_named_by_line(tmp_path: Path) -> None:
    rows = [person(0), person(1, street_address='Kuja 1; "C"\nrappu 2'), person(2), person(3)]
    path = write(tmp_path / "extract.csv", rows)
    lines = path.read_text().rstrip("\n").split("\n")
    assert len(lines) == 6
    lines[4] = lines[4].rpartition(";")[0]
    lines[5] += ";more"
    path.write_text("\n".join(lines))
    assert errors_of(path) == [(5, "", "row_short"), (6, "", "row_long")]


@pytest.mark.parametrize("cell", ['Mat"ti', '"Matti" Juhani', '"Matti'])
def test_stray_quotation_marks_are_named_by_line(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1, given_names="CELL"), person(2)])
    path.write_text(path.read_text().replace("CELL", cell))
    problem = refused(path)
    assert (problem.line, "quotation mark" in str(problem)) == (3, True)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_a_truncated_parquet_file(tmp_path: Path, part: float) -> None:
    path = write(tmp_path / "extract.parquet", [person(number) for number in range(50)])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert "not a whole Parquet file" in str(refused(path))


def test_a_csv_that_is_called_parquet(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0)]).rename(tmp_path / "extract.parquet")
    assert "not a whole Parquet file" in str(refused(path))


@pytest.mark.parametrize(
    ("column", "dtype"), [("municipality", pl.Int64), ("birth_date", pl.String), ("immigrant", pl.Int8)]
)
def test_parquet_of_wrong_types(tmp_path: Path, column: str, dtype: pl.DataType) -> None:
    path = write(tmp_path / "extract.parquet", frame([person(0)]).cast({column: dtype}))
    assert f"column {column} is of type" in str(refused(path))


@pytest.mark.parametrize("number", [2**31, 2**62, -(2**31)])
def test_parquet_with_an_integer_that_no_table_holds(tmp_path: Path, number: int) -> None:
    rows = [person(0), person(1, labour_market_support_days=number)]
    path = write(tmp_path / "extract.parquet", rows)
    assert errors_of(path) == [(2, "labour_market_support_days", "not_an_integer")]


@pytest.mark.parametrize("as_of", [date(2021, 4, 1), date(1999, 12, 31)])
def test_days_out_of_reach(tmp_path: Path, as_of: date) -> None:
    assert str(as_of) in str(refused(write(tmp_path / "extract.csv", [person(0)]), as_of))


def test_real_codes_are_refused_in_a_demonstration_only(tmp_path: Path, settings, monkeypatch) -> None:
    # No real code is in any test: the border is moved so that a test code stands for one.
    monkeypatch.setattr(rules, "FIRST_TEST_NUMBER", 950)
    path = write(tmp_path / "extract.csv", [person(0), person(1), person(60)])
    settings.KOKEILU_DEMO = True
    assert errors_of(path) == [(2, "person", "code_real"), (3, "person", "code_real")]
    settings.KOKEILU_DEMO = False
    import_extracts([(path, FIRST)])
    assert Person.objects.count() == 3


def test_the_report_names_every_error_and_no_values(tmp_path: Path) -> None:
    bad = [person(number, municipality="999", education=12) for number in range(40)]
    path = write(tmp_path / "extract.csv", [person(100), *bad])
    problem = refused(path)
    report = pl.read_csv(reports.report_path(path))
    assert report.columns == ["line", "column", "reason", "meaning"]
    assert len(report) == 80
    assert problem.line == 3
    assert "40 bad rows" in str(problem)
    text = reports.report_path(path).read_text() + str(problem)
    for row in bad:
        assert str(row["person"]) not in text
        assert str(row["family_name"]) not in text


def test_a_report_of_an_earlier_try_goes_away(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(1, education=12)])
    refused(path)
    assert reports.report_path(path).exists()
    write(path, [person(1)])
    import_extracts([(path, FIRST)])
    assert not reports.report_path(path).exists()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_accept_valid_stores_the_good_rows_and_keeps_the_bad_ones_beside(tmp_path: Path, ending: str) -> None:
    rows = [person(0, street_address="Kuja;\n1"), person(1, education=12), person(2), person(3, benefit="x")]
    path = write(tmp_path / f"extract.{ending}", rows)
    outcome = import_extracts([(path, FIRST)], accept_valid=True).extracts[0]
    assert outcome.rejected == 2
    assert Person.objects.count() == 2
    assert Extract.objects.get().rejected == 2
    beside = tmp_path / f"extract.rejected.{ending}"
    assert beside.stat().st_mode & 0o777 == 0o600
    kept = pl.read_parquet(beside) if ending == "parquet" else pl.read_csv(beside, separator=";")
    assert kept["person"].to_list() == [rows[1]["person"], rows[3]["person"]]
    # Mended, the rest goes in as a correction of the same day.
    mended = write(tmp_path / f"mended.{ending}", [row | {"education": 3, "benefit": "none"} for row in rows])
    import_extracts([(mended, FIRST)], correction=True)
    assert Person.objects.count() == 4


def test_accept_valid_names_short_rows_too(tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1)])
    path.write_text(path.read_text() + "short;row\n")
    assert import_extracts([(path, FIRST)], accept_valid=True).extracts[0].rejected == 1
    assert reports.rejected_path(path).read_text().splitlines()[1:] == ["short;row"]


def test_two_files_of_one_day(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", [person(0)])
    second = write(tmp_path / "b.csv", [person(1)])
    with pytest.raises(Problem, match="both as of"):
        import_extracts([(first, SECOND), (second, SECOND)])
    assert not Extract.objects.exists()


def test_a_bad_file_among_many_stores_none_and_every_bad_file_is_named(tmp_path: Path) -> None:
    good = write(tmp_path / "a.csv", [person(0)])
    bad = write(tmp_path / "b.csv", [person(0, education=9)])
    worse = write(tmp_path / "c.csv", [person(0, education=9), person(0)])
    with pytest.raises(Problem):
        import_extracts([(good, FIRST), (bad, SECOND), (worse, date(2021, 3, 31))])
    assert not Extract.objects.exists()
    assert reports.report_path(bad).exists()
    assert reports.report_path(worse).exists()


def test_the_format_may_be_written_in_other_ways(tmp_path: Path) -> None:
    """Commas, a byte order mark, Windows line ends, another order of columns, quotes: the same facts."""
    path = tmp_path / "extract.csv"
    rows = frame([person(0, family_name='Koi"vula', street_address="Kuja,\n1"), person(1, phone="040;1")])
    rows.select(reversed(rows.columns)).write_csv(path, quote_style="always", include_bom=True, line_terminator="\r\n")
    import_extracts([(path, FIRST)])
    assert sorted(Details.objects.values_list("family_name", flat=True)) == sorted(
        ['Koi"vula', person(1)["family_name"]]
    )
