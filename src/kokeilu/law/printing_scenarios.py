"""Scenarios side by side on a terminal."""

from collections.abc import Sequence

import polars as pl
from rich.console import Console
from rich.table import Table

from kokeilu.law.explain import NOT_VERIFIED
from kokeilu.law.positions import Words
from kokeilu.law.scenarios import BASE, Scenario
from kokeilu.law.support import ASSUMPTIONS

_AS_IT_IS: Words = {"fi": "Laki sellaisenaan", "sv": "Lagen som den är", "en": "The law as it is"}
NOT_ESTIMATED = "-"


def print_comparison(console: Console, found: pl.DataFrame, scenarios: Sequence[Scenario], language: str) -> None:
    """The whole register on the last day, each scenario beside the law as it is; then what the estimate rests on."""
    whole = found.filter(pl.col("area").is_null())
    last = whole.filter(pl.col("on") == whole["on"].max())
    day = last["on"][0]
    rendered = Table(title=f"{day}: {last['job_seekers'][0]} job seekers", title_justify="left")
    rendered.add_column("scenario", overflow="fold")
    for heading in ("people", "change", "share", "undecided", "workers", "support, \u20ac in the month"):
        rendered.add_column(heading, justify="right")
    names = {BASE: _AS_IT_IS[language]} | {scenario.key: scenario.names[language] for scenario in scenarios}
    people = dict(last.select("scenario", "people").iter_rows())
    for row in last.iter_rows(named=True):
        change = row["people"] - people[BASE]
        rendered.add_row(
            names[row["scenario"]],
            str(row["people"]),
            "" if row["scenario"] == BASE else f"{change:+d}",
            NOT_ESTIMATED if row["share"] is None else f"{row['share']:.1%}",
            str(row["undecided"]),
            NOT_ESTIMATED if row["workers"] is None else str(row["workers"]),
            NOT_ESTIMATED if row["support_cents"] is None else euros(row["support_cents"]),
        )
    console.print(rendered)
    if last["support_cents"].is_not_null().any():
        verified = "" if last["support_verified"].all() else f" ({NOT_VERIFIED[language]})"
        console.print(f"support{verified}:", soft_wrap=True)
        for assumption in ASSUMPTIONS:
            console.print(f"  {assumption[language]}", markup=False, soft_wrap=True)


def euros(cents: int) -> str:
    """Cents as whole and hundredth euros."""
    return f"{cents // 100}.{cents % 100:02d}"
