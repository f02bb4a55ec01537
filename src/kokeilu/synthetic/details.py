"""Facts that never change about a person and move nothing: names, codes, occupation, how they are reached."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kokeilu.synthetic import figures, names
from kokeilu.synthetic.codes import identity_codes
from kokeilu.synthetic.languages import LANGUAGES
from kokeilu.synthetic.people import People
from kokeilu.synthetic.places import read_rows
from kokeilu.synthetic.streams import pick, stream

# Reserved for examples by RFC 2606: no mail to these ever reaches anybody.
_DOMAINS = ("example.com", "example.net", "example.org")
_KINDS = ("fi", "sv", "other")


def details(seed: int, people: People) -> pl.DataFrame:
    """One row per person number: the extract's columns that do not depend on the month. Null is unknown."""
    kind = np.array([_KINDS.index(names.kind(language)) for language in LANGUAGES])[people["language"]]
    family = _named(seed, "family", kind, names.family_names)
    given = _named(seed, "given", kind, names.given_names)
    unknown = figures.value("unknown")
    size = people.count

    def known(fact: str) -> pl.Series:
        return pl.Series(stream(seed, f"unknown {fact}").random(size) >= unknown[fact])

    codes = pl.Series(identity_codes(people["birth"], people["serial"])).cast(pl.String)
    frame = pl.DataFrame(
        {
            "person": codes,
            "family_name": family,
            "given_names": given,
            "birth_date": pl.Series(people["birth"]).cast(pl.Date),
            "language": pl.Series(LANGUAGES)[people["language"]],
            "service_language": pl.Series(["fi", "sv"])[people["service_swedish"].astype(int)],
            "education": pl.Series(people["education"]),
            "occupation": _occupations(seed, people["education"]),
            "protected": stream(seed, "protected").random(size) < figures.value("protected"),
            "phone": _phones(size),
            "email": _emails(seed, family, given),
        }
    )
    return frame.with_columns(
        pl.when(pl.col("education") >= 0).then(pl.col("education")),
        *(pl.when(known(fact)).then(pl.col(fact)) for fact in ("occupation", "phone", "email")),
        known("street_address").alias("street_known"),
    )


def _named(seed: int, purpose: str, kind: NDArray[np.int64], pool: Callable[[str], tuple[str, ...]]) -> pl.Series:
    """Names of the kinds 0 fi, 1 sv and 2 other, some commoner than others."""
    uniform = stream(seed, f"{purpose} names").random(len(kind)) ** 1.3
    lists = [pool(each) for each in _KINDS]
    start = np.cumsum([0, *map(len, lists)])[:-1]
    size = np.array([len(each) for each in lists])
    return _take([name for each in lists for name in each], start[kind] + (uniform * size[kind]).astype(int))


def _take(texts: Sequence[str], index: NDArray[np.integer[Any]]) -> pl.Series:
    """The text at each index."""
    return pl.Series(texts).gather(pl.Series(index.astype(np.uint32)))


def _occupations(seed: int, education: NDArray[np.int8]) -> pl.Series:
    """ISCO-08 unit groups by education: a tier first, then a unit group of the tier."""
    rows = read_rows("occupations.csv")
    shares = figures.value("occupations.by_education")
    tiers = list(shares["low"])
    tier_draw, draw = stream(seed, "occupations").random((len(education), 2)).T
    level = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 1])[education]  # unknown, at -1, as the middle
    chosen = np.empty(len(education), dtype=np.uint32)
    for number, name in enumerate(shares):
        mine = np.flatnonzero(level == number)
        tier = pick(np.array([shares[name][each] for each in tiers]), tier_draw[mine])
        for place, each in enumerate(tiers):
            members = np.array([row for row, occupation in enumerate(rows) if occupation["tier"] == each])
            who = mine[tier == place]
            chosen[who] = members[(draw[who] * len(members)).astype(int)]
    return pl.Series([row["unit_group"] for row in rows])[chosen]


def _phones(size: int) -> pl.Series:
    """Numbers that cannot be rung: after +358 no Finnish number begins with 0."""
    number = pl.Series(np.arange(size)).cast(pl.String).str.zfill(7)
    return pl.select(pl.format("+358 000 {}", number)).to_series()


def _emails(seed: int, family: pl.Series, given: pl.Series) -> pl.Series:
    """Addresses of the names at domains reserved for examples, made unique by the person number."""
    domain = pl.Series(_DOMAINS)[(stream(seed, "email").random(len(family)) * len(_DOMAINS)).astype(np.uint32)]
    number = pl.Series(np.arange(len(family)))
    local = pl.format("{}.{}{}@{}", pl.lit(given), pl.lit(family), pl.lit(number), pl.lit(domain))
    plain = local.str.to_lowercase().str.replace_many(["ä", "å", "ö"], ["a", "a", "o"])
    return pl.select(plain).to_series()
