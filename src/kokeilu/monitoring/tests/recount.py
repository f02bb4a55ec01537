"""The figures counted again from the states of single people, by docs/monitoring.md and indicators.toml.

Plain Python, one person at a time; nothing of the program that counts. Counts of nobody are left out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from kokeilu.monitoring.tests.recount_states import State, States

People = Mapping[str, States]
Cell = tuple[str, str, int, str]
"""Area, population, month number, indicator."""
ClassCell = tuple[str, int, str, str]
"""Area, month number, indicator, class."""

UNEMPLOYED: Final = ("unemployed", "laid_off")
CLASSES: Final[dict[str, Callable[[State], object]]] = {
    "municipality": lambda state: state.municipality,
    "age": lambda state: state.age,
    "sex": lambda state: state.sex,
    "education": lambda state: state.education,
    "language_group": lambda state: state.language,
    "immigrant": lambda state: None if state.immigrant is None else str(state.immigrant).lower(),
    "benefit": lambda state: state.benefit,
}
"""What a person's class is, for the dimensions that are asked of a state."""
BY_CLASS: Final = (
    "job_seekers", "registered_unemployed", "in_services", "supported_work", "other_job_seekers", "broad_unemployment",
    "long_term_unemployed", "inflow", "outflow", "open_market_exits", "service_starts", "service_ends",
)  # fmt: skip


class Counts(NamedTuple):
    """The area's figures, and by dimension those of its residents by class."""

    figures: Counter[Cell]
    classes: dict[str, Counter[ClassCell]]


def unemployed(state: State | None) -> bool:
    return state is not None and state.status in UNEMPLOYED


def in_service(state: State | None) -> bool:
    return state is not None and state.status == "service"


def count(people: People, months: range) -> Counts:
    """All figures of the months; flows from the second one on, and so on as far as each looks back."""
    found = Counts(Counter(), {key: Counter() for key in CLASSES})
    start = min((at for states in people.values() for at, one in states.items() if _customer(one)), default=months.stop)
    for states in people.values():
        for at in months:
            for area, indicator, of, who in _told(states, at, months.start):
                found.figures[area, "residents", at, indicator] += 1
                if at >= start:
                    population = "customers" if _customer(who) else "state"
                    found.figures[area, population, at, indicator] += 1
                if indicator in BY_CLASS:
                    for key, of_state in CLASSES.items():
                        found.classes[key][area, at, indicator, str(of_state(of) or "unknown")] += 1
    return found


def _customer(state: State) -> bool:
    return state.responsible not in (None, "te")


def _told(states: States, at: int, first: int) -> Iterator[tuple[str, str, State, State]]:
    """What a person adds to: area, indicator, the state whose class counts, the state that tells who is responsible."""
    now, before = states.get(at), states.get(at - 1)
    if now is not None and now.area is not None:
        for indicator in _stocks(states, now, at, first):
            yield now.area, indicator, now, now
        if at > first:
            for indicator in _comes(now, before):
                yield now.area, indicator, now, now
    if at > first and before is not None and before.area is not None:
        for indicator in _leaves(now, before, at):
            yield before.area, indicator, before, now or before
    for area, indicator, then in _followed(states, at, first):
        yield area, indicator, then, now or then


def _stocks(states: States, now: State, at: int, first: int) -> Iterator[str]:
    if now.seeking:
        yield "job_seekers"
        if now.status == "supported_work":
            yield "supported_work"
        elif not unemployed(now) and not in_service(now):
            yield "other_job_seekers"
    if unemployed(now) or in_service(now):
        yield "broad_unemployment"
        yield "registered_unemployed" if unemployed(now) else "in_services"
    if unemployed(now):
        yield "laid_off" if now.status == "laid_off" else "unemployed_not_laid_off"
        yield {"12_months_and_more": "long_term_unemployed"}.get(one := _duration(now, at), f"unemployed_{one}")
        if now.benefit == "labour_market_support" and now.paid is not None and now.paid >= 300:
            yield "paid_1000_days" if now.paid >= 1000 else "paid_300_days"
    if (group := _structural(states, now, at, first)) is not None:
        yield "structural_unemployment"
        if group != "long_term_unemployed":
            yield group


def _duration(state: State, at: int) -> str:
    """How long an unemployment has lasted at a month's end, in whole months from the one in which it began."""
    if state.since is None:
        return "unknown_duration"
    months = at - state.since
    limits = ((3, "under_3_months"), (6, "3_to_6_months"), (12, "6_to_12_months"))
    return next((name for limit, name in limits if months < limit), "12_months_and_more")


def _structural(states: States, now: State, at: int, first: int) -> str | None:
    """The first of the four groups that holds; each is known once the panel reaches as far back as it looks."""
    if in_service(now):
        return "service_to_service" if at > first and _from_another(states, at) else None
    if not unemployed(now):
        return None
    if _duration(now, at) == "12_months_and_more":
        return "long_term_unemployed"
    held = [one for one in range(at - 15, at + 1) if unemployed(states.get(one))]
    if len(held) >= 12 and len(held) < at - held[0] + 1:
        return "recurrently_unemployed"
    ends = (at - back for back in range(3, 13))
    if any(
        in_service(states.get(end - 1)) and not in_service(states.get(end)) and unemployed(states.get(end + 3))
        for end in ends
    ):
        return "unemployed_after_service"
    return None


def _from_another(states: States, at: int) -> bool:
    """Whether a person in a service was in another one at the month end before it began."""
    service = states[at].service
    while in_service(states.get(at)) and states[at].service == service:
        at -= 1
    return in_service(states.get(at))


def _comes(now: State, before: State | None) -> Iterator[str]:
    there = before is not None and before.area == now.area
    if unemployed(now) and not (there and unemployed(before)):
        yield "inflow"
    if in_service(now) and not (there and in_service(before)):
        yield "service_starts"


def _leaves(now: State | None, before: State, at: int) -> Iterator[str]:
    there = now is not None and now.area == before.area
    if unemployed(before) and not (there and unemployed(now)):
        yield "outflow"
        yield f"outflow_{became(now, 'moved')}"
        yield f"outflow_{_duration(before, at - 1)}"
    if in_service(before) and not (there and in_service(now)):
        yield "service_ends"
    if now is not None and now.status == "open_market" and (unemployed(before) or in_service(before)):
        yield "open_market_exits"
        if in_service(before):
            yield "exits_from_services"


def became(now: State | None, again: str) -> str:
    """Where somebody is: `again` where unemployed."""
    if now is None or now.status is None:
        return "unknown"
    return again if now.status in UNEMPLOYED else now.status


def _followed(states: States, at: int, first: int) -> Iterator[tuple[str, str, State]]:
    """Whose service in an area ended three months ago, and where they are now."""
    ended = at - 3
    then, after = states.get(ended - 1), states.get(ended)
    if ended <= first or then is None or then.area is None or not in_service(then):
        return
    if in_service(after) and after is not None and after.area == then.area:
        return
    yield then.area, "followed_services", then
    yield then.area, f"followed_{became(states.get(at), 'unemployed')}", then
