"""What labour market support costs the municipalities: dated amounts and shares, and an estimate from counts.

The municipality pays a share of the support of those whose paid days have reached a limit (50 % from 300 days, 70 %
from 1 000 until the end of 2024). From 2025 the share is of other benefits too and counts their days, which the
register extract does not have: there is no estimate from then on.
"""

import calendar
import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO

import polars as pl

from kokeilu.law.positions import Words

PERCENT = 100

ASSUMPTIONS: tuple[Words, ...] = (
    {
        "fi": "Mukana on vain kokeiluun kuuluvien tuki; maksajana on heidän kotikuntansa.",
        "sv": "Bara stödet till dem som hör till försöket räknas; deras hemkommun betalar.",
        "en": "Only the support of those in the trial is counted; their home municipality pays.",
    },
    {
        "fi": "Tukea maksetaan täysimääräisenä kuukauden jokaiselta arkipäivältä (ma–pe).",
        "sv": "Stödet betalas till fullt belopp för varje vardag (mån–fre) i månaden.",
        "en": "Support is paid in full for every weekday (Monday to Friday) of the month.",
    },
    {
        "fi": "Kunnan osuus alkaa, kun rekisteriotteen päivänä maksettuja päiviä on 300 (50 %) tai 1 000 (70 %); "
        "maksuerän loppua ei odoteta.",
        "sv": "Kommunens andel börjar när de betalda dagarna den dag registerutdraget gäller är 300 (50 %) eller "
        "1 000 (70 %); slutet av utbetalningsposten inväntas inte.",
        "en": "The municipality's share begins where the paid days are 300 (50 %) or 1 000 (70 %) on the day of the "
        "extract; the end of the instalment is not waited for.",
    },
    {
        "fi": "Palvelussa olevien tukea ei lueta mukaan, koska kunta maksaa vain työttömyyden "
        "perusteella maksetusta tuesta.",
        "sv": "Stöd till dem som deltar i en service räknas inte, eftersom kommunen betalar bara för stöd som "
        "betalas på grund av arbetslöshet.",
        "en": "Support of people in a service is left out: the municipality pays only for support paid on the "
        "ground of unemployment.",
    },
    {
        "fi": "Henkilöt, joiden etuutta, päiviä tai palvelua ei tiedetä, jäävät pois.",
        "sv": "Personer vars förmån, dagar eller service inte är kända räknas inte.",
        "en": "People whose benefit, days or service are not known are left out.",
    },
)  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """The support of a day in cents, and the municipality's share in per cent from each number of paid days on."""

    cents_per_day: int
    steps: tuple[tuple[int, int], ...]
    verified: bool  # whether amount and shares have all been seen in a source


def rates_on(day: date) -> Rates | None:
    """The rates in force on the day; None where they are not known, or the share is not of this kind."""
    amounts = [row for row in _rows("labour-market-support.csv") if _holds(row, day)]
    steps = [row for row in _rows("municipal-share.csv") if _holds(row, day)]
    if not amounts or not steps:
        return None
    (amount,) = amounts
    return Rates(
        int(amount["cents_per_day"]),
        tuple(sorted((int(step["paid_days"]), int(step["percent"])) for step in steps)),
        all(row["verified"] == "yes" for row in (amount, *steps)),
    )


def month_cents(people: pl.Expr, percent: int, rates: Rates, day: date) -> pl.Expr:
    """The municipalities' share for so many people (whole numbers of 64 bits) over the calendar month of the day, in
    cents, rounded half up.
    """
    exact = people * (weekdays(day) * rates.cents_per_day * percent)
    return (exact * 2 + PERCENT) // (2 * PERCENT)


def weekdays(day: date) -> int:
    """The days from Monday to Friday in the calendar month of the day."""
    first, days = calendar.monthrange(day.year, day.month)
    return sum((first + number) % 7 < 5 for number in range(days))


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("kokeilu.law").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(StringIO(text)))


def _holds(row: dict[str, str], day: date) -> bool:
    return date.fromisoformat(row["from"]) <= day < date.fromisoformat(row["to"])
