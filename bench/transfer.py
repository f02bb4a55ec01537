"""The transfer run of 150 000 job seekers, 92 000 of whom move, against the same rows copied bare; and its linearity.

The peer is COPY of the decisions, responsibilities, notices and deliveries that the run made into tables without an
index or a constraint: what storing the answer takes where nothing is read, decided, checked or explained.
"""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from bench._database import scratch_database
from bench.report import Row

PEOPLE, MOVED = 150_000, 92_000
CHANGED = 1_500  # of whom the next extract says something else
EXTRACT_DAY, DAY = date(2021, 2, 28), date(2021, 3, 1)
NEXT_DAY = date(2021, 3, 31)
TABLES = {
    "transfer_decision": "SELECT * FROM transfer_decision WHERE run_id = %(run)s",
    "transfer_responsibility": (
        "SELECT r.* FROM transfer_responsibility r JOIN transfer_decision d ON d.id = r.decision_id"
        " WHERE d.run_id = %(run)s"
    ),
    "transfer_notice": (
        "SELECT n.* FROM transfer_notice n JOIN transfer_decision d ON d.id = n.decision_id WHERE d.run_id = %(run)s"
    ),
    "transfer_delivery": (
        "SELECT o.* FROM transfer_delivery o JOIN transfer_decision d ON d.id = o.notice_id WHERE d.run_id = %(run)s"
    ),
}

# Of every 150 people 92 are in: without the right to the earnings-related allowance, half of them foreign-language.
_PEOPLE = """
    INSERT INTO register_person SELECT gen_random_uuid(), %(since)s FROM generate_series(1, %(people)s)
"""
_NUMBERED = "(SELECT id, row_number() OVER (ORDER BY id) AS number FROM register_person) person"
_FACTS = (
    f"""INSERT INTO register_details (person_id, valid, opened_by_id, family_name, given_names, birth_date, language,
            service_language, immigrant, education, occupation, protected)
        SELECT id, daterange(%(since)s, NULL), %(extract)s, 'Nimi' || number, 'Etu',
            date '1990-01-01' - (number %% 10000)::int, (ARRAY['fi','sv','ru','so'])[1 + number %% 4],
            CASE WHEN number %% 10 = 0 THEN 'sv' ELSE 'fi' END, number %% 7 = 0, 3, '5120', false
        FROM {_NUMBERED}""",
    f"""INSERT INTO register_contact (person_id, valid, opened_by_id, city)
        SELECT id, daterange(%(since)s, NULL), %(extract)s, 'Helsinki' FROM {_NUMBERED}""",
    f"""INSERT INTO register_situation (person_id, valid, opened_by_id, municipality, placed_in,
            temporary_protection, job_search_valid, employment_code, service, benefit, earnings_related_right,
            job_search_since, unemployed_since)
        SELECT id, daterange(%(since)s, NULL), %(extract)s,
            CASE WHEN number %% 150 < 92
                 THEN (ARRAY['091','091','091','092','049','049','638','710'])[1 + number %% 8] ELSE '257' END,
            'none', false, true, '02', 'none', 'labour_market_support', false, '2020-06-01', '2020-06-01'
        FROM {_NUMBERED}""",
)


# The next extract: some people of the first areas have moved to Espoo.
_MOVE_HOUSE = (
    """CREATE TEMP TABLE moving_house AS
        SELECT person_id FROM register_situation WHERE municipality = '091' ORDER BY person_id LIMIT %(people)s""",
    """UPDATE register_situation SET valid = daterange(lower(valid), %(day)s), closed_by_id = %(extract)s
        WHERE person_id IN (SELECT person_id FROM moving_house)""",
    """INSERT INTO register_situation (person_id, valid, opened_by_id, municipality, placed_in,
            temporary_protection, job_search_valid, employment_code, service, benefit, earnings_related_right,
            job_search_since, unemployed_since)
        SELECT person_id, daterange(%(day)s, NULL), %(extract)s, '049', 'none', false, true, '02', 'none',
            'labour_market_support', false, '2020-06-01', '2020-06-01' FROM moving_house""",
    "DROP TABLE moving_house",
)


@dataclass(frozen=True)
class Taken:
    """Seconds of a run and of the bare copy of what it stored; who was decided about and who moved."""

    run: float
    bare: float
    people: int
    moved: int


def run() -> list[Row]:
    """A third of the people first, then all."""
    with scratch_database():
        third, whole = measure(PEOPLE // 3), measure(PEOPLE)
        night, full, undone = measure_changes()
    assert (whole.people, whole.moved) == (PEOPLE, MOVED)
    return [
        Row(
            f"run of {whole.people} people, {whole.moved} moved",
            whole.run, "bare COPY of its rows", whole.bare, None, "seconds",
        ),
        Row("the same, per person", whole.run, "a third of the people, times three", 3 * third.run, 1.3, "linear"),
        Row(f"nightly run after {CHANGED} people changed", night, "run of everybody on the same day", full, None,
            "seconds"),
        Row(f"undo of the run that moved {whole.moved}", undone, "the run", whole.run, None, "seconds"),
    ]  # fmt: skip


def measure_changes() -> tuple[float, float, float]:
    """Seconds of a nightly run after the next extract, of a run of everybody in its place, and of undoing the first."""
    from kokeilu.law.definition import shipped
    from kokeilu.register.models import Extract
    from kokeilu.transfer import actions, undo
    from kokeilu.transfer.models import Run

    extract = Extract.objects.create(as_of=NEXT_DAY, sha256="1" * 64, file_name="bench", rows=PEOPLE)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _MOVE_HOUSE:
            values: dict[str, Any] = {"people": CHANGED, "day": NEXT_DAY, "extract": extract.pk}
            cursor.execute(statement, values)
    taken = []
    for changed_only in (True, False):
        start = time.perf_counter()
        result = actions.run(shipped("kuntakokeilu"), NEXT_DAY, changed_only=changed_only)
        taken.append(time.perf_counter() - start)
        assert result.counts.moved == CHANGED
        undo.undo(result.run.pk)
    first = Run.objects.standing().get()
    start = time.perf_counter()
    undo.undo(first.pk)
    return taken[0], taken[1], time.perf_counter() - start


def fill(people: int) -> None:
    """A register with one extract that reports this many people."""
    from kokeilu.law.definition import shipped
    from kokeilu.register import intake, store
    from kokeilu.register.merge import LOADED_TABLES
    from kokeilu.register.models import Extract
    from kokeilu.transfer import actions

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE register_extract, register_person CASCADE")
    extract = Extract.objects.create(as_of=EXTRACT_DAY, sha256="0" * 64, file_name="bench", rows=people)
    actions.ensure_organisations(shipped("kuntakokeilu"))
    with transaction.atomic(), connection.cursor() as cursor:
        values: dict[str, Any] = {"since": EXTRACT_DAY, "people": people, "extract": extract.pk}
        with store.built_afterwards(LOADED_TABLES):
            cursor.execute(_PEOPLE, values)
            for statement in _FACTS:
                cursor.execute(statement, values)
        intake.announce(cursor, EXTRACT_DAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(people: int) -> Taken:
    """Fill, run, and copy what the run stored into bare tables."""
    from kokeilu.law.definition import shipped
    from kokeilu.transfer import actions

    fill(people)
    start = time.perf_counter()
    result = actions.run(shipped("kuntakokeilu"), DAY)
    seconds = time.perf_counter() - start
    return Taken(seconds, bare(result.run.pk), result.counts.total(), result.counts.total("moved"))


def bare(run: object) -> float:
    """Seconds to COPY the run's rows into tables that have nothing but columns."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for table, rows in TABLES.items():
            cursor.execute(f"CREATE TABLE bare (LIKE {table})")
            with cursor.copy(f"COPY ({rows}) TO STDOUT".replace("%(run)s", f"'{run}'")) as copy:
                content = b"".join(copy)
            start = time.perf_counter()
            with cursor.copy("COPY bare FROM STDIN") as copy:
                copy.write(content)
            seconds += time.perf_counter() - start
            cursor.execute("DROP TABLE bare")
    return seconds
