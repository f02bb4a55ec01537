"""The law on a terminal: a version as its truth table, an amendment as what it changes."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from kokeilu.law.amendment import Amendment, sql, who_stays
from kokeilu.law.areas import municipalities
from kokeilu.law.explain import NOT_VERIFIED, citation
from kokeilu.law.facts import FACTS
from kokeilu.law.logic import NO, UNKNOWN, YES, Value
from kokeilu.law.positions import Words
from kokeilu.law.questions import WHERE, Answer, Question, Values
from kokeilu.law.table import DecisionTable, decision_tables
from kokeilu.law.trial import NOWHERE, OPEN_END, AreaRow, Criterion, Group, Trial, Version

_STATES: dict[int, Words] = {
    YES: {"fi": "kyllä", "sv": "ja", "en": "yes"},
    NO: {"fi": "ei", "sv": "nej", "en": "no"},
    UNKNOWN: {"fi": "ei tiedossa", "sv": "inte känt", "en": "unknown"},
}
_OR: Words = {"fi": "tai", "sv": "eller", "en": "or"}
_OTHERS: Words = {"fi": "muu", "sv": "annat", "en": "another"}
_NONE: Words = {"fi": "ei ole", "sv": "ingen", "en": "none"}
_IN_AREA: Words = {"fi": "kokeilualueella", "sv": "på ett försöksområde", "en": "in a trial area"}
_OUTSIDE: Words = {"fi": "ei kokeilualueella", "sv": "inte på ett försöksområde", "en": "outside every trial area"}
_KNOWN: Words = {"fi": "tiedossa", "sv": "känt", "en": "known"}
_PLACED: Words = {"fi": "sijoitettu", "sv": "placerad", "en": "placed"}


def print_version(console: Console, trial: Trial, version: Version, language: str) -> None:
    """The version's truth table, who stays, and every criterion with its sentences."""
    title = f"{trial.names[language]}: version of {version.key}, {until(trial, version)}"
    console.print(title, soft_wrap=True)
    for decision_table in decision_tables(version):
        console.print(_rendered(decision_table))
    console.print(_stay(version), soft_wrap=True)
    for line in _legend(version, language):
        console.print(line, markup=False, soft_wrap=True)


def until(trial: Trial, version: Version) -> str:
    """The version's end, and the trial's where the version has another than the trial now."""
    end = "without an end" if version.to_day == OPEN_END else f"until {version.to_day} (not included)"
    return f"{end}, the trial then to {version.trial_to}" if version.trial_to != trial.to_day else end


def _rendered(decisions: DecisionTable) -> Table:
    member = decisions.key == "member"
    answers = {1: "in", 0: "out", 2: "undecided"} if member else {1: "yes", 0: "no", 2: "unknown"}
    rendered = Table(title="decision" if member else decisions.key, title_justify="left")
    for name in decisions.columns:
        rendered.add_column(name.key, overflow="fold")
    rendered.add_column("decision" if member else "answer", style="bold")
    for rows, state in ((decisions.yes, 1), (decisions.no, 0)):
        for row in rows:
            cells = dict(row)
            shown = [{1: "yes", 0: "no", None: "-"}[cells.get(name)] for name in decisions.columns]
            rendered.add_row(*shown, answers[state])
    rendered.add_row("any other combination", *[""] * (len(decisions.columns) - 1), answers[2])
    return rendered


def _stay(version: Version) -> str:
    """Whom the version places where, and who stays in."""
    return f"area by {' or '.join(version.area_by)}; who is in {who_stays(version)}"


def _legend(version: Version, language: str) -> list[str]:
    lines = []
    for criterion in version.criteria:
        lines.append(
            f"{criterion.key}: {sql(criterion.test)} [{citation(criterion.law, criterion.verified, language)}]"
        )
        lines += [f"  yes: {criterion.yes[language]}", f"  no: {criterion.no[language]}"]
        lines += [
            f"  {word}: {told}" for word, told in (("source", criterion.source), ("note", criterion.note)) if told
        ]
    for group in version.groups.values():
        for word, sentence in (("yes", group.yes), ("no", group.no)):
            if sentence:
                cited = citation(group.law, group.verified, language)
                lines += [f"{group.key} [{cited}]", f"  {word}: {sentence[language]}"]
    return lines


# -- amendments ------------------------------------------------------------------------------------


def print_amendment(console: Console, amendment: Amendment, language: str) -> None:
    """What changes between two days, for a lawyer to read."""
    for line in _lines(amendment, language):
        console.print(line, markup=False, soft_wrap=True)


def _lines(amendment: Amendment, language: str) -> Iterator[str]:
    trial, before, after = amendment.trial, amendment.before, amendment.after
    yield f"{trial.names[language]}: from the law of {amendment.before_day} to that of {amendment.after_day}"
    if before is after:
        yield f"one version on both days: that of {before.key}, {until(trial, before)}: {before.statute}"
    else:
        for word, version in (("before", before), ("after", after)):
            yield f"{word}: version of {version.key}, {until(trial, version)}: {_cited(version, language)}"
            yield from (
                f"  {what}: {told}" for what, told in (("source", version.source), ("note", version.note)) if told
            )
    yield ""
    yield from _who_is_in(amendment, language)
    for word, parts in (("added", amendment.criteria_added), ("removed", amendment.criteria_removed)):
        for part in parts:
            yield from _part(word, part, language)
    yield from (f"{term.what}: {term.before} -> {term.after}" for term in amendment.terms)
    yield from _area_lines(amendment, language)
    yield from _ground_lines(amendment, language)
    yield from _task_lines(amendment, language)


def _cited(version: Version, language: str) -> str:
    return citation(version.statute, version.verified, language)


def _who_is_in(amendment: Amendment, language: str) -> Iterator[str]:
    if not amendment.classes:
        areas = ", but for the areas below" if amendment.areas else ""
        yield f"Nothing changes in who is in{areas}: everybody's decision is the same by the same facts."
        return
    yield "By the same facts the decision changes of these people, and of nobody else:"
    for number, each in enumerate(amendment.classes, start=1):
        yield f"{number}. {each.before} -> {each.after}, where"
        for question, answers in each.answers:
            yield f"   - {_condition(amendment, question, answers, language)}"
    yield from _meanings(amendment, language)


def _condition(amendment: Amendment, question: Question, answers: tuple[Answer, ...], language: str) -> str:
    parts: dict[str, Criterion | Group] = {criterion.key: criterion for criterion in amendment.after.criteria}
    parts |= amendment.after.groups
    states = [answer for answer in answers if isinstance(answer, int)]
    if states:
        told = f" {_OR[language]} ".join(_STATES[state][language] for state in sorted(states, key=_yes_first))
        part = parts[question.key]
        words = {YES: part.yes, NO: part.no}.get(states[0], {}) if len(states) == 1 else {}
        return f"{question.key}: {told}" + (f" ({words[language]})" if words else "")
    told = f" {_OR[language]} ".join(
        _told_values(answer, language) for answer in answers if not isinstance(answer, int)
    )
    return told if question.key == WHERE else f"{FACTS[question.key].label[language]}: {told}"


def _yes_first(state: int) -> int:
    return (YES, NO, UNKNOWN).index(state)


def _told_values(answer: tuple[Values, ...], language: str) -> str:
    if len(answer) == 1 and answer[0].fact != "municipality":
        return _values(answer[0], language)
    home, *rest = answer
    if not rest:
        return f"{FACTS[home.fact].label[language]}: {_values(home, language)}"
    if rest[0].fact == "placed_in":
        none = f"{FACTS['municipality'].label[language]}: {_NONE[language]}"
        return f"{none}, {_PLACED[language]}: {_values(rest[0], language)}"
    named = f" {_values(home, language)}" if home.known else ""
    return f"{FACTS['municipality'].label[language]}{named}: {_values(rest[0], language)}"


def _values(values: Values, language: str) -> str:
    if values.known is None:
        return _STATES[UNKNOWN][language]
    if values.fact in ("trial_area", "placed_in"):
        told = [_KNOWN[language] if low is None else str(low) for low, _ in values.known if low != NOWHERE]
        told += [_OUTSIDE[language]] if (NOWHERE, NOWHERE) in values.known else []
        told += [_IN_AREA[language]] if values.others else []
    else:
        told = [_range(low, high, language) for low, high in values.known]
        told += [_OTHERS[language]] if values.others else []
    return f" {_OR[language]} ".join(told)


def _range(low: Value | None, high: Value | None, language: str) -> str:
    if isinstance(low, bool):
        return _STATES[int(low)][language]
    if low == high:
        return _KNOWN[language] if low is None else _NONE[language] if low == NOWHERE else str(low)
    if low is None or high is None:
        return f"≤ {high}" if low is None else f"≥ {low}"
    return f"{low}–{high}"


def _meanings(amendment: Amendment, language: str) -> Iterator[str]:
    """What the groups named in the classes stand for."""
    named = {question.key for each in amendment.classes for question, _ in each.answers}
    for key, group in amendment.after.groups.items():
        if key in named:
            yield f"{key} = {sql(group.rule)}"


def _part(word: str, part: Criterion | Group, language: str) -> Iterator[str]:
    if isinstance(part, Criterion):
        yield f"criterion {word}: {part.key}: {sql(part.test)} [{citation(part.law, part.verified, language)}]"
    else:
        yield f"group {word}: {part.key}: {sql(part.rule)}" + (
            f" [{citation(part.law, part.verified, language)}]" if part.law else ""
        )
    yield from (f"  {w}: {said[language]}" for w, said in (("yes", part.yes), ("no", part.no)) if said)


def _area_lines(amendment: Amendment, language: str) -> Iterator[str]:
    for before, after in amendment.areas:
        row = after or before
        if row is not None:
            name = municipalities()[row.municipality].name
            verified = "" if row.verified else f" ({NOT_VERIFIED[language]})"
            yield f"area of {row.municipality} {name}: {_area(before)} -> {_area(after)}{verified}"


def _area(row: AreaRow | None) -> str:
    if row is None:
        return "none"
    return "not known" if row.area is None else row.name


def _ground_lines(amendment: Amendment, language: str) -> Iterator[str]:
    for word, grounds in (("added", amendment.grounds_added), ("removed", amendment.grounds_removed)):
        for ground in grounds:
            cited = citation(ground.law, ground.verified, language)
            yield f"transfer ground {word}: {ground.key}: {ground.name[language]} [{cited}]"
            yield f"  decided by {' or '.join(ground.decided_by)}, leads to {' or '.join(ground.leads_to)}"
            yield f"  {ground.sentence[language]}"


def _task_lines(amendment: Amendment, language: str) -> Iterator[str]:
    for before, after in amendment.tasks:
        task = after or before
        if task is not None:
            was, becomes = (each.by if each else "not named" for each in (before, after))
            cited = citation(task.law, task.verified, language)
            yield f"task {task.key}: {was} -> {becomes}: {task.name[language]} [{cited}]"
