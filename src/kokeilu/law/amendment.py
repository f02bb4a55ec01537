"""What an amendment changes: who is in, on what grounds people move and leave, which areas and tasks."""

from dataclasses import dataclass
from datetime import date

from kokeilu.law.cover import differences
from kokeilu.law.duties import Task, TransferGround
from kokeilu.law.logic import Name, Node, to_sql
from kokeilu.law.questions import Answer, Question, asked
from kokeilu.law.rules import OUTCOMES
from kokeilu.law.trial import AreaRow, Criterion, Group, Trial, Version


@dataclass(frozen=True)
class Class:
    """People whose decision changes from `before` to `after`: those who give one of these answers to each question.

    Questions whose answer does not matter are left out.
    """

    before: str
    after: str
    answers: tuple[tuple[Question, tuple[Answer, ...]], ...]


@dataclass(frozen=True)
class Term:
    """Something else that a version says, before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Amendment:
    """The difference between the law of two days.

    `classes` are together exactly the people whose decision changes where their facts stay the same. `areas` pairs,
    of each municipality whose row changes, the row before and after; None is no row. `tasks` pairs likewise. Grounds
    and criteria are those of one day that the other does not have in the same words.
    """

    trial: Trial
    before_day: date
    after_day: date
    before: Version
    after: Version
    criteria_added: tuple[Criterion | Group, ...]
    criteria_removed: tuple[Criterion | Group, ...]
    terms: tuple[Term, ...]
    classes: tuple[Class, ...]
    areas: tuple[tuple[AreaRow | None, AreaRow | None], ...]
    grounds_added: tuple[TransferGround, ...]
    grounds_removed: tuple[TransferGround, ...]
    tasks: tuple[tuple[Task | None, Task | None], ...]


def compare(trial: Trial, before_day: date, after_day: date) -> Amendment:
    """What changes between the law of one day and that of another. Problem: no version on one of them."""
    before, after = trial.version_on(before_day), trial.version_on(after_day)
    parts: list[tuple[Criterion | Group, ...]] = [
        (*version.criteria, *version.groups.values()) for version in (before, after)
    ]
    keys = [{part.key for part in some} for some in parts]
    grounds = [{ground.sha256: ground for ground in trial.transfer_grounds_on(day)} for day in (before_day, after_day)]
    return Amendment(
        trial=trial,
        before_day=before_day,
        after_day=after_day,
        before=before,
        after=after,
        criteria_added=tuple(part for part in parts[1] if part.key not in keys[0]),
        criteria_removed=tuple(part for part in parts[0] if part.key not in keys[1]),
        terms=_terms(before, after),
        classes=classes(before, after),
        areas=_areas(trial, before_day, after_day),
        grounds_added=tuple(ground for digest, ground in grounds[1].items() if digest not in grounds[0]),
        grounds_removed=tuple(ground for digest, ground in grounds[0].items() if digest not in grounds[1]),
        tasks=_tasks(trial, before_day, after_day),
    )


def classes(before: Version, after: Version) -> tuple[Class, ...]:
    """The people whose decision differs between two versions by the same facts, in as few classes as tell it."""
    common = asked(before, after)
    found = []
    for (was, becomes), cubes in differences(
        common.before, common.after, [question.variable for question in common.questions]
    ).items():
        for cube in cubes:
            told = tuple(
                (question, tuple(question.answers[place] for place in sorted(allowed)))
                for question, allowed in zip(common.questions, cube, strict=True)
                if len(allowed) < len(question.answers)
            )
            found.append(Class(OUTCOMES[was], OUTCOMES[becomes], told))
    return tuple(found)


def _terms(before: Version, after: Version) -> tuple[Term, ...]:
    told = [_told(version) for version in (before, after)]
    return tuple(Term(what, told[0][what], told[1][what]) for what in told[0] if told[0][what] != told[1][what])


def _told(version: Version) -> dict[str, str]:
    return {
        "statute": version.statute,
        "the trial ends": f"before {version.trial_to}",
        "area by": " or ".join(version.area_by),
        "member": sql(version.member),
        "who is in": who_stays(version),
    }


def who_stays(version: Version) -> str:
    """Until when somebody who is in stays in."""
    if not version.stays:
        return "is decided anew each time"
    ends = (
        f"until {sql(version.exit)}" if version.exit else "",
        f"until the job search has been over for {version.grace}" if version.grace else "",
        f"for {version.longest_stay} at most" if version.longest_stay else "",
    )
    return " ".join(["stays in", ", ".join(end for end in ends if end)]).strip()


def sql(node: Node) -> str:
    """An expression as it is written in a definition."""
    return node.key if isinstance(node, Name) else to_sql(node).sql(dialect="duckdb").replace('"', "")


def _areas(trial: Trial, before_day: date, after_day: date) -> tuple[tuple[AreaRow | None, AreaRow | None], ...]:
    rows = [{row.municipality: row for row in trial.areas if row.on(day)} for day in (before_day, after_day)]
    pairs = ((rows[0].get(code), rows[1].get(code)) for code in sorted(rows[0].keys() | rows[1].keys()))
    return tuple(pair for pair in pairs if _placed(pair[0]) != _placed(pair[1]))


def _placed(row: AreaRow | None) -> tuple[str | None, ...] | None:
    return None if row is None else (row.area, row.name, row.name_sv)


def _tasks(trial: Trial, before_day: date, after_day: date) -> tuple[tuple[Task | None, Task | None], ...]:
    tasks = [{task.key: task for task in trial.tasks_on(day)} for day in (before_day, after_day)]
    pairs = ((tasks[0].get(key), tasks[1].get(key)) for key in (tasks[0] | tasks[1]))
    return tuple(pair for pair in pairs if _done(pair[0]) != _done(pair[1]))


def _done(task: Task | None) -> str | None:
    return None if task is None else task.by
