"""The sentence under an area's figures: what three changes together allow to say."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.monitoring.pages import READINGS
from kokeilu.monitoring.reading import Headline, sentence

BEFORE = Headline(1000, 1200, 100)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Headline(900, 1200, 100), "into_services"),
        (Headline(900, 1200, 200), "into_services"),
        (Headline(900, 1300, 100), "into_services"),
        (Headline(900, 1100, 120), "open_market"),
        (Headline(900, 1100, 100), "both_fell"),
        (Headline(900, 1100, None), "both_fell"),
        (Headline(1100, 1300, 200), "broad_rose"),
        (Headline(1100, 1200, 100), "out_of_services"),
        (Headline(1000, 1100, 100), "out_of_services"),
        (Headline(990, 1190, 100), "unchanged"),
        (Headline(None, 1200, 100), "unknown"),
        (Headline(900, None, 100), "unknown"),
    ],
)
def test_the_sentence_follows_from_the_three_changes(now: Headline, expected: str) -> None:
    assert sentence(BEFORE, now) == expected


def test_nothing_is_said_without_a_year_before() -> None:
    assert sentence(Headline(None, None, None), BEFORE) == "unknown"
    assert sentence(Headline(0, 0, 0), BEFORE) == "unknown"


counts = st.integers(1, 10_000).map(float)


@given(*[st.builds(Headline, counts, counts, counts)] * 2)
def test_no_success_is_told_while_broad_unemployment_stands_still(before: Headline, now: Headline) -> None:
    assert before.broad is not None and now.broad is not None
    if now.broad >= before.broad:
        assert sentence(before, now) not in ("open_market", "both_fell")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_sentence_is_there_in_every_language(language: str) -> None:
    with translation.override(language):
        said = [str(text) for text in READINGS.values()]
    assert len(set(said)) == len(READINGS)
