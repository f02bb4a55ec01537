"""`kokeilu trial` and `kokeilu classify` as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from kokeilu.law.tests.definitions import SOUND, line_of, write
from kokeilu.problems import Problem

EXTRACT = """\
person;birth_date;municipality;language;immigrant;job_search_valid;employment_code;service;earnings_related_right
c;1999-01-01;092;fi;false;true;02;none;
a;1980-01-01;091;fi;false;true;02;none;true
b;;091;fi;false;true;02;none;true
"""
CLASSIFY = ["classify", "people.csv", "--trial", "kuntakokeilu", "--on", "2021-03-31", "--out", "out.csv"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(EXTRACT)
    return tmp_path


@pytest.fixture
def run(command_line):
    return command_line


def run_apart(*arguments, limit=None):
    """In a process of its own, as the shell does; returns the exit status, what it said and what it complained."""
    start = ["prlimit", f"--fsize={limit}"] if limit else []
    done = subprocess.run(
        [*start, sys.executable, "-m", "kokeilu", *arguments],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_list(run):
    said = run("trial", "list").output
    assert "kuntakokeilu: Municipal employment trial (1269/2020)" in said
    assert "version of 2021-03-01, until 2021-06-01 (not included), the trial then to 2023-07-01: 1269/2020" in said
    assert "version of 2023-03-01, until 2025-01-01 (not included): 1269/2020 (HE 295/2022 vp)" in said
    assert "verified: 3 of 12 criteria, 93 of 100 municipalities, 0 of 6 versions" in said
    assert "(plan: työ- ja elinkeinoministeriön tiedote 24.9.2019" in said
    assert "tyollisyysalue-2025: Employment areas of 2025 (380/2023), 2025-01-01 on" in said
    assert "version of 2025-01-01, without an end: 380/2023" in said


def test_check_of_a_shipped_trial_names_what_is_open(run):
    result = run("trial", "check", "kuntakokeilu")
    assert result.exit_code == 0
    assert "12 criteria, 3 groups, 6 versions, 21 areas, 100 municipalities" in result.output
    assert "79 of 79 examples right" in result.output
    assert "no version yet" not in result.output
    assert "not verified, areas: etela-pohjanmaa" in result.output
    assert "four areas with 18 municipalities are missing" in result.output


def test_check_of_a_trial_with_many_doubtful_areas_stays_short(run):
    assert "ilomantsi" not in run("trial", "check", "tyollisyysalue-2025").output


def test_check_names_the_days_that_no_version_covers(run, folder):
    text = SOUND.replace("to = 2023-01-01\nareas", "to = 2024-01-01\nareas")
    result = run("trial", "check", str(write(folder, text)))
    assert "no version yet: 2023-01-01 to 2024-01-01 (not included)" in result.output


def test_check_of_a_file(run, folder):
    result = run("trial", "check", str(write(folder)))
    assert result.exit_code == 0
    assert "1 of 1 examples right" in result.output


def test_check_names_each_failing_example_and_its_line(folder):
    text = SOUND.replace('decision = "in"', 'decision = "out"')
    path = write(folder, text)
    status, said, complained = run_apart("trial", "check", str(path))
    assert status == 1
    place = f"{path}:{line_of(text, '[[example]]')}"
    assert complained == (
        f"error: {place}: example 'young in Helsinki' gives in, area helsinki; right is out, area helsinki\n"
    )
    assert "0 of 1 examples right" in said


def test_check_of_a_spoiled_file_is_one_line(folder):
    path = write(folder, SOUND.replace("age < 30", "agge < 30"))
    status, _, complained = run_apart("trial", "check", str(path))
    assert status == 1
    assert complained.startswith(f"error: {path}:{line_of(SOUND, 'age < 30')}: unknown fact 'agge'")
    assert complained.count("\n") == 1


def test_table_is_short_and_tells_the_sentences(run):
    result = run("trial", "table", "kuntakokeilu", "--on", "2021-03-31", "--language", "sv")
    assert result.exit_code == 0
    assert result.output.count("any other combination") == 3
    assert len(result.output.splitlines()) < 100
    assert "under_30: age < 30 [1269/2020 4 § (ej bekräftad)]" in result.output
    assert "Personen är under 30 år." in result.output
    assert (
        "area by municipality; who is in stays in until NOT resident, until the job search has been over for 2 months"
        in result.output
    )
    assert "Hemkommunen hör till försöksområdet {area}." in result.output


def test_diff_that_changes_who_is_in(run):
    said = run("trial", "table", "kuntakokeilu", "--diff", "2023-03-01", "--language", "fi").output
    assert "before: version of 2022-08-01" in said
    assert "after: version of 2023-03-01, until 2025-01-01 (not included): 1269/2020 (HE 295/2022 vp) (ei " in said
    first = said[said.index("1. out -> in, where") : said.index("2. out -> undecided")]
    assert first.splitlines()[1:] == [
        "   - kotikunta: ei ole, sijoitettu: kokeilualueella",
        "   - saako tilapäistä suojelua: kyllä",
        "   - job_search: kyllä (Työnhaku on voimassa.)",
        "   - situation: kyllä",
        "   - target_group: kyllä",
    ]
    assert "criterion removed: resident: trial_area <> 'none' [1269/2020 4 § (ei vahvistettu)]" in said
    assert "area by: municipality -> municipality or placed_in" in said


DIFFS = {
    "2021-06-01": "transfer ground added: safety: Safety [1269/2020 5 § (not verified)]",
    "2021-10-02": "task unemployment_statement: state -> municipality: Statement on whether the person is unemployed",
    "2022-05-02": "statute: 1269/2020, 421/2021 -> 1269/2020, 1381/2021",
    "2022-08-01": "the trial ends: before 2023-07-01 -> before 2025-01-01",
}


@pytest.mark.parametrize("day", DIFFS)
def test_diff_that_changes_nobody_s_decision_says_so_and_what_else(run, day):
    said = run("trial", "table", "kuntakokeilu", "--diff", day).output
    assert "Nothing changes in who is in: everybody's decision is the same by the same facts." in said
    assert DIFFS[day] in said


def test_diff_between_any_two_days(run):
    said = run("trial", "table", "kuntakokeilu", "--diff", "2024-01-01", "--on", "2021-03-01").output
    assert "from the law of 2021-03-01 to that of 2024-01-01" in said
    assert "1. out -> in, where" in said
    assert "transfer ground added: request" in said


def test_diff_within_one_version(run):
    said = run("trial", "table", "kuntakokeilu", "--diff", "2021-04-01").output
    assert "one version on both days: that of 2021-03-01" in said
    assert "Nothing changes in who is in" in said


def test_diff_names_ranges_and_areas(run, folder):
    text = SOUND.replace('member = "second AND local"', 'member = "older"').replace(
        "[[group]]",
        SOUND[SOUND.index("[[criterion]]") : SOUND.index('[[criterion]]\nkey = "local"')]
        .replace('"young"', '"older"')
        .replace("age < 30", "age BETWEEN 25 AND 64")
        + "[[group]]",
        1,
    )
    said = run("trial", "table", str(write(folder, text)), "--diff", "2022-01-01").output
    assert "age: 30–64" in said
    assert "age: ≤ 24" in said
    assert "criterion added: older: age BETWEEN 25 AND 64 [1/2000 1 §]" in said
    assert "area of 092 Vantaa: Vantaa–Kerava -> none" in said


def test_table_without_a_day_is_wrong_use(run):
    assert run("trial", "table", "kuntakokeilu").exit_code == 2


@pytest.mark.parametrize("day", ["2021-02-28", "2025-01-01"])
def test_day_without_version(run, day):
    with pytest.raises(Problem, match=f"no version on {day}"):
        run("trial", "table", "kuntakokeilu", "--on", day, catch_exceptions=False)


def test_classify_writes_decisions_in_the_order_of_people(run):
    result = run(*CLASSIFY)
    assert result.exit_code == 0, result.output
    assert "3 people: 1 in, 1 out, 1 undecided" in result.output
    assert Path("out.csv").read_text() == (
        "person;decision;area;version;pattern;missing\n"
        "c;in;vantaa-kerava;2021-03-01;3658;\n"
        "a;out;helsinki;2021-03-01;13;\n"
        "b;undecided;helsinki;2021-03-01;4387;age\n"
    )


@pytest.mark.parametrize(
    ("language", "reason"),
    [("fi", "Puuttuva tieto: ikä."), ("sv", "Uppgift som saknas: ålder."), ("en", "Missing fact: age.")],
)
def test_classify_explains(run, language, reason):
    assert run(*CLASSIFY, "--explain", language).exit_code == 0
    told = pl.read_csv("out.csv", separator=";")
    assert reason in told["reason"][2]


def test_engines_and_formats_write_the_same(run):
    Path("people.parquet").unlink(missing_ok=True)
    assert run(*CLASSIFY, "--explain", "fi").exit_code == 0
    parquet = [a.replace("out.csv", "out.parquet") for a in CLASSIFY]
    assert run(*parquet, "--explain", "fi", "--engine", "duckdb").exit_code == 0
    from_csv = pl.read_csv("out.csv", separator=";", schema_overrides={"missing": pl.String})
    assert pl.read_parquet("out.parquet").equals(from_csv.with_columns(pl.col("missing").fill_null("")))


def test_classify_by_a_definition_of_one_s_own(run, folder):
    path = write(folder)
    arguments = [str(path) if a == "kuntakokeilu" else a for a in CLASSIFY]
    assert run(*arguments).exit_code == 0
    assert pl.read_csv("out.csv", separator=";")["decision"].to_list() == ["in", "out", "undecided"]


WRONG_USE = {
    "bad day": [a.replace("2021-03-31", "31.3.2021") for a in CLASSIFY],
    "bad ending": [a.replace("out.csv", "out.xlsx") for a in CLASSIFY],
    "bad language": [*CLASSIFY, "--explain", "de"],
    "bad engine": [*CLASSIFY, "--engine", "excel"],
    "people overwritten": [a.replace("out.csv", "people.csv") for a in CLASSIFY],
    "no day": [a for a in CLASSIFY if a not in ("--on", "2021-03-31")],
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_wrong_use_exits_with_2(run, name):
    assert run(*WRONG_USE[name]).exit_code == 2
    assert not Path("out.csv").exists()


def test_failed_work_exits_with_1_in_one_line_and_writes_nothing():
    Path("people.csv").write_text(EXTRACT.replace("2021-03-31", "").replace(";fi;", ";suomi;", 1))
    status, _, complained = run_apart(*CLASSIFY)
    assert (status, complained) == (
        1,
        "error: people.csv:2: language: no language code of ISO 639 (mend the file; nothing is written)\n",
    )
    assert not Path("out.csv").exists()


def test_missing_column_is_told_with_the_file():
    Path("people.csv").write_text(
        EXTRACT.replace("birth_date", "education").replace("1999-01-01", "3").replace("1980-01-01", "3")
    )
    status, _, complained = run_apart(*CLASSIFY)
    assert status == 1
    assert complained.startswith("error: people.csv: missing column 'age' (give age, or birth_date")


def test_every_bad_cell_is_listed():
    Path("people.csv").write_text(EXTRACT.replace(";fi;", ";suomi;"))
    status, _, complained = run_apart(*CLASSIFY)
    assert status == 1
    assert [line.split(":")[:2] for line in complained.splitlines()[:2]] == [["people.csv", "3"], ["people.csv", "4"]]
    assert complained.splitlines()[-1].startswith("error: people.csv:2: language")


def test_full_disk_leaves_nothing_behind():
    rows = [f"{n};1980-01-01;091;fi;false;true;02;none;true" for n in range(20_000)]
    Path("people.csv").write_text("\n".join([EXTRACT.splitlines()[0], *rows]))
    Path("out.csv").write_text("what was there before")
    status, _, complained = run_apart(*CLASSIFY, limit=100_000)
    assert status == 1
    assert complained.startswith("error: out.csv: cannot write")
    assert Path("out.csv").read_text() == "what was there before"
    assert {path.name for path in Path.cwd().iterdir()} == {"people.csv", "out.csv"}


def test_spark_without_pyspark_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(Problem, match="needs pyspark, which is not installed"):
        run(*CLASSIFY, "--engine", "spark", catch_exceptions=False)
    assert not Path("out.csv").exists()


# -- what if -----------------------------------------------------------------------------------------

WHATIF = """\
[[scenario]]
key = "under-20"
names.fi = "Alle 20-vuotiaat"
names.sv = "Under 20 år"
names.en = "Under 20"
tests.under_30 = "age < 20"

[[scenario]]
key = "later"
names.fi = "Myöhemmin"
names.sv = "Senare"
names.en = "Later"
from = 2021-04-01
"""
COMPARE = [
    *("trial", "whatif", "kuntakokeilu", "register-2021-03-31.csv", "register-2021-04-30.csv"),
    *("--scenarios", "what-if.toml"),
]


@pytest.fixture
def register(folder):
    more = EXTRACT.replace("earnings_related_right", "earnings_related_right;benefit;labour_market_support_days")
    more = more.replace("none;\n", "none;;labour_market_support;500\n").replace("true\n", "true;basic_allowance;0\n")
    (folder / "register-2021-03-31.csv").write_text(more)
    (folder / "register-2021-04-30.csv").write_text(more)
    (folder / "what-if.toml").write_text(WHATIF, encoding="utf-8")
    return folder


def test_whatif_shows_laws_side_by_side(run, register, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    result = run(*COMPARE, "--customers-per-worker", "100", "--language", "sv", "--out", "out.csv")
    assert result.exit_code == 0, result.output
    assert "2021-04-30: 3 job seekers" in result.output
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.output.splitlines() if "│" in line]
    # 22 weekdays of 33.78 at 50 % for the one with 500 days
    assert rows == [
        ["Lagen som den är", "1", "", "33.3%", "1", "1", "371.58"],
        ["Under 20 år", "0", "-1", "0.0%", "2", "0", "0.00"],
        ["Senare", "1", "+0", "33.3%", "1", "1", "371.58"],
    ]
    assert "support (ej bekräftad):" in result.output
    assert "Bara stödet till dem som hör till försöket räknas" in result.output
    written = pl.read_csv("out.csv")
    whole = written.filter(pl.col("area").is_null())
    assert whole.select("scenario", "on", "people").rows() == [
        ("base", "2021-03-31", 1), ("under-20", "2021-03-31", 0), ("later", "2021-03-31", 0),
        ("base", "2021-04-30", 1), ("under-20", "2021-04-30", 0), ("later", "2021-04-30", 1),
    ]  # fmt: skip
    assert written.filter(scenario="base", on="2021-03-31", area="vantaa-kerava")["people"].to_list() == [1]


def test_whatif_with_those_who_stay(run, register):
    right = (register / "register-2021-04-30.csv").read_text().replace("c;1999-01-01", "c;1980-01-01")
    (register / "register-2021-04-30.csv").write_text(right.replace("none;;lab", "none;true;lab"))
    for options, people in (((), 0), (("--staying",), 1)):
        assert run(*COMPARE, *options, "--out", "out.parquet").exit_code == 0
        found = pl.read_parquet("out.parquet").filter(pl.col("area").is_null(), scenario="base")
        assert found["people"].to_list() == [1, people]


def test_whatif_without_estimates_shows_none(run, register):
    (register / "register-2021-03-31.csv").write_text(EXTRACT)
    (register / "register-2021-04-30.csv").write_text(EXTRACT)
    said = run(*COMPARE).output
    assert said.count("│       - │") == 3
    assert "weekday" not in said


SPOILED_WHATIF = {
    "a test": (WHATIF.replace("age < 20", "agge < 20"), "error: what-if.toml:6: unknown fact 'agge'"),
    "a criterion": (WHATIF.replace("tests.under_30", "tests.under30"), "error: what-if.toml:1: unknown criterion"),
    "empty": ("", "error: what-if.toml:1: no scenarios"),
}


@pytest.mark.parametrize("name", SPOILED_WHATIF)
def test_scenarios_that_cannot_be_read_are_told_in_one_line(register, name):
    text, error = SPOILED_WHATIF[name]
    (register / "what-if.toml").write_text(text, encoding="utf-8")
    status, _, complained = run_apart(*COMPARE)
    assert (status, complained.count("\n")) == (1, 1)
    assert complained.startswith(error)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("register.csv", "no day in the file's name"),
        ("register-2021-02-30.csv", "no day in the file's name"),
        ("2021-01-01-to-2021-02-01.csv", "no day in the file's name"),
        ("copy-2021-03-31.csv", "a second file of 2021-03-31, beside register-2021-03-31.csv"),
    ],
)
def test_extracts_need_one_day_each(run, register, name, what):
    (register / name).write_text(EXTRACT)
    with pytest.raises(Problem, match=what):
        run(*COMPARE, name, catch_exceptions=False)


WRONG_WHATIF = {
    "no scenarios": COMPARE[:-2],
    "no extract": [*COMPARE[:3], *COMPARE[-2:]],
    "no customers": [*COMPARE, "--customers-per-worker", "0"],
    "bad ending": [*COMPARE, "--out", "out.xlsx"],
}


@pytest.mark.parametrize("name", WRONG_WHATIF)
def test_wrong_use_of_whatif_exits_with_2(run, register, name):
    assert run(*WRONG_WHATIF[name]).exit_code == 2


@pytest.mark.parametrize(
    "command", [["trial", "list"], ["trial", "check"], ["trial", "table"], ["trial", "whatif"], ["classify"]]
)
def test_help_has_an_example(run, command):
    assert "Example: kokeilu " + " ".join(command) in run(*command, "--help").output
