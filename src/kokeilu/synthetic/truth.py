"""What is known of a generated world because it was put there: truth.json beside the extracts."""

import json
from pathlib import Path
from typing import Any

from kokeilu.problems import Problem
from kokeilu.synthetic import figures, months
from kokeilu.synthetic.tallies import COUNTED, Tally
from kokeilu.synthetic.world import World


def truth(world: World) -> dict[str, Any]:
    """Effect, hazards, and the counts of every month and stratum with the effect and without it.

    `totals` sums the trial's customers over its months: stocks are person-months, flows are people.
    """
    return {
        **_identity(world),
        "first": world.months[0],
        "last": world.months[-1],
        "hazards": {
            key: figure.value for key, figure in figures.figures().items() if key.startswith(("hazard.", "factor."))
        },
        "totals": _totals(world),
        "months": {
            months.label(tally.month): {
                "with_effect": _told(tally, world.places.strata),
                "without_effect": _told(plain, world.places.strata),
            }
            for tally, plain in zip(world.tallies, world.counterfactual, strict=True)
        },
    }


def check_same(world: World, folder: Path) -> None:
    """A Problem unless the folder's truth.json tells of the same scale, seed and effect as this world."""
    path = folder / "truth.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        same = all(told[key] == part for key, part in _identity(world).items())
    except (OSError, ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise Problem("the folder holds extracts of another register", file=folder, mend="choose an empty one")


def _identity(world: World) -> dict[str, Any]:
    """What makes a generated register the one it is, whatever months of it are written."""
    return {
        "format": "kokeilu-synthetic-truth/1",
        "scale": world.scale,
        "seed": world.seed,
        "effect": {
            "open_market": world.effect.open_market,
            "services": world.effect.services,
            "unit": "relative change of the monthly hazard",
            "on": "trial customers who live in a trial area",
            "from": figures.value("trial.from"),
        },
    }


def write(world: World, out_dir: str | Path) -> Path:
    """Write truth.json into a folder that exists; returns its path. A Problem if it cannot be written."""
    path = Path(out_dir) / "truth.json"
    try:
        path.write_text(json.dumps(truth(world), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write: {error.strerror}", file=path, mend="choose another folder") from None
    return path


def _told(tally: Tally, strata: tuple[str, ...]) -> dict[str, dict[str, dict[str, int]]]:
    """The counts by stratum, of all people and of customers, by name."""
    return {
        stratum: {
            "all": dict(zip(COUNTED, tally.counts[row].sum(axis=0).tolist(), strict=True)),
            "customers": dict(zip(COUNTED, tally.counts[row, 1].tolist(), strict=True)),
        }
        for row, stratum in enumerate(strata)
    }


def _totals(world: World) -> dict[str, dict[str, int]]:
    """Sums over strata and over the trial's months among the months generated, of customers."""
    start = months.parse(figures.value("trial.from"))

    def total(tallies: list[Tally]) -> dict[str, int]:
        inside = [tally.counts[:, 1].sum(axis=0) for tally in tallies if tally.month >= start]
        return {name: int(sum(counts[column] for counts in inside)) for column, name in enumerate(COUNTED)}

    with_effect, without = total(world.tallies), total(world.counterfactual)
    difference = {name: with_effect[name] - without[name] for name in COUNTED}
    return {"with_effect": with_effect, "without_effect": without, "difference": difference}
