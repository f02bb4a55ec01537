"""`kokeilu protect`: disclosure control of tables in files."""

from pathlib import Path
from typing import Annotated

import typer

_Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="The table, or tables that are published together.")
]
_Path = Path | None


def protect(
    files: _Files,
    count: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of counts; with --value, of contributors.")
    ] = None,
    threshold: Annotated[
        int | None, typer.Option(help="The least count that may be shown, zero apart. (5 if not given)", min=1)
    ] = None,
    out: Annotated[_Path, typer.Option(help="File to write, .csv or .parquet; of several tables a directory.")] = None,
    hierarchy: Annotated[
        _Path, typer.Option(metavar="FILE", help="What is summed into what: CSV of dimension, code, into.")
    ] = None,
    apart: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A dimension over which nothing is summed, as months of a stock."),
    ] = None,
    hide_zeros: Annotated[bool, typer.Option("--hide-zeros", help="Treat zero as a small count.")] = False,
    cost: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="What hiding a cell costs: a column, or equal; else its count and one."),
    ] = None,
    value: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The column of values, for a table of money.", rich_help_panel="Money"),
    ] = None,
    p_percent: Annotated[
        str | None,
        typer.Option(
            metavar="P", help="The largest contribution may not be known to within P per cent.", rich_help_panel="Money"
        ),
    ] = None,
    dominance: Annotated[
        str | None,
        typer.Option(metavar="N,K", help="The N largest may not be more than K per cent.", rich_help_panel="Money"),
    ] = None,
    largest: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN,...", help="The columns of the largest contributions of each cell.", rich_help_panel="Money"
        ),
    ] = None,
    contributor: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Each row is a contribution, of whom this column tells.", rich_help_panel="Money"
        ),
    ] = None,
    relations: Annotated[
        _Path,
        typer.Option(metavar="FILE", help="What ties the tables together, in TOML.", rich_help_panel="Several tables"),
    ] = None,
    released: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A table that is published already and stays as it is.",
            rich_help_panel="Several tables",
        ),
    ] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Only tell what can be derived; write nothing.")] = False,
    original: Annotated[
        _Path,
        typer.Option(
            metavar="FILE", help="With --audit of money: the table before it was protected.", rich_help_panel="Money"
        ),
    ] = None,
) -> None:
    """Hide small counts, and what would give them back, at the least loss; or audit what is hidden.

    The table is long: a column per dimension and the count. Totals have the code total and are added where they are
    missing. The answer has a column status: published, primary (small) or secondary (hidden to protect others).

    --audit gives the interval that can be derived of each exposed cell from all the files together, and exits with 1
    if there is one. The same codes in two files are the same figure, unless --relations says how they are tied.

    Example: kokeilu protect table.csv --count persons --threshold 5 --out protected.csv

    Example: kokeilu protect --audit protected.csv

    Example: kokeilu protect paid.csv --value euros --largest first,second --p-percent 10 --out protected.csv

    Example: kokeilu protect stock.csv inflow.csv outflow.csv --count persons --apart month --relations ties.toml
    --released january.csv --out protected/

    ties.toml may have any of: [\\[balance]] with stock, inflow, outflow (tables by the name of their file) and period
    (a dimension); [\\[sum]] with whole, parts; [\\[same]] with tables; [\\[rate]] with file, rate (its column),
    numerator, denominator, per.
    """
    from kokeilu.disclosure import protect_work

    asked = protect_work.Asked(
        count=count,
        threshold=threshold,
        hierarchy=hierarchy,
        apart=tuple(apart or ()),
        hide_zeros=hide_zeros,
        cost=cost,
        value=value,
        p_percent=p_percent,
        dominance=dominance,
        largest=largest,
        contributor=contributor,
        relations=relations,
        released=tuple(released or ()),
        original=original,
    )
    try:
        asked.check(audit=audit)
    except protect_work.Misuse as wrong:
        raise typer.BadParameter(wrong.what, param_hint=wrong.option) from wrong
    every = [*files, *asked.released]
    if len({path.resolve() for path in every}) < len(every):
        raise typer.BadParameter("the same file twice", param_hint="FILE")
    if audit:
        if out is not None:
            raise typer.BadParameter("an audit writes nothing", param_hint="--out")
        found = protect_work.audited(files, asked)
        for line in (*found.notes, *found.lines):
            typer.echo(line)
        typer.echo(f"{found.exposed} of {found.hidden} hidden cells exposed")
        if found.lines:
            raise typer.Exit(1)
        return
    if out is None or (count is None and value is None):
        raise typer.BadParameter("say which column and where to", param_hint="--count and --out")
    for line in protect_work.protected(files, asked, out):
        typer.echo(line)
