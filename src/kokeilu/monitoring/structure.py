"""Who counts in structural unemployment, and what followed services: counts that need more than two months of a person.

The groups are Statistics Finland's (employment service statistics, notes of the table of structural unemployment).
The source gives no order among them and leaves details open; these are the project's reading, at month ends:

1. long-term unemployed: unemployed, the unemployment began at least 12 months ago (counted by `figures`);
2. recurrently unemployed: unemployed, and unemployed at 12 or more of the last 16 month ends, this one included, with
   a break among them;
3. unemployed after a service: unemployed, a service ended within the last 12 months, and unemployed 3 months after;
4. from service to service: in a service, and in another one at the month end before it began.

Each person counts once, in the first group that holds: so the four add up to structural unemployment.
"""

from typing import Final

import narwhals as nw

from kokeilu.monitoring.steps import KEYS, SERVICE, UNEMPLOYED, UNKNOWN, Rows

RECURRENT: Final = "recurrent"
AFTER_SERVICE: Final = "after_service"
SERVICE_TO_SERVICE: Final = "service_to_service"

LONG_TERM: Final = 12
"""Months of unbroken unemployment."""
WINDOW: Final = 16
"""Months in which the recurrently unemployed were unemployed at LONG_TERM month ends."""
AFTER: Final = 3
"""Months after the end of a service at which it is asked what followed."""
WITHIN: Final = 12
"""Months for which a service that has ended counts."""


def _unemployed(rows: Rows) -> Rows:
    return rows.filter(nw.col("status").is_in(UNEMPLOYED)).select("person", "begins", "ends", "since", *KEYS)


def _at_months(rows: Rows, calendar: Rows) -> Rows:
    """One row for each month end at which a step is held."""
    every = rows.join(calendar, how="cross")
    return every.filter(nw.col("at") >= nw.col("begins"), nw.col("at") < nw.col("ends"))


def _not_long_term() -> nw.Expr:
    return (nw.col("since") + LONG_TERM > nw.col("at")).fill_null(True)


def _recurrent(unemployed: Rows, calendar: Rows) -> Rows:
    """The recurrently unemployed at each month end: person, at, KEYS."""
    # Who has been unemployed at 12 of 16 month ends, but not at the last 12, came back after 4 months at most. Only
    # those are looked at month by month.
    before = nw.col("ends").shift(1).over("person", order_by="begins")
    back = unemployed.with_columns(gap=nw.col("begins") - before)
    back = back.filter(nw.col("gap") >= 1, nw.col("gap") <= WINDOW - LONG_TERM).select("person").unique()
    months = _at_months(unemployed.join(back, on="person", how="semi"), calendar)
    earlier = {f"before_{back}": back for back in range(LONG_TERM - 1, WINDOW - 1)}
    shifted = months.with_columns(
        **{name: nw.col("at").shift(back).over("person", order_by="at") for name, back in earlier.items()}
    )
    # So many month ends of unemployment before this one lies one within the window, and not without a break.
    broken = [
        ((nw.col(name) > nw.col("at") - WINDOW) & (nw.col(name) < nw.col("at") - back)).fill_null(False)
        for name, back in earlier.items()
    ]
    return shifted.filter(nw.any_horizontal(*broken, ignore_nulls=False), _not_long_term()).select(
        "person", "at", *KEYS
    )


def _service_ends(rows: Rows) -> Rows:
    """Steps in a service that end, with what the person is at the end: person, at, KEYS, area_now, status_now."""
    served = rows.filter(nw.col("status") == SERVICE).select("person", *KEYS, at=nw.col("ends"))
    now = rows.select("person", at=nw.col("begins"), status_now=nw.col("status"), area_now=nw.col("area"))
    return served.join(now, on=["person", "at"], how="left")


def _later(ends: Rows, rows: Rows) -> Rows:
    """The ends of those who are in some state AFTER months later, with that status: ended_at, became, and KEYS."""
    held = rows.select("person", "begins", "ends", became="status")
    found = ends.select("person", *KEYS, ended_at="at").join(held, on="person")
    then = nw.col("ended_at") + AFTER
    return found.filter(nw.col("begins") <= then, nw.col("ends") > then)


def _after_service(rows: Rows, unemployed: Rows, calendar: Rows) -> Rows:
    """The unemployed after a service at each month end: person, at, KEYS."""
    ended = _service_ends(rows).filter((nw.col("status_now") != SERVICE).fill_null(True))
    stayed = _later(ended, rows).filter(nw.col("became").is_in(UNEMPLOYED)).select("person", "ended_at").unique()
    counted = stayed.join(calendar, how="cross").filter(
        nw.col("at") >= nw.col("ended_at") + AFTER, nw.col("at") <= nw.col("ended_at") + WITHIN
    )
    found = counted.select("person", "at").unique().join(unemployed, on="person")
    found = found.filter(nw.col("at") >= nw.col("begins"), nw.col("at") < nw.col("ends"), _not_long_term())
    return found.select("person", "at", *KEYS)


def _service_to_service(rows: Rows, calendar: Rows) -> Rows:
    """Those in a service who came to it from another one, at each month end: person, at, KEYS."""
    served = rows.filter(nw.col("status") == SERVICE).select("person", "service", "begins", "ends", *KEYS)
    order = served.with_columns(
        ended=nw.col("ends").shift(1).over("person", order_by="begins"),
        other=nw.col("service").shift(1).over("person", order_by="begins"),
    )
    follows = (nw.col("ended") == nw.col("begins")).fill_null(False)
    another = (nw.col("other") != nw.col("service")).fill_null(True)
    marked = order.with_columns(
        starts=(~follows | another).cast(nw.Int64), comes=(follows & another).cast(nw.Int64)
    ).with_columns(stay=nw.col("starts").cum_sum().over("person", order_by="begins"))
    came = marked.filter(nw.col("comes") == 1).select("person", "stay")
    return _at_months(marked.join(came, on=["person", "stay"], how="semi"), calendar).select("person", "at", *KEYS)


def groups(rows: Rows, calendar: Rows) -> Rows:
    """The groups 2 to 4 at each month end, each person in one at most: KEYS, at, group, persons.

    `rows` are `steps.steps`, `calendar` has their month_numbers in `at`.
    """
    unemployed = _unemployed(rows)
    recurrent = _recurrent(unemployed, calendar)
    after = _after_service(rows, unemployed, calendar).join(
        recurrent.select("person", "at"), on=["person", "at"], how="anti"
    )
    named = {RECURRENT: recurrent, AFTER_SERVICE: after, SERVICE_TO_SERVICE: _service_to_service(rows, calendar)}
    every = nw.concat([found.with_columns(group=nw.lit(name)) for name, found in named.items()])
    here = every.filter(~nw.col("area").is_null())
    return here.group_by(*KEYS, "at", "group").agg(nw.len().cast(nw.Int64).alias("persons"))


def followed(rows: Rows) -> Rows:
    """What those who left a service of an area are AFTER months later: KEYS (of then), at, became, persons.

    `at` is the later month. Those of whom nothing is reported then have no row; who is of unknown status does.
    """
    ends = _service_ends(rows)
    stays = (nw.col("status_now") == SERVICE) & (nw.col("area_now") == nw.col("area"))
    left = ends.filter(~stays.fill_null(False), ~nw.col("area").is_null())
    became = nw.when(nw.col("became").is_in(UNEMPLOYED)).then(nw.lit("unemployed")).otherwise(nw.col("became"))
    found = _later(left, rows).with_columns(became=nw.coalesce(became, nw.lit(UNKNOWN)), at=nw.col("ended_at") + AFTER)
    return found.group_by(*KEYS, "at", "became").agg(nw.len().cast(nw.Int64).alias("persons"))
