"""Days, months and numbers as each language of the user interface writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone, translation
from django.utils.translation import gettext as _

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
# Finland's own order of the day in both national languages; the month's name in English, which knows two orders.
DAY = {"fi": "d.M.y", "sv": "d.M.y", "en": "d MMMM y"}
MONTH = {"fi": "LLLL y", "sv": "LLLL y", "en": "LLLL y"}


@cache
def _locale(language: str) -> Locale:
    # Swedish as written in Finland; English with the day first.
    return Locale.parse({"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}[language])


def language() -> str:
    """The language of the user interface now: fi, sv or en."""
    code = (translation.get_language() or "fi")[:2]
    return code if code in DAY else "fi"


def day(value: date | None) -> str:
    """A day: 1.3.2021 in Finnish and Swedish, 1 March 2021 in English; unknown is a dash."""
    if value is None:
        return "–"
    return format_date(_date(value), DAY[language()], locale=_locale(language()))


def month(value: date | None) -> str:
    """A month with its year in words: maaliskuu 2021, mars 2021, March 2021; unknown is a dash."""
    if value is None:
        return "–"
    return format_date(_date(value), MONTH[language()], locale=_locale(language()))


def within(name: str) -> str:
    """A name as it stands within a sentence or behind another: with a small letter first."""
    return name[:1].lower() + name[1:]


def unbroken_month(value: date | None) -> str:
    """The same where it must stay on one line: as the name of a row."""
    return month(value).replace(" ", NO_BREAK_SPACE)


def moment(value: datetime | None) -> str:
    """A point of time in Finland, to the minute: 1.3.2021 klo 9.05 in Finnish."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    clock = f"{local.hour}.{local.minute:02d}" if language() == "fi" else f"{local.hour:02d}:{local.minute:02d}"
    return _("%(day)s at %(clock)s") % {"day": day(local), "clock": clock}


def days(start: date | None, until: date | None) -> str:
    """A half-open period [start, until) by its first and last day, open ends left open: 1.3.2021–30.6.2021."""
    first = day(start) if start else ""
    last = day(until - timedelta(days=1)) if until else ""
    if first and first == last:
        return first
    dash = " – " if language() == "en" else "–"
    return f"{first}{dash}{last}".strip(" ") if first or last else "–"


def number(value: object, decimals: int | None = None) -> str:
    """A number: groups of three apart by a no-break space, the language's decimal sign; unknown is a dash.

    Anything that is no number comes back as text. `decimals` fixes their count; without it up to three show.
    """
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    return _number(value + 0, decimals, language())  # 0 for -0.0, which is equal


@lru_cache(maxsize=20_000)  # tables show the same numbers again and again, and the locale's patterns are slow
def _number(value: int | float | Decimal, decimals: int | None, language: str) -> str:
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    written = format_decimal(value, pattern, locale=_locale(language)).replace("-", MINUS)
    return written.replace(",", NO_BREAK_SPACE) if language == "en" else written


def share(value: float | None, decimals: int = 1) -> str:
    """A share of one in per cent: 0.125 is 12,5 % in Finnish and Swedish, 12.5% in English; unknown is a dash."""
    if value is None:
        return "–"
    written = number(value * 100, decimals)
    return f"{written}%" if language() == "en" else f"{written}{NO_BREAK_SPACE}%"


def _date(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) and timezone.is_aware(value) else value
