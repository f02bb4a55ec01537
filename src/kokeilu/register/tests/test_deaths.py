"""Deaths from a file: all or none, again without effect, no code in any message."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kokeilu.problems import Problem
from kokeilu.register.actions import import_extracts
from kokeilu.register.deaths import Recorded, record_deaths
from kokeilu.register.models import Death
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, write
from kokeilu.register.tests.test_import import expected, known, load

pytestmark = pytest.mark.django_db


def written(folder: Path, *rows: str, head: str = "person,day,reason") -> Path:
    file = folder / "deaths.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    return file


def dies(number: int, day: str = "2021-03-01") -> str:
    return f"{person(number)['person']},{day},the population register"


def test_the_deaths_of_a_file_are_recorded_once(tmp_path: Path, command_line: Callable) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    file = written(tmp_path, dies(1), dies(2, "2021-03-02"), dies(3))
    assert record_deaths(file, dry_run=True) == Recorded(2, 0, 1)
    assert not Death.objects.exists()
    answer = command_line("register", "deaths", file)
    assert answer.exit_code == 0
    assert answer.stdout == "2 recorded, 0 recorded before, 1 not in the register\n"
    assert record_deaths(file) == Recorded(0, 2, 1)


def test_several_extracts_in_one_go_go_on_beside_the_dead(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    record_deaths(written(tmp_path, dies(1, str(FIRST))))
    days = {SECOND: [person(1), person(2, city="Turku")], THIRD: [person(2, city="Turku"), person(3)]}
    import_extracts([(write(tmp_path / f"{day}.csv", rows), day) for day, rows in days.items()])
    assert known(SECOND) == expected([person(2, city="Turku")])
    assert known(THIRD) == expected(days[THIRD])


@pytest.mark.parametrize("row", [dies(2, "1.3.2021"), dies(2, "2021-04-01")])
def test_nothing_of_a_file_with_a_wrong_day_is_recorded(tmp_path: Path, row: str) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    with pytest.raises(Problem) as refused:
        record_deaths(written(tmp_path, dies(1), row))
    assert refused.value.line == 3
    assert person(2)["person"] not in str(refused.value)
    assert not Death.objects.exists()


def test_what_is_no_such_file_is_told_in_one_line(tmp_path: Path, command_line: Callable) -> None:
    for file in (tmp_path / "missing.csv", written(tmp_path, head="who,when")):
        with pytest.raises(Problem):
            record_deaths(file)
    (tmp_path / "deaths.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Problem, match="UTF-8"):
        record_deaths(tmp_path / "deaths.csv")
