"""What the figures of a month say in words, so that people who moved into services are not taken for a success.

The trial of 2017-18 lowered registered unemployment by moving people into services; broad unemployment stood still
(Nieminen et al. 2021). So what is said follows from three changes together, never from one of them. Pure.
"""

from dataclasses import dataclass
from typing import Final, Literal

Direction = Literal["lower", "same", "higher"]
Remark = Literal["services", "open_market", "no_more_exits", "out_of_services"]
Sentence = Literal[
    "into_services", "mostly_services", "registered_fell", "both_fell", "open_market", "broad_rose", "out_of_services",
    "registered_rose", "unchanged", "unknown",
]  # fmt: skip

MOVES: Final = 0.02
"""A change of less than this share of the number before is no change."""
EXITS: Final = 0.05
"""More exits to the open market than this share above those before are more exits; they vary more than stocks do."""
MOST: Final = 0.5
"""Where services have grown by at least this share of the fall of registered unemployment, it is said."""


@dataclass(frozen=True)
class Headline:
    """The three figures that always stand together; None where one is hidden or does not exist."""

    registered: float | None
    broad: float | None
    exits: float | None


HEADLINE: Final = ("registered_unemployed", "broad_unemployment", "open_market_exits")
"""Their indicators, in this order everywhere."""


@dataclass(frozen=True)
class Reading:
    """Where registered and broad unemployment went, and what must be said with it.

    - `services`: the people in services (broad less registered unemployment) have grown by at least MOST of the fall
      of registered unemployment;
    - `open_market`: both fell and more people than before went to the open labour market;
    - `no_more_exits`: both fell, and that more went there is not known;
    - `out_of_services`: broad unemployment alone fell, so fewer people are in services.
    """

    registered: Direction
    broad: Direction
    remark: Remark | None = None


def reading(before: Headline, now: Headline) -> Reading | None:
    """What may be said of the change from `before` to `now`, the same month a year apart; None where it is unknown."""
    if before.registered is None or now.registered is None or before.broad is None or now.broad is None:
        return None
    registered, broad = _direction(before.registered, now.registered), _direction(before.broad, now.broad)
    fall = before.registered - now.registered
    in_services = (now.broad - now.registered) - (before.broad - before.registered)
    if registered == "lower":
        if in_services >= MOST * fall:
            return Reading(registered, broad, "services")
        if broad == "lower":
            return Reading(registered, broad, "open_market" if _more_exits(before, now) else "no_more_exits")
    elif broad == "lower":
        return Reading(registered, broad, "out_of_services")
    return Reading(registered, broad)


def _direction(before: float, now: float) -> Direction:
    if abs(now - before) <= MOVES * before:
        return "same"
    return "lower" if now < before else "higher"


def _more_exits(before: Headline, now: Headline) -> bool:
    return before.exits is not None and now.exits is not None and now.exits > before.exits * (1 + EXITS)


def sentence(before: Headline, now: Headline) -> Sentence:
    """The reading in one word.

    - `into_services`: registered unemployment fell, broad unemployment did not, and at least MOST of the fall is more
      people in services;
    - `registered_fell`: the same, but services have not grown by so much;
    - `mostly_services`: both fell, but most of the fall of registered unemployment is more people in services;
    - `open_market`: both fell and more people than before went to the open labour market;
    - `both_fell`: both fell, without more exits to the open labour market;
    - `broad_rose`: broad unemployment rose and registered unemployment did not fall;
    - `out_of_services`: broad unemployment alone fell; `registered_rose`: registered unemployment alone rose;
    - `unchanged`: neither changed; `unknown`: one of the two cannot be told.
    """
    found = reading(before, now)
    if found is None:
        return "unknown"
    if found.registered == "lower":
        if found.broad != "lower":
            return "into_services" if found.remark == "services" else "registered_fell"
        return "mostly_services" if found.remark == "services" else _both_fell(found)
    if found.broad == "same":
        return "registered_rose" if found.registered == "higher" else "unchanged"
    return "broad_rose" if found.broad == "higher" else "out_of_services"


SUCCESS: Final[frozenset[Sentence]] = frozenset(("open_market", "both_fell", "out_of_services"))
"""Where registered unemployment may be told to have reached something: broad unemployment is known to have fallen, and
not mostly into services. Where it is hidden, or stands still, nothing is told.
"""


def _both_fell(found: Reading) -> Sentence:
    return "open_market" if found.remark == "open_market" else "both_fell"
