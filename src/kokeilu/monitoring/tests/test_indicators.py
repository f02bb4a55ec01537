"""The definitions of the indicators are whole, and the documentation holds the same."""

from pathlib import Path

from kokeilu.monitoring.indicators import INDICATORS

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


def test_the_activation_rate_stays_marked_until_a_source_is_found() -> None:
    assert [key for key, indicator in INDICATORS.items() if not indicator.verified] == ["activation_rate"]
