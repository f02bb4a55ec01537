"""Courses of single people counted again: how long unemployment lasts, and services one by one.

By docs/monitoring.md (Durations) and docs/goals-and-services.md; plain Python, one person at a time.
"""

from collections import Counter
from typing import Final

from kokeilu.monitoring.tests.recount import People, became, in_service, unemployed
from kokeilu.monitoring.tests.recount_states import States

LEFT_FOR: Final = {"open_market": "open_market", "service": "service"}
"""The ways out of unemployment that are told apart; every other one is `other`."""


def begun(people: People, months: range) -> Counter[tuple[str, int, int | None, str | None]]:
    """Unemployments by area and month of their beginning, the months they lasted and the way out, None while they last.

    One began where somebody is unemployed at the end of the month of `unemployed_since` and was not a month before.
    """
    found: Counter[tuple[str, int, int | None, str | None]] = Counter()
    for states in people.values():
        for at in months[1:]:
            now = states.get(at)
            if now is None or now.area is None or not unemployed(now) or unemployed(states.get(at - 1)):
                continue
            if now.since == at:
                end = next((later for later in range(at, months.stop) if not unemployed(states.get(later))), None)
                way = end and LEFT_FOR.get(became(states.get(end), "unemployed"), "other")
                found[now.area, at, end and end - at, way] += 1
    return found


def lengths(people: People, months: range) -> Counter[tuple[str, int, str, int]]:
    """Unemployments by area, month, `running` or `ended`, and the full months that had lasted when last counted."""
    found: Counter[tuple[str, int, str, int]] = Counter()
    for states in people.values():
        for at in months:
            now, after = states.get(at), states.get(at + 1)
            if now is None or now.area is None or now.since is None or not unemployed(now):
                continue
            found[now.area, at, "running", at - now.since] += 1
            if at + 1 in months and not (after is not None and unemployed(after) and after.area == now.area):
                found[now.area, at + 1, "ended", at - now.since] += 1
    return found


def median(people: dict[int, int]) -> int:
    """The full months that at least half of the people have not exceeded."""
    everybody = sorted(length for length, many in people.items() for _ in range(many))
    return everybody[(len(everybody) - 1) // 2]


def services(people: People, months: range) -> Counter[tuple[str, str, int, str]]:
    """People in each area's services by month: stock, starts, ends, and where they are three months after an end."""
    found: Counter[tuple[str, str, int, str]] = Counter()
    for states in people.values():
        for at in months:
            for area, service in _there(states, at):
                found[area, service, at, "stock"] += 1
                if at > months.start and area not in {other for other, _ in _there(states, at - 1)}:
                    found[area, service, at, "starts"] += 1
                if at + 1 in months and area not in {other for other, _ in _there(states, at + 1)}:
                    found[area, service, at + 1, "ends"] += 1
                    if at + 4 in months:
                        found[area, service, at + 4, f"followed_{became(states.get(at + 4), 'unemployed')}"] += 1
    return found


def in_the_year(people: People, months: range) -> Counter[tuple[str, str]]:
    """Different people at the month ends of a year in each area's services."""
    found: Counter[tuple[str, str]] = Counter()
    for states in people.values():
        found.update({place for at in months for place in _there(states, at)})
    return found


def _there(states: States, at: int) -> list[tuple[str, str]]:
    """The area and the service of somebody who is in one; none or one."""
    now = states.get(at)
    if now is None or now.area is None or not in_service(now):
        return []
    return [(now.area, now.service or "unknown")]
