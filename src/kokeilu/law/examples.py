"""The people that a definition brings along with the right answer."""

from dataclasses import dataclass

import polars as pl

from kokeilu.law.facts import DIRECT, derive
from kokeilu.law.rules import decide
from kokeilu.law.trial import Example, Trial

SCHEMA: dict[str, type[pl.DataType]] = {
    "person": pl.String,
    **{name: fact.kind.polars for name, fact in DIRECT.items()},
}


@dataclass(frozen=True)
class Failure:
    """An example whose answer is not the right one; `what` says which and how."""

    example: Example
    what: str


def failures(trial: Trial) -> list[Failure]:
    """The examples that the definition answers otherwise than they say, in its order."""
    found = []
    for example in trial.examples:
        person = pl.DataFrame([{"person": "1", **example.person}], schema=SCHEMA)
        given = decide(trial, derive(person, example.on, trial), example.on).row(0, named=True)
        answer = (given["decision"], given["area"], tuple(given["missing"].split()))
        right = (example.decision, example.area, example.missing)
        if answer != right:
            found.append(Failure(example, f"example '{example.name}' gives {_told(*answer)}; right is {_told(*right)}"))
    return found


def _told(decision: str, area: str | None, missing: tuple[str, ...]) -> str:
    return f"{decision}, area {area or 'none'}" + (f", missing {' '.join(missing)}" if missing else "")
