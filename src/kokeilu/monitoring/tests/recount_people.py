"""Invented people as the register's monthly extracts tell of them, with all that makes counting them hard.

People come, leave, vanish and return; change state, service, benefit and municipality; are born on days near which a
class of age ends, also on 29 February; lack facts; live in municipalities that are merged or change their area. Two
codes turn out to be one person's, codes change, people die, extracts are corrected, one is missing, one comes in the
middle of a month.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from kokeilu.register.tests.people import code
from kokeilu.register.tests.people import person as reported

Row = dict[str, Any]

AREAS: Final = (
    ("helsinki", "091", date(2021, 3, 1), None),
    ("espoo", "049", date(2021, 3, 1), None),
    ("espoo", "235", date(2021, 3, 1), date(2021, 4, 15)),  # Kauniainen changes its area
    ("helsinki", "235", date(2021, 4, 15), None),
    ("nurmes", "541", date(2021, 3, 1), date(2021, 5, 1)),  # an area that ends; Valtimo became a part of Nurmes
    ("kankaanpaa", "214", date(2021, 3, 1), None),  # Honkajoki became a part of Kankaanpää
    ("kankaanpaa", "099", date(2019, 1, 1), date(2021, 1, 1)),
)
"""area, municipality, from, to: of a trial made up for the recount."""
MERGED: Final = {"911": ("541", date(2020, 1, 1)), "099": ("214", date(2021, 1, 1))}
"""Municipality: its successor, and the day from which on it is a part of that."""
PLACES: Final = ("091", "091", "091", "049", "049", "235", "235", "541", "214", "734", "none")
BORDERS: Final = (25, 30, 50)
SERVICES: Final = ("coaching", "training", "work-trial")
MONTH_ENDS: Final = [date(2020 + at // 12, at % 12 + 1, 1) - timedelta(days=1) for at in range(18)]
EXTRACTS: Final = sorted({*MONTH_ENDS, date(2020, 5, 15)} - {date(2020, 8, 31)})
"""Days of the extracts: the month ends from December 2019 to May 2021 but one, and a day within a month."""
MAYBE_MISSING: Final = (
    "birth_date", "municipality", "placed_in", "language", "immigrant", "education", "job_search_valid",
    "employment_code", "service", "benefit", "labour_market_support_days", "unemployed_since",
)  # fmt: skip


@dataclass
class World:
    """What the register is told: extracts by day, corrections of them, statements on identities by code."""

    extracts: dict[date, list[Row]]
    corrections: dict[date, list[Row]] = field(default_factory=dict)
    unions: list[tuple[str, str]] = field(default_factory=list)
    """(kept, other)"""
    revoked: list[tuple[str, str]] = field(default_factory=list)
    """Unions that were stated and revoked."""
    new_codes: list[tuple[str, str]] = field(default_factory=list)
    """(code, newer one)"""
    deaths: list[tuple[str, date]] = field(default_factory=list)


def world(seed: int, people: int) -> World:
    """The extracts of so many records, and what officers state of some of them."""
    chance = Random(seed)
    days = EXTRACTS
    told: dict[date, list[Row]] = {day: [] for day in days}
    codes = []
    for number in range(people):
        born, own = _birth(chance), f"{number}"
        codes.append(code(born, 900 + number % 100))
        for day, facts in zip(days, _walk(chance, days), strict=True):
            if facts is not None:
                told[day].append(reported(number, person=codes[-1], birth_date=born, family_name=f"Testi{own}") | facts)
    made = World({day: _unlike(rows) for day, rows in told.items()})
    _correct(chance, made)
    _state(chance, made, sorted(set(codes)))
    return made


def _unlike(rows: list[Row]) -> list[Row]:
    """The rows with each code once."""
    return list({row["person"]: row for row in rows}.values())


def _birth(chance: Random) -> date:
    """A birth date: by chance, on a leap day, or so that a class of age ends within the months told of."""
    kind = chance.random()
    if kind < 0.15:
        return date(chance.choice([1968, 1972, 1988, 1992, 1996]), 2, 29)
    if kind < 0.6:
        turns = date(2019, 12, 1) + timedelta(days=chance.randrange(550))
        if chance.random() < 0.4:  # on the last days of a month
            turns = (turns.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=chance.randrange(3))
        return date(turns.year - chance.choice(BORDERS), turns.month, min(turns.day, 28 if turns.month == 2 else 31))
    return date(1956, 1, 1) + timedelta(days=chance.randrange(46 * 365))


STATES: Final = "uuuuullssswwoooexyX."
"""See _situation; `.` is not in the extract."""


def _walk(chance: Random, days: list[date]) -> Iterator[Row | None]:
    """The facts of one person on each day, None where the extract does not hold them."""
    state, place = chance.choice(STATES), chance.choice([*PLACES, "911", "099"])
    service, benefit = (
        chance.choice(SERVICES),
        chance.choice(["labour_market_support", "labour_market_support", "none"]),
    )
    since = days[0] - timedelta(days=chance.choice([3, 40, 100, 200, 340, 366, 500]))
    paid = chance.choice([0, 90, 250, 290, 390, 690, 960, 995, 1400])
    fixed = {
        "language": chance.choice(["fi", "fi", "sv", "se", "smn", "sms", "ru", "aii"]),
        "immigrant": chance.random() < 0.2,
        "education": chance.randrange(9),
    }
    holes = chance.choice([0.0, 0.0, 0.04])
    for day in days:
        if chance.random() < 0.3:
            before, state = state, chance.choice(STATES)
            if state in "ul" and before not in "ul":
                since = day - timedelta(days=chance.choice([0, 1, 5, 27, 45]))
        if chance.random() < 0.05 or day >= MERGED.get(place, ("", date.max))[1]:
            place = chance.choice(PLACES)
        service = chance.choice(SERVICES) if chance.random() < 0.2 else service
        if chance.random() < 0.06:
            benefit = chance.choice(["labour_market_support", "basic_allowance", "earnings_related", "none"])
        if chance.random() < 0.02:
            fixed["education"] = chance.randrange(9)
        paid += chance.randrange(23)
        if state == ".":
            yield None
            continue
        placed = chance.choice(["091", "049", "none"]) if place == "none" else "none"
        facts: Row = fixed | _situation(state, service, since, chance) | {
            "municipality": place, "placed_in": placed, "benefit": benefit, "labour_market_support_days": paid,
        }  # fmt: skip
        yield facts | {name: None for name in MAYBE_MISSING if chance.random() < holes}


def _situation(state: str, service: str, since: date, chance: Random) -> Row:
    """The facts that decide the state."""
    valid, its_code, its_service = {
        "u": (True, "02", "none"),
        "l": (True, "03", "none"),
        "s": (True, chance.choice(["02", "09", "07"]), service),
        "w": (chance.random() < 0.8, "00", chance.choice(["none", service])),
        "o": (False, "01", "none"),
        "e": (True, "01", chance.choice(["none", service])),
        "x": (False, chance.choice(["02", "03", "05", "08"]), "none"),
        "y": (True, chance.choice(["04", "05", "06"]), "none"),
        "X": (False, None, "none"),
    }[state]
    return {
        "job_search_valid": valid, "employment_code": its_code, "service": its_service,
        "unemployed_since": since if state in "ul" else None, "job_search_since": since if valid else None,
    }  # fmt: skip


def _correct(chance: Random, made: World) -> None:
    """Two extracts are delivered again: some people otherwise, some missing, some that were missing."""
    days = sorted(made.extracts)
    for place in chance.sample(range(1, len(days) - 1), 2):
        rows = []
        for row in made.extracts[days[place]]:
            if chance.random() < 0.03:
                continue
            again = chance.random() < 0.06
            rows.append(row | _situation(chance.choice("uslox"), "coaching", days[place], chance) if again else row)
        there = {row["person"] for row in made.extracts[days[place]]}
        back = [
            row | {"municipality": "091"}
            for row in made.extracts[days[place - 1]]
            if row["person"] not in there and chance.random() < 0.2
        ]
        made.corrections[days[place]] = rows + back


def _state(chance: Random, made: World, codes: list[str]) -> None:
    """Officers state who is whom, and deaths. A code is in one statement on identities at most."""
    known = {row["person"] for row in made.extracts[min(made.extracts)]}
    told = sorted(known & set(codes))
    chance.shuffle(told)
    many = max(5, len(told) // 60)
    pairs = [(told.pop(), told.pop()) for _ in range(many)]
    made.unions, made.revoked = pairs[: many - 2], pairs[many - 2 :]
    births = {row["person"]: row["birth_date"] for rows in made.extracts.values() for row in rows if row["birth_date"]}
    renamed = [told.pop() for _ in range(many)]
    newer = [code(births[one], 900 + chance.randrange(100)) for one in renamed if one in births]
    made.new_codes = [pair for pair in zip(renamed, newer, strict=True) if pair[1] not in codes]
    for day, rows in made.extracts.items():
        made.extracts[day] = [_under_new_code(row, day, dict(made.new_codes), chance) for row in rows]
    dead = [told.pop() for _ in range(many)] + [pair[chance.randrange(2)] for pair in made.unions[:2]]
    made.deaths = [(one, min(made.extracts) + timedelta(days=chance.randrange(500))) for one in dead]
    made.deaths[0] = (made.deaths[0][0], date(2020, 2, 29))


def _under_new_code(row: Row, day: date, newer: dict[str, str], chance: Random) -> Row:
    """From 2020-10 on most rows of who has a newer code come under that one."""
    if row["person"] in newer and day > date(2020, 10, 1) and chance.random() < 0.9:
        return row | {"person": newer[row["person"]]}
    return row


def areas_csv(path: Path) -> Path:
    """AREAS as the area table of a trial definition."""
    head = "area,name_fi,name_sv,municipality,from,to,customers_expected,source,verified"
    lines = [f"{area},{area},{area},{place},{start},{end or ''},,invented,no" for area, place, start, end in AREAS]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path
