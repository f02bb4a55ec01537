"""Register: the validated import of 150 000 rows against a bare COPY of the same file.

The peer is COPY of the CSV as it is into a table of text columns without an index or a constraint. Ours reads, checks
every cell, finds each person by the hash of their code, and stores what changed with all constraints in force: into
an empty register all of it, next month what differs: the facts of about half the people, for most the counter of
support days alone. Budgeted is the next month, which is what an installation meets.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction

from bench._database import scratch_database
from bench.report import Row, seconds

SCALE, SEED = "uusimaa", 1
MONTHS = {"2021-01": date(2021, 1, 31), "2021-02": date(2021, 2, 28), "2021-03": date(2021, 3, 31)}
BUDGET = 3.0


def run() -> list[Row]:
    """The first import, and one on top of two months' history; each undone, so that every run does the same."""
    with TemporaryDirectory() as folder, scratch_database():
        files = extracts(Path(folder))
        *earlier, (newest, day) = files
        people = _rows(newest)
        first, bare_first = _import([files[-1]]), _copy(newest)
        from kokeilu.register.actions import import_extracts

        import_extracts(earlier)
        following, bare_following = _import([(newest, day)]), _copy(newest)
    return [
        Row(f"{people} people into a register with history", following, "bare COPY", bare_following, BUDGET),
        Row(f"{people} people into an empty register", first, "bare COPY", bare_first, None,
            note="with identity codes encrypted and all indexes and constraints built"),
    ]  # fmt: skip


def extracts(folder: Path) -> list[tuple[Path, date]]:
    """The generated extracts of three months, as CSV."""
    from kokeilu.synthetic import extracts as synthetic
    from kokeilu.synthetic import world

    made = world.generate(SCALE, SEED, last=max(MONTHS))
    synthetic.write(made, folder, list(MONTHS), fmt="csv")
    return [(folder / f"register-{day}.csv", day) for day in MONTHS.values()]


def _import(plan: list[tuple[Path, date]]) -> float:
    from kokeilu.register.actions import import_extracts

    return seconds(lambda: import_extracts(plan, dry_run=True), before=settle)


def _copy(path: Path) -> float:
    data = path.read_bytes()
    separator = ";" if b";" in data[: data.index(b"\n")] else ","
    names = data[: data.index(b"\n")].decode().split(separator)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in names)})")

        def copy() -> None:
            with (
                transaction.atomic(),
                cursor.copy(f"COPY bare FROM STDIN (FORMAT csv, HEADER, DELIMITER '{separator}')") as into,
            ):
                into.write(data)

        def empty() -> None:
            cursor.execute("TRUNCATE bare")
            settle()

        taken = seconds(copy, before=empty)
        cursor.execute("DROP TABLE bare")
    return taken


def settle() -> None:
    """What an import that was undone left behind is cleared away before the next is timed."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _rows(path: Path) -> int:
    return path.read_bytes().count(b"\n") - 1
