"""Personal identity codes of people who do not exist: individual numbers 900-999 only.

A birth date has 100 such numbers under each of the six century signs in use, so 600 codes. Each person gets
a serial number within the birth date; the serial decides sign and individual number, so two people never
share a code. Where a date is full, the person is born on the next day.
"""

import numpy as np
from numpy.typing import NDArray

from kokeilu.synthetic import months
from kokeilu.synthetic.months import EPOCH

SIGNS = {19: "-YXWVU", 20: "ABCDEF"}
CHECK = np.frombuffer(b"0123456789ABCDEFHJKLMNPRSTUVWXY", dtype=np.uint8)
PER_DATE = 600
_FIRST_BIRTH = (np.datetime64("1900-01-01") - np.datetime64(EPOCH)).astype(int)
_DATES = 150 * 366

Days = NDArray[np.int32]


class Serials:
    """Hands out serial numbers within birth dates, each once."""

    def __init__(self) -> None:
        self._given = np.zeros(_DATES, dtype=np.int32)

    def take(self, births: Days) -> tuple[Days, NDArray[np.int16]]:
        """Birth days as day numbers, moved on where a date is full, and each person's serial within it."""
        births = births.copy()
        while True:
            serials = self._given[births - _FIRST_BIRTH] + _rank_within(births)
            full = serials >= PER_DATE
            if not full.any():
                break
            births[full] += 1
        np.add.at(self._given, births - _FIRST_BIRTH, 1)
        return births, serials.astype(np.int16)


def _rank_within(values: Days) -> Days:
    """How many equal values come before each, in the order given."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    rank = np.empty(len(values), dtype=np.int32)
    rank[order] = np.arange(len(values)) - np.repeat(starts, lengths)
    return rank


def identity_codes(births: Days, serials: NDArray[np.int16]) -> NDArray[np.bytes_]:
    """The codes, shape (n,), eleven ASCII characters each: DDMMYY, century sign, 9NN, check character."""
    dates = births.astype("datetime64[D]")
    year = dates.astype("datetime64[Y]").astype(int) + 1970
    month = dates.astype("datetime64[M]").astype(int) % 12 + 1
    day = (dates - dates.astype("datetime64[M]")).astype(int) + 1
    # 37 has no factor in common with 100: numbers are spread, and none repeats within a sign.
    individual = 900 + (serials.astype(int) * 37 + births) % 100
    out = np.empty((len(births), 11), dtype=np.uint8)
    for place, part in ((0, day), (2, month), (4, year % 100)):
        out[:, place] = 48 + part // 10
        out[:, place + 1] = 48 + part % 10
    signs = np.array([[ord(sign) for sign in SIGNS[century]] for century in (19, 20)], dtype=np.uint8)
    out[:, 6] = signs[year // 100 - 19, serials // 100]
    for place, divisor in ((7, 100), (8, 10), (9, 1)):
        out[:, place] = 48 + individual // divisor % 10
    out[:, 10] = CHECK[((day * 10_000 + month * 100 + year % 100) * 1000 + individual) % 31]
    return out.view("S11").ravel()


def birth_day(code: str) -> int:
    """The day number of the birth date that a code holds."""
    century = next(century for century, signs in SIGNS.items() if code[6] in signs)
    year = century * 100 + int(code[4:6])
    return months.day_number(EPOCH.replace(year=year, month=int(code[2:4]), day=int(code[:2])))
