"""Everything that is published of a panel and of its revision, with the exact attacker: no hidden small figure is told.

Pages, figures by class, durations, services, sums of all areas and releases come from the actions that people use, and
are read back from the tables; what ties them is written apart from the code that hides (everything.py).
"""

from pathlib import Path

import pytest

from kokeilu.monitoring import (
    actions,
    breakdown_actions,
    duration_actions,
    release_actions,
    service_comparison_actions,
)
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.tests import worlds
from kokeilu.monitoring.tests.everything import Reader, released, seen
from kokeilu.monitoring.tests.true_figures import truth
from kokeilu.monitoring.tests.worlds import World
from kokeilu.panel.check import open_panel

pytestmark = pytest.mark.django_db

CLASSES = World(seed=2, sizes={"espoo": 60, "raasepori-hanko": 25}, months=5, corrected=6)
BOTH = World(seed=5, sizes={"espoo": 180}, months=4, moves=False, corrected=6)
YEARS = World(seed=2, sizes={"espoo": 110}, months=18, moves=False, corrected=4)


def release(path: Path, force: Path, analysts, dimensions: tuple[str, ...]) -> Release:
    """A release of the panel's last month with its tables by class, published at once."""
    preparer, checker = analysts
    last = open_panel(path).manifest.last_month
    by = [DIMENSIONS[key] for key in dimensions]
    made = release_actions.prepare(path, last, by, reason="A correction", labour_force=force, actor=preparer)
    release_actions.check(made.pk, actor=checker)
    return release_actions.schedule(made.pk, actor=preparer)


def told(world: World, folder: Path, dimensions: tuple[str, ...], analysts=None, pairs: tuple = ()):
    """A reader who has kept everything of a panel and of its revision; there are releases where there are analysts."""
    paths, rows = worlds.panels(world, folder)
    force = worlds.labour_force(folder, world)
    reader = Reader(moves=world.moves)
    for path, persons in zip(paths, rows, strict=True):
        reader.opens(truth(path, persons, dimensions, pairs))
        actions.publish(path, labour_force=force)
        if dimensions:
            breakdown_actions.publish(path, [DIMENSIONS[key] for key in (*dimensions, "duration")])
        duration_actions.publish(path)
        service_comparison_actions.publish(path)
        made = released(release(path, force, analysts, dimensions)) if analysts else None
        reader.reads(seen(), made)
    return reader


def test_pages_classes_sums_and_releases_of_two_panels(tmp_path: Path, analysts) -> None:
    reader = told(CLASSES, tmp_path, ("sex",), analysts)
    for kind in ("page", "all", "class"):
        assert any(name[0] == kind for name in reader.known[1]), kind
    assert reader.exposed() == []


def test_pages_and_classes_of_two_dimensions_at_once(tmp_path: Path) -> None:
    """The same people by sex and by language group: the attacker knows that each is of one class of both."""
    both = ("sex", "language_group")
    reader = told(BOTH, tmp_path, both, pairs=(both,))
    shown = [name[1] for name in reader.known[0] if name[0] == "class" and reader.truths[0][name]]
    assert min(shown.count(key) for key in both) > 10
    assert reader.exposed() == []


def test_pages_durations_and_services_of_two_panels(tmp_path: Path) -> None:
    reader = told(YEARS, tmp_path, ())
    assert any(name[0] == "year" for name in reader.known[0])
    assert reader.last.steps
    assert reader.exposed() == []
