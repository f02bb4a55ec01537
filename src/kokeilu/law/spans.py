"""Lengths of time as the law writes them: so many months, or so many days."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl


@dataclass(frozen=True)
class Span:
    """`months` or `days`, the other one 0."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Span":
        """From `12 months` or `30 days`. ValueError: anything else, or none at all."""
        found = re.fullmatch(r"([1-9]\d{0,3}) (month|day)s?", text)
        if found is None:
            raise ValueError(text)
        return cls(**{f"{found[2]}s": int(found[1])})

    def __str__(self) -> str:
        number, unit = (self.months, "month") if self.months else (self.days, "day")
        return f"{number} {unit}{'' if number == 1 else 's'}"

    def after(self, day: date) -> date:
        """The first day after a span that begins on `day`.

        Months go to the same day of the month, or to its last day where it has none: 12 months from
        29 February 2020 reach to 28 February 2021, which is the first day outside. This is the project's own
        convention.
        """
        if not self.months:
            return day + timedelta(days=self.days)
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))

    def after_each(self, days: pl.Expr) -> pl.Expr:
        """`after` of a column of days; null stays null."""
        return days.dt.offset_by(f"{self.months}mo" if self.months else f"{self.days}d")
