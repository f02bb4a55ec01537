"""What the figures of a month say in words, so that people who moved into services are not taken for a success.

The trial of 2017-18 lowered registered unemployment by moving people into services; broad unemployment stood still
(Nieminen et al. 2021). So the sentence follows from three changes together, never from one of them. Pure.
"""

from dataclasses import dataclass
from typing import Final, Literal

Sentence = Literal["into_services", "both_fell", "open_market", "broad_rose", "out_of_services", "unchanged", "unknown"]

MOVES: Final = 0.02
"""A change of less than this share of the number before is no change."""
EXITS: Final = 0.05
"""More exits to the open market than this share above those before are more exits; they vary more than stocks do."""


@dataclass(frozen=True)
class Headline:
    """The three figures that always stand together; None where one is hidden or does not exist."""

    registered: float | None
    broad: float | None
    exits: float | None


HEADLINE: Final = ("registered_unemployed", "broad_unemployment", "open_market_exits")
"""Their indicators, in this order everywhere."""


def _change(before: float | None, now: float | None) -> float | None:
    """The change as a share of what was before; None where it cannot be told."""
    return None if before is None or now is None or before <= 0 else now / before - 1


def sentence(before: Headline, now: Headline) -> Sentence:
    """What may be said of the change from `before` to `now`, the same month a year apart.

    - `into_services`: registered unemployment fell, broad unemployment did not: people moved into services;
    - `open_market`: both fell and more people than before went to the open labour market;
    - `both_fell`: both fell, without more exits to the open labour market;
    - `broad_rose`: broad unemployment rose and registered unemployment did not fall;
    - `out_of_services`: of the two either registered unemployment alone rose or broad unemployment alone fell;
    - `unchanged`: neither changed; `unknown`: one of the two cannot be told.
    """
    registered, broad = _change(before.registered, now.registered), _change(before.broad, now.broad)
    exits = _change(before.exits, now.exits)
    if registered is None or broad is None:
        return "unknown"
    if registered < -MOVES:
        if broad >= -MOVES:
            return "into_services"
        return "open_market" if exits is not None and exits > EXITS else "both_fell"
    if broad > MOVES:
        return "broad_rose"
    return "out_of_services" if registered > MOVES or broad < -MOVES else "unchanged"
