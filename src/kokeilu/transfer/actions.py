"""Applying a trial's law to the whole register: preview and run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.law.facts import derive
from kokeilu.law.rules import decide
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register.actions import IMPORT_LOCK
from kokeilu.register.models import Extract
from kokeilu.register.queries import facts_on, newest_extract
from kokeilu.transfer import intake, notices, rules, writing
from kokeilu.transfer.models import Run
from kokeilu.transfer.operations import ORGANISATIONS, PREVIEW, RUN
from kokeilu.web import formats

RUN_LOCK = 7_269_712  # the advisory lock that lets one run at a time into this database
LOCK_WAIT = "60s"
NO_ROOM = "53"  # PostgreSQL's class of errors for a full disk or memory

Progress = Callable[[str, int, int], None]
STEPS = 5


@dataclass(frozen=True)
class Result:
    """What a run did, or would do.

    In a preview `run` is not stored, unless the same run was made before: then `run` is that one, `done_before` is
    true and nothing changed. `samples` are a few people of each outcome and pattern (the columns of `rules.changes`).
    """

    trial: Trial
    on: date
    extract: Extract
    counts: rules.Counts
    samples: pl.DataFrame
    run: Run
    done_before: bool = False
    preview: bool = False

    @property
    def state(self) -> str:
        """Definition, day, extract and how many move: a preview and a run agree on it where nothing changed between."""
        moved = self.counts.total("moved")
        return f"{self.trial.key}/{self.on}/{self.trial.sha256}/{self.extract.pk}/{moved}"


class _Undo(Exception):
    """Ends a preview's transaction."""


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


def preview(trial: Trial, on: date, *, actor: Actor | None = None, progress: Progress = _silent) -> Result:
    """What a run would do: the run itself with all the database's checks, rolled back.

    Raises as `run`.
    """
    if actor is not None:
        policy.require(actor, PREVIEW)
    results = []
    try:
        with _transaction() as cursor:
            results.append(_Run(cursor, trial, on, actor, progress).make())
            raise _Undo
    except _Undo:
        pass
    return replace(results[0], preview=True)


def run(
    trial: Trial, on: date, *, actor: Actor | None = None, seen: str | None = None, progress: Progress = _silent
) -> Result:
    """Decide by the trial's law about everybody whom the register knows on the day, and move responsibility.

    One transaction; the same run again changes nothing. `actor` is None where the system itself runs. `seen` is the
    `state` of the preview that the actor looked at: the run is refused where it would do something else by now.

    Raises Problem, and changes nothing, where the trial has no version on the day, no extract or only newer ones are
    there, an area has no organisation, a later run was made, a preview is outdated, or another run goes on;
    PermissionDenied where the actor may not.
    """
    if actor is not None:
        policy.require(actor, RUN)
    with _transaction() as cursor:
        result = _Run(cursor, trial, on, actor, progress).make()
        if seen is not None and not result.done_before and result.state != seen:
            raise Problem(_("Something changed since the preview."), mend=_("look at a new preview first"))
    return result


def ensure_organisations(trial: Trial, *, actor: Actor | None = None) -> list[Organisation]:
    """Make the state's organisation and one for each area of the trial, where they are missing.

    Those that are there stay as they are. Returns the new ones by key. Raises PermissionDenied.
    """
    if actor is not None:
        policy.require(actor, ORGANISATIONS)
    names = {language: trial.area_names(language) for language in ("fi", "sv", "en")}
    wanted = {rules.STATE: Organisation(key=rules.STATE, kind=Organisation.Kind.STATE, **intake.STATE_NAMES)}
    for key in names["fi"]:
        named = {f"name_{language}": names[language][key] for language in names}
        wanted[key] = Organisation(key=key, kind=Organisation.Kind.TRIAL_AREA, **named)
    with transaction.atomic():
        known = set(Organisation.objects.filter(key__in=wanted).values_list("key", flat=True))
        new = [organisation for key, organisation in sorted(wanted.items()) if key not in known]
        for organisation in new:
            organisation.save(force_insert=True)
            logs.record_change(
                actor, ORGANISATIONS.key, "organisation", organisation.pk,
                new={"key": organisation.key, "kind": organisation.kind, "trial": trial.key},
            )  # fmt: skip
    return new


@contextmanager
def _transaction() -> Iterator[CursorWrapper]:
    """The transaction of a run: one at a time, and no import meanwhile. What a person can mend becomes a Problem."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # A server process whose client was killed notices, so that its lock does not outlive it for long.
            cursor.execute("SELECT set_config('client_connection_check_interval', '1s', true)")
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s), pg_advisory_xact_lock_shared(%s)", [RUN_LOCK, IMPORT_LOCK]
            )
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
            yield cursor
    except (psycopg.Error, DatabaseError) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        if isinstance(cause, psycopg.errors.LockNotAvailable):
            raise Problem(
                _("Another run or an import is under way."), mend=_("wait until it has ended, then try again")
            ) from None
        if isinstance(cause, psycopg.Error) and (cause.sqlstate or "").startswith(NO_ROOM):
            raise Problem(
                _("The database has no room; nothing was changed."), mend=_("make room on its disk")
            ) from None
        if isinstance(cause, psycopg.OperationalError):
            raise Problem(
                _("The connection to the database was lost; nothing was changed."), mend=_("try again")
            ) from None
        raise


class _Run:
    """One run inside its transaction, under the lock."""

    def __init__(self, cursor: CursorWrapper, trial: Trial, on: date, actor: Actor | None, progress: Progress) -> None:
        self.cursor, self.trial, self.on, self.actor, self.progress = cursor, trial, on, actor, progress

    def make(self) -> Result:
        version = self.trial.version_on(self.on)
        extract = self._extract()
        if before := self._before(extract):
            counts = rules.Counts.from_json(before.counts)
            return Result(self.trial, self.on, extract, counts, pl.DataFrame(), before, done_before=True)
        self._check_order()
        organisations = self._organisations()
        self._step("Reading the facts", 0)
        facts = derive(facts_on(self.on), self.on, self.trial)
        self._step("Deciding", 1)
        decisions = decide(self.trial, facts, self.on)
        held = writing.held_on(self.cursor, self.on)
        changed = rules.changes(self.trial, decisions, held, self.on).with_columns(
            language=notices.language_of(facts["service_language"])
        )
        counts = rules.count(changed)
        made = Run.objects.create(
            trial=self.trial.key, version=version.from_day, definition_sha256=self.trial.sha256, on=self.on,
            extract=extract, started_by=self.actor.user if self.actor else None, counts=counts.to_json(),
        )  # fmt: skip
        self._step("Storing the decisions", 2)
        writing.store_decisions(self.cursor, made, changed)
        self._step("Moving responsibility", 3)
        moved = changed.filter(pl.col("goes_to").is_not_null())
        messages = notices.compose(self.trial, made, moved, organisations)
        writing.move(self.cursor, made, moved, messages)
        self._step("Checking", 4)
        writing.check(self.cursor)
        logs.record_change(
            self.actor, RUN.key, "transfer_run", made.pk,
            new={"trial": self.trial.key, "on": self.on.isoformat(), "extract": str(extract.pk)}
            | {"people": counts.total(), "moved": counts.total("moved")},
        )  # fmt: skip
        self._step("Done", STEPS)
        return Result(self.trial, self.on, extract, counts, rules.samples(changed), made)

    def _step(self, what: str, done: int) -> None:
        self.progress(what, done, STEPS)

    def _extract(self) -> Extract:
        """The newest extract of the day or before."""
        found = newest_extract(self.on)
        if found is None:
            raise Problem(
                _("No register extract of %(day)s or before is imported.") % {"day": formats.day(self.on)},
                mend=_("import one: kokeilu register import EXTRACT --as-of DATE"),
            )
        return found

    def _before(self, extract: Extract) -> Run | None:
        """The same run, made already, where nothing that it rests on has come since."""
        same = Run.objects.filter(
            trial=self.trial.key, on=self.on, extract=extract, definition_sha256=self.trial.sha256
        ).order_by("-finished_at")
        for made in same:
            since = Extract.objects.filter(as_of__lte=self.on, imported_at__gt=made.finished_at)
            if not since.exists():
                return made
        return None

    def _check_order(self) -> None:
        """Runs and facts go forward in time; going back is a correction, not a run."""
        newer = newest_extract()
        if newer and newer.as_of > self.on:
            raise Problem(
                _("The register is known as of a later day already: %(day)s.") % {"day": formats.day(newer.as_of)},
                mend=_("choose that day or a later one"),
            )
        later = Run.objects.filter(on__gt=self.on).order_by("-on").first()
        if later:
            raise Problem(
                _("A run on a later day has been made: %(day)s.") % {"day": formats.day(later.on)},
                mend=_("choose that day or a later one"),
            )

    def _organisations(self) -> dict[str, Organisation]:
        wanted = {rules.STATE, *(row.area for row in self.trial.areas_on(self.on) if row.area)}
        found = {each.key: each for each in Organisation.objects.filter(key__in=wanted)}
        if lacking := sorted(wanted - set(found)):
            raise Problem(
                _("No organisation for: %(keys)s.") % {"keys": ", ".join(lacking)},
                mend=_("add them: kokeilu transfer organisations --trial %(trial)s") % {"trial": self.trial.key},
            )
        return found
