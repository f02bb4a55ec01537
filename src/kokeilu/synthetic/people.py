"""The people of a generated register: one array per fact, grown month by month."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokeilu.extract import BENEFITS

# What may be unknown about a person until later, as bits of `hidden`.
HIDDEN_RIGHT, HIDDEN_IMMIGRANT, HIDDEN_LANGUAGE, HIDDEN_MUNICIPALITY = 1, 2, 4, 8

FACTS: dict[str, type[np.generic]] = {
    # fixed at entry
    "birth": np.int32,  # day number
    "birth_month": np.int32,  # the first month that begins on the birth day or later: ages are whole from it
    "serial": np.int16,  # within the birth date, decides the identity code
    "language": np.int16,  # index into LANGUAGES
    "service_swedish": np.bool_,
    "immigrant": np.bool_,
    "education": np.int8,  # ISCED level, -1 unknown
    "member": np.bool_,  # of an unemployment fund
    "group": np.int8,  # at entry
    "hidden": np.uint8,
    "hidden_until": np.int32,  # month
    # changing
    "municipality": np.int16,  # home, or where a person under temporary protection is placed
    "address": np.int32,  # row of the address table
    "temporary": np.bool_,  # under temporary protection
    "placed": np.bool_,  # has no home municipality, only a place
    "state": np.int8,
    "since": np.int32,  # month in which the state began
    "search_since": np.int32,  # day number
    "search_month": np.int32,  # month of the same
    "unemployed_since": np.int32,  # day number, 0 where not unemployed
    "service": np.int8,  # index of the service, -1 in none
    "right": np.bool_,  # to the earnings-related allowance
    "allowance_left": np.int16,  # paid days of earnings-related or basic allowance
    "other_benefit": np.int8,  # without the right: index into BENEFITS
    "support_days": np.int32,
    "customer": np.bool_,  # met the trial's rule once after its start, and lives in its areas
}

# Indexes into BENEFITS.
NO_BENEFIT, SUPPORT, BASIC, EARNINGS_RELATED = range(len(BENEFITS))


class People:
    """Columns of FACTS by person number; person numbers are given in the order of entry and never change."""

    def __init__(self, capacity: int = 1 << 16) -> None:
        self.count = 0
        self._columns = {name: np.zeros(capacity, dtype=kind) for name, kind in FACTS.items()}

    def __getitem__(self, name: str) -> NDArray[Any]:
        """The column of all people so far; writing to it changes the people."""
        return self._columns[name][: self.count]

    def append(self, new: dict[str, NDArray[Any]]) -> None:
        """Add people; `new` has every column of FACTS, all of one length."""
        size = len(new["birth"])
        needed, capacity = self.count + size, len(self._columns["birth"])
        if needed > capacity:
            capacity = max(needed, capacity * 2)
            self._columns = {name: np.resize(column, capacity) for name, column in self._columns.items()}
        for name, column in self._columns.items():
            column[self.count : needed] = new[name]
        self.count = needed

    def copy(self) -> "People":
        """An independent copy."""
        twin = People(0)
        twin.count = self.count
        twin._columns = {name: column.copy() for name, column in self._columns.items()}
        return twin
