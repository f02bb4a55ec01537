"""Goals: who sets them, and that nothing said of them is overwritten."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from kokeilu.access.models import ChangeLog, Organisation, Role
from kokeilu.monitoring import goal_actions, goal_file, goal_queries
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewPackage, NewTarget
from kokeilu.monitoring.goal_models import STANDING, Expectation, Measure, Target, WorkPackage
from kokeilu.monitoring.goal_rules import Whose
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db

TARGET = NewTarget("employment_rate", Decimal(75), "up", date(2019, 11, 19), None, "the strategy")
PACKAGE = NewPackage(1, "Neuvonta", "Rådgivning", "Advice", "the application")
MEASURE = NewMeasure(
    "Evening advice", date(2021, 1, 1), None, "espoo",
    expectations=(NewExpectation("registered_unemployed", "down", size=Decimal(100)),),
)  # fmt: skip


GROUP = NewExpectation("inflow", "down", dimension="age", classes=("under_25", "25_29"))


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


@pytest.fixture
def analyst(actor_of):
    return actor_of(Role.ANALYST, "espoo")


def test_a_target_is_set_changed_and_ended_and_nothing_is_lost(analyst) -> None:
    first = goal_actions.set_target("espoo", TARGET, reason="strategy", actor=analyst)
    assert goal_queries.targets("espoo") == {"employment_rate": [(date(2019, 11, 19), 75.0)]}
    later = replace(TARGET, value=Decimal(76), by_day=date(2025, 5, 31))
    second = goal_actions.set_target("espoo", later, reason="the term has an end", replaces=first.pk, actor=analyst)
    assert goal_queries.targets("espoo") == {"employment_rate": [(date(2025, 5, 31), 76.0)]}
    goal_actions.end("target", second.pk, reason="a new strategy", actor=analyst)
    assert goal_queries.targets("espoo") == {}
    rows = list(Target.objects.order_by("set_at", "ended").values_list("value", "reason", "ended"))
    assert rows == [
        (75, "strategy", False), (76, "the term has an end", False), (76, "a new strategy", True),
    ]  # fmt: skip
    assert list(ChangeLog.objects.order_by("id").values_list("action", "subject")) == [
        ("set", "target"), ("change", "target"), ("end", "target"),
    ]  # fmt: skip
    assert {row.set_by for row in Target.objects.order_by("pk")} == {analyst.user}


@pytest.mark.parametrize(
    ("role", "organisation"),
    [
        (Role.ANALYST, "helsinki"), (Role.ANALYST, "ely"), (Role.WORKER, "espoo"), (Role.TEAM_LEAD, "espoo"),
        (Role.ADMINISTRATOR, "espoo"), (Role.STATE_OFFICER, "te"),
    ],
)  # fmt: skip
def test_only_an_analyst_of_the_area_sets_its_goals(actor_of, analyst, role, organisation) -> None:
    package = goal_actions.set_package("espoo", PACKAGE, reason="plan", actor=analyst)
    other = actor_of(role, organisation)
    for act in (
        lambda: goal_actions.set_target("espoo", TARGET, reason="why", actor=other),
        lambda: goal_actions.set_package("espoo", replace(PACKAGE, number=2), reason="why", actor=other),
        lambda: goal_actions.set_measure(package, MEASURE, reason="why", actor=other),
        lambda: goal_actions.end("package", package.pk, reason="why", actor=other),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Target.objects.count() + Measure.objects.count() == 0
    assert WorkPackage.objects.get() == package


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"indicator": "happiness"}, "there is no figure 'happiness'"),
        ({"value": Decimal(101)}, "cannot have this value"),
        ({"value": Decimal(-1)}, "cannot have this value"),
        ({"value": Decimal("0.5"), "indicator": "inflow"}, "cannot have this value"),
        ({"by_day": date(2019, 11, 19)}, "reached before it is set"),
        ({"by_day": date(2021, 3, 31)}, "past already"),
        ({"value": Decimal(10) ** 10, "indicator": "inflow"}, "cannot have this value"),
        ({"from_day": date(1, 1, 1)}, "too early or too late"),
        ({"by_day": date(9999, 12, 31)}, "too early or too late"),
    ],
)
def test_a_target_that_cannot_be_is_refused(analyst, change, told) -> None:
    with pytest.raises(Problem, match=told):
        goal_actions.set_target("espoo", replace(TARGET, **change), reason="why", actor=analyst)
    assert not Target.objects.exists()


def test_a_second_target_of_the_same_figure_and_day_is_refused(analyst) -> None:
    goal_actions.set_target("espoo", TARGET, reason="why", actor=analyst)
    with pytest.raises(Problem, match="has a target of this figure"):
        goal_actions.set_target("espoo", replace(TARGET, value=Decimal(80)), reason="why", actor=analyst)
    with pytest.raises(Problem, match="say why"):
        goal_actions.set_target("espoo", replace(TARGET, by_day=date(2030, 1, 1)), reason=" ", actor=analyst)
    assert Target.objects.count() == 1


def test_what_was_superseded_cannot_be_said_anew(analyst) -> None:
    first = goal_actions.set_target("espoo", TARGET, reason="why", actor=analyst)
    goal_actions.set_target("espoo", replace(TARGET, value=Decimal(76)), reason="b", replaces=first.pk, actor=analyst)
    for act in (
        lambda: goal_actions.set_target("espoo", TARGET, reason="c", replaces=first.pk, actor=analyst),
        lambda: goal_actions.end("target", first.pk, reason="c", actor=analyst),
    ):
        with pytest.raises(Problem, match="meanwhile"):
            act()
    assert Target.objects.count() == 2


def test_a_goal_of_another_area_is_not_changed_through_ones_own(analyst, actor_of) -> None:
    helsinki = actor_of(Role.ANALYST, "helsinki")
    theirs = goal_actions.set_target("helsinki", TARGET, reason="why", actor=helsinki)
    with pytest.raises(Problem, match="meanwhile"):
        goal_actions.set_target("espoo", TARGET, reason="why", replaces=theirs.pk, actor=analyst)
    assert Target.objects.get(STANDING) == theirs


def test_measures_stay_in_their_package_when_it_is_said_anew(analyst) -> None:
    package = goal_actions.set_package("espoo", PACKAGE, reason="plan", actor=analyst)
    goal_actions.set_measure(package, MEASURE, reason="plan", actor=analyst)
    renamed = goal_actions.set_package(
        "espoo", replace(PACKAGE, name_en="Open advice"), reason="name", replaces=package.pk, actor=analyst
    )
    assert [one.name for one in goal_queries.packages("espoo")] == ["Open advice"]
    [shown] = goal_queries.packages("espoo")
    assert shown.pk == renamed.pk
    [measure] = goal_queries.measures("espoo")[package.pk]
    assert [one.indicator for one in measure.expectations.order_by("pk")] == ["registered_unemployed"]
    with pytest.raises(Problem, match="has measures"):
        goal_actions.end("package", renamed.pk, reason="over", actor=analyst)
    again = goal_actions.set_measure(
        renamed, replace(MEASURE, until=date(2022, 1, 1)), reason="ends", replaces=measure.pk, actor=analyst
    )
    assert goal_queries.measures("espoo") == {package.pk: [again]}
    goal_actions.end("measure", again.pk, reason="over", actor=analyst)
    goal_actions.end("package", renamed.pk, reason="over", actor=analyst)
    assert goal_queries.packages("espoo") == []
    assert Expectation.objects.count() == 2  # of both things that were said


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"until": date(2021, 1, 1)}, "ends before it begins"),
        ({"responsible": "nobody"}, "no organisation"),
        ({"from_day": date(1, 1, 1)}, "too early or too late"),
        ({"until": date(9999, 12, 31)}, "too early or too late"),
        ({"expectations": (NewExpectation("long_term_unemployed", "down", population="state"),)}, "not published of"),
        ({"expectations": (NewExpectation("inflow", "down", size=Decimal(0)),)}, "above zero"),
        ({"expectations": (replace(GROUP, classes=("under_25", "male")),)}, "no such classes"),
        ({"expectations": (replace(GROUP, classes=("25_29", "under_25")),)}, "no such classes"),
        ({"expectations": (replace(GROUP, classes=("under_25", "under_25")),)}, "no such classes"),
        ({"expectations": (replace(GROUP, classes=()),)}, "no such classes"),
        ({"expectations": (replace(GROUP, dimension=""),)}, "no such classes"),
        ({"expectations": (replace(GROUP, dimension="mood"),)}, "no such classes"),
        ({"expectations": (GROUP, replace(GROUP, direction="up"))}, "expected twice"),
        ({"expectations": (replace(GROUP, group="x" * 201),)}, "longer than 200"),
        ({"name": "x" * 201}, "longer than 200"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(analyst, change, told) -> None:
    package = goal_actions.set_package("espoo", PACKAGE, reason="plan", actor=analyst)
    with pytest.raises(Problem, match=told):
        goal_actions.set_measure(package, replace(MEASURE, **change), reason="why", actor=analyst)
    assert not Measure.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE monitoring_target SET value = 1",
        "DELETE FROM monitoring_target",
        "UPDATE monitoring_target SET superseded_by_id = NULL",
        "UPDATE monitoring_expectation SET size = 1",
        "DELETE FROM monitoring_measure",
    ],
)
def test_the_database_refuses_to_overwrite(analyst, statement) -> None:
    goal_actions.set_target("espoo", TARGET, reason="why", actor=analyst)
    package = goal_actions.set_package("espoo", PACKAGE, reason="plan", actor=analyst)
    goal_actions.set_measure(package, MEASURE, reason="plan", actor=analyst)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_espoos_goals_are_loaded_once(command_line) -> None:
    path = str(goal_file.shipped("espoo"))
    dry = command_line("goals", "load", path, "--dry-run")
    assert dry.output.strip() == "8 added, 0 changed, 0 as they were (dry run: nothing is changed)"
    assert not Target.objects.exists()
    assert command_line("goals", "load", path).output.strip() == "8 added, 0 changed, 0 as they were"
    assert command_line("goals", "load", path).output.strip() == "0 added, 0 changed, 8 as they were"
    found = {key: [value for _day, value in points] for key, points in goal_queries.targets("espoo").items()}
    assert found == {"employment_rate": [75.0], "unemployment_rate": [5.0]}
    packages = goal_queries.packages("espoo")
    assert [one.number for one in packages] == [1, 2, 3, 4, 5, 6]
    assert {tuple(one.translated) for one in packages} == {("sv", "en")}
    assert not Measure.objects.exists()
    assert set(Target.objects.order_by("pk").values_list("set_by", flat=True)) == {None}


FILE = """\
area = "espoo"
reason = "plan"
source = "the plan"

[[package]]
number = 1
name.fi = "Neuvonta"
name.sv = "Rådgivning"
name.en = "Advice"

[[measure]]
package = 1
name = "Evening advice"
from = 2021-01-01
responsible = "espoo"

[[measure.expectation]]
indicator = "registered_unemployed"
direction = "down"
size = 100
"""


@pytest.fixture
def espoo(db: None) -> None:
    names = dict.fromkeys(("name_fi", "name_sv", "name_en"), "Espoo")
    Organisation.objects.create(key="espoo", kind=Organisation.Kind.TRIAL_AREA, **names)


def test_a_changed_file_supersedes_only_what_changed(tmp_path: Path, espoo: None) -> None:
    path = tmp_path / "goals.toml"
    path.write_text(FILE)
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(2, 0, 0)
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(0, 0, 2)
    path.write_text(FILE.replace("size = 100", "size = 120"))
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(0, 1, 1)
    assert Measure.objects.count() == 2
    assert Measure.objects.get(STANDING).expectations.get().size == 120


def test_a_group_is_told_by_its_classes_in_any_order(tmp_path: Path, espoo: None) -> None:
    path = tmp_path / "goals.toml"
    path.write_text(FILE + 'dimension = "age"\nclasses = ["25_29", "under_25"]\n')
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(2, 0, 0)
    path.write_text(FILE + 'dimension = "age"\nclasses = ["under_25", "25_29"]\n')
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(0, 0, 2)
    assert Measure.objects.get(STANDING).expectations.get().whose == Whose("residents", "age", ("under_25", "25_29"))
    path.write_text('language = "sv"\n' + FILE + 'dimension = "age"\nclasses = ["under_25", "25_29"]\n')
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(0, 2, 0)
    assert WorkPackage.objects.get(STANDING).language == "sv"


def test_the_file_of_the_documents_is_loaded_as_it_stands(tmp_path: Path, espoo: None) -> None:
    docs = Path(__file__).parents[4] / "docs" / "goals-and-services.md"
    [example] = re.findall(r"```toml\n(.*?)```", docs.read_text(), re.DOTALL)
    path = tmp_path / "plan.toml"
    path.write_text(example)
    assert goal_file.load(goal_file.read(path)) == goal_file.Loaded(3, 0, 0)
    said = goal_file.said_of_measure(Measure.objects.get())
    assert (said.until, said.expectations[0].classes) == (date(2022, 1, 1), ("under_25", "25_29"))
    assert Target.objects.get().language == "en"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"espoo"\nreason', '"narnia"\nreason', 1, "no trial area 'narnia'"),
        ('name.sv = "Rådgivning"', "", 7, "missing sentence: name.sv"),
        ("from = 2021-01-01", "from = 2021-13-01", 14, "not TOML"),
        ("from = 2021-01-01", "from = 2021-01-01\nto = 2020-01-01", 11, "ends before it begins"),
        ('indicator = "registered_unemployed"', 'indicator = "joy"', 18, "'joy' is not known here"),
        ("size = 100", "size = true", 20, "'size' must be a number"),
        ("size = 100", 'classes = ["male"]', 20, "the classes have no dimension"),
        ("size = 100", 'dimension = "age"\nclasses = ["male"]', 21, "no classes of 'age'"),
        ("size = 100", 'dimension = "age"', 17, "no classes of 'age'"),
        ("size = 100", 'dimension = "mood"', 20, "'mood' is not known"),
        ('area = "espoo"', 'language = "de"\narea = "espoo"', 1, "'de' is not known"),
        ("size = 100", "size = 0.001", 20, "more than two decimals"),
        ("size = 100", "size = inf", 20, "is no figure"), ("size = 100", "size = nan", 20, "is no figure"),
        ("size = 100", "size = 10000000000", 20, "is no figure"),
        ('"Evening advice"', '"Evening\\u0000advice"', 13, "no text"),
        ('"Advice"', f'"{"x" * 201}"', 5, "longer than 200"), ("number = 1", "number = 1000", 5, "from 1 to 999"),
        ("size = 100", 'size = 100\n[[measure.expectation]]\nindicator = "registered_unemployed"\ndirection = "up"', 11,
         "expected twice"),
        ("package = 1", "package = 2", 11, "no work package 2"),
        ('responsible = "espoo"', 'responsible = "nobody"', 11, "no organisation 'nobody'"),
        ("number = 1", "number = 1\nnote = 1", 7, "unknown key 'note'"),
        ("[[measure]]", '[[package]]\nnumber = 1\nname = {fi = "A", sv = "B", en = "C"}\n[[measure]]', 11, "twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_at_its_line_and_nothing_is_loaded(
    tmp_path: Path, espoo: None, old, new, line, told
) -> None:
    path = tmp_path / "goals.toml"
    assert old in FILE
    path.write_text(FILE.replace(old, new))
    with pytest.raises(Problem, match=told) as problem:
        goal_file.load(goal_file.read(path))
    assert problem.value.line == line
    assert not WorkPackage.objects.exists()
