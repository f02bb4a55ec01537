"""Releases: tables published at a set time, never changed after they were made."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kokeilu.access.models import Organisation


class ReleaseContent(models.Model):
    """The bytes of a file, kept once under their hash; the database recalculates it. Rows are only added."""

    sha256 = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the content, in hexadecimal
    content = models.BinaryField()  # the file as it is downloaded

    def __str__(self) -> str:
        return self.sha256


class Release(models.Model):
    """A table made to be published, and how far it has come. The database lets only its steps be added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.SlugField()  # the published table's key
    number = models.PositiveIntegerField()  # 1, 2, 3 among the table's releases; a withdrawn one's is given again
    title = models.JSONField()  # the table's title by language: fi, sv, en
    first_month = models.DateField()  # the first day of the first month that the table covers
    last_month = models.DateField()  # the first day of the last month that it covers
    organisation = models.ForeignKey(Organisation, models.PROTECT)  # whose analysts make it
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()  # when the figures were made
    # Null: made before this was kept. What a demonstration's standing clock does not move.
    recorded_at = models.DateTimeField(null=True, editable=False)  # when it was kept, by the database's own clock
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replacements")
    reason = models.TextField(blank=True)  # why published figures change; empty where none do
    content = models.ForeignKey(ReleaseContent, models.PROTECT, related_name="+")  # the table in its own form
    # Needed to audit later releases; never downloaded.
    protection = models.ForeignKey(ReleaseContent, models.PROTECT, related_name="+")  # which cells are hidden, and how
    made_from = models.JSONField()  # panel and definitions by hash, software and libraries by version, parameters
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)  # when the second person approved it
    remark = models.TextField(blank=True)  # what the checker wrote
    publish_at = models.DateTimeField(null=True)  # from this moment on everybody sees it
    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    scheduled_at = models.DateTimeField(null=True)  # when that moment was set
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)  # when it was taken back, before its publication
    withdrawn_reason = models.TextField(blank=True)  # why it was taken back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "number"], condition=Q(withdrawn_at=None), name="one_release_of_a_number"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("prepared_by")), name="checked_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_at=None) | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="a_check_has_a_person_and_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(publish_at=None, scheduled_by=None, scheduled_at=None)
                | Q(
                    checked_at__isnull=False,
                    scheduled_by__isnull=False,
                    scheduled_at__gte=F("checked_at"),
                    publish_at__gte=F("scheduled_at"),
                ),
                name="scheduled_after_the_check",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None, withdrawn_reason="")
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
                name="a_withdrawal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(publish_at=None) | Q(withdrawn_at__lt=F("publish_at")),
                name="withdrawn_before_its_publication",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.number}"


class PagesVersion(models.Model):
    """What the areas' pages showed from a moment on: which figures, and how each was hidden. Rows are only added.

    By class it holds the months that came out then, as they stay.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()  # when it was published
    dimension = models.CharField(max_length=20, blank=True)  # key of breakdown_rules.DIMENSIONS; empty: of no class
    # Needed to protect what is published later; never downloaded.
    content = models.ForeignKey(ReleaseContent, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"pages {self.pk}"


class SafePart(models.Model):
    """What was attacked without success: an area's tables, or what hangs together of them. Rows are only added.

    The attack is a search of up to minutes and its answer rests on nothing else, so it is not made twice.
    """

    id = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64)  # of the tables, or of unknowns, what ties them, and their widths
    by = models.CharField(max_length=64)  # SHA-256 of the code and the solver's version that attacked it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "by"], name="one_safe_part")]

    def __str__(self) -> str:
        return self.sha256


class ReleaseTable(models.Model):
    """A further table of a release: its figures by one dimension. Rows are only added, before the release's check."""

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="tables")
    position = models.PositiveSmallIntegerField()  # its place among the release's further tables
    dimension = models.CharField(max_length=20)  # key of breakdown_rules.DIMENSIONS
    content = models.ForeignKey(ReleaseContent, models.PROTECT, related_name="+")  # the table in its own form
    # Needed to audit later releases; never downloaded.
    protection = models.ForeignKey(ReleaseContent, models.PROTECT, related_name="+")  # which cells are hidden, and how

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "dimension"], name="one_table_by_a_dimension")]

    def __str__(self) -> str:
        return f"{self.release} by {self.dimension}"


class ReleaseFile(models.Model):
    """A file of a release. Rows are only added, before the release's check."""

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="files")
    # The table that it holds; null: the release's own, that of the monthly figures.
    of = models.ForeignKey(ReleaseTable, models.PROTECT, null=True, related_name="files")
    position = models.PositiveSmallIntegerField()  # its place in the list of files
    name = models.CharField(max_length=120)  # as it is downloaded
    kind = models.CharField(max_length=20)  # csv, csvw, jsonstat, px or xlsx
    language = models.CharField(max_length=2, blank=True)  # of its texts; empty: all, or none
    size = models.PositiveBigIntegerField()  # bytes
    content = models.ForeignKey(ReleaseContent, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="one_file_of_a_name")]

    def __str__(self) -> str:
        return self.name


class ReleaseCheck(models.Model):
    """What the checks of a release found, each time they were run. Rows are only added."""

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="checks")
    at = models.DateTimeField()  # when they were run
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    step = models.CharField(max_length=20)  # prepare, check or schedule
    passed = models.BooleanField()  # whether none of them blocks
    findings = models.JSONField()  # by check: whether it passed, and what it found

    def __str__(self) -> str:
        return f"checks of {self.release_id}"
