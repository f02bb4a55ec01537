"""The demonstration's goals in a database that an earlier version has made."""

from dataclasses import replace
from datetime import date

import pytest

from kokeilu import demo_goals
from kokeilu.access.models import Organisation
from kokeilu.monitoring import goal_actions, goal_file, goal_queries
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure
from kokeilu.monitoring.goal_models import Measure


@pytest.mark.django_db
def test_groups_in_words_get_their_classes_and_an_areas_own_words_stay() -> None:
    names = dict.fromkeys(("name_fi", "name_sv", "name_en"), "Espoo")
    Organisation.objects.create(key="espoo", kind=Organisation.Kind.TRIAL_AREA, **names)
    goal_file.load(goal_file.read(goal_file.shipped("espoo")))
    package = goal_queries.packages("espoo")[4]
    words = NewExpectation("inflow", "down", group=demo_goals.YOUNG)
    invented = NewMeasure(
        "Ohjaamo", date(2020, 3, 1), None, "espoo", illustrative=True,
        expectations=(words, NewExpectation("outflow", "up")),
    )  # fmt: skip
    old = goal_actions.set_measure(package, invented, reason="example", actor=None)
    own = goal_actions.set_measure(
        package, replace(invented, name="Oma", illustrative=False), reason="plan", actor=None
    )
    demo_goals.tell_classes()
    demo_goals.tell_classes()
    assert Measure.objects.count() == 3
    [held] = goal_queries.measures("espoo").values()
    assert {one.name for one in held} == {"Ohjaamo", "Oma"}
    assert own in held
    old.refresh_from_db()
    said = [(one.indicator, one.group, one.classes) for one in old.superseded_by.expectations.order_by("pk")]
    assert said == [("inflow", demo_goals.YOUNG, ["under_25", "25_29"]), ("outflow", "", [])]
