"""A run decides about everybody and moves responsibility; a preview does the same and rolls back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import translation

from kokeilu.access.models import ChangeLog, Organisation, Role
from kokeilu.law.definition import shipped
from kokeilu.law.facts import derive
from kokeilu.law.rules import decide, outcome
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register.models import Extract, Person
from kokeilu.register.queries import facts_as_known
from kokeilu.transfer import actions, basis, queries
from kokeilu.transfer.models import Decision, Message, Notice, Responsibility, Run
from kokeilu.transfer.tests.people import FEBRUARY, OUT, START, UNDECIDED, close, extract, people, report

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
MARCH = date(2021, 3, 31)
APRIL = date(2021, 4, 1)


@pytest.fixture(autouse=True)
def _in_english(db: None) -> None:
    actions.ensure_organisations(TRIAL)
    translation.activate("en")


def responsible(person: Person, day: date = START) -> str:
    return Responsibility.objects.on(day).get(person=person).organisation.key


def tables() -> dict[str, list[tuple]]:
    """All that a run may change, but for ids and times."""
    return {
        "runs": sorted(Run.objects.values_list("trial", "on", "extract")),
        "decisions": sorted(Decision.objects.values_list("person", "outcome", "area", "pattern", "missing")),
        "notices": sorted(Notice.objects.values_list("person", "message__language", "message__body")),
        "responsibilities": sorted(
            (person, key, valid.lower, valid.upper or date.max, bool(closed), bool(superseded))
            for person, key, valid, closed, superseded in Responsibility.objects.values_list(
                "person", "organisation__key", "valid", "closed_by", "superseded_by"
            )
        ),
    }


def test_those_whom_the_law_includes_move_on_the_day_and_nobody_else() -> None:
    inside, outside, unclear, elsewhere = people(
        extract(), {}, OUT, UNDECIDED, {"municipality": "257"}
    )  # Kirkkonummi is in no trial area
    result = actions.run(TRIAL, START)
    assert not result.done_before
    assert [responsible(inside, day) for day in (FEBRUARY, START, date(2030, 1, 1))] == ["te", "helsinki", "helsinki"]
    assert {responsible(person) for person in (outside, unclear, elsewhere)} == {"te"}
    outcomes = dict(Decision.objects.values_list("person", "outcome"))
    assert outcomes == {inside.pk: "in", outside.pk: "out", unclear.pk: "undecided", elsewhere.pk: "out"}
    assert (result.counts.total(), result.counts.total("moved")) == (4, 1)
    assert result.counts.missing == {"earnings_related_right": 1}


def test_closing_tells_by_which_run_and_the_new_row_by_which_decision() -> None:
    (person,) = people(extract(), {})
    made = actions.run(TRIAL, START).run
    state, area = queries.history(person.pk)
    assert (state.ground, state.closed_by, state.decision) == ("intake", made, None)
    assert (area.ground, area.closed_by, area.decision.person_id) == ("decision", None, person.pk)
    assert area.decision.run == made
    assert "under 30" not in " ".join(reason.text for reason in queries.reasons(area, "en"))
    assert queries.reasons(area, "en")[0].text == "The job search is valid."
    assert queries.reasons(state, "en") == []


def test_a_person_who_came_on_the_day_itself_was_never_the_states() -> None:
    (person,) = people(extract(START), {})
    actions.run(TRIAL, START)
    assert responsible(person) == "helsinki"
    assert [each.organisation.key for each in queries.history(person.pk)] == ["helsinki"]
    assert Responsibility.objects.filter(person=person, superseded_by__isnull=False).count() == 1


def test_a_preview_counts_what_the_run_does_and_changes_nothing() -> None:
    inside, _, _ = people(extract(), {}, OUT, UNDECIDED)
    before = tables()
    seen = actions.preview(TRIAL, START)
    assert seen.preview
    assert tables() == before
    assert not ChangeLog.objects.filter(action="transfer.run").exists()
    done = actions.run(TRIAL, START, seen=seen.state)
    assert (done.counts, done.state) == (seen.counts, seen.state)
    assert str(inside.pk) in seen.samples["person"].to_list()


def test_a_preview_checks_what_the_database_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    people(extract(), {})
    monkeypatch.setattr(actions.writing, "_OPEN", "SELECT %s")
    for act in (actions.preview, actions.run):
        with pytest.raises(Exception, match="no organisation is responsible on some day for 1 of the people"):
            act(TRIAL, START)


def test_a_run_after_a_preview_is_refused_where_something_changed() -> None:
    people(extract(), {})
    seen = actions.preview(TRIAL, START)
    people(extract(START), {})
    before = tables()
    with pytest.raises(Problem, match="Something changed since the preview"):
        actions.run(TRIAL, START, seen=seen.state)
    assert tables() == before


def test_the_same_run_again_changes_nothing_and_says_so() -> None:
    people(extract(), {}, OUT, UNDECIDED)
    first = actions.run(TRIAL, START)
    before = tables()
    for act in (actions.run, actions.preview):
        again = act(TRIAL, START)
        assert again.done_before
        assert again.run == first.run
        assert again.counts == first.counts
    extract(MARCH)  # a later extract is no reason to make it again either
    assert actions.run(TRIAL, START).done_before
    assert tables() == before


def test_a_correction_of_the_facts_makes_it_another_run() -> None:
    people(extract(), UNDECIDED)
    first = actions.run(TRIAL, START)
    correction = extract(date(2021, 1, 31))
    assert correction.imported_at > first.run.finished_at
    assert not actions.run(TRIAL, START).done_before


def test_customers_of_an_area_stay_and_leave_by_the_versions_exit() -> None:
    first = extract()
    turns_30, moves_away, moves_over = people(first, {}, {}, {})
    actions.run(TRIAL, START)
    later = extract(MARCH)
    report(later, turns_30, OUT)
    report(later, moves_away, {"municipality": "257"})
    report(later, moves_over, {"municipality": "049"})
    result = actions.run(TRIAL, APRIL)
    keys = [responsible(person, APRIL) for person in (turns_30, moves_away, moves_over)]
    assert keys == ["helsinki", "te", "espoo"]
    assert (result.counts.total("staying"), result.counts.total("moved")) == (1, 2)


def test_a_later_run_decides_about_the_undecided_and_takes_them_off_the_list() -> None:
    person, gone = people(extract(), UNDECIDED, UNDECIDED)
    first = actions.run(TRIAL, START).run
    assert {each.person_id for each in queries.undecided(first)} == {person.pk, gone.pk}
    assert {each.person_id for each in queries.undecided(first, "earnings_related_right")} == {person.pk, gone.pk}
    assert not queries.undecided(first, "age").exists()
    later = extract(MARCH)
    report(later, person, {})
    close(later, [gone])
    actions.run(TRIAL, MARCH)
    newest = queries.latest_run("kuntakokeilu")
    assert newest.on == MARCH
    assert not queries.undecided(newest).exists()
    assert responsible(person, MARCH) == "helsinki"


def test_notices_are_in_the_service_language_and_say_who_and_why() -> None:
    languages = ["fi", "sv", None]
    persons = people(extract(), *({"service_language": language} for language in languages))
    actions.run(TRIAL, START)
    told = dict(Notice.objects.values_list("person", "message__language"))
    assert [told[person.pk] for person in persons] == ["fi", "sv", "fi+sv"]
    swedish = Message.objects.get(language="sv")
    assert "Helsingfors" in swedish.subject
    assert "1.3.2021" in swedish.body
    assert "Helsingfors" in swedish.body
    assert "ej bekräftad" in swedish.body
    both = Message.objects.get(language="fi+sv")
    assert swedish.body in both.body
    assert Message.objects.get(language="fi").body in both.body


def test_every_decision_is_made_again_from_what_is_stored() -> None:
    """Bit for bit: from the pattern alone, and from the facts as they were known when the run was made."""
    source = extract()
    people(source, {}, OUT, UNDECIDED, {"birth_date": None}, {"municipality": None, "immigrant": True})
    made = actions.run(TRIAL, START).run
    stored = list(Decision.objects.filter(run=made).order_by("person"))
    later = extract(MARCH)
    for person in Person.objects.order_by("pk"):
        report(later, person, OUT)  # what is known later changes no decision
    trial = shipped(made.trial)
    assert trial.sha256 == made.definition_sha256
    version = trial.version(made.version.isoformat())
    assert [outcome(version, each.pattern) for each in stored] == [each.outcome for each in stored]
    facts = derive(facts_as_known(made.on, made.finished_at), made.on, trial)
    again = decide(trial, facts, made.on)
    assert sorted(again.rows()) == sorted(
        (str(each.person_id), each.outcome, each.area, version.key, each.pattern, " ".join(each.missing))
        for each in stored
    )
    assert {each.outcome for each in stored} == {"in", "out", "undecided"}


def test_the_order_of_rows_changes_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    people(extract(), {}, OUT, UNDECIDED, {"service_language": "sv"}, {"municipality": "049"})
    whole = basis.facts_on
    plain = actions.preview(TRIAL, START)
    results = []
    for seed in range(3):
        monkeypatch.setattr(
            basis, "facts_on", lambda day, _, s=seed: whole(day).sample(fraction=1, shuffle=True, seed=s)
        )
        results.append(actions.preview(TRIAL, START))
    assert all(result.counts == plain.counts and result.samples.equals(plain.samples) for result in results)
    actions.run(TRIAL, START)
    told = Notice.objects.values_list("person", "message__language")
    swedish = Person.objects.get(pk__in=[person for person, language in told if language == "sv"])
    assert whole(START).filter(person=str(swedish.pk))["service_language"].to_list() == ["sv"]


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (date(2021, 2, 27), "no version on 2021-02-27"),
        (date(2030, 1, 1), "no version on 2030-01-01"),
    ],
)
def test_a_day_without_a_version_is_refused(day: date, message: str) -> None:
    people(extract(), {})
    refused(message, day)


def refused(message: str, on: date = START) -> None:
    """Preview and run are refused with one clear line, and nothing changes."""
    before = tables()
    for act in (actions.preview, actions.run):
        with pytest.raises(Problem, match=message) as problem:
            act(TRIAL, on)
        assert problem.value.mend
        assert tables() == before


def test_without_an_extract_of_the_day_or_before_there_is_no_run() -> None:
    refused("No register extract of 1 March 2021 or before is imported")
    extract(MARCH)
    refused("No register extract of 1 March 2021 or before is imported")


def test_a_day_before_the_newest_facts_is_refused() -> None:
    people(extract(), {})
    extract(MARCH)
    refused("The register is known as of a later day already: 31 March 2021")


def test_a_day_before_the_newest_run_is_refused() -> None:
    people(extract(), {})
    actions.run(TRIAL, APRIL)
    refused("A run on a later day has been made: 1 April 2021")


@pytest.mark.parametrize("key", ["te", "porvoo"])
def test_an_area_without_an_organisation_is_refused(key: str) -> None:
    extract()
    Organisation.objects.filter(key=key).update(key="renamed")
    refused(f"No organisation for: {key}")


def test_where_a_whole_run_is_refused_the_next_one_works() -> None:
    (person,) = people(extract(), {})
    Organisation.objects.filter(key="porvoo").update(key="renamed")
    refused("No organisation for: porvoo")
    assert [each.key for each in actions.ensure_organisations(TRIAL)] == ["porvoo"]
    actions.run(TRIAL, START)
    assert responsible(person) == "helsinki"


def test_organisations_are_made_once_with_their_names() -> None:
    assert actions.ensure_organisations(TRIAL) == []
    area = Organisation.objects.get(key="raasepori-hanko")
    assert (area.kind, area.name_fi, area.name_sv) == ("trial_area", "Raasepori–Hanko", "Raseborg–Hangö")
    assert set(Organisation.objects.values_list("key", flat=True)) == {"te", *TRIAL.area_names("fi")}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STATE_OFFICER])
def test_only_the_state_officer_previews_and_runs(actor_of: Callable, role: Role) -> None:
    people(extract(), {})
    actor = actor_of(role, "helsinki")
    for act in (actions.preview, actions.run):
        with pytest.raises(PermissionDenied):
            act(TRIAL, START, actor=actor)
    assert not Run.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_the_administrator_makes_organisations(actor_of: Callable, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        actions.ensure_organisations(TRIAL, actor=actor_of(role, "te"))


def test_the_change_log_tells_who_ran_what(actor_of: Callable) -> None:
    people(extract(), {}, OUT)
    actor = actor_of(Role.STATE_OFFICER, "te")
    made = actions.run(TRIAL, START, actor=actor).run
    line = ChangeLog.objects.get(action="transfer.run")
    assert (line.user, line.subject_id, made.started_by) == (actor.user, str(made.pk), actor.user)
    assert (line.new["moved"], line.new["people"]) == (1, 2)


def changed_version(**changes: object) -> Trial:
    """The trial with its first version changed."""
    first, *others = TRIAL.versions
    return replace(TRIAL, sha256="0" * 64, versions=(replace(first, **changes), *others))


def test_a_version_by_which_people_were_decided_may_not_change() -> None:
    people(extract(), {})
    actions.run(TRIAL, START)
    before = tables()
    for act in (actions.preview, actions.run):
        with pytest.raises(Problem, match="The version of 1 March 2021 of kuntakokeilu says something else"):
            act(changed_version(stays=False, exit=None), APRIL)
        with pytest.raises(Problem, match="says something else"):
            act(replace(TRIAL, versions=TRIAL.versions[1:]), date(2021, 6, 1))
    assert tables() == before


def test_what_is_only_known_about_the_law_and_later_versions_may_change() -> None:
    people(extract(), {})
    actions.run(TRIAL, START)
    seen = replace(changed_version(verified=True), versions=(*TRIAL.versions[:3], *TRIAL.versions[4:]))
    assert actions.run(seen, START).done_before
    assert not actions.run(seen, APRIL).done_before


def test_runs_of_the_first_release_stand_whatever_the_definition_says() -> None:
    people(extract(), {})
    made = actions.run(TRIAL, START).run
    Run.objects.update(version_sha256="")
    assert actions.run(TRIAL, START).run == made
    assert not actions.run(changed_version(stays=False, exit=None), APRIL).done_before


def test_the_ground_is_being_responsible_today(
    actor_of: Callable, settings, django_assert_num_queries: Callable
) -> None:
    from kokeilu.access import policy

    inside, outside = people(extract(), {}, OUT)
    actions.run(TRIAL, APRIL)
    both = [inside.pk, outside.pk]
    helsinki, state = actor_of(Role.WORKER, "helsinki"), actor_of(Role.STATE_OFFICER, "te")
    settings.KOKEILU_TODAY = MARCH
    assert policy.grounds(helsinki, both) == {}
    assert policy.grounds(state, both) == dict.fromkeys(both, "responsible")
    settings.KOKEILU_TODAY = APRIL
    assert policy.grounds(helsinki, both) == {inside.pk: "responsible"}
    with django_assert_num_queries(1):
        assert policy.grounds(state, both) == {outside.pk: "responsible"}


def test_who_is_responsible_is_asked_for_a_day() -> None:
    (person,) = people(extract(), {})
    actions.run(TRIAL, START)
    assert queries.responsible(person.pk, date(2021, 1, 1)) is None
    assert queries.responsible(person.pk, START).organisation.key == "helsinki"
    assert [each.pk for each in queries.customers(Organisation.objects.get(key="helsinki"))] == [person.pk]
    assert not queries.customers(Organisation.objects.get(key="te")).exists()


def test_no_notice_text_holds_a_name() -> None:
    people(extract(), {"family_name": "Erikoinen"})
    actions.run(TRIAL, START)
    assert not Message.objects.filter(body__contains="Erikoinen").exists()


def test_known_longer_than_thought(django_assert_num_queries: Callable) -> None:
    """A correction may show that a person was known before: the state was responsible then."""
    source = extract()
    (person,) = people(source, {})
    earlier = extract(date(2021, 1, 31))
    Person.objects.filter(pk=person.pk).update(known_since=earlier.as_of)
    with connection.cursor() as cursor:
        actions.intake.give_to_state(cursor, earlier.as_of)
    assert [(each.valid.lower, each.valid.upper) for each in queries.history(person.pk)] == [
        (earlier.as_of, FEBRUARY), (FEBRUARY, None),
    ]  # fmt: skip
    assert isinstance(person.pk, UUID)
    assert Extract.objects.count() == 2
