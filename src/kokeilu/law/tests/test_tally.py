"""People counted in classes: nothing is lost or joined that the law tells apart."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from kokeilu.law import tally
from kokeilu.law.logic import And, Atom, Not, Or, to_polars
from kokeilu.problems import Problem

ON = date(2021, 3, 1)
AGES = [Atom("age", "<", (age,)) for age in range(20, 50)]  # more than fit in one key
FEW = [Atom("immigrant", "is true"), Atom("in_service", "is true"), Atom("age", "<", (30,)), Atom("age", "is null")]


def some_people(count=2000, seed=1):
    random = np.random.default_rng(seed)

    def of(*choices):
        return pl.Series(choices)[pl.Series(random.integers(0, len(choices), count).astype(np.uint32))]

    return pl.DataFrame(
        {
            "municipality": of("091", "005", "none", None, "x"),
            "placed_in": of("091", "none", None),
            "immigrant": of(True, False, None),
            "service": of("none", "coaching", None),
            "birth_date": of(date(1991, 3, 1), date(1991, 3, 2), date(1975, 1, 1), None),
        }
    )


WHOLE = [Or((Not(FEW[0]), And((FEW[1], FEW[2])))), And((FEW[0], FEW[3]))]


@pytest.mark.parametrize("atoms", [FEW, AGES, [*FEW, *AGES], [], WHOLE])
def test_classes_are_the_people_s_answers(atoms):
    people = some_people()
    keys = tally.keys(people, ON, atoms)
    found = tally.decoded(keys, atoms)
    facts = people.with_columns(
        in_service=pl.col("service") != "none",
        age=pl.col("birth_date").replace_strict(
            {date(1991, 3, 1): 30, date(1991, 3, 2): 29, date(1975, 1, 1): 46}, default=None
        ),
    )
    answers = facts.select(to_polars(atom).alias(name) for atom, name in zip(atoms, tally.names_of(atoms), strict=True))
    assert found.select(tally.names_of(atoms)).equals(answers)
    assert found["municipality"].equals(people["municipality"].replace("x", tally.OTHER_PLACE))
    assert found["placed_in"].equals(people["placed_in"])
    assert tuple(keys.columns) == tally.key_columns(atoms)


def test_placement_that_no_column_tells_is_unknown():
    people = some_people().drop("placed_in")
    assert tally.decoded(tally.keys(people, ON, FEW), FEW)["placed_in"].null_count() == len(people)


def test_derived_facts_may_stand_in_place_of_their_source():
    people = some_people().select("municipality", age=pl.lit(29, pl.Int32))
    atom = Atom("age", "<", (30,))
    assert tally.decoded(tally.keys(people, ON, [atom]), [atom])["q0"].all()


def test_missing_column():
    with pytest.raises(Problem, match=r"missing column 'age' \(give age, or birth_date"):
        tally.keys(some_people().drop("birth_date"), ON, AGES)


def test_too_many_questions():
    atoms = [Atom("age", "<", (age,)) for age in range(66)]
    with pytest.raises(Problem, match="66 questions at once"):
        tally.keys(some_people(), ON, atoms)
