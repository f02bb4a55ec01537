"""The order of runs: forward in time, each once, and by a law that does not change under them."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register.models import Extract
from kokeilu.register.queries import newest_extract
from kokeilu.transfer.models import IndividualTransfer, Run
from kokeilu.transfer.rules import STATE
from kokeilu.web import formats


def same_run(trial: Trial, on: date, extract: Extract) -> Run | None:
    """The run of the trial on the day with the extract, made already and standing, where nothing that it rests on has
    come since: no extract of the day or before, no other run, no end of a decision about one person."""
    version = trial.version_on(on)
    same_law = Q(version_sha256=version.sha256) | Q(version_sha256="", definition_sha256=trial.sha256)
    same = Run.objects.deciding().filter(same_law, trial=trial.key, on=on, extract=extract)
    for made in same.order_by("-finished_at"):
        since = (
            Extract.objects.filter(as_of__lte=on, imported_at__gt=made.finished_at),
            Run.objects.filter(finished_at__gt=made.finished_at),
            IndividualTransfer.objects.filter(ended_at__gt=made.finished_at),
        )
        if not any(rows.exists() for rows in since):
            return made
    return None


def check_forward(on: date) -> None:
    """Runs and facts go forward in time; going back is a correction, not a run. Problem: something later is there."""
    newer = newest_extract()
    if newer and newer.as_of > on:
        raise Problem(
            _("The register is known as of a later day already: %(day)s.") % {"day": formats.day(newer.as_of)},
            mend=_("choose that day or a later one"),
        )
    later = Run.objects.standing().filter(on__gt=on).order_by("-on").first()
    if later:
        raise Problem(
            _("A run on a later day has been made: %(day)s.") % {"day": formats.day(later.on)},
            mend=_("choose that day or a later one"),
        )


def check_unchanged(trial: Trial) -> None:
    """A version by which people were decided says what it said then. Problem: it says something else, or is gone.

    A version that was added, or that nobody was decided by, may say anything. Runs of the first release kept no digest
    of their version: of them nothing is known, and they stand.
    """
    used = Run.objects.deciding().filter(trial=trial.key).exclude(version_sha256="")
    known = {version.from_day: version.sha256 for version in trial.versions}
    for day, sha256 in used.order_by("version").values_list("version", "version_sha256").distinct():
        if known.get(day) != sha256:
            raise Problem(
                _("The version of %(day)s of %(trial)s says something else than when people were decided by it.")
                % {"day": formats.day(day), "trial": trial.key},
                mend=_("put it back as it was, and write the change as a new version"),
            )


def organisations_of(trial: Trial, on: date) -> dict[str, Organisation]:
    """The state's organisation and those of the trial's areas, by key. Problem: one is missing."""
    wanted = {STATE, *(row.area for row in trial.areas_on(on) if row.area)}
    found = {each.key: each for each in Organisation.objects.filter(key__in=wanted)}
    if lacking := sorted(wanted - set(found)):
        raise Problem(
            _("No organisation for: %(keys)s.") % {"keys": ", ".join(lacking)},
            mend=_("add them: kokeilu transfer organisations --trial %(trial)s") % {"trial": trial.key},
        )
    return found
