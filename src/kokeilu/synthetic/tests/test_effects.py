import pytest

from kokeilu.problems import Problem
from kokeilu.synthetic import effects, truth, world
from kokeilu.synthetic.effects import Effect

FROM_2021 = {"first": "2020-12", "last": "2022-06"}


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("none", Effect()),
        ("open-market=0.03", Effect(open_market=0.03)),
        ("services=-0.5", Effect(services=-0.5)),
        ("open-market=0.03,services=0.05", Effect(0.03, 0.05)),
    ],
)
def test_effects_are_read(text: str, effect: Effect) -> None:
    assert effects.parse(text) == effect
    assert effect.is_none == (text == "none")


@pytest.mark.parametrize(
    "text", ["", "wages=1", "services", "services=x", "services=nan", "services=9", "services=1,services=1"]
)
def test_other_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(Problem) as caught:
        effects.parse(text)
    assert "\n" not in str(caught.value)


def test_without_effect_both_worlds_are_one() -> None:
    told = truth.truth(world.generate("small", 3, **FROM_2021))
    assert set(told["totals"]["difference"].values()) == {0}
    assert told["months"]["2021-04"]["with_effect"] == told["months"]["2021-04"]["without_effect"]


def test_an_effect_on_services_moves_people_there_and_changes_nothing_else() -> None:
    difference = truth.truth(world.generate("small", 3, "services=0.5", **FROM_2021))["totals"]["difference"]
    moved = difference["service"]
    assert moved > 1000
    assert difference["unemployed"] == -moved
    assert difference["to_open_market"] == difference["to_outside"] == difference["laid_off"] == 0


def test_an_effect_on_the_open_market_shows_at_its_size_and_only_on_customers() -> None:
    built_in = world.generate("small", 3, "open-market=0.4", **FROM_2021)
    told = truth.truth(built_in)
    both = told["totals"]
    at_risk = ("unemployed", "laid_off", "service", "supported_work")

    def hazard(of: dict[str, int]) -> float:
        return of["to_open_market"] / sum(of[state] for state in at_risk)

    assert hazard(both["with_effect"]) / hazard(both["without_effect"]) == pytest.approx(1.4, abs=0.12)
    assert told["months"]["2021-02"]["with_effect"] == told["months"]["2021-02"]["without_effect"]
    first = told["months"]["2021-03"]
    outside = "outside Helsinki-Uusimaa"
    assert first["with_effect"][outside] == first["without_effect"][outside]
    assert first["with_effect"]["helsinki"] != first["without_effect"]["helsinki"]


def test_the_world_without_the_effect_is_the_world_generated_without_it() -> None:
    changed = truth.truth(world.generate("small", 3, "open-market=0.4", **FROM_2021))
    plain = truth.truth(world.generate("small", 3, **FROM_2021))
    for month, counts in plain["months"].items():
        assert changed["months"][month]["without_effect"] == counts["with_effect"]
