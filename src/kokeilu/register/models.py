"""Job seekers as the state register reports them: extracts, their facts as periods, and who is whom."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

# A row that holds now: open-ended, and not replaced by a correction.
CURRENT = Q(valid__upper_inf=True, superseded_by=None)
SUPERSEDED = Q(superseded_by__isnull=False)


def finnish_key(expression: F | str) -> Collate:
    """A text's key of Finnish alphabetical order, the same on every build of PostgreSQL: order and search by it.

    `fi_key` (migration) folds case and marks; å ä ö come after z. Indexed for the names of current rows.
    """
    return Collate(Func(expression, function="fi_key", output_field=models.TextField()), "C")


class Extract(models.Model):
    """A source of facts: a register extract that was imported, the state of all job seekers as of a day.

    What an officer states of who is whom is a source as well (`kind` identity), as of the newest extract's day: rows of
    facts that it opens, closes or supersedes name it, so that "as known on day K" holds for identities too.
    """

    class Kind(models.TextChoices):
        EXTRACT = "extract", _("Register extract")
        IDENTITY = "identity", _("Statement on identity")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, db_default=Kind.EXTRACT)
    as_of = models.DateField()  # the day whose state it reports
    sha256 = models.CharField(max_length=64)  # of the file's bytes; a statement's own id
    file_name = models.CharField(max_length=200)  # without its folder; empty for a statement
    rows = models.PositiveIntegerField()  # that were stored
    rejected = models.PositiveIntegerField(default=0)  # rows that were not, as the operator accepted
    correction = models.BooleanField(default=False)  # as of a day before one already known
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["as_of", "sha256"], name="extract_once")]


def _extract(*, null: bool = False) -> "models.ForeignKey[Extract, Extract]":
    """A reference to an extract, guaranteed by statement triggers (guarantee.py): a row's facts name one or two."""
    return models.ForeignKey(Extract, models.PROTECT, related_name="+", db_index=False, null=null, db_constraint=False)


class Person(models.Model):
    """A job seeker, found by one identity code. Everything but the code hangs on this UUID.

    `[known_since, known_until)` are the days on which somebody must be responsible for the person: none where the
    record is united with another's (`Union`), or its code was never reported.
    """

    class Sex(models.TextChoices):
        FEMALE = "female"
        MALE = "male"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    known_since = models.DateField()  # the first extract's day
    known_until = models.DateField(null=True)  # the day after the death; null: without end
    sex = models.CharField(max_length=6, choices=Sex, null=True)  # as the identity code tells, for statistics only


class PersonCode(models.Model):
    """Personal identity codes: the only table that holds them, encrypted; found by keyed hash.

    A code stays with the record that it came with. Which codes are one person's is told by `Union`.
    """

    hash = models.BinaryField(primary_key=True)  # HMAC-SHA-256 under settings.CODE_KEY
    ciphertext = models.BinaryField()  # the code, under settings.CODE_KEY
    person = models.ForeignKey(Person, models.CASCADE, related_name="codes")


class Period(models.Model):
    """Facts of one person that hold over `valid`.

    `opened_by` reported the facts first, `closed_by` reported other facts or the person's absence,
    `superseded_by` is the correction that replaced the row. Nothing is deleted: as known on day K
    a row counts from `opened_by` until `superseded_by`, and is open-ended until `closed_by`.
    """

    id = models.BigAutoField(primary_key=True)
    # Found through the exclusion constraint's index and the partial ones; an index of all rows would slow imports.
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    valid = DateRangeField()
    opened_by = _extract()
    closed_by = _extract(null=True)
    superseded_by = _extract(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["person"], name="%(class)s_current", condition=CURRENT),
            models.Index(fields=["person"], name="%(class)s_superseded", condition=SUPERSEDED),
        ]
        constraints = [
            ExclusionConstraint(
                name="%(app_label)s_%(class)s_no_overlap",
                expressions=[("person", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(superseded_by=None),
            )
        ]


class Details(Period):
    """Who the person is. Null is unknown, in every column."""

    family_name = models.TextField(null=True)  # as reported
    given_names = models.TextField(null=True)  # as reported
    birth_date = models.DateField(null=True)  # agrees with the identity code
    language = models.TextField(null=True)  # mother tongue, ISO 639-1, else 639-3
    service_language = models.TextField(null=True)  # fi or sv, as the person chose
    immigrant = models.BooleanField(null=True)  # within the integration act
    education = models.SmallIntegerField(null=True)  # ISCED 2011 level, 0 to 8
    occupation = models.TextField(null=True)  # ISCO-08 unit group
    protected = models.BooleanField(null=True)  # address under non-disclosure (turvakielto)

    class Meta(Period.Meta):
        indexes = [
            *Period.Meta.indexes,
            models.Index(
                finnish_key("family_name"),
                finnish_key("given_names"),
                "person",
                name="details_current_name",
                condition=CURRENT,
            ),
        ]


class Contact(Period):
    """How the person is reached. Null is unknown, in every column."""

    email = models.TextField(null=True)  # as reported
    phone = models.TextField(null=True)  # as reported
    street_address = models.TextField(null=True)  # as reported
    postal_code = models.TextField(null=True)  # five digits
    city = models.TextField(null=True)  # post office


class Situation(Period):
    """Where the person lives and stands in the labour market. Null is unknown, in every column."""

    municipality = models.TextField(null=True)  # home municipality, three digits; none: has none
    placed_in = models.TextField(null=True)  # municipality of a person without a home municipality; none: nowhere
    temporary_protection = models.BooleanField(null=True)  # holds it
    job_search_valid = models.BooleanField(null=True)  # is a job seeker
    employment_code = models.TextField(null=True)  # URA code 00 to 09
    service = models.TextField(null=True)  # code of the employment-promoting service; none: in none
    benefit = models.TextField(null=True)  # being paid: none, labour_market_support, basic_allowance, earnings_related
    earnings_related_right = models.BooleanField(null=True)  # is entitled to the earnings-related allowance
    job_search_since = models.DateField(null=True)  # first day of the job search
    unemployed_since = models.DateField(null=True)  # first day of the unemployment


class SupportDays(models.Model):
    """A reading of the counter of paid labour market support days; stored where it moved.

    The reading of a day is the newest one of that day or before; without any the counter is unknown.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    as_of = models.DateField()  # the day of the reading
    days = models.PositiveIntegerField(null=True)  # paid days on the ground of unemployment; null: unknown
    extract = _extract()
    superseded_by = _extract(null=True)

    class Meta:
        indexes = [models.Index(fields=["person"], name="supportdays_superseded", condition=SUPERSEDED)]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "as_of"], include=["days"], condition=Q(superseded_by=None), name="one_reading_a_day"
            )
        ]


# What officers state of who is whom, beside what extracts report. Nothing is overwritten: a statement holds until it is
# revoked, with who, when and why. The facts of a person follow from what was reported under each code and from the
# statements that stand (`uniting`); so revoking one restores what was.


class Statement(models.Model):
    """Something that an officer states, and may revoke. `made` and `unmade` are its sources among the extracts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.TextField()  # what it rests on, in the officer's words
    recorded_at = models.DateTimeField(auto_now_add=True)  # when it was stated
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made = models.OneToOneField(Extract, models.PROTECT, related_name="+")  # the source that stands for it
    revoked_reason = models.TextField(blank=True)  # why it was revoked; empty while it stands
    revoked_at = models.DateTimeField(null=True)  # when it was revoked; null: it stands
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unmade = models.OneToOneField(Extract, models.PROTECT, null=True, related_name="+")  # the source that revoked it

    class Meta:
        abstract = True


STANDING = Q(revoked_at=None)


class Union(Statement):
    """That the record `merged` and the record `kept` are one person's: facts, pages and work go on under `kept`.

    Records form trees: a record is merged into one other at most, and may have been kept in earlier unions.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", _("Two records of one person")
        NEW_CODE = "new_code", _("New identity code")

    kind = models.CharField(max_length=10, choices=Kind)
    merged = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kept = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=STANDING, name="merged_into_one"),
            models.CheckConstraint(condition=~Q(merged=models.F("kept")), name="union_of_two"),
        ]


class Death(Statement):
    """That a person has died: nothing is known or done of them after the day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    day = models.DateField()  # of the death, the last one on which anything holds

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], condition=STANDING, name="one_death")]


class Protection(Statement):
    """That a person's address is under non-disclosure, whatever extracts report, until an officer revokes it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    since = models.DateField()  # facts of this day and later are protected

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], condition=STANDING, name="one_protection")]


class Record(models.Model):
    """A record that a statement touches, with what was known of it before: what its own code brought, and nothing else.

    From then on every extract's word on it is a `Report`. Both together are the record's own facts (`uniting.Own`),
    kept as `known`, so that no report need be read again.
    """

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="+")
    own = models.JSONField()  # facts by table and readings of the counter, before the first statement
    known = models.JSONField(null=True)  # the same with all reports since; null: not worked out yet
    ends = models.DateField(null=True)  # from when on `known` says nothing; null: it goes on, or is not worked out


class Report(models.Model):
    """What an extract said of a record that statements touch, whether or not it shows in the person's facts."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="reports")
    extract = models.ForeignKey(Extract, models.PROTECT, related_name="+", db_index=False)
    until = models.DateField(null=True)  # where it is a correction, the next extract's day
    facts = models.JSONField(null=True)  # by column of the extract; null: it did not report the record
