"""`kokeilu trial` and `kokeilu classify`."""

import sys
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polars import DataFrame

    from kokeilu.law.trial import Trial

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
    from kokeilu.law.printing import until
    from kokeilu.law.trial import told_period

    for key in definition.shipped_keys():
        trial = definition.shipped(key)
        basis = trial.statute if trial.kind == "act" else f"{trial.kind}: {trial.statute}"
        print(f"{key}: {trial.names['en']} ({basis}), {told_period(trial.from_day, trial.to_day)}")
        print(f"  verified: {_verified(trial)}")
        for version in trial.versions:
            print(f"  version of {version.key}, {until(trial, version)}: {version.statute}")


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
    on: Annotated[
        date | None,
        typer.Option("--on", metavar="DATE", parser=day, help="The day of the decision; of --diff, the day before."),
    ] = None,
    language: Annotated[Language, typer.Option(help="The language of the sentences.")] = Language.en,
    diff: Annotated[
        date | None,
        typer.Option(metavar="DATE", parser=day, help="Print what changes on this day, since the day before or --on."),
    ] = None,
) -> None:
    """Print the truth table of the version in force, collapsed: a dash means that it does not matter.

    With --diff, print what the law of that day changes: whose decision becomes another, and what else.

    Example: kokeilu trial table kuntakokeilu --on 2021-03-01, or kokeilu trial table kuntakokeilu --diff 2023-03-01
    """
    from rich.console import Console

    from kokeilu.law import printing
    from kokeilu.law.amendment import compare

    console = Console(highlight=False, soft_wrap=False)
    if diff is not None:
        found = _trial(trial)
        before = diff - timedelta(days=1) if on is None else on
        printing.print_amendment(console, compare(found, before, diff), language.value)
    elif on is not None:
        found = _trial(trial)
        printing.print_version(console, found, found.version_on(on), language.value)
    else:
        raise typer.BadParameter("give the day, or --diff", param_hint="--on")


@app.command()
def whatif(
    trial: TrialArgument,
    extracts: Annotated[
        list[Path],
        typer.Argument(metavar="EXTRACT...", help="Register extracts with the day in the name: .csv or .parquet."),
    ],
    scenarios: Annotated[Path, typer.Option(metavar="FILE", help="The changes of the law: TOML, see docs/trials.md.")],
    customers_per_worker: Annotated[int | None, typer.Option(min=1, help="Estimate the workers needed.")] = None,
    staying: Annotated[
        bool, typer.Option("--staying", help="Who is in stays in as the law says, from day to day.")
    ] = False,
    language: Annotated[Language, typer.Option(help="The language of the names and assumptions.")] = Language.en,
    out: Annotated[Path | None, typer.Option(help="Write all days and areas: .csv or .parquet.")] = None,
) -> None:
    """Compare the law with other laws over a register: people, workers, the municipalities' share of support.

    Example: kokeilu trial whatif kuntakokeilu register-2021-*.parquet --scenarios what-if.toml --out out.csv
    """
    from rich.console import Console

    from kokeilu.law import files, printing_scenarios
    from kokeilu.law.scenarios import read_scenarios
    from kokeilu.law.whatif import compare

    if out is not None and out.suffix not in files.ENDINGS:
        raise typer.BadParameter("the file must end in .csv or .parquet", param_hint="--out")
    base = _trial(trial)
    chosen = read_scenarios(scenarios, base)
    days = files.days_of(extracts)
    with progress.bar() as shown:
        task = shown.add_task("", total=len(days))

        def months() -> "Iterator[tuple[date, DataFrame]]":
            for on, path in days:
                shown.update(task, description=f"{on}")
                yield on, files.read_people(path, base, on).frame
                shown.update(task, advance=1)

        found = compare(base, chosen, months(), customers_per_worker=customers_per_worker, staying=staying)
    if out is not None:
        files.write_table(out, found)
    printing_scenarios.print_comparison(Console(highlight=False), found, chosen, language.value)


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
    with progress.bar() as shown:
        task = shown.add_task("Reading", total=4)
        try:
            people = files.read_people(facts, law, on)
        except files.BadCells as bad:
            _print_bad_cells(facts, bad.cells)
            raise
        shown.update(task, advance=1, description="Deciding")
        derived = derive(people.frame, on, law)
        check_columns(law.version_on(on), derived, file=facts)
        decisions = decide(law, derived, on, engine.value)
        shown.update(task, advance=1, description="Explaining")
        if explain is not None:
            decisions = decisions.with_columns(sentences(law, decisions, explain.value))
        shown.update(task, advance=1, description="Writing")
        files.write_decisions(out, decisions, people.separator)
        shown.update(task, advance=1)
    counts = dict(decisions["decision"].value_counts().iter_rows())
    told = ", ".join(f"{counts.get(decision, 0)} {decision}" for decision in ("in", "out", "undecided"))
    print(f"{out}: {len(decisions)} people: {told}")


def _print_bad_cells(file: Path, cells: list[tuple[int, str, str]]) -> None:
    for line, column, reason in cells[1:BAD_CELLS_SHOWN]:
        print(f"{file}:{line}: {column}: {reason}", file=sys.stderr)
