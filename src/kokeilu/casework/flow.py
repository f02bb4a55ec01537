"""Exact flows at least cost by several criteria, the first of them first. Pure; every number is an integer."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

Integers = NDArray[np.int64]

# Prices of more bits make fewer solves, each of more steps: measured, 2**50 takes less time than 2**62 or 2**35.
LARGEST: Final = 2**50


def cheapest(
    tail: Integers, head: Integers, capacity: Integers, supply: Integers, costs: Sequence[Integers],
    most: int = LARGEST,
) -> Integers:  # fmt: skip
    """The flow of each arc that carries all of `supply` and is least in the first of `costs`, among those least in
    the second, and so on.

    `tail` and `head` are nodes 0 ... len(supply) - 1; `supply` adds up to zero, negative where flow ends; each of
    `costs` has a price per unit of every arc, not negative. Criteria are joined by weights where these fit
    (`joined`), and solved one joined group after the other, on what the groups before leave free: by complementary
    slackness the flows of least cost are exactly those without flow on arcs of positive reduced cost and with full flow
    on arcs of negative reduced cost, whichever optimal prices of the nodes are used (Ahuja, Magnanti and Orlin, Network
    Flows, 1993, section 9.4). The answer depends on the order of the arcs alone, so give them in a stable order.

    Raises ValueError where the supply cannot be carried.
    """
    wanted = supply.copy()
    open_arcs = np.arange(len(tail))
    groups = joined(costs, len(supply), most)
    flow = _solve(tail, head, capacity, supply, groups[0])
    for number, cost in enumerate(groups):
        if number and cost[open_arcs] @ flow[open_arcs]:
            part = open_arcs
            flow[part] = _solve(tail[part], head[part], capacity[part], wanted, cost[part])
        open_arcs = _still_open(tail, head, capacity, cost, flow, open_arcs, wanted)
    return flow


def joined(costs: Sequence[Integers], nodes: int, most: int = LARGEST) -> list[Integers]:
    """The criteria in as few groups as have no price above `most` / (nodes + 1)^2, weighted so that a later criterion
    never outweighs an earlier one of its group.

    Two flows of one supply differ by cycles, each of which meets a node at most once and so has at most `nodes` arcs.
    A flow is least where no cycle makes it cheaper; in a cycle the later criteria, of prices up to p together, change
    by nodes * p at most, so that a weight of nodes * p + 1 keeps every unit of the earlier one ahead of them.
    The solver multiplies prices by nodes + 1, and distances add up to nodes of them: both stay within 64 bits.
    """
    groups: list[Integers] = []
    for cost in reversed(costs):
        if groups:
            weight = nodes * int(groups[0].max(initial=0)) + 1
            if (weight * int(cost.max(initial=0)) + weight) * (nodes + 1) ** 2 <= most:
                groups[0] = groups[0] + weight * cost
                continue
        groups.insert(0, cost)
    return groups


def _still_open(
    tail: Integers, head: Integers, capacity: Integers, cost: Integers, flow: Integers, arcs: Integers, wanted: Integers
) -> Integers:
    """The arcs whose flow can differ between two flows that are least by `cost`; what is carried on the full ones is
    taken off `wanted`."""
    if not cost[arcs] @ flow[arcs]:  # nothing is paid: all that may not be used is what costs
        free: Integers = arcs[cost[arcs] == 0]
        return free
    price = _prices(len(wanted), tail[arcs], head[arcs], capacity[arcs], cost[arcs], flow[arcs])
    reduced = cost[arcs] + price[tail[arcs]] - price[head[arcs]]
    full = arcs[reduced < 0]
    np.subtract.at(wanted, tail[full], capacity[full])
    np.add.at(wanted, head[full], capacity[full])
    undecided: Integers = arcs[reduced == 0]
    return undecided


def _solve(tail: Integers, head: Integers, capacity: Integers, supply: Integers, cost: Integers) -> Integers:
    network = min_cost_flow.SimpleMinCostFlow()
    network.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    network.set_nodes_supplies(np.arange(len(supply)), supply)
    status = network.solve()
    if status != network.OPTIMAL:
        raise ValueError(f"no flow carries the supply: {status.name}")
    return np.asarray(network.flows(np.arange(len(tail))), np.int64)


def _prices(nodes: int, tail: Integers, head: Integers, capacity: Integers, cost: Integers, flow: Integers) -> Integers:
    """Optimal prices of the nodes: the least distances in what the flow leaves over (Bellman and Ford)."""
    onward, back = flow < capacity, flow > 0
    source = np.concatenate([tail[onward], head[back]])
    target = np.concatenate([head[onward], tail[back]])
    length = np.concatenate([cost[onward], -cost[back]])
    order = np.argsort(target, kind="stable")
    source, length = source[order], length[order]
    reached, starts = np.unique(target[order], return_index=True)
    distance = np.zeros(nodes, np.int64)
    while True:
        nearer = np.minimum(distance[reached], np.minimum.reduceat(distance[source] + length, starts))
        if np.array_equal(nearer, distance[reached]):
            return distance
        distance[reached] = nearer
