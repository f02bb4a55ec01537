"""Which of a person's facts the reasons in a letter rest on, with their values, and which extract reported each."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.law.definition import shipped
from kokeilu.law.rules import outcome
from kokeilu.problems import Problem
from kokeilu.transfer import explained, notices_reasons
from kokeilu.transfer.letters import Block
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.notices_reasons import Basis
from kokeilu.transfer.origins import Origin, Origins
from kokeilu.transfer.rules import STATE

AT_ONCE = 10_000  # people whose facts are held in memory together


def blocks(
    messages: Mapping[int, Message], told: Iterable[tuple[UUID, int]], *, residence: bool = True
) -> dict[UUID, tuple[Block, ...]]:
    """Of people and the numbers of the messages to them: a list of facts for each language of the message.

    Nobody is in it whose message rests on no decision of the law, or whose facts as known then do not lead to it. Three
    queries for each run and AT_ONCE people. Without `residence` no fact tells where the person lives.
    """
    by_run: dict[UUID, list[tuple[UUID, int]]] = {}
    for person, message in told:
        decided_by = messages[message].decided_by_id
        if decided_by is not None:
            by_run.setdefault(decided_by, []).append((person, message))
    asked = {number: _facts(each) for number, each in messages.items() if each.decided_by_id is not None}
    runs = Run.objects.in_bulk(by_run)
    found: dict[UUID, tuple[Block, ...]] = {}
    for key, people in by_run.items():
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            found |= _of_run(runs[key], some, messages, asked, residence)
    return found


def _of_run(
    run: Run, people: Sequence[tuple[UUID, int]], messages: Mapping[int, Message],
    asked: Mapping[int, tuple[str, ...]], residence: bool,
) -> dict[UUID, tuple[Block, ...]]:  # fmt: skip
    origins = Origins(run, [person for person, _message in people])
    return {
        person: tuple(
            _block(tuple(_line(each, run.trial, language, residence) for each in known), language)
            for language in messages[message].language.split("+")
        )
        for person, message in people
        if (known := origins.of(person, asked[message]))
    }


def _facts(message: Message) -> tuple[str, ...]:
    """The facts behind the reasons of a message, by their names, in the order of the reasons."""
    run, goes_to = message.decided_by, message.organisation.key
    assert run is not None  # noqa: S101 - asked only of those with one
    assert message.pattern is not None  # noqa: S101 - what a decision explains has its pattern
    try:
        version = shipped(run.trial).version(run.version.isoformat())
        basis = Basis(
            Message.Kind.LAW, run.trial, run.on, goes_to, message.pattern, outcome(version, message.pattern),
            None if goes_to == STATE else goes_to,
        )  # fmt: skip
        why = notices_reasons.of_basis(basis, shipped, "fi")
    except Problem:  # the words of the definition have changed since
        return ()
    return tuple(dict.fromkeys(fact for reason in why for fact in reason.facts))


@lru_cache(maxsize=65_536)  # most people share most facts
def _line(origin: Origin, trial: str, language: str, residence: bool) -> str:
    (told,) = explained.told([origin], trial, language, residence)
    sources = "; ".join(told.sources)
    return f"{told.fact}: {told.value} ({sources})" if sources else f"{told.fact}: {told.value}"


def _block(lines: tuple[str, ...], language: str) -> Block:
    return Block(heading=_heading(language), items=lines)


@lru_cache
def _heading(language: str) -> str:
    with translation.override(language):
        return _("Facts that the reasons rest on, and where they are from")
