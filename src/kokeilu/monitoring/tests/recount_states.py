"""In what state each person is at each month's end: read from the extracts person by person, by docs/panel.md.

Written from the documents and not from the program: plain Python, one person and one day at a time, nothing of the
panel's or the monitoring's code. Who is responsible is given, by the register of responsibilities.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from kokeilu.monitoring.tests.recount_people import AREAS, MERGED, Row, World

LANGUAGES: Final = {"fi": "fi", "sv": "sv", "se": "sami", "smn": "sami", "sms": "sami"}
LIMITS: Final = (1000, 700, 400, 300, 200, 100, 0)


class State(NamedTuple):
    """What is known of a person on a day; `since` is the month number of the beginning of the unemployment."""

    status: str | None
    seeking: bool | None
    service: str | None
    benefit: str | None
    paid: int | None
    since: int | None
    municipality: str | None
    area: str | None
    responsible: str | None
    age: str | None
    sex: str | None
    education: str | None
    language: str | None
    immigrant: bool | None


States = dict[int, State]
"""By month number: year * 12 + month - 1."""


def number(day: date) -> int:
    """The number of a day's month."""
    return day.year * 12 + day.month - 1


def month_ends(world: World) -> dict[int, date]:
    """The month ends told of, by number of the month."""
    first, last = number(min(world.extracts)), number(max(world.extracts))
    return {at: date((at + 1) // 12, (at + 1) % 12 + 1, 1) - timedelta(days=1) for at in range(first, last + 1)}


def records(world: World) -> dict[str, list[str]]:
    """The codes of each person by the first one known, those whose rows count first at the head."""
    codes = {row["person"] for rows in (*world.extracts.values(), *world.corrections.values()) for row in rows}
    newer, kept = dict(world.new_codes), dict(world.unions)
    hidden = {*newer.values(), *kept.values()}
    found = {one: [one] for one in codes | set(newer) | set(kept) if one not in hidden}
    for old, new in newer.items():
        found[old] = [new, old]
    for one, other in kept.items():
        found[one] = [one, other]
    return found


def states(world: World, responsible: Callable[[str, date], str | None]) -> dict[str, States]:
    """The states of each person at the month ends at which they are in one.

    `responsible(code, day)` tells who is responsible for a person on a day.
    """
    told = {day: {row["person"]: row for row in rows} for day, rows in (world.extracts | world.corrections).items()}
    days = sorted(told)
    dead = dict(world.deaths)
    found = {}
    for person, codes in records(world).items():
        died = min((dead[one] for one in codes if one in dead), default=date.max)
        theirs = [(day, _first(told[day], codes)) for day in days]
        sex = _sex(dict(world.new_codes).get(person, person))
        found[person] = {
            at: state
            for at, day in month_ends(world).items()
            if day <= died and (state := _state(theirs, day, sex, responsible(person, day))) is not None
        }
    return found


def _first(told: Mapping[str, Row], codes: list[str]) -> Row | None:
    """What an extract tells of a person: the row of the first of the codes that has one."""
    return next((told[one] for one in codes if one in told), None)


def _sex(code: str) -> str:
    return "male" if int(code[7:10]) % 2 else "female"


def _state(theirs: list[tuple[date, Row | None]], day: date, sex: str, responsible: str | None) -> State | None:
    """The state on a day, None where there is none: not reported, and not in the open market or outside before."""
    until = [row for at, row in theirs if at <= day]
    reported = [row for row in until if row is not None]
    if not reported:
        return None
    row = reported[-1]
    status = _status(row["job_search_valid"], row["employment_code"], row["service"])
    if until[-1] is None:
        if status not in ("open_market", "outside"):
            return None
        row = row | {"job_search_valid": False, "service": "none", "benefit": "none", "unemployed_since": None}
    place = _place(row, day)
    return State(
        status=status,
        seeking=row["job_search_valid"],
        service=row["service"],
        benefit=row["benefit"],
        paid=_limit(row["labour_market_support_days"]),
        since=row["unemployed_since"] and number(row["unemployed_since"]),
        municipality=place,
        area=area_of(place, day),
        responsible=responsible,
        age=_age(row["birth_date"], day),
        sex=sex,
        education=_education(row["education"]),
        language=row["language"] and LANGUAGES.get(row["language"], "other"),
        immigrant=row["immigrant"],
    )


def _status(valid: bool | None, employment: str | None, service: str | None) -> str | None:
    """docs/panel.md, Status: the facts in the order in which they are asked; a missing one never decides."""
    if employment == "00":
        return "supported_work"
    if employment == "01":
        return "open_market"
    if valid is None or (employment is None and not valid):
        return None
    if not valid:
        return "outside"
    if service is None:
        return None
    if service != "none":
        return "service"
    return None if employment is None else {"02": "unemployed", "03": "laid_off"}.get(employment, "outside")


def _place(row: Mapping[str, Any], day: date) -> str | None:
    place = row["placed_in"] if row["municipality"] == "none" else row["municipality"]
    successor, since = MERGED.get(place or "", (None, date.max))
    return successor if day >= since else place


def area_of(place: str | None, day: date) -> str | None:
    """The area of a municipality; its first one also counts for all days before."""
    rows = sorted((start, end or date.max, area) for area, code, start, end in AREAS if code == place)
    if not rows:
        return None
    if day < rows[0][0]:
        return rows[0][2]
    return next((area for start, end, area in rows if start <= day < end), None)


def _limit(days: int | None) -> int | None:
    return None if days is None else next(limit for limit in LIMITS if days >= limit)


def _age(born: date | None, day: date) -> str | None:
    """The class of age by whole years; born on 29 February one is a year older on 1 March of a common year."""
    if born is None:
        return None
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return "under_25" if years < 25 else "25_29" if years < 30 else "30_49" if years < 50 else "50_over"


def _education(level: int | None) -> str | None:
    return None if level is None else "basic" if level <= 2 else "upper_secondary" if level <= 4 else "tertiary"
