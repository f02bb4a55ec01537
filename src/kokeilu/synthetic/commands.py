"""`kokeilu synth`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from kokeilu import progress
from kokeilu.problems import Problem

Item = TypeVar("Item")


def synth(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the extracts and truth.json.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")],
    scale: Annotated[str, typer.Option(metavar="small|uusimaa|national", help="How many people, and where.")] = "small",
    effect: Annotated[
        str,
        typer.Option(
            metavar="none|NAME=CHANGE[,…]",
            help="What the trial does: relative change of the monthly hazards `open-market` and `services`.",
        ),
    ] = "none",
    first: Annotated[str, typer.Option(metavar="YYYY-MM", help="First month.")] = "2018-01",
    last: Annotated[str, typer.Option(metavar="YYYY-MM", help="Last month.")] = "2024-12",
    fmt: Annotated[str, typer.Option("--format", metavar="parquet|csv", help="Of the extracts.")] = "parquet",
) -> None:
    """Generate monthly register extracts of invented job seekers, and what is true of them.

    Example: kokeilu synth --scale uusimaa --seed 1 --effect open-market=0.03 --last 2021-03 --out extracts
    """
    from kokeilu.synthetic import extracts, world

    try:
        world.check(scale, seed, effect, first, last)
        extracts.check_format(fmt)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        raise typer.Exit(2) from None
    folder = extracts.writable(out)
    generated = world.generate(scale, seed, effect, first, last, progress=_track)
    paths = extracts.write(generated, folder, fmt=fmt, progress=_track)
    print(f"{len(paths)} extracts of {generated.people.count} people and truth.json in {folder}")


def _track(work: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """A progress bar on standard error."""
    with progress.bar() as shown:
        yield from shown.track(work, description=what, total=total)
