"""`kokeilu protect --relations`: tables that are tied, earlier releases and rates, from files."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from kokeilu.problems import Problem

BALANCE = '[[balance]]\nstock = "stock"\ninflow = "in"\noutflow = "out"\nperiod = "month"\n'
STOCK = "area,month,persons\na,2021-01,20\na,2021-02,4\na,2021-03,40\nb,2021-01,50\nb,2021-02,61\nb,2021-03,70\n"
IN = "area,month,persons\na,2021-02,0\na,2021-03,46\nb,2021-02,20\nb,2021-03,19\n"
OUT = "area,month,persons\na,2021-02,16\na,2021-03,10\nb,2021-02,9\nb,2021-03,10\n"
HEAD = "area,month,persons,status\n"


@pytest.fixture
def run(command_line: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Write files and run the command beside them."""
    monkeypatch.chdir(tmp_path)

    def work(files: dict[str, str], *arguments: str) -> Result:
        for name, text in files.items():
            Path(name).write_text(text)
        return command_line("protect", *arguments, catch_exceptions=False)

    return work


def statuses(file: str) -> list[str]:
    return [line.rsplit(",", 1)[1] for line in Path(file).read_text().splitlines()[1:]]


TABLES = {"stock.csv": STOCK, "in.csv": IN, "out.csv": OUT, "ties.toml": BALANCE}
TOGETHER = ("--count", "persons", "--apart", "month", "--relations", "ties.toml", "--out", "done")


def test_a_balance_opens_tables_that_are_each_safe(run: Callable[..., Result]) -> None:
    for name in ("stock", "in", "out"):
        done = run(TABLES, f"{name}.csv", "--count", "persons", "--apart", "month", "--out", f"{name}-alone.csv")
        assert done.exit_code == 0
        assert run({}, "--audit", f"{name}-alone.csv").exit_code == 0
    ties = BALANCE.replace('"stock"', '"stock-alone"').replace('"in"', '"in-alone"').replace('"out"', '"out-alone"')
    found = run(
        {"alone.toml": ties}, "--audit", "stock-alone.csv", "in-alone.csv", "out-alone.csv", "--relations", "alone.toml"
    )
    assert found.exit_code == 1
    assert "stock-alone.csv: area a, month 2021-02: exactly 4 (primary)" in found.output


def test_together_they_stay_safe(run: Callable[..., Result]) -> None:
    done = run(TABLES, "stock.csv", "in.csv", "out.csv", *TOGETHER)
    assert done.exit_code == 0
    assert sorted(Path("done").iterdir()) == [Path("done/in.csv"), Path("done/out.csv"), Path("done/stock.csv")]
    audit = run({}, "--audit", "done/stock.csv", "done/in.csv", "done/out.csv", "--relations", "ties.toml")
    assert audit.exit_code == 0
    assert re.search(r"^0 of [1-9]\d* hidden cells exposed$", audit.output.strip())


def test_one_table_with_codes_for_stock_and_flows(run: Callable[..., Result]) -> None:
    rows = [
        line.replace(",", f",{kind},", 1)
        for kind, text in (("stock", STOCK), ("in", IN), ("out", OUT))
        for line in text.splitlines()[1:]
    ]
    parts = "\n".join(f'{key} = {{table = "all", figure = "{code}"}}' for key, code in
                      (("stock", "stock"), ("inflow", "in"), ("outflow", "out")))  # fmt: skip
    files = {
        "all.csv": "area,figure,month,persons\n" + "\n".join(rows),
        "ties.toml": f'[[balance]]\n{parts}\nperiod = "month"\n',
    }
    arguments = ("--count", "persons", "--apart", "month", "--apart", "figure", "--relations", "ties.toml")
    assert run(files, "all.csv", *arguments, "--out", "done.csv").exit_code == 0
    assert not any(",total," in line and "figure" in line for line in Path("done.csv").read_text().splitlines())
    tied = files["ties.toml"].replace('"all"', '"done"')
    assert run({"ties.toml": tied}, "--audit", "done.csv", "--relations", "ties.toml").exit_code == 0


def test_an_earlier_release_stays_as_it_is_and_stays_protected(run: Callable[..., Result]) -> None:
    january = HEAD + "a,2021-01,20,published\na,2021-02,,primary\n"
    ties = BALANCE.replace('"stock"', '"january"') + '[[same]]\ntables = ["january", "stock"]\n'
    new = {
        "stock.csv": "area,month,persons\na,2021-02,4\na,2021-03,40\n",
        "in.csv": "area,month,persons\na,2021-02,7\n",
        "out.csv": "area,month,persons\na,2021-02,23\n",
        "ties.toml": ties,
        "january.csv": january,
    }
    arguments = (*TOGETHER, "--apart", "area", "--released", "january.csv")
    assert run(new, "stock.csv", "in.csv", "out.csv", *arguments).exit_code == 0
    assert Path("january.csv").read_text() == january
    assert statuses("done/stock.csv") == ["primary", "published"]
    assert sorted(statuses("done/in.csv") + statuses("done/out.csv")) == ["published", "secondary"]
    every = ("done/stock.csv", "done/in.csv", "done/out.csv", "january.csv")
    assert run({}, "--audit", *every, "--relations", "ties.toml").exit_code == 0


def test_what_a_release_gives_away_already_is_refused(run: Callable[..., Result]) -> None:
    january = HEAD + "a,2021-02,4,published\na,2021-03,40,published\n"
    files = {"january.csv": january, "stock.csv": STOCK, "ties.toml": '[[same]]\ntables = ["january", "stock"]\n'}
    with pytest.raises(
        Problem, match=r"stock.csv: area a, month 2021-02 cannot be protected: what is published already"
    ):
        run(files, "stock.csv", *TOGETHER[:-1], "done.csv", "--released", "january.csv")
    assert not Path("done.csv").exists()


RATES = {
    "jobless.csv": "area,sex,persons\na,f,3\na,m,30\nb,f,25\nb,m,45\n",
    "force.csv": "area,sex,persons\na,f,100\na,m,90\nb,f,180\nb,m,170\n",
    "rates.csv": "area,sex,percent\na,total,17.4\nb,total,20.0\ntotal,total,19.1\n",
    "ties.toml": '[[rate]]\nfile = "rates.csv"\nrate = "percent"\nnumerator = "jobless"\ndenominator = "force"\n',
}
RATED = (
    "jobless.csv",
    "--released",
    "force.csv",
    "--count",
    "persons",
    "--relations",
    "ties.toml",
    "--out",
    "done.csv",
)


def _force() -> str:
    rows = [
        *RATES["force.csv"].splitlines()[1:],
        "a,total,190",
        "b,total,350",
        "total,f,280",
        "total,m,260",
        "total,total,540",
    ]
    return "area,sex,persons\n" + "\n".join(rows)


def test_rates_of_shown_figures_cost_nothing_and_of_small_ones_are_refused(run: Callable[..., Result]) -> None:
    assert run(RATES | {"force.csv": _force()}, *RATED).exit_code == 0
    assert "total,total,103,published" in Path("done.csv").read_text()
    tied = {"ties.toml": RATES["ties.toml"].replace('"jobless"', '"done"')}
    arguments = ("--released", "force.csv", "--count", "persons", "--relations", "ties.toml")
    assert run(tied, "--audit", "done.csv", *arguments).output.startswith("0 of")
    small = {"rates.csv": RATES["rates.csv"] + "a,f,3.0\n"}
    assert "area a, sex f: exactly 3 (primary)" in run(small, "--audit", "done.csv", *arguments).output
    with pytest.raises(Problem, match="area a, sex f cannot be protected"):
        run(RATES | small | {"force.csv": _force()}, *RATED)


def test_figures_that_do_not_keep_to_a_relation_are_told(run: Callable[..., Result]) -> None:
    wrong = TABLES | {"in.csv": IN.replace("b,2021-03,19", "b,2021-03,18")}
    with pytest.raises(Problem, match=r"contradict each other \(the balance of area b, month 2021-03"):
        run(wrong, "stock.csv", "in.csv", "out.csv", *TOGETHER)
    files = RATES | {"force.csv": _force(), "rates.csv": "area,sex,percent\na,total,17.5\n"}
    with pytest.raises(Problem, match="the rate of area a, sex total"):
        run(files, *RATED)


def test_a_month_that_is_missing_makes_no_balance(run: Callable[..., Result]) -> None:
    gap = {name: re.sub(r".*2021-02.*\n", "", text) for name, text in TABLES.items()}
    with pytest.raises(Problem, match="ties no cells"):
        run(gap, "stock.csv", "in.csv", "out.csv", *TOGETHER)


def test_parts_and_their_whole(run: Callable[..., Result]) -> None:
    files = {"all.csv": "area,persons\na,40\nb,50\n", "men.csv": "area,persons\na,37\nb,20\n",
             "women.csv": "area,persons\na,3\nb,30\n",
             "ties.toml": '[[sum]]\nwhole = "all"\nparts = ["men", "women"]\n'}  # fmt: skip
    arguments = ("all.csv", "men.csv", "women.csv", "--count", "persons", "--relations", "ties.toml", "--out", "done")
    assert run(files, *arguments).exit_code == 0
    assert statuses("done/women.csv")[0] == "primary"
    assert "secondary" in statuses("done/men.csv") + statuses("done/all.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[balance]", "the relations cannot be read"),
        ("sum = [1]\n", r"\[\[sum\]\] is no relation"),
        ("[[share]]\n", r"\[\[share\]\] is no relation"),
        ("[[sum]]\n", "whole is missing"),
        ('[[sum]]\nwhole = "stock"\nparts = "in"\n', "parts is no list of tables"),
        ('[[sum]]\nwhole = "stocks"\nparts = ["in"]\n', r"there is no table stocks \(there are stock, in, out\)"),
        ('[[sum]]\nwhole = 3\nparts = ["in"]\n', "3 is neither a table nor a table with codes"),
        ('[[sum]]\nwhole = {table = "stock", sex = "f"}\nparts = ["in"]\n', "has no dimension sex"),
        ('[[sum]]\nwhole = {table = "stock", area = "x"}\nparts = ["in"]\n', "has no cell with area x"),
        (
            '[[sum]]\nwhole = {table = "stock", area = "a"}\nparts = ["in"]\n',
            "the free dimensions differ: month and area, month",
        ),
        (BALANCE.replace('"month"', '"year"'), "the stock has no free dimension year"),
        (BALANCE.replace('period = "month"', ""), "period is missing or no text"),
        (
            '[[rate]]\nfile = "stock.csv"\nrate = "persons"\nnumerator = "in"\ndenominator = "out"\nper = 0\n',
            "per is no whole",
        ),
    ],
)
def test_relations_that_cannot_be_used_are_told(run: Callable[..., Result], text: str, told: str) -> None:
    with pytest.raises(Problem, match=told):
        run(TABLES | {"ties.toml": text}, "stock.csv", "in.csv", "out.csv", *TOGETHER)


def test_several_tables_need_a_directory_and_names_of_their_own(run: Callable[..., Result]) -> None:
    Path("other").mkdir()
    again = TABLES | {"other/stock.csv": STOCK}
    with pytest.raises(Problem, match="two tables have the same name"):
        run(again, "stock.csv", "other/stock.csv", "--count", "persons", "--out", "done")
    with pytest.raises(Problem, match="is no directory"):
        run(again | {"file": ""}, "stock.csv", "in.csv", "--count", "persons", "--out", "file")
