"""The assignment: the exact optimum of its objective, whatever the order of rows."""

from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

from kokeilu.casework import flow, rules
from kokeilu.casework.lattice import TENTHS
from kokeilu.casework.rules import Criterion, Reason, Speciality

NEEDS = [each.value for each in Speciality]


def customer(person: str, **facts: Any) -> dict[str, Any]:
    known = {"since": date(2021, 3, 1), "service_language": "fi", "language": "fi", "postal_code": "00100"}
    return {"person": person, "relation": None} | known | dict.fromkeys(NEEDS, False) | facts


def worker(name: str, capacity: int = 1, **profile: Any) -> dict[str, Any]:
    known = {"load": 0, "languages": ["fi"], "specialities": [], "districts": []}
    return {"worker": name, "capacity": capacity} | known | profile


def assign(customers: Iterable[dict[str, Any]], workers: Iterable[dict[str, Any]]) -> rules.Plan:
    return rules.assign(
        pl.DataFrame(list(customers), schema=rules.CUSTOMERS), pl.DataFrame(list(workers), schema=rules.WORKERS)
    )


def pairs(plan: rules.Plan) -> dict[str, str]:
    return dict(plan.assigned.select("person", "worker").iter_rows())


def price(one: dict[str, Any], other: dict[str, Any]) -> tuple[int, ...]:
    """What giving a customer to a worker costs by criterion, as the objective is written down: customer by customer."""
    mother = one["language"] if one["language"] != one["service_language"] else None
    code, starts = one["postal_code"], tuple(other["districts"])
    return (
        int(one["service_language"] is not None and one["service_language"] not in other["languages"]),
        int(mother is not None and mother not in other["languages"]),
        int(one["relation"] is not None and one["relation"] != other["worker"]),
        sum(one[need] and need not in other["specialities"] for need in NEEDS),
        int(code is not None and bool(starts) and not code.startswith(starts)),
    )


def objective(people: list[dict[str, Any]], staff: list[dict[str, Any]], given_to: dict[str, str]) -> tuple[int, ...]:
    by_name = {each["worker"]: each for each in staff}
    total = [0] * 6
    for one in people:
        if one["person"] in given_to:
            for place, value in enumerate(price(one, by_name[given_to[one["person"]]])):
                total[place] += value
    for each in staff:
        gets = sum(name == each["worker"] for name in given_to.values())
        total[5] += sum((each["load"] + nth) * TENTHS // each["capacity"] for nth in range(gets))
    return tuple(total)


def every_plan(people: list[dict[str, Any]], staff: list[dict[str, Any]]) -> Iterable[dict[str, str]]:
    names = [each["worker"] for each in staff]
    free = {each["worker"]: max(each["capacity"] - each["load"], 0) for each in staff}
    for choice in product(names, repeat=len(people)):
        if all(choice.count(name) <= free[name] for name in names):
            yield dict(zip([one["person"] for one in people], choice, strict=True))


people_drawn = st.lists(
    st.fixed_dictionaries(
        {
            "since": st.one_of(st.none(), st.sampled_from([date(2021, 3, 1), date(2021, 3, 8)])),
            "service_language": st.sampled_from(["fi", "sv", None]),
            "language": st.sampled_from(["fi", "sv", "so", "ar", None]),
            "relation": st.sampled_from([None, None, "w0", "w1", "gone"]),
            "postal_code": st.sampled_from(["00100", "00200", "02100", None]),
        }
        | {need: st.booleans() for need in NEEDS}
    ),
    max_size=5,
)
staff_drawn = st.lists(
    st.fixed_dictionaries(
        {
            "capacity": st.integers(1, 4),
            "load": st.integers(0, 5),
            "languages": st.lists(st.sampled_from(["fi", "sv", "so"]), unique=True),
            "specialities": st.lists(st.sampled_from(NEEDS), unique=True),
            "districts": st.lists(st.sampled_from(["001", "00", "021"]), unique=True),
        }
    ),
    min_size=1,
    max_size=3,
)


def named(people: list[dict[str, Any]], staff: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    return (
        [{"person": f"p{number}"} | one for number, one in enumerate(people)],
        [{"worker": f"w{number}"} | each for number, each in enumerate(staff)],
    )


@settings(max_examples=300, deadline=None)
@given(people_drawn, staff_drawn)
def test_no_plan_at_all_is_better(people: list[Any], staff: list[Any]) -> None:
    people, staff = named(people, staff)
    plan = assign(people, staff)
    served = [one for one in people if one["person"] not in set(plan.left_over)]
    # An earlier worker who is not among the workers cannot be kept by anybody.
    for one in served:
        if one["relation"] not in {each["worker"] for each in staff}:
            one["relation"] = None
    best = min(objective(served, staff, each) for each in every_plan(served, staff))
    assert objective(served, staff, pairs(plan)) == best
    assert tuple(plan.unmet[criterion] for criterion in Criterion) == best


@settings(max_examples=60, deadline=None)
@given(people_drawn, staff_drawn, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(people: list[Any], staff: list[Any], random: Any) -> None:
    people, staff = named(people, staff)
    plan = assign(people, staff)
    random.shuffle(people)
    random.shuffle(staff)
    for each in staff:
        for profile in ("languages", "specialities", "districts"):
            random.shuffle(each[profile])
    again = assign(people, staff)
    assert again.assigned.equals(plan.assigned)
    assert again.left_over.to_list() == plan.left_over.to_list()


def crowd(seed: int, customers: int, workers: int) -> tuple[list[Any], list[Any]]:
    random = np.random.default_rng(seed)

    def some(among: list[str]) -> list[str]:
        return random.choice(among, random.integers(3), replace=False).tolist()

    people = [
        customer(
            f"p{number:03}", service_language=str(random.choice(["fi", "sv"])),
            language=str(random.choice(["fi", "sv", "ru", "so", "ar"])),
            relation=f"w{random.integers(workers):03}" if random.random() < 0.3 else None,
            postal_code=f"00{random.integers(1, 5)}00", **{need: bool(random.random() < 0.3) for need in NEEDS},
        )
        for number in range(customers)
    ]  # fmt: skip
    staff = [
        worker(
            f"w{number:03}", int(random.integers(1, 2 * customers // workers)),
            languages=["fi", *some(["sv", "ru", "so"])], specialities=some(NEEDS),
            districts=some(["001", "002", "003"]),
        )
        for number in range(workers)
    ]  # fmt: skip
    return people, staff


@pytest.mark.parametrize("seed", range(6))
def test_as_good_as_customer_by_customer_assignment(seed: int) -> None:
    """The peer knows no classes and no flow: it pairs every customer with every single place, at joined prices."""
    people, staff = crowd(seed, 60, 12)
    plan = assign(people, staff)
    served = [one for one in people if one["person"] in pairs(plan)]
    places = [(each, nth) for each in staff for nth in range(each["capacity"])]
    solver = SimpleLinearSumAssignment()
    for row in range(len(places)):
        for column, (each, nth) in enumerate(places):
            total = 0
            if row < len(served):  # the rest of the rows are places left free
                for value in (*price(served[row], each), nth * TENTHS // each["capacity"]):
                    total = total * 10 * len(people) + value
            solver.add_arc_with_cost(row, column, total)
    assert solver.solve() == solver.OPTIMAL
    best = {one["person"]: places[solver.right_mate(row)][0]["worker"] for row, one in enumerate(served)}
    assert objective(served, staff, pairs(plan)) == objective(served, staff, best)


@pytest.mark.parametrize("seed", range(4))
def test_one_criterion_after_the_other_is_as_good_as_joined_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    people, staff = crowd(seed, 80, 9)
    together = assign(people, staff)
    separate = flow.joined
    monkeypatch.setattr(flow, "joined", lambda costs, nodes, most=0: separate(costs, nodes, 0))
    apart = assign(people, staff)
    assert apart.unmet == together.unmet


def test_joined_criteria_fit_into_64_bits_and_keep_their_order() -> None:
    costs = [np.array([0, 1, 3], np.int64) for _ in range(6)]
    groups = flow.joined(costs, 4_000)
    assert 1 < len(groups) < 6
    for group in groups:
        assert int(group.max()) * 4_001**2 < 2**63
    assert len(flow.joined(costs, 4_000, most=0)) == 6
    alone = flow.joined(costs[:2], 10)
    assert len(alone) == 1
    assert alone[0].tolist() == [0, 32, 96]  # 31 of the later criterion never add up to one of the earlier


def test_more_supply_than_the_arcs_carry_is_refused() -> None:
    one = np.array([1], np.int64)
    with pytest.raises(ValueError, match="no flow carries"):
        flow.cheapest(one * 0, one, one, np.array([2, -2], np.int64), [one])


def test_the_service_language_goes_before_everything_else() -> None:
    people = [
        customer("a", service_language="sv", language="sv"),
        customer("b", relation="swedish", youth=True),
        customer("c", relation="swedish", youth=True),
    ]
    staff = [
        worker("swedish", 1, languages=["fi", "sv"], specialities=["youth"]),
        worker("finnish", 5, districts=["9"]),
    ]
    plan = assign(people, staff)
    assert pairs(plan) == {"a": "swedish", "b": "finnish", "c": "finnish"}
    assert plan.language_missing == {}


def test_who_does_not_get_their_language_is_counted_and_told() -> None:
    plan = assign([customer("a", service_language="sv"), customer("b", service_language="sv")], [worker("w", 2)])
    assert plan.language_missing == {"sv": 2}
    assert plan.unmet[Criterion.SERVICE_LANGUAGE] == 2
    assert (
        plan.assigned["reasons"].to_list()
        == [["mother_tongue", "district", "capacity", "service_language_missing"]] * 2
    )


def test_an_unknown_service_language_asks_for_none() -> None:
    plan = assign([customer("a", service_language=None, language=None)], [worker("w", languages=[])])
    assert plan.unmet[Criterion.SERVICE_LANGUAGE] == 0
    assert plan.assigned["reasons"].to_list() == [["district", "capacity"]]


def test_reasons_name_all_that_is_met_the_strongest_first() -> None:
    needs = dict.fromkeys(NEEDS, True)
    mine = customer("a", service_language="sv", language="so", relation="w", postal_code="02100", **needs)
    plan = assign([mine], [worker("w", languages=["sv", "so"], specialities=NEEDS, districts=["02"])])
    assert plan.assigned["reasons"].to_list() == [[each.value for each in list(Reason)[:9]]]


def test_whoever_became_a_customer_last_waits_where_places_are_scarce() -> None:
    people = [
        customer("a", since=None), customer("b", since=date(2021, 3, 9)), customer("d"), customer("c"),
        customer("e", service_language="sv"),
    ]  # fmt: skip
    plan = assign(people, [worker("w", 5, load=2), worker("x", 1, load=4)])
    assert sorted(pairs(plan)) == ["c", "d", "e"]
    assert plan.left_over.to_list() == ["b", "a"]


@pytest.mark.parametrize(("people", "staff"), [([], []), ([], [worker("w")]), ([customer("a")], [])])
def test_nobody_to_give_or_nobody_to_give_to(people: list[Any], staff: list[Any]) -> None:
    plan = assign(people, staff)
    assert len(plan.assigned) == 0
    assert plan.left_over.to_list() == [one["person"] for one in people]
    assert set(plan.unmet.values()) == {0}


def test_new_customers_are_spread_by_how_full_workers_are() -> None:
    people = [customer(f"p{number}") for number in range(6)]
    plan = assign(people, [worker("full", 10, load=8), worker("half", 10, load=4), worker("free", 10)])
    assert sorted(pairs(plan).values()) == ["free"] * 5 + ["half"]


@pytest.mark.parametrize("twice", ["person", "worker"])
def test_a_row_that_is_there_twice_is_refused(twice: str) -> None:
    people = [customer("a")] * (1 + (twice == "person"))
    staff = [worker("w")] * (1 + (twice == "worker"))
    with pytest.raises(ValueError, match=twice):
        assign(people, staff)


def test_needs_of_the_day_and_of_unknown_facts() -> None:
    on = date(2021, 3, 1)
    facts = pl.DataFrame(
        {
            "birth_date": [date(1991, 3, 2), date(1991, 3, 1), None],
            "immigrant": [True, False, None],
            "unemployed_since": [date(2020, 3, 1), date(2020, 3, 2), None],
            "education": [6, 5, None],
        }
    )
    found = rules.needs(facts, on).select(NEEDS)
    assert found.rows() == [(True,) * 4, (False,) * 4, (False,) * 4]
