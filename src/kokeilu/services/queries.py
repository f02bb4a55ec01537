"""Requests: of one person, of an organisation, in the state's queue; and the agreed response times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.services import rules
from kokeilu.services.models import Event, Reminder, Request, ResponseTime
from kokeilu.transfer.models import Responsibility

KIND, STATE, AREA, WHOSE, TIME = FILTERS = ("kind", "state", "area", "whose", "time")
Counts = Mapping[tuple[str | None, ...], int]


def response_time(subject: str, day: date) -> ResponseTime | None:
    """The response time that counts on a day; None where none is agreed."""
    agreed = ResponseTime.objects.filter(subject=subject, from_day__lte=day)
    return agreed.order_by("-from_day", "-pk").first()


def due_after(subject: str, day: date) -> date | None:
    """By when something that begins on a day is to be done; None where no response time is agreed."""
    agreed = response_time(subject, day)
    return rules.working_day_after(day, agreed.working_days) if agreed else None


def response_times() -> QuerySet[ResponseTime]:
    """Every response time that was ever set, the newest of each subject first."""
    return ResponseTime.objects.select_related("set_by").order_by("subject", "-from_day", "-pk")


def listed(actor: Actor, day: date) -> QuerySet[Request]:
    """The requests that an actor's organisation has to do with on a day, by the day on which they are due.

    Of the state's office those that are open; of another organisation all about the people for whom it is responsible
    on the day, whoever asked. Each has `area` (key of the organisation responsible on the day; None: nobody), `whose`
    (mine, others, nobody), `time` (late, near, on_time) and `reminded`.
    """
    responsible = Responsibility.objects.on(day).filter(person=OuterRef("person"))
    if actor.organisation.kind == Organisation.Kind.STATE:
        found = Request.objects.filter(state__in=rules.OPEN)
        holder = "officer"
        area: Subquery | Value = Subquery(responsible.values("organisation__key")[:1])
    else:
        found = Request.objects.filter(Exists(responsible.filter(organisation=actor.organisation)))
        holder, area = "asked_by", Value(actor.organisation.key)
    return found.annotate(
        area=area,
        whose=Case(
            When(**{holder: actor.user.pk}, then=Value("mine")),
            When(**{f"{holder}__isnull": True}, then=Value("nobody")),
            default=Value("others"),
        ),
        time=_time(day),
        reminded=Exists(Reminder.objects.filter(request=OuterRef("pk"), due=OuterRef("due"))),
    ).order_by(F("due").asc(nulls_last=True), "asked_on", "pk")


def _time(day: date) -> Case:
    """Whether an open request is late or near on a day, in the words of `rules.notch`."""
    near = rules.working_day_after(day, rules.NEAR_DAYS)
    over = Q(state__in=rules.OVER) | Q(due=None)
    return Case(
        When(over, then=Value("on_time")),
        When(due__lt=day, then=Value("late")),
        When(due__lte=near, then=Value("near")),
        default=Value("on_time"),
    )


def counts(requests: QuerySet[Request]) -> Counts:
    """How many requests have each value of the FILTERS: what the filters' counts are sums of. One query."""
    counted = requests.order_by().values_list(*FILTERS).annotate(number=Count("pk"))
    return {tuple(values): number for *values, number in counted}


def count_of(counts: Counts, wanted: Mapping[str, str]) -> int:
    """The sum of the counts with these values of the filters; the state `open` stands for all that are."""
    return sum(number for values, number in counts.items() if _is(dict(zip(FILTERS, values, strict=True)), wanted))


def _is(values: Mapping[str, str | None], wanted: Mapping[str, str]) -> bool:
    return all(
        values[name] in rules.OPEN if value == "open" else values[name] == value for name, value in wanted.items()
    )


def chosen(requests: QuerySet[Request], wanted: Mapping[str, str]) -> QuerySet[Request]:
    """The requests with these values of the filters, with all that a list shows of them."""
    for name, value in wanted.items():
        requests = requests.filter(state__in=rules.OPEN) if value == "open" else requests.filter(**{name: value})
    return requests.select_related("officer", "asked_by", "asked_for")


def of_person(person: UUID) -> QuerySet[Request]:
    """Every request about a person, the open ones first, then the newest."""
    is_open = Case(When(state__in=rules.OPEN, then=Value(0)), default=Value(1))
    events = Event.objects.select_related("answered_to").order_by("pk")
    found = Request.objects.filter(person=person).select_related("officer", "asked_by", "asked_for")
    return found.prefetch_related(Prefetch("events", events)).order_by(is_open, "-asked_on", "pk")


def history(request: Request) -> QuerySet[Event]:
    """What was done with a request, the newest first."""
    return request.events.select_related("by", "organisation", "answered_to").order_by("-pk")


@dataclass(frozen=True)
class Due:
    """An open request of which to remind."""

    request: UUID
    due: date
    notch: rules.Notch


def to_remind(day: date) -> list[Due]:
    """The open requests whose day has come near or has passed, as far as they were not reminded of."""
    near = rules.working_day_after(day, rules.NEAR_DAYS)
    waiting = Request.objects.filter(state__in=rules.OPEN, due__lte=near).order_by("due", "pk")
    found = [(pk, due, rules.notch(due, day)) for pk, due in waiting.values_list("pk", "due") if due]
    made = set(Reminder.objects.filter(request__in=waiting).values_list("request", "due", "notch"))
    return [Due(pk, due, notch) for pk, due, notch in found if notch and (pk, due, notch.value) not in made]


def names_of(areas: Sequence[str]) -> dict[str, str]:
    """Organisations by key, named in the language of the user interface, in the order of the names."""
    found = [(each.key, each.name) for each in Organisation.objects.filter(key__in=areas)]
    return dict(sorted(found, key=lambda pair: pair[1]))
