"""Invented street addresses at real postal codes of the person's municipality."""

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kokeilu.synthetic import names
from kokeilu.synthetic.places import Places, read_rows

_PARTS = ("postal", "street", "number", "flat", "swedish")


@cache
def _postal() -> pl.DataFrame:
    return pl.DataFrame(read_rows("postal-codes.csv"))


class Addresses:
    """A growing table of addresses; a person refers to a row."""

    def __init__(self, places: Places) -> None:
        self.count = 0
        self._parts: dict[str, list[NDArray[np.int32]]] = {part: [] for part in _PARTS}
        codes = _postal()["municipality"].to_list()
        rows: dict[str, list[int]] = {}
        for row, code in enumerate(codes):
            rows.setdefault(code, []).append(row)
        per_municipality = [rows[each.code] for each in places.municipalities]
        self._first = np.cumsum([0, *map(len, per_municipality)])[:-1]
        self._size = np.array([len(each) for each in per_municipality])
        self._rows = np.concatenate([np.array(each, dtype=np.int32) for each in per_municipality])

    def add(
        self, municipality: NDArray[np.int16], swedish: NDArray[np.bool_], rng: np.random.Generator
    ) -> NDArray[np.int32]:
        """New addresses in the municipalities given by index; returns their rows."""
        size = len(municipality)
        draws = rng.random((4, size))
        place = self._first[municipality] + (draws[0] * self._size[municipality]).astype(int)
        new = {
            "postal": self._rows[place],
            "street": (draws[1] ** 1.5 * len(names.streets("fi"))).astype(np.int32),
            "number": (1 + draws[2] ** 2 * 90).astype(np.int32),
            # Two in three live in a block of flats.
            "flat": np.maximum(0, draws[3] * 120 - 40).astype(np.int32),
            "swedish": swedish.astype(np.int32),
        }
        for part, chunk in new.items():
            self._parts[part].append(chunk)
        self.count += size
        return np.arange(self.count - size, self.count, dtype=np.int32)

    def copy(self) -> "Addresses":
        """An independent copy."""
        twin = Addresses.__new__(Addresses)
        twin.__dict__.update(self.__dict__)
        twin._parts = {part: list(chunks) for part, chunks in self._parts.items()}
        return twin

    def frame(self) -> pl.DataFrame:
        """All addresses in order: street_address, postal_code, city."""
        parts = {part: np.concatenate(chunks) for part, chunks in self._parts.items()}
        postal = _postal()[parts["postal"]]
        swedish = pl.Series(parts["swedish"] == 1)
        street = pl.Series(names.streets("fi"))[parts["street"]]
        gata = pl.Series(names.streets("sv"))[parts["street"]]
        flat = pl.Series(parts["flat"])
        stair = pl.Series(["A", "B", "C", "D"])[(parts["flat"] // 20).clip(0, 3)]
        frame = pl.DataFrame(
            {
                "street": pl.select(pl.when(swedish).then(gata).otherwise(street)).to_series(),
                "number": parts["number"],
                "flat": flat,
                "stair": stair,
                "swedish": swedish,
                "postal_code": postal["postal_code"],
                "city_fi": postal["city_fi"],
                "city_sv": postal["city_sv"],
            }
        )
        house = pl.format("{} {}", "street", "number")
        home = pl.format("{} {} {}", house, "stair", "flat")
        return frame.select(
            pl.when(pl.col("flat") > 0).then(home).otherwise(house).alias("street_address"),
            "postal_code",
            pl.when("swedish").then("city_sv").otherwise("city_fi").alias("city"),
        )
