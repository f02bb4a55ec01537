"""The sentence under an area's figures: what three changes together allow to say."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.monitoring import goal_words
from kokeilu.monitoring.reading import MOVES, Headline, Reading, reading, sentence
from kokeilu.monitoring.reading_texts import DIRECTIONS, REMARKS, said

BEFORE = Headline(1000, 1200, 100)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Headline(900, 1200, 100), "into_services"),
        (Headline(900, 1200, 200), "into_services"),
        (Headline(900, 1300, 100), "into_services"),
        (Headline(979, 1180, 100), "registered_fell"),
        (Headline(900, 1100, 120), "open_market"),
        (Headline(900, 1100, 100), "both_fell"),
        (Headline(900, 1100, None), "both_fell"),
        (Headline(1100, 1300, 200), "broad_rose"),
        (Headline(1100, 1200, 100), "registered_rose"),
        (Headline(1100, 1150, 100), "out_of_services"),
        (Headline(700, 1100, 200), "mostly_services"),
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
    assert sentence(Headline(0, 0, 0), Headline(None, 5, 0)) == "unknown"


def test_what_rises_from_nobody_is_higher() -> None:
    assert reading(Headline(0, 0, 0), BEFORE) == Reading("higher", "higher")
    assert reading(Headline(0, 0, 0), Headline(0, 0, 0)) == Reading("same", "same")


counts = st.integers(1, 10_000).map(float)


@given(*[st.builds(Headline, counts, counts, counts)] * 2)
def test_no_success_is_told_while_broad_unemployment_stands_still(before: Headline, now: Headline) -> None:
    assert before.broad is not None and now.broad is not None
    if now.broad >= before.broad:
        assert sentence(before, now) not in ("open_market", "both_fell", "mostly_services")


@given(*[st.builds(Headline, counts, counts, counts)] * 2)
def test_people_are_said_to_be_in_services_where_most_of_the_fall_is(before: Headline, now: Headline) -> None:
    assert before.registered and now.registered and before.broad and now.broad
    grown = (now.broad - now.registered) - (before.broad - before.registered)
    if sentence(before, now) in ("into_services", "mostly_services"):
        assert 2 * grown >= before.registered - now.registered > 0


@given(*[st.builds(Headline, counts, counts, counts)] * 2)
def test_what_is_said_follows_from_the_figures(before: Headline, now: Headline) -> None:
    found = reading(before, now)
    assert found is not None
    assert before.registered and before.broad and now.registered and now.broad
    fall = before.registered - now.registered
    in_services = (now.broad - now.registered) - (before.broad - before.registered)
    for direction, old, new in (
        (found.registered, before.registered, now.registered),
        (found.broad, before.broad, now.broad),
    ):
        moved = {"lower": new < old, "higher": new > old, "same": abs(new - old) <= MOVES * old}
        assert moved[direction]
    match found.remark:
        case "services":
            assert in_services >= fall / 2 > 0
        case "open_market":
            assert now.broad < before.broad
            assert now.exits is not None and before.exits is not None and now.exits > before.exits
        case "no_more_exits":
            assert now.broad < before.broad
        case "out_of_services":
            assert in_services < 0


@pytest.mark.parametrize(
    ("now", "words"),
    [
        # People moved into services: more exits do not make it a success.
        (Headline(900, 1200, 200), ("broad unemployment is about the same", "more people being in services")),
        (Headline(900, 1250, 200), ("but broad unemployment is higher", "more people being in services")),
        # Just beyond the bound of one and within that of the other: services have hardly grown, so nobody says so.
        (Headline(979, 1180, 100), ("but broad unemployment is about the same.",)),
        # Both fell, most of it into services.
        (Headline(700, 1100, 200), ("are lower than a year before. At least half", "being in services")),
        # Broad unemployment fell because people left the labour force.
        (Headline(900, 1100, 100), ("do not show that more people went to the open labour market",)),
        (Headline(900, 1100, None), ("do not show that more people went to the open labour market",)),
        # More exits are no proof of why it fell either.
        (Headline(900, 1100, 150), ("do not show whether unemployment fell because of that",)),
        # Registered unemployment rose; services grew by less than it, so nobody is said to have left them.
        (Headline(1021, 1222, 100), ("Registered unemployment is higher", "broad unemployment is about the same.")),
        (Headline(1000, 1150, 100), ("registered unemployment is about the same. Fewer people are in services",)),
        (Headline(1000, 1200, 100), ("about as they were a year before.",)),
        (Headline(1000, 1200, None), ("about as they were a year before.",)),
        (Headline(None, 1200, 100), ("cannot be told",)),
        (Headline(1000, None, 100), ("cannot be told",)),
    ],
)
def test_the_words_of_constructed_cases(now: Headline, words: tuple[str, ...]) -> None:
    with translation.override("en"):
        text = said(BEFORE, now)
    assert all(word in text for word in words)
    assert ("services" in text) == ("services" in " ".join(words))


def test_one_month_of_history_says_that_there_is_no_year_before() -> None:
    with translation.override("en"):
        assert "there are none of a year before" in said(Headline(None, None, None), BEFORE)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_sentence_is_there_in_every_language_without_praise(language: str) -> None:
    texts = [*DIRECTIONS.values(), *REMARKS.values()]
    with translation.override(language):
        words = [str(text) for text in texts] + [said(Headline(None, None, None), BEFORE)]
    assert len(set(words)) == len(texts) + 1
    for praise in ("success", "onnist", "paran", "framgång", "bättre", "förbättr", "improve", "better"):
        assert not any(praise in text.lower() for text in words)


def test_goals_have_words_for_every_sentence() -> None:
    told = {sentence(BEFORE, Headline(registered, broad, exits)) for registered in (700, 900, 979, 1000, 1100)
            for broad in (1100, 1180, 1200, 1300) for exits in (100, 200)}  # fmt: skip
    assert told == goal_words.READINGS.keys()
