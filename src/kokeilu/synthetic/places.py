"""Where job seekers live: strata of municipalities, and how many people of each group each should hold.

A stratum is a trial area, or the municipalities of one region outside the trial. The stock of every group in
every stratum on the anchor day is solved from the target figures; nothing later fits it again.
"""

from collections.abc import Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from kokeilu.law import definition
from kokeilu.law.areas import municipalities
from kokeilu.problems import Problem
from kokeilu.synthetic import figures, months

SCALES = ("small", "uusimaa", "national")
SMALL = 0.03  # of the people of the `uusimaa` scale
UUSIMAA = "Helsinki-Uusimaa"

# The groups whose stock is steered, in the order of the columns of `Places.stock`.
GROUPS = ("foreign", "young", "older", "earnings", "employed", "placed")
FOREIGN, YOUNG, OLDER, EARNINGS, EMPLOYED, PLACED = range(6)
CUSTOMERS = ("foreign", "young", "older")


@dataclass(frozen=True)
class Municipality:
    """A municipality with its weight and the Swedish-speakers' share of its domestic-language people."""

    code: str
    region: str
    inhabitants: int
    swedish: float
    stratum: int


@dataclass(frozen=True)
class Places:
    """The municipalities of a scale by index, their strata, and the anchor day's stock by group."""

    municipalities: tuple[Municipality, ...]
    strata: tuple[str, ...]
    in_trial: NDArray[np.bool_]  # by stratum
    stock: NDArray[np.float64]  # (stratum, group), people with a valid job search

    @property
    def stratum_of(self) -> NDArray[np.int16]:
        """The stratum of each municipality, by index."""
        return np.array([each.stratum for each in self.municipalities], dtype=np.int16)

    def in_stratum(self, stratum: int) -> NDArray[np.int16]:
        """Indexes of a stratum's municipalities."""
        return np.flatnonzero(self.stratum_of == stratum).astype(np.int16)

    @property
    def inhabitants(self) -> NDArray[np.float64]:
        """Inhabitants of each municipality, by index."""
        return np.array([each.inhabitants for each in self.municipalities], dtype=np.float64)


@cache
def places(scale: str) -> Places:
    """The places of a scale; a Problem if there is no such scale."""
    if scale not in SCALES:
        raise Problem(f"there is no scale '{scale}'", mend=f"take one of {', '.join(SCALES)}")
    areas = trial_areas()
    region = {code: each.region for code, each in municipalities().items()}
    rows = [
        row for row in read_rows("inhabitants.csv") if scale == "national" or region[row["municipality"]] == UUSIMAA
    ]
    stratum_names = {
        row["municipality"]: areas.get(row["municipality"], f"outside {region[row['municipality']]}") for row in rows
    }
    strata = tuple(sorted(set(stratum_names.values()), key=lambda name: (name.startswith("outside "), name)))
    chosen = tuple(
        Municipality(
            row["municipality"],
            region[row["municipality"]],
            int(row["inhabitants"]),
            float(row["swedish"]),
            strata.index(stratum_names[row["municipality"]]),
        )
        for row in rows
    )
    stock = _stock(strata, chosen) * (SMALL if scale == "small" else 1)
    in_trial = np.array([not name.startswith("outside ") for name in strata])
    return Places(chosen, strata, in_trial, stock)


def trial_areas() -> Mapping[str, str]:
    """The trial area of each municipality that belongs to one when the trials start, by code."""
    day = months.first_day(months.parse(figures.value("trial.from")))
    rows = definition.shipped("kuntakokeilu").areas_on(day)
    return {row.municipality: row.area for row in rows if row.area is not None}


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the room's CSV files."""
    text = files("kokeilu.synthetic").joinpath("data", name).read_text(encoding="utf-8")
    return list(DictReader(StringIO(text)))


def _stock(strata: Sequence[str], chosen: Sequence[Municipality]) -> NDArray[np.float64]:
    """People by stratum and group on the anchor day, (strata, groups); none under temporary protection."""
    inhabitants = _inhabitants(strata, chosen)
    customers = _customers(strata, inhabitants)
    uusimaa_te, density = _uusimaa(inhabitants)
    te_per_customer = uusimaa_te / sum(figures.value("customers").values())
    stock = np.zeros((len(strata), len(GROUPS)))
    earnings = figures.value("te.earnings_related")
    alike = figures.value("outside.customers_alike")
    for row, name in enumerate(strata):
        if name in customers:
            members, te = customers[name], customers[name] * te_per_customer
        else:
            members, te = (inhabitants[name] * density * part for part in (alike, 1 - alike))
        for group, share in _shares(name).items():
            stock[row, GROUPS.index(group)] = members * share
        stock[row, EARNINGS] = te * earnings
        stock[row, EMPLOYED] = te * (1 - earnings)
    return stock


def _inhabitants(strata: Sequence[str], chosen: Sequence[Municipality]) -> dict[str, int]:
    sums = dict.fromkeys(strata, 0)
    for each in chosen:
        sums[strata[each.stratum]] += each.inhabitants
    return sums


def _uusimaa(inhabitants: Mapping[str, int]) -> tuple[float, float]:
    """Who stays with the TE office in Uusimaa's trial areas; job seekers per inhabitant outside them.

    With S the stock asked for, I and O the inhabitants inside and outside the trial and d the relative
    density, the outside holds S * d*O / (I + d*O); what is left after the customers stays with the TE office.
    """
    stock, ratio = figures.value("stock.uusimaa"), figures.value("density.outside")
    customers = figures.value("customers")
    inside = sum(inhabitants[area] for area in customers)
    outside = inhabitants[f"outside {UUSIMAA}"]
    elsewhere = stock * ratio * outside / (inside + ratio * outside)
    return stock - elsewhere - sum(customers.values()), elsewhere / outside


def _customers(strata: Sequence[str], inhabitants: Mapping[str, int]) -> dict[str, float]:
    """Customers by trial area: published numbers; what they leave of the national one by inhabitants."""
    known = {**figures.value("customers"), **figures.value("customers.elsewhere")}
    known = {area: float(number) for area, number in known.items() if area in strata}
    trial = [name for name in strata if not name.startswith("outside ")]
    if "turku" in trial:
        city = next(int(r["inhabitants"]) for r in read_rows("inhabitants.csv") if r["municipality"] == "853")
        known["turku"] = figures.value("customers.turku_city") * inhabitants["turku"] / city
    open_areas = [name for name in trial if name not in known]
    left = figures.value("customers.national") - sum(known.values())
    weight = sum(inhabitants[name] for name in open_areas)
    return known | {name: left * inhabitants[name] / weight for name in open_areas}


def _shares(stratum: str) -> dict[str, float]:
    """Shares of foreign, young and older among those who meet the rule, by stratum."""
    if stratum.startswith("outside "):
        key = "outside"
    else:
        key = {"espoo": "espoo", "helsinki": "capital", "vantaa-kerava": "capital"}.get(stratum, "elsewhere")
    return dict(figures.value(f"shares.{key}"))
