"""What is done with a release: prepare, check, set its time, withdraw. Two persons at least; what is made stays."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, Operation, require
from kokeilu.monitoring import (
    breakdown_out,
    operations,
    pages_versions,
    release_calendar,
    release_checks,
    release_class_checks,
    release_classes,
    release_files,
    release_findings,
    release_queries,
    release_source,
    release_words,
    writing,
)
from kokeilu.monitoring.breakdown_rules import Dimension
from kokeilu.monitoring.models import PagesVersion, Release, ReleaseCheck, ReleaseContent, ReleaseFile, ReleaseTable
from kokeilu.monitoring.published_table import PublishedTable
from kokeilu.monitoring.release_class_tables import Wanted
from kokeilu.monitoring.release_source import About, Prepared
from kokeilu.monitoring.table import Source
from kokeilu.problems import Problem

LONGEST: Final = 2000  # characters of a reason or a remark


def prepare(
    source: Source,
    last: int,
    by: Sequence[Dimension] = (),
    *,
    reason: str = "",
    labour_force: Path | None = None,
    actor: Actor,
) -> Release:
    """Make the next release of the monthly figures up to the month `last` (202103) of the panel.

    `by` are the dimensions that it has a further table of each. `labour_force` is the file of the employment and
    unemployment rates, which are left out without it. `reason` says why figures change that are published already.
    Raises PermissionDenied, and Problem where another release is under way, figures change without a reason, or the
    panel does not give the tables.
    """
    require(actor, operations.PREPARE_RELEASE)
    _refuse_another(release_source.TABLE)
    earlier = release_queries.versions(release_source.TABLE)
    wanted = Wanted(by, breakdown_out.anywhere, release_queries.beside)
    made = release_source.prepare(source, last, earlier, about(actor), labour_force, wanted)
    return keep(made, reason=reason, actor=actor)


def about(actor: Actor) -> About:
    """Who publishes, as the table says it: the actor's organisation, now."""
    organisation = actor.organisation
    names = {"fi": organisation.name_fi, "sv": organisation.name_sv, "en": organisation.name_en}
    moment = clock.now().replace(microsecond=0)
    return About(names, settings.KOKEILU_RELEASE_CONTACT or actor.user.email, settings.KOKEILU_RELEASE_LICENCE, moment)


@transaction.atomic
def keep(made: Prepared, *, reason: str = "", actor: Actor) -> Release:
    """Keep a prepared table as a release with all its files and the first run of its checks."""
    require(actor, operations.PREPARE_RELEASE)
    writing.lock(Release)  # two at once would take the same number
    table = made.table
    _refuse_another(table.key)
    before = release_calendar.newest(table.key)
    if before is not None:
        _refuse_without_reason(made, before, reason)
    number = Release.objects.filter(table=table.key, withdrawn_at=None).aggregate(last=Max("number"))["last"] or 0
    release = Release.objects.create(
        table=table.key,
        number=number + 1,
        title=table.title,
        first_month=f"{table.months[0]}-01",
        last_month=f"{table.months[-1]}-01",
        organisation=actor.organisation,
        prepared_by=actor.user,
        prepared_at=table.updated,
        replaces=before,
        reason=reason.strip(),
        content=_content(table.to_json()),
        protection=_content(release_source.to_csv(made.version)),
        made_from=made.made_from,
    )
    _keep_files(release, table, None)
    for position, one in enumerate(made.by_class):
        further = ReleaseTable.objects.create(
            release=release, position=position, dimension=one.classes.dimension.key,
            content=_content(one.table.to_json()), protection=_content(release_classes.to_csv(one.classes)),
        )  # fmt: skip
        _keep_files(release, one.table, further)
    new = {"table": table.key, "number": release.number, "period": table.period, "sha256": release.content_id}
    record_change(actor, "prepare", "release", release.pk, new=new)
    run_checks(release, "prepare", actor)
    return release


def _keep_files(release: Release, table: PublishedTable, of: ReleaseTable | None) -> None:
    """Keep the table in every format, behind the release's files so far."""
    for position, file in enumerate(release_files.files(table), release.files.count()):
        ReleaseFile.objects.create(
            release=release, of=of, position=position, name=file.name, kind=file.kind, language=file.language,
            size=len(file.content), content=_content(file.content),
        )  # fmt: skip


def _content(content: bytes) -> ReleaseContent:
    found, _new = ReleaseContent.objects.get_or_create(
        sha256=release_files.digest(content), defaults={"content": content}
    )
    return found


def _refuse_another(table: str) -> None:
    """Raise Problem where a release of the table is under way: what it will show is part of the audit of the next."""
    other = release_calendar.under_way(table)
    if other is not None:
        raise Problem(
            _("release %(number)s of the table is under way") % {"number": other.number},
            mend=_("publish or withdraw it first"),
        )


def _refuse_without_reason(made: Prepared, before: Release, reason: str) -> None:
    if reason.strip():
        return
    changed = list(release_checks.revised(made.table, release_queries.table_of(before)))
    if changed:
        what = _("%(number)s published figures change, among them %(place)s")
        raise Problem(what % {"number": len(changed), "place": changed[0]}, mend=_("say why: give a reason"))
    gone = release_class_checks.gone([one.table for one in made.by_class], release_queries.tables(before))
    if gone:
        what = _("tables that the last release has are left out: %(tables)s")
        raise Problem(what % {"tables": ", ".join(gone)}, mend=_("say why: give a reason"))


def run_checks(release: Release, step: str, actor: Actor) -> ReleaseCheck:
    """Run all checks on what the release keeps, against everything that readers have or will have, and note it."""
    findings = release_findings.of(release)
    return ReleaseCheck.objects.create(
        release=release, at=clock.now(), by=actor.user, step=step, passed=all(one.passed for one in findings),
        findings=[one.plain() for one in findings],
    )  # fmt: skip


def _refuse_failed(found: ReleaseCheck) -> None:
    failed = [str(release_words.CHECKS[one["key"]]) for one in found.findings if not one["passed"]]
    if failed:
        raise Problem(_("the checks do not pass: %(checks)s") % {"checks": ", ".join(failed)})


def check(release_id: UUID, *, remark: str = "", actor: Actor) -> Release:
    """Approve a release as the second person. The checks are run again, and block.

    Raises PermissionDenied, and Problem where the actor prepared it, it is not waiting for a check, or a check fails:
    then what they found is kept all the same.
    """
    release = _of(release_id, actor, operations.CHECK_RELEASE)
    if release.prepared_by_id == actor.user.pk:
        raise Problem(_("who prepared a release does not check it"), mend=_("ask a colleague"))
    if release.withdrawn_at or release.checked_at:
        raise Problem(_("the release is not waiting for a check"))
    _refuse_failed(run_checks(release, "check", actor))
    with transaction.atomic():
        release = _locked(release)
        if release.withdrawn_at or release.checked_at:
            raise Problem(_("the release is not waiting for a check"))
        release.checked_by, release.checked_at, release.remark = actor.user, clock.now(), remark.strip()
        release.save(update_fields=["checked_by", "checked_at", "remark"])
        record_change(actor, "check", "release", release.pk, new={"remark": release.remark})
    return release


def schedule(release_id: UUID, publish_at: datetime | None = None, *, actor: Actor) -> Release:
    """Set the moment from which everybody sees a checked release; now without one. It can be set anew until then.

    Raises PermissionDenied, and Problem where it is not checked, published already, or the moment is past.
    """
    release = _of(release_id, actor, operations.SCHEDULE_RELEASE)
    _refuse_unscheduled(release, publish_at, clock.now())
    while True:
        seen = pages_versions.newest()
        _refuse_failed(run_checks(release, "schedule", actor))
        with transaction.atomic():
            writing.lock(PagesVersion)
            if pages_versions.newest() == seen:  # what came out while the checks ran is checked too
                return _scheduled(release, publish_at, actor)


def _scheduled(release: Release, publish_at: datetime | None, actor: Actor) -> Release:
    """The release with its time, within a transaction."""
    release, now = _locked(release), clock.now()  # the checks took their time
    _refuse_unscheduled(release, publish_at, now)
    old = {"publish_at": release.publish_at.isoformat()} if release.publish_at else None
    release.publish_at, release.scheduled_by, release.scheduled_at = publish_at or now, actor.user, now
    with writing.standing_at(now):
        release.save(update_fields=["publish_at", "scheduled_by", "scheduled_at"])
    new = {"publish_at": release.publish_at.isoformat()}
    record_change(actor, "schedule", "release", release.pk, old=old, new=new)
    return release


def _refuse_unscheduled(release: Release, publish_at: datetime | None, now: datetime) -> None:
    if release.withdrawn_at or not release.checked_at:
        raise Problem(_("the release is not checked"))
    if release.publish_at and release.publish_at <= now:
        raise Problem(_("the release is published"), mend=_("a later release may replace it"))
    if publish_at is not None and publish_at < now:
        raise Problem(_("the time of publication is past"))


def withdraw(release_id: UUID, reason: str, *, actor: Actor) -> Release:
    """Take a release back before its publication; it stays on record with the reason.

    Raises PermissionDenied, and Problem where it is published or withdrawn already, or no reason is given.
    """
    release = _of(release_id, actor, operations.WITHDRAW_RELEASE)
    if not reason.strip():
        raise Problem(_("a withdrawal needs a reason"))
    with transaction.atomic():
        release, now = _locked(release), clock.now()
        if release.withdrawn_at:
            raise Problem(_("the release is withdrawn"))
        if release.publish_at and release.publish_at <= now:
            raise Problem(_("the release is published"), mend=_("a later release may replace it"))
        release.withdrawn_by, release.withdrawn_at, release.withdrawn_reason = actor.user, now, reason.strip()
        with writing.standing_at(now):
            release.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
        record_change(actor, "withdraw", "release", release.pk, new={"reason": release.withdrawn_reason})
    return release


def _of(release_id: UUID, actor: Actor, operation: Operation) -> Release:
    """The release, where the actor may do this with it: those who make it, of its organisation."""
    require(actor, operation)
    release = Release.objects.select_related("replaces").get(pk=release_id)
    if release.organisation_id != actor.organisation.pk:
        raise PermissionDenied("role")
    return release


def _locked(release: Release) -> Release:
    return Release.objects.select_for_update().get(pk=release.pk)
