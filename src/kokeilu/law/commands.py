"""`kokeilu trial` and `kokeilu classify`."""

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from kokeilu.law.logic import Node
    from kokeilu.law.table import DecisionTable
    from kokeilu.law.trial import Trial, Version

app = typer.Typer(no_args_is_help=True, help="Trial definitions: what the law says of whom, and since when.")
BAD_CELLS_SHOWN = 100
AREAS_SHOWN = 25


class Language(StrEnum):
    """The languages of sentences."""

    fi = "fi"
    sv = "sv"
    en = "en"


class Engine(StrEnum):
    """What computes the columns."""

    polars = "polars"
    duckdb = "duckdb"
    spark = "spark"


def day(text: str) -> date:
    """A day of the command line."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2021-03-01") from None


Day = Annotated[date, typer.Option("--on", metavar="DATE", parser=day, help="The day of the decision.")]
TrialArgument = Annotated[str, typer.Argument(metavar="KEY|FILE", help="A shipped trial or a definition file.")]


def _trial(name: str) -> "Trial":
    from kokeilu.law import definition

    return definition.load(name) if name.endswith(".toml") else definition.shipped(name)


@app.command("list")
def list_trials() -> None:
    """List the trials that come with Kokeilu.

    Example: kokeilu trial list
    """
    from kokeilu.law import definition
    from kokeilu.law.trial import told_period

    for key in definition.shipped_keys():
        trial = definition.shipped(key)
        basis = trial.statute if trial.kind == "act" else f"{trial.kind}: {trial.statute}"
        print(f"{key}: {trial.names['en']} ({basis}), {told_period(trial.from_day, trial.to_day)}")
        print(f"  verified: {_verified(trial)}")
        for version in trial.versions:
            print(f"  version of {version.key}, {_until(trial, version)}: {version.statute}")


def _verified(trial: "Trial") -> str:
    """How much of a definition rests on a text that has been seen."""
    rows = [row for row in trial.areas if row.area is not None]
    parts = {
        "criteria": [criterion.verified for criterion in trial.criteria],
        "municipalities": [row.verified for row in rows],
        "versions": [version.verified for version in trial.versions],
        "transfer grounds": [ground.verified for ground in trial.transfer_grounds],
        "tasks": [task.verified for task in trial.tasks],
    }
    return ", ".join(f"{sum(marks)} of {len(marks)} {name}" for name, marks in parts.items() if marks)


def _until(trial: "Trial", version: "Version") -> str:
    """The version's end, and the trial's where the version has another than the trial now."""
    from kokeilu.law.trial import OPEN_END

    until = "without an end" if version.to_day == OPEN_END else f"until {version.to_day} (not included)"
    return f"{until}, the trial then to {version.trial_to}" if version.trial_to != trial.to_day else until


@app.command()
def check(trial: TrialArgument) -> None:
    """Check a definition and run its examples; exit status 1 where something is wrong.

    Example: kokeilu trial check trials/our-trial.toml
    """
    from kokeilu.law.examples import failures
    from kokeilu.problems import Problem

    checked = _trial(trial)
    failed = failures(checked)
    for failure in failed:
        print(f"error: {Problem(failure.what, file=checked.file, line=failure.example.line)}", file=sys.stderr)
    print(_summary(checked, right=len(checked.examples) - len(failed)))
    if failed:
        raise typer.Exit(1)


def _summary(trial: "Trial", right: int) -> str:
    from kokeilu.law.trial import told_period

    areas = [row for row in trial.areas if row.area is not None]
    unverified = [criterion.key for criterion in trial.criteria if not criterion.verified]
    doubtful = sorted({str(row.area) for row in areas if not row.verified})
    counts = (
        f"{len(trial.criteria)} criteria",
        f"{len(trial.groups)} groups",
        f"{len(trial.versions)} versions",
        f"{len({row.area for row in areas})} areas",
        f"{len({row.municipality for row in areas})} municipalities",
        f"{right} of {len(trial.examples)} examples right",
    )
    lines = [f"{trial.file}: {', '.join(counts)}"]
    if trial.versions[-1].to_day < trial.to_day:
        lines.append(f"no version yet: {told_period(trial.versions[-1].to_day, trial.to_day)}")
    if unverified:
        lines.append(f"not verified, criteria: {', '.join(unverified)}")
    if doubtful:
        lines.append(f"not verified, areas: {_some(doubtful)}")
    lines += [f"open: {question}" for question in trial.open_questions]
    return "\n".join(lines)


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:AREAS_SHOWN]) + (f" and {len(keys) - AREAS_SHOWN} more" if len(keys) > AREAS_SHOWN else "")


@app.command()
def table(
    trial: TrialArgument,
    on: Day,
    language: Annotated[Language, typer.Option(help="The language of the sentences.")] = Language.en,
) -> None:
    """Print the truth table of the version in force, collapsed: a dash means that it does not matter.

    Example: kokeilu trial table kuntakokeilu --on 2021-03-01
    """
    from rich.console import Console

    from kokeilu.law.table import decision_tables

    found = _trial(trial)
    version = found.version_on(on)
    console = Console(highlight=False, soft_wrap=False)
    title = f"{found.names[language.value]}: version of {version.key}, {_until(found, version)}"
    console.print(title, soft_wrap=True)
    for decision_table in decision_tables(version):
        console.print(_rendered(decision_table))
    console.print(_stay(version), soft_wrap=True)
    for line in _legend(version, language.value):
        console.print(line, markup=False, soft_wrap=True)


def _rendered(decisions: "DecisionTable") -> "Table":
    from rich.table import Table

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


def _stay(version: "Version") -> str:
    """Whom the version places where, and who stays in."""
    placed = f"area by {' or '.join(version.area_by)}"
    if not version.stays:
        return f"{placed}; decided anew each time"
    return f"{placed}; who is in stays in" + (f" until {_sql(version.exit)}" if version.exit else "")


def _sql(node: "Node") -> str:
    from kokeilu.law.logic import to_sql

    return to_sql(node).sql(dialect="duckdb").replace('"', "")


def _legend(version: "Version", language: str) -> list[str]:
    from kokeilu.law.explain import citation

    lines = []
    for criterion in version.criteria:
        lines.append(
            f"{criterion.key}: {_sql(criterion.test)} [{citation(criterion.law, criterion.verified, language)}]"
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


def classify(
    facts: Annotated[Path, typer.Argument(metavar="FACTS", help="A register extract or facts: .csv or .parquet.")],
    trial: Annotated[str, typer.Option(metavar="KEY|FILE", help="A shipped trial or a definition file.")],
    on: Day,
    out: Annotated[Path, typer.Option(help="File of decisions to write: .csv or .parquet.")],
    explain: Annotated[Language | None, typer.Option(help="Add the reasons in this language.")] = None,
    engine: Annotated[Engine, typer.Option(help="What computes: spark needs the extra spark.")] = Engine.polars,
) -> None:
    """Decide by the law of a trial who is in, who is out, and which fact is missing.

    Example: kokeilu classify extract.csv --trial kuntakokeilu --on 2021-03-01 --explain fi --out
    decisions.csv
    """
    from rich.console import Console
    from rich.progress import Progress

    from kokeilu.law import files
    from kokeilu.law.explain import sentences
    from kokeilu.law.facts import derive
    from kokeilu.law.rules import check_columns, decide

    if out.suffix not in files.ENDINGS:
        raise typer.BadParameter("the file must end in .csv or .parquet", param_hint="--out")
    if out.resolve() == facts.resolve():
        raise typer.BadParameter("it would overwrite the people", param_hint="--out")
    law = _trial(trial)
    law.version_on(on)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading", total=4)
        try:
            people = files.read_people(facts, law, on)
        except files.BadCells as bad:
            _print_bad_cells(facts, bad.cells)
            raise
        progress.update(task, advance=1, description="Deciding")
        derived = derive(people.frame, on, law)
        check_columns(law.version_on(on), derived, file=facts)
        decisions = decide(law, derived, on, engine.value)
        progress.update(task, advance=1, description="Explaining")
        if explain is not None:
            decisions = decisions.with_columns(sentences(law, decisions, explain.value))
        progress.update(task, advance=1, description="Writing")
        files.write_decisions(out, decisions, people.separator)
        progress.update(task, advance=1)
    counts = dict(decisions["decision"].value_counts().iter_rows())
    told = ", ".join(f"{counts.get(decision, 0)} {decision}" for decision in ("in", "out", "undecided"))
    print(f"{out}: {len(decisions)} people: {told}")


def _print_bad_cells(file: Path, cells: list[tuple[int, str, str]]) -> None:
    for line, column, reason in cells[1:BAD_CELLS_SHOWN]:
        print(f"{file}:{line}: {column}: {reason}", file=sys.stderr)
