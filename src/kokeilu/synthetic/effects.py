"""Effects that can be built in: what the trial does, known because it was put there.

An effect is a relative change of a monthly hazard: `open-market=0.03` makes the hazard of leaving for the
open market 1.03 times what it would have been, `services=0.5` makes entries from unemployment into services
half as frequent again. It works on trial customers living in a trial area, from the trial's first month on.
"""

import math
from dataclasses import dataclass

from kokeilu.problems import Problem

_MEND = "write none, or such as open-market=0.03 or open-market=0.03,services=0.05"


@dataclass(frozen=True)
class Effect:
    """Relative changes of monthly hazards; 0 is no effect, 0.03 three per cent more, -0.5 half."""

    open_market: float = 0.0
    services: float = 0.0

    @property
    def is_none(self) -> bool:
        """Whether nothing is built in."""
        return not (self.open_market or self.services)


def parse(text: str) -> Effect:
    """The effect written as `none` or `NAME=CHANGE[,NAME=CHANGE]`; a Problem if it is not one."""
    changes: dict[str, float] = {}
    for part in text.split(",") if text != "none" else []:
        name, equals, number = part.partition("=")
        key = {"open-market": "open_market", "services": "services"}.get(name.strip())
        if key is None or not equals or key in changes:
            raise Problem(f"'{part}' is not an effect", mend=_MEND)
        try:
            changes[key] = float(number)
        except ValueError:
            raise Problem(f"'{number}' is not a number", mend=_MEND) from None
        if not (math.isfinite(changes[key]) and -1 <= changes[key] <= 5):
            raise Problem(f"the change {number} is not between -1 and 5", mend=_MEND)
    return Effect(**changes)
