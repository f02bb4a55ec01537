"""A demonstration: the Uusimaa trial with invented people, from the register to the monthly figures.

Each step asks the database whether it was done, so a demonstration that was stopped at any moment goes on where it
was. A scale has a database of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kokeilu import postgres
from kokeilu.installation import home
from kokeilu.problems import Problem
from kokeilu.processes import beside, cores, spread
from kokeilu.steps import Step, Tell, run

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from kokeilu.law.trial import Trial
    from kokeilu.monitoring.table import Counted

TRIAL = "kuntakokeilu"
SEED = 2021
START = date(2021, 3, 1)  # customers moved
TODAY = date(2021, 3, 31)
FIRST_MONTH, LAST_MONTH = "2018-01", "2021-03"
MONTHS = 39


def make(scale: str) -> None:
    """Have the demonstration of a scale (small, uusimaa, national) in its database, and print its accounts.

    Sets the surroundings of this process, and of those it becomes, to that database. Raises Problem where
    `KOKEILU_DATABASE_URL` names a database that holds something else.
    """
    if postgres.embedded():
        os.environ["KOKEILU_DATABASE"] = "kokeilu" if scale == "uusimaa" else f"kokeilu_{scale}"
    os.environ["KOKEILU_DEMO"] = "1"
    os.environ["KOKEILU_TODAY"] = TODAY.isoformat()
    os.environ["KOKEILU_PANEL"] = str(home() / "demo" / scale / "panel")
    os.environ.setdefault("KOKEILU_RELEASE_CONTACT", "figures@uusimaa-ely.example")  # public, so no person's own
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kokeilu.settings")
    demonstration = _Demonstration(scale)
    run([Step("database", lambda: False, demonstration.prepare)])

    from kokeilu import demo_staff

    run(demonstration.steps())
    demo_staff.print_accounts()


def _claim(scale: str) -> bool:
    """Have the database say of itself that it is this demonstration's; returns whether it is new."""
    mine = f"Kokeilu demonstration: {scale}, {TODAY}"
    found = postgres.comment()
    if found == mine:
        return False
    with postgres.connect() as connection:
        used = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if used != (None,):
        holds = f"the {found}" if found else "other data"
        raise Problem(f"the database holds {holds}", mend="set KOKEILU_DATABASE_URL to an empty one, or leave it out")
    postgres.set_comment(mine)
    return True


def _generate(
    scale: str, folder: Path, progress: Callable[[Iterable[Any], int, str], Iterable[Any]] | None = None
) -> None:
    """Write the extracts of all months into `folder`, which is there as a whole or not at all."""
    from kokeilu.synthetic import extracts, world

    generated = world.generate(scale, SEED, first=FIRST_MONTH, last=LAST_MONTH, progress=progress)
    making = folder.with_name("making")
    shutil.rmtree(making, ignore_errors=True)
    extracts.write(generated, making, progress=progress)
    making.rename(folder)


@dataclass
class _Demonstration:
    scale: str
    generating: "BaseProcess | None" = None  # the process that makes the register beside the database
    counted: "Counted | None" = None  # by the step that publishes, for those after it

    @property
    def folder(self) -> Path:
        return home() / "demo" / self.scale

    @property
    def extracts(self) -> Path:
        return self.folder / "extracts"

    @cached_property
    def trial(self) -> "Trial":
        from kokeilu.law.definition import shipped

        return shipped(TRIAL)

    def prepare(self, tell: Tell) -> None:
        """Start the database, see that it is free for this demonstration, and bring its tables up to date.

        Making a new one keeps one core busy, so the register is made on another meanwhile.
        """
        postgres.ensure()
        if _claim(self.scale) and cores() > 1 and not self.extracts.exists():
            self.generating = beside(_generate, self.scale, self.extracts)

        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)

    def steps(self) -> list[Step]:
        """What is to be done, in order, each with the question whether it was."""
        from kokeilu import demo_goals, demo_job_seeker, demo_release, demo_requests, demo_staff
        from kokeilu.access.models import Organisation, User

        before = START - timedelta(days=1)
        staff = demo_staff.Staff(SEED, START)
        return [
            Step("organisations", lambda: Organisation.objects.exists(), self._organisations),
            Step(
                "register of 39 months",
                lambda: not self.generating and (self._imported(TODAY) or self.extracts.exists()),
                self._register,
            ),
            Step("import up to February 2021", lambda: self._imported(before), self._import(before)),
            Step("accounts", lambda: User.objects.exists(), staff.add_accounts),
            Step("transfer on 1 March 2021", self._transferred, self._transfer),
            Step("responsible workers", staff.hired, staff.hire),
            Step("assignment", staff.assigned, staff.assign),
            Step("import of March 2021", lambda: self._imported(TODAY), self._import(TODAY)),
            Step("requests to the state", demo_requests.made, lambda tell: demo_requests.make(TODAY, tell)),
            Step(
                "a job seeker's account",
                demo_job_seeker.made,
                lambda tell: demo_job_seeker.make(START, demo_staff.password(), tell),
            ),
            Step("panel and monthly figures", self._published, self._publish),
            Step("goals, services and their costs", demo_goals.made, self._goals),
            Step("figures by class", self._broken_down, self._break_down),
            Step("release of the figures", demo_release.made, self._release),
        ]

    def _organisations(self, tell: Tell) -> None:
        from kokeilu import demo_staff
        from kokeilu.transfer.actions import ensure_organisations

        ensure_organisations(self.trial)
        demo_staff.add_centre()

    def _register(self, tell: Tell) -> None:
        if self.generating:
            self.generating.join()
        if not self.extracts.exists():  # nobody has begun it, or it came to nothing: then why is told from here
            _generate(self.scale, self.extracts, tell.each)

    def _imported(self, as_of: date) -> bool:
        from kokeilu.register.models import Extract

        return Extract.objects.filter(as_of=as_of).exists()

    def _import(self, until: date) -> Callable[[Tell], None]:
        def do(tell: Tell) -> None:
            from kokeilu.register.actions import import_extracts
            from kokeilu.register.models import Extract

            known = set(Extract.objects.values_list("as_of", flat=True))
            files = {date.fromisoformat(path.stem.removeprefix("register-")): path for path in self._files()}
            wanted = [(path, day) for day, path in sorted(files.items()) if day <= until and day not in known]
            import_extracts(wanted, progress=tell.of)
            if until == TODAY:
                shutil.rmtree(self.extracts)

        return do

    def _files(self) -> list[Path]:
        return sorted(self.extracts.glob("register-*.parquet"))

    def _transferred(self) -> bool:
        from kokeilu.transfer.models import Run

        return Run.objects.filter(trial=TRIAL, on=START).exists()

    def _transfer(self, tell: Tell) -> None:
        from kokeilu.transfer import actions

        actions.run(self.trial, START, progress=tell.of)

    def _published(self) -> bool:
        from kokeilu.monitoring.models import DurationMedian

        # The last that a publication stores; a database of an earlier version lacks them.
        return DurationMedian.objects.filter(month=TODAY.replace(day=1)).exists()

    def _publish(self, tell: Tell) -> None:
        from kokeilu.monitoring import actions, drawing, duration_actions, table
        from kokeilu.panel.build import build

        panel = self.folder / "panel"
        build(panel, trial=TRIAL, tell=tell.share)
        tell.share("monthly figures", 1)
        self.counted = table.count(panel)
        actions.publish(self.counted)
        tell.share("durations", 1)
        duration_actions.publish(self.counted)
        for _ in tell.each(drawing.draw_all(), drawing.how_many(), "charts"):
            pass

    def _goals(self, tell: Tell) -> None:
        from kokeilu import demo_goals

        demo_goals.make(self.counted or self._panel(tell), START)

    def _broken_down(self) -> bool:
        from kokeilu.monitoring.models import MonthlyBreakdown

        return MonthlyBreakdown.objects.filter(month=TODAY.replace(day=1)).exists()

    def _break_down(self, tell: Tell) -> None:
        from kokeilu.monitoring import breakdown_actions
        from kokeilu.monitoring.breakdown_rules import DIMENSIONS

        done: list[str] = []

        def counted(dimension: str) -> None:
            done.append(dimension)
            tell.share(f"by {dimension.replace('_', ' ')}", len(done) / len(DIMENSIONS))

        with spread(cores()) as over:
            breakdown_actions.publish(self.counted or self._panel(tell), tell=counted, spread=over)

    def _release(self, tell: Tell) -> None:
        from kokeilu import demo_release

        demo_release.make(self.counted or self._panel(tell), tell)

    def _panel(self, tell: Tell) -> Path:
        """The panel's folder, built again where it is of an earlier version, or gone."""
        from kokeilu.panel.build import build
        from kokeilu.panel.check import open_panel

        panel = self.folder / "panel"
        try:
            open_panel(panel)
        except Problem:
            build(panel, trial=TRIAL, tell=tell.share)
        return panel
