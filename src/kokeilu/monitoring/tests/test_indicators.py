"""The definitions of the indicators are whole, and the documentation holds the same."""

from pathlib import Path

from kokeilu.monitoring.indicators import BALANCES, INDICATORS, SUMS

DOCUMENT = Path(__file__).parents[4] / "docs" / "monitoring.md"


def test_every_indicator_is_named_and_defined_in_every_language() -> None:
    for indicator in INDICATORS.values():
        for words in (indicator.name, indicator.brief, indicator.definition):
            assert sorted(words) == ["en", "fi", "sv"]
            assert all(text.strip() == text != "" for text in words.values())
        assert indicator.formula
        assert indicator.source
        assert indicator.part_of is None or indicator.part_of in INDICATORS


def test_the_documentation_has_every_indicator_as_it_is() -> None:
    document = DOCUMENT.read_text()
    for one in INDICATORS.values():
        verified = "yes" if one.verified else "no"
        row = f"| `{one.key}` | {one.kind} | {one.formula} | {one.unit} | {one.source} | {verified} |"
        assert row in document


def test_what_no_source_has_been_found_of_stays_marked() -> None:
    unverified = [key for key, indicator in INDICATORS.items() if not indicator.verified]
    assert unverified == ["activation_rate", "municipal_share"]


def test_what_ties_the_figures_names_indicators_in_persons_and_comes_in_order() -> None:
    known: set[str] = set()
    for whole, parts in SUMS.items():
        assert not set(parts) & (set(SUMS) - known)
        known.add(whole)
        assert {INDICATORS[part].unit for part in (whole, *parts)} == {"persons"}
        assert all(INDICATORS[whole].history >= INDICATORS[part].history for part in parts)
    for key, one in INDICATORS.items():
        assert all(part in INDICATORS and INDICATORS[part].part_of == key for part in one.also_sum)
        assert not set(one.also_sum) & (set(one.sum) | set(SUMS))
    for stock, (inflow, outflow) in BALANCES.items():
        assert [INDICATORS[key].kind for key in (stock, inflow, outflow)] == ["stock", "flow", "flow"]
