"""Scenarios: how they are written, and how they change a definition."""

from datetime import date

import pytest

from kokeilu.law.definition import load, shipped
from kokeilu.law.logic import Name
from kokeilu.law.predicates import parse_test
from kokeilu.law.scenarios import Scenario, apply, read_scenarios
from kokeilu.law.tests.definitions import AREAS, line_of, write
from kokeilu.problems import Problem

NAMES = {"fi": "Toisin", "sv": "Annorlunda", "en": "Otherwise"}
WORDS = 'names.fi = "Toisin"\nnames.sv = "Annorlunda"\nnames.en = "Otherwise"\n'
SCENARIO = f"""\
[[scenario]]
key = "first"
{WORDS}tests.young = "age < 25"
member = "young"
join = ["257"]
leave = ["245"]
largest_cities = 3
from = 2021-03-01
to = 2024-01-01

[[scenario]]
key = "second"
{WORDS}only = ["091", "179"]
"""


@pytest.fixture
def base(tmp_path):
    return load(write(tmp_path))


def read(tmp_path, base, text=SCENARIO):
    path = tmp_path / "what-if.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenarios(path, base)


def scenario(**changes):
    return Scenario("x", NAMES, **changes)


def areas(trial, day):
    return {row.municipality: row.area for row in trial.areas if row.on(day)}


def test_scenarios_are_read(tmp_path, base):
    first, second = read(tmp_path, base)
    assert first == Scenario(
        "first", NAMES, {"young": parse_test("age < 25")}, Name("young"), ("257",), None, ("245",), 3,
        date(2021, 3, 1), date(2024, 1, 1),
    )  # fmt: skip
    assert second == Scenario("second", NAMES, only=("091", "179"))


SECOND_KEY = f'key = "first"\n{WORDS}only'
SPOILED = {
    "unknown key": ("largest_cities", "largest_citys", "unknown key 'largest_citys'", "largest_citys"),
    "bad test": ("age < 25", "agge < 25", "unknown fact 'agge'", "agge"),
    "bad member": ('member = "young"', 'member = "young = 1"', "cannot stand in an expression", "young = 1"),
    "unknown criterion in member": ('member = "young"', 'member = "yung"', "unknown criterion 'yung'", "[[scenario]]"),
    "unknown criterion": ("tests.young", "tests.yung", "unknown criterion 'yung'", "[[scenario]]"),
    "unknown municipality": ('["257"]', '["999"]', "unknown municipality '999'", '["999"]'),
    "empty period": ("to = 2024-01-01", "to = 2021-01-01", "before it begins", "[[scenario]]"),
    "joins and leaves": ('["245"]', '["257"]', "257 joins and leaves", "[[scenario]]"),
    "no cities": ("largest_cities = 3", "largest_cities = 0", "from 1 up", "largest_cities = 0"),
    "taken key": ('key = "second"', 'key = "first"', "the key 'first' is taken", SECOND_KEY),
    "base": ('key = "second"', 'key = "base"', "the key 'base' is taken", 'key = "base"'),
    "no name": ('names.sv = "Annorlunda"\n', "", "missing sentence: names.sv", "names.fi"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_error_points_at_its_line(name, tmp_path, base):
    sound, spoiled, what, at = SPOILED[name]
    assert sound in SCENARIO
    text = SCENARIO.replace(sound, spoiled, 1)
    with pytest.raises(Problem) as raised:
        read(tmp_path, base, text)
    assert what in str(raised.value)
    assert raised.value.line == line_of(text, at)


def test_file_without_scenarios(tmp_path, base):
    with pytest.raises(Problem, match="no scenarios"):
        read(tmp_path, base, "")


def test_nothing_changed_is_the_same_law(base):
    same = apply(base, scenario())
    assert [(v.rule_over_facts, v.from_day, v.to_day, v.areas) for v in same.versions] == [
        (v.rule_over_facts, v.from_day, v.to_day, v.areas) for v in base.versions
    ]
    assert same.areas == base.areas


def test_another_question_changes_every_version_that_asks_it(base):
    changed = apply(base, scenario(tests={"young": parse_test("age < 25")}))
    assert all(criterion.test == parse_test("age < 25") for v in changed.versions for criterion in v.criteria[:1])
    assert base.criteria[0].test == parse_test("age < 30")


def test_another_rule_asks_only_what_it_needs(base):
    changed = apply(base, scenario(member=Name("young")))
    first, second = changed.versions
    assert [criterion.key for criterion in first.criteria] == ["young"]
    assert [criterion.key for criterion in second.criteria] == ["young", "local"]  # its exit asks where


def test_cities_join_leave_and_stand_alone(base):
    day = date(2021, 6, 1)
    assert areas(apply(base, scenario(join=("257", "091"))), day) == {
        "091": "helsinki", "092": "vantaa-kerava", "245": "vantaa-kerava", "049": None, "257": "kirkkonummi",
    }  # fmt: skip
    assert areas(apply(base, scenario(leave=("092",))), day) == {
        "091": "helsinki", "245": "vantaa-kerava", "049": None,
    }  # fmt: skip
    assert areas(apply(base, scenario(only=("245", "179"))), day) == {"245": "vantaa-kerava", "179": "jyvaskyla"}
    assert areas(apply(base, scenario(join=("049",))), day)["049"] == "espoo"  # open before


def test_largest_cities_join_in_order_of_size(base):
    sizes = ("091", "257", "179", "853")
    changed = areas(apply(base, scenario(largest_cities=3), sizes), date(2021, 6, 1))
    assert {code: changed.get(code) for code in sizes} == {
        "091": "helsinki", "257": "kirkkonummi", "179": "jyvaskyla", "853": None,
    }  # fmt: skip


def test_name_of_a_new_area_that_is_taken(tmp_path):
    base = load(write(tmp_path, areas=AREAS.replace("vantaa-kerava", "kirkkonummi")))
    assert areas(apply(base, scenario(join=("257",))), date(2021, 6, 1))["257"] == "kirkkonummi-257"


@pytest.mark.parametrize(
    ("from_day", "to_day", "versions"),
    [
        (date(2020, 6, 1), None, [(date(2020, 6, 1), date(2022, 1, 1)), (date(2022, 1, 1), date(2023, 1, 1))]),
        (date(2021, 6, 1), None, [(date(2021, 6, 1), date(2022, 1, 1)), (date(2022, 1, 1), date(2023, 1, 1))]),
        (date(2022, 6, 1), date(2024, 1, 1), [(date(2022, 6, 1), date(2024, 1, 1))]),
        (None, date(2021, 6, 1), [(date(2021, 1, 1), date(2021, 6, 1))]),
    ],
)
def test_another_start_and_end(base, from_day, to_day, versions):
    changed = apply(base, scenario(from_day=from_day, to_day=to_day))
    assert [(version.from_day, version.to_day) for version in changed.versions] == versions
    helsinki = next(row for row in changed.areas if row.municipality == "091")
    assert (helsinki.from_day, helsinki.to_day) == (versions[0][0], None)


def test_areas_that_last_as_long_as_the_trial_move_with_it():
    changed = apply(shipped("kuntakokeilu"), scenario(from_day=date(2021, 1, 1), to_day=date(2025, 7, 1)))
    assert {(row.from_day, row.to_day) for row in changed.areas} == {(date(2021, 1, 1), date(2025, 7, 1))}


def test_a_changed_law_has_digests_of_its_own(base):
    changed = apply(base, scenario(tests={"young": parse_test("age < 25")}))
    assert {v.sha256 for v in changed.versions}.isdisjoint(v.sha256 for v in base.versions)


def test_the_twenty_largest_cities_of_the_plan():
    base = shipped("kuntakokeilu")
    changed = apply(base, scenario(join=("297", "167", "698")))
    assert len(changed.areas_on(date(2021, 3, 1))) == 103
    assert {row.municipality for row in changed.open_municipalities_on(date(2021, 3, 1))} == {"240", "851"}
