"""What truly happened in a month: stocks and flows by stratum, of everybody and of the trial's customers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kokeilu.synthetic.hazards import FIRST_IN_REGISTER, OPEN_MARKET, OUTSIDE, SERVICE, STATES
from kokeilu.synthetic.people import People
from kokeilu.synthetic.places import Places

STOCKS = STATES[FIRST_IN_REGISTER:]  # people with a valid job search at the month's end
FLOWS = ("to_open_market", "to_outside", "to_service")  # people of the register who moved in the month
COUNTED = (*STOCKS, *FLOWS)


@dataclass(frozen=True)
class Tally:
    """People of one month by stratum, by customer (0 no, 1 yes) and by what is counted: COUNTED."""

    month: int
    counts: NDArray[np.int64]


def count(people: People, before: NDArray[np.int8], places: Places, month: int) -> Tally:
    """Count the people after a month; `before` is the state before it of those who were there."""
    known, state = len(before), people["state"]
    cell = places.stratum_of[people["municipality"]].astype(np.int64) * 2 + people["customer"]
    was_inside = (state[:known] != before) & (before >= FIRST_IN_REGISTER)
    whom = [cell[state == each] for each in range(FIRST_IN_REGISTER, len(STATES))]
    whom += [cell[:known][was_inside & (state[:known] == to)] for to in (OPEN_MARKET, OUTSIDE, SERVICE)]
    cells = len(places.strata) * 2
    counts = np.stack([np.bincount(each, minlength=cells) for each in whom], axis=1)
    return Tally(month, counts.reshape(len(places.strata), 2, len(COUNTED)))
