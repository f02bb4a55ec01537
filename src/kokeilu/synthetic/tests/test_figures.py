from pathlib import Path

import numpy as np
import pytest

from kokeilu.synthetic import figures, hazards, months, places
from kokeilu.synthetic.effects import Effect
from kokeilu.synthetic.languages import LANGUAGES

DOCS = Path(__file__).parents[4] / "docs" / "synthetic.md"


def test_the_documents_table_is_the_figures() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert figures.refresh(text) == text, "run: python -m kokeilu.synthetic.figures docs/synthetic.md"
    assert all(f"| `{key}` |" in text for key in figures.figures())


def test_every_figure_says_where_it_comes_from() -> None:
    marks = ("seed ", "source: ", "arith", "assumption", "memory")
    assert all(figure.origin.startswith(marks) for figure in figures.figures().values())


def test_every_figure_is_used() -> None:
    """A number in the table that nothing reads would tell of a world that is not generated."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path(figures.__file__).parent.glob("*.py"))
    computed = ("index.", "hazard.", "shares.", "factor.")
    files = {figure.key for figure in figures.figures().values() if str(figure.value).endswith(".csv")}
    unread = [
        key for key in figures.figures() if f'"{key}"' not in code and not key.startswith(computed) and key not in files
    ]
    assert unread == []


@pytest.mark.parametrize("key", ["shares.espoo", "shares.capital", "shares.elsewhere", "shares.outside"])
def test_shares_of_customers_sum_to_one(key: str) -> None:
    assert sum(figures.value(key).values()) == pytest.approx(1)


@pytest.mark.parametrize("key", ["education", "services.shares"])
def test_rows_of_shares_sum_to_one(key: str) -> None:
    assert [sum(row) for row in figures.value(key).values()] == pytest.approx([1] * len(figures.value(key)))


def test_languages_are_one_list_without_doubles() -> None:
    assert len(set(LANGUAGES)) == len(LANGUAGES)
    assert set(figures.value("languages.placed")) <= set(LANGUAGES)


def test_hazards_are_probabilities_in_every_class_and_month() -> None:
    first, last = months.parse("2016-01"), months.parse("2024-12")
    tables = hazards.build(first, last)
    for month in range(first, last + 1):
        ways = tables.cumulative(month, Effect(open_market=5.0, services=5.0))
        assert ways.min() >= 0
        assert np.all(np.diff(ways, axis=2) >= 0)
        assert ways[..., -1].max() <= hazards.MOST + 1e-12
    assert tables.returns.max() < 0.5


def test_hazards_of_a_class_are_base_times_factors() -> None:
    month = months.parse("2018-05")
    tables = hazards.build(months.parse("2018-01"), month)
    person = hazards.classify(
        np.array([55], dtype=np.int32),
        np.array([2], dtype=np.int8),
        np.array([7], dtype=np.int32),
        np.array([True]),
    )
    told = tables.cumulative(month, Effect(open_market=0.1))[hazards.UNEMPLOYED - 2, person[0], 0]
    by_hand = figures.value("hazard.unemployed")["open_market"] * 1.1
    for kind, place in (("age", 3), ("education", 0), ("duration", 2), ("season", 4)):
        by_hand *= figures.value(f"factor.{kind}")["open_market"][place]
    assert told == pytest.approx(by_hand * figures.value("factor.foreign_language")["open_market"])


def test_services_neither_help_nor_harm() -> None:
    unemployed, service = figures.value("hazard.unemployed"), figures.value("hazard.service")
    ways_out = ("open_market", "outside", "supported_work", "employed_seeker")
    assert [unemployed[way] for way in ways_out] == [service[way] for way in ways_out]


@pytest.mark.parametrize("scale", ["uusimaa", "national"])
def test_stocks_are_solved_from_the_targets(scale: str) -> None:
    chosen = places.places(scale)
    members = chosen.stock[:, : len(places.CUSTOMERS)].sum(axis=1)
    told = dict(zip(chosen.strata, members, strict=True))
    for area, customers in figures.value("customers").items():
        assert told[area] == pytest.approx(customers)
    uusimaa = [*figures.value("customers"), "outside Helsinki-Uusimaa"]
    rows = [chosen.strata.index(name) for name in uusimaa]
    assert chosen.stock[rows].sum() == pytest.approx(figures.value("stock.uusimaa"))
    if scale == "national":
        assert members[chosen.in_trial].sum() == pytest.approx(figures.value("customers.national"))
        assert told["pirkanmaa"] == pytest.approx(figures.value("customers.elsewhere")["pirkanmaa"])
        assert len(chosen.municipalities) == 309
