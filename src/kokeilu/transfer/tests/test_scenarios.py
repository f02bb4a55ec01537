"""The page of scenarios: the command's own figures, nobody told by them, and what is wrong beside its field."""

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from kokeilu.access.models import ReadLog, Role
from kokeilu.law.definition import shipped
from kokeilu.register.actions import import_extracts
from kokeilu.register.tests.people import code, person, write
from kokeilu.transfer.scenario_figures import ELSEWHERE, compared, reported_days
from kokeilu.transfer.scenario_forms import CUSTOMERS_PER_WORKER, MOST_DAYS, ScenarioForm, age_limit, month_ends
from kokeilu.transfer.tests.people import OUT, UNDECIDED, extract, people
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

ADDRESS = "/transfer/scenarios/"
FEBRUARY, MARCH = date(2021, 2, 28), date(2021, 3, 31)
ASKED = {"trial": "kuntakokeilu", "on": "2021-03-31", "customers_per_worker": "7", "s1-age_limit": "25"}
SCENARIOS = """
[[scenario]]
key = "s1"
names = {fi = "a", sv = "a", en = "a"}
tests = {under_30 = "age < 25"}
[[scenario]]
key = "s2"
names = {fi = "b", sv = "b", en = "b"}
join = ["106"]
largest_cities = 3
[[scenario]]
key = "s3"
names = {fi = "c", sv = "c", en = "c"}
from = 2021-06-01
"""
SAME = {"s1-age_limit": "25", "s2-join": "Hyvinkää", "s2-largest": "3", "s3-start": "2021-06-01"}


@pytest.fixture
def analyst(client: Client, actor_of: Callable) -> Client:
    actor = actor_of(Role.ANALYST, "ely")
    actor.user.language = "en"
    actor.user.save()
    client.force_login(actor.user)
    return client


def text(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


def register() -> list[dict[str, object]]:
    """Some hundred people in six municipalities, of every kind that the law tells apart."""
    earnings = {"benefit": "earnings_related", "earnings_related_right": True}
    kinds: list[tuple[int, dict[str, object]]] = [
        (1970, {"benefit": "labour_market_support", "labour_market_support_days": 400}),
        (1970, {"benefit": "labour_market_support", "labour_market_support_days": 1200}),
        (1994, earnings),
        (1998, earnings),
        (1970, earnings),
        (1970, {"benefit": None, "earnings_related_right": None}),
    ]
    places = ["091"] * 6 + ["049"] * 4 + ["106"] * 3 + ["444"] * 2 + ["616"] + ["224"]
    rows = []
    for number, place in enumerate(places * 14):
        year, facts = kinds[(number * 7 + number // 6) % len(kinds)]
        born = date(year, 1, 1) + timedelta(days=number // 100)
        identity = {"person": code(born, 900 + number % 100), "birth_date": born}
        rows.append(person(number, municipality=place) | facts | identity)
    return rows


@pytest.fixture
def imported(db: None, tmp_path: Path) -> Path:
    return _import(tmp_path, FEBRUARY, register())


def _import(folder: Path, as_of: date, rows: list[dict[str, object]]) -> Path:
    file = write(folder / f"register-{as_of}.parquet", rows)
    import_extracts([(file, as_of)])
    return file


def number(cell: str) -> float | None:
    if cell == "hidden":
        return None
    cell = cell.replace("\u00a0", "").replace("\u2212", "-").replace("+", "").rstrip("%")
    return None if cell in ("–", "") else float(cell)


@pytest.mark.django_db
def test_the_page_shows_the_commands_figures(
    analyst: Client, imported: Path, tmp_path: Path, command_line: Callable
) -> None:
    scenarios, out = tmp_path / "what-if.toml", tmp_path / "out.csv"
    scenarios.write_text(SCENARIOS)
    done = command_line(
        "trial", "whatif", "kuntakokeilu", imported, "--scenarios", scenarios, "--customers-per-worker", "7",
        "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = compared(shipped("kuntakokeilu"), [], [FEBRUARY], 7)
    assert found.last.whole("base").people.value == 0  # the law is not in force yet

    # The command decides on the day of the extract; so that the law is in force, the same facts as of March.
    march = _import(tmp_path, MARCH, register())
    done = command_line(
        "trial", "whatif", "kuntakokeilu", march, "--scenarios", scenarios, "--customers-per-worker", "7",
        "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = {(row["scenario"], row["area"]): row for row in csv.DictReader(out.read_text().splitlines())}
    page = analyst.get(ADDRESS, {**ASKED, **SAME})
    by_law = dict(zip(("base", "s1", "s2", "s3"), page.context["by_law"], strict=True))
    summary = [[number(cell) for cell in row[1:]] for row in page.context["summary"]]
    compared_cells = 0
    for place, law in enumerate(by_law):
        whole = rows[law, ""]
        assert summary[0][place] == int(whole["job_seekers"])
        assert summary[1][place] == int(whole["people"])
        assert summary[3][place] == pytest.approx(100 * float(whole["share"]), abs=0.06)
        assert summary[4][place] == int(whole["undecided"])
        assert summary[6][place] == round(int(whole["support_cents"]) / 100_000)
        names = {"Helsinki": "helsinki", "Espoo": "espoo", "Hyvinkää (joins)": "hyvinkaa", "Lohja (joins)": "lohja"}
        for area, *cells in by_law[law]["rows"]:
            if area in names and (law, names[area]) in rows:
                row = rows[law, names[area]]
                for cell, column in zip(cells, ("job_seekers", "people", "", "undecided", "workers"), strict=False):
                    if column and number(cell) is not None:
                        compared_cells += 1
                        assert number(cell) == int(row[column])
    assert compared_cells > 20
    assert summary[5][0] == int(rows["base", ""]["workers"])


@pytest.mark.django_db
def test_small_figures_and_what_gives_them_back_are_hidden(analyst: Client) -> None:
    """Three people in Espoo; the total less Helsinki would tell, so another area goes with them."""
    people(
        extract(FEBRUARY), *[{}] * 40, *[{"municipality": "049"}] * 3, *[{"municipality": "092"}] * 9,
        *[{"municipality": "611"}] * 6, *[OUT] * 20,
    )  # fmt: skip
    page = analyst.get(ADDRESS, {**ASKED, "s1-join": "Pornainen"})
    area = {row[0]: row[1:] for row in page.context["areas"]}
    assert area["Espoo"] == ["hidden", "hidden"]
    assert area["Vantaa–Kerava"] == ["hidden", "hidden"]
    assert area["Helsinki"] == ["40", "40"]
    assert area["Pornainen (joins)"] == ["–", "6"]
    base, other = ({row[0]: row[1:] for row in law["rows"]} for law in page.context["by_law"])
    for law in (base, other):
        assert law["Espoo"][:3] == ["hidden"] * 3  # job seekers, people and their share
        assert law["Espoo"][4] == "hidden"  # seven customers each: one worker, for one to seven
    # Each area's workers would give 3 + 9 people back by asking with other caseloads: they come from the whole.
    assert page.context["summary"][5][1] == "8"  # 52 people, where 6 + 1 + 2 = 9 are needed
    assert "the least that is needed" in text(page)


@pytest.mark.django_db
def test_a_difference_of_a_few_people_between_two_laws_is_hidden(analyst: Client) -> None:
    """Two of Helsinki are between 25 and 30 and in by their age alone."""
    young = {**OUT, "birth_date": date(1994, 1, 1)}
    people(extract(FEBRUARY), *[{}] * 40, *[young] * 2, *[OUT] * 20, *[{"municipality": "049"}] * 30)
    page = analyst.get(ADDRESS, ASKED)
    assert page.context["areas"] == [["Espoo", "30", "30"], ["Helsinki", "42", "hidden"]]
    assert [row[2] for row in page.context["summary"][1:4]] == ["hidden"] * 3
    with_more = {**ASKED, "s1-age_limit": "26", "s2-age_limit": "24"}
    assert [row[1:] for row in analyst.get(ADDRESS, with_more).context["areas"]][1] == ["42", "hidden", "hidden"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"s1-join": "Hämenlinna"}, "s1-join", "There is no municipality “Hämenlinna”. Is it Hämeenlinna?"),
        ({"s1-join": "Nowhere at all"}, "s1-join", "There is no municipality “Nowhere at all”."),
        ({"s1-join": "049"}, "s1-join", "Espoo belongs to the area Espoo already."),
        ({"on": "2020-01-01"}, "on", "The register reports nothing before 28 February 2021."),
        ({"on": "31.3.2021"}, "on", "Enter a valid date."),
        ({"on": ""}, "on", "This field is required."),
        ({"s1-age_limit": "12"}, "s1-age_limit", "greater than or equal to 16"),
        ({"s1-age_limit": "99"}, "s1-age_limit", "less than or equal to 68"),
        ({"s1-age_limit": "many"}, "s1-age_limit", "Enter a whole number."),
        ({"s1-age_limit": "30"}, "s1-age_limit", "This is the law&#x27;s own age limit"),
        ({"s1-start": "2021-03-01"}, "s1-start", "This is the law&#x27;s own first day"),
        ({"s1-start": "2025-01-01"}, "s1-start", "The trial ends on 31 December 2024"),
        ({"s1-largest": "51"}, "s1-largest", "less than or equal to 50"),
        ({"since": "2021-04-01"}, "since", "Give a day before the other one."),
        ({"since": "2021-03-01"}, "since", "reports no month&#x27;s end between"),
        ({"customers_per_worker": "0"}, "customers_per_worker", "greater than or equal to 1"),
        ({"trial": "nothing"}, "trial", "Select a valid choice"),
        ({"trial": "tyollisyysalue-2025"}, "s1-age_limit", "has no age limit to change"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_kept(analyst: Client, sent: dict, field: str, told: str) -> None:
    people(extract(FEBRUARY), {})
    page = analyst.get(ADDRESS, {**ASKED, **sent})
    html = page.content.decode()
    assert page.status_code in (200, 302)
    if page.status_code == 302:  # an empty parameter is dropped from the address
        html = analyst.get(page["Location"]).content.decode()
    error = re.search(rf'id="id_{field}-error">(.*?)</div>', html, re.DOTALL)
    assert error, field
    assert told in error[1]
    (name, value), *_rest = sent.items()
    if value and name not in ("trial",):
        assert f'name="{name}" value="{value}"' in html
    assert "The whole register" not in html


@pytest.mark.django_db
def test_a_question_that_changes_nothing_is_told(analyst: Client) -> None:
    people(extract(FEBRUARY), {})
    page = analyst.get(ADDRESS, {name: value for name, value in ASKED.items() if not name.startswith("s1")})
    assert "Nothing is changed here" in text(page)
    assert "The whole register" not in text(page)


@pytest.mark.django_db
def test_without_an_extract_the_page_says_so(analyst: Client) -> None:
    assert analyst.get(ADDRESS).status_code == 200
    assert "No register extract has been imported." in text(analyst.get(ADDRESS, ASKED))


@pytest.mark.django_db
def test_months_are_shown_up_to_a_number(analyst: Client) -> None:
    for month in range(1, 13):
        people(extract(date(2020, month, 28)), {})
    people(extract(FEBRUARY), *[{}] * 10)
    shown = analyst.get(ADDRESS, {**ASKED, "since": "2020-12-01"}).context["months"]
    assert [row[0] for row in shown["people"]] == ["31 December 2020", "28 February 2021", "31 March 2021"]
    assert [row[1:] for row in shown["people"]] == [["0", "0"], ["0", "0"], ["22", "22"]]
    page = analyst.get(ADDRESS, {**ASKED, "since": "2020-01-01"})
    assert f"14 days are too many for a page: it takes {MOST_DAYS} at most" in text(page)


def test_month_ends_are_those_of_reported_months() -> None:
    reported = [date(2020, 12, 31), date(2021, 1, 15), date(2021, 1, 31), FEBRUARY]
    assert month_ends(date(2021, 1, 31), MARCH, reported) == [date(2021, 1, 31), FEBRUARY]
    assert month_ends(date(2021, 1, 1), FEBRUARY, reported) == [date(2021, 1, 31)]
    assert month_ends(date(9999, 12, 1), date.max, [date(9999, 12, 2)]) == []


@pytest.mark.django_db
def test_days_of_any_kind_still_answer(analyst: Client) -> None:
    people(extract(FEBRUARY), *[{}] * 10)
    for day in ("2021-02-28", "2025-06-30", "9999-12-31"):
        page = analyst.get(ADDRESS, {**ASKED, "on": day})
        assert "These take nobody in on the day: The law as it is" in text(page)
    assert "There is no estimate for the day" in text(page)


@pytest.mark.django_db
def test_what_is_not_verified_is_marked(analyst: Client) -> None:
    people(extract(FEBRUARY), *[{}] * 10, *[{"municipality": "301"}] * 10)
    page = text(analyst.get(ADDRESS, ASKED))
    assert "1269/2020 4 §" in page  # the text of the law
    assert "Amounts not verified" in page  # the support of 2021
    assert "Etelä-Pohjanmaa (not verified)" in page
    assert "Support is paid in full for every weekday" in page


@pytest.mark.django_db
def test_presets_lead_to_an_answer(analyst: Client) -> None:
    people(extract(FEBRUARY), *[{}] * 10)
    presets = analyst.get(ADDRESS, {"on": "2021-03-31"}).context["presets"]
    assert [each["label"] for each in presets] == [
        "The 20 largest cities join", "Age limit 25", "Start 3 months later", "All of these side by side",
    ]  # fmt: skip
    names = [analyst.get(ADDRESS + each["href"]).context["columns"] for each in presets]
    assert [len(columns) - 1 for columns in names] == [2, 2, 2, 4]
    assert [column["label"] for column in names[3]][2:] == [
        "The 20 largest cities join", "Age limit 25", "Start on 1 June 2021",
    ]  # fmt: skip
    helsinki = analyst.get(ADDRESS, {"trial": "palvelukokeilu-helsinki"}).context["presets"]
    assert "s1-age_limit=25" in helsinki[1]["href"]


def test_the_age_limit_is_read_from_the_law() -> None:
    limits = {
        key: age_limit(shipped(key)) for key in ("kuntakokeilu", "palvelukokeilu-helsinki", "tyollisyysalue-2025")
    }
    assert limits == {"kuntakokeilu": 30, "palvelukokeilu-helsinki": 30, "tyollisyysalue-2025": None}
    form = ScenarioForm("s1", shipped("palvelukokeilu-helsinki"), {"s1-age_limit": "40"})
    assert form.is_valid()
    (test,) = form.scenario().tests.values()
    assert (test.fact, test.operator, test.values) == ("age", ">=", (40,))


@pytest.mark.django_db
def test_empty_parameters_are_dropped_from_the_address(analyst: Client) -> None:
    response = analyst.get(ADDRESS, {**ASKED, "s2-age_limit": "", "since": ""})
    assert response["Location"].endswith("?trial=kuntakokeilu&on=2021-03-31&customers_per_worker=7&s1-age_limit=25")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ANALYST, 200), (Role.STATE_OFFICER, 200), (Role.ADMINISTRATOR, 200),
        (Role.TEAM_LEAD, 403), (Role.WORKER, 403),
    ],
)  # fmt: skip
def test_who_may_ask(client: Client, actor_of: Callable, role: Role, status: int) -> None:
    people(extract(FEBRUARY), {})
    client.force_login(actor_of(role, "helsinki").user)
    assert client.get(ADDRESS, ASKED).status_code == status


@pytest.mark.django_db
def test_a_question_is_logged_and_shows_nobody(analyst: Client) -> None:
    people(extract(FEBRUARY), {"family_name": "Salainen"}, UNDECIDED)
    page = analyst.get(ADDRESS, ASKED)
    line = ReadLog.objects.get(operation="transfer.scenarios")
    assert (line.persons, line.query) == ([], {"asked": "trial=kuntakokeilu&on=2021-03-31&customers_per_worker=7"
                                                       "&s1-age_limit=25"})  # fmt: skip
    assert "Salainen" not in text(page)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_people_or_laws(
    analyst: Client, django_assert_num_queries: Callable, django_assert_max_num_queries: Callable
) -> None:
    people(extract(FEBRUARY), *[{}] * 10)
    with django_assert_max_num_queries(20) as captured:
        analyst.get(ADDRESS, ASKED)
    people(extract(MARCH), *[{"municipality": "049"}] * 30, *[UNDECIDED] * 30)
    with django_assert_num_queries(len(captured)):
        analyst.get(ADDRESS, {**ASKED, **SAME})


@pytest.mark.django_db
def test_people_elsewhere_are_the_whole_less_its_areas(analyst: Client) -> None:
    people(extract(FEBRUARY), *[{}] * 10, *[{"municipality": "106"}] * 7, *[{"municipality": None}] * 6)
    found = compared(shipped("kuntakokeilu"), [], [MARCH], None)
    rest = found.last.row("base", ELSEWHERE)
    assert (rest.job_seekers.value, rest.people.value, rest.undecided.value) == (13, 0, 6)
    assert reported_days() == [FEBRUARY]
    assert analyst.get(ADDRESS).context["form"].initial["customers_per_worker"] == CUSTOMERS_PER_WORKER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_a_comparison_by_keyboard(visit: Callable, actor_of: Callable, language: str, width: int) -> None:
    with transaction.atomic():
        people(extract(FEBRUARY), *[{}] * 10, *[{"municipality": "301"}] * 10, *[OUT] * 9, UNDECIDED)
    page = visit(ADDRESS + "?on=2021-03-31", actor_of(Role.ANALYST, "ely").user, language, width)
    assert axe_faults(page) == []
    assert overflow(page) == 0
    page.locator("#id_on").fill("2021-03-31")
    page.locator("#id_s1-age_limit").fill("30")
    page.locator("#id_s2-join").fill("Hyvinge, lohja")
    submit = page.locator("main form button[type=submit]")
    submit.press("Enter")
    page.locator("#id_s1-age_limit-error").wait_for()
    assert page.locator("#id_s2-join").input_value() == "Hyvinge, lohja"
    assert axe_faults(page) == []
    page.locator("#id_s1-age_limit").fill("25")
    submit.press("Enter")
    page.locator("#by-area").wait_for()
    assert page.url.endswith(
        "/transfer/scenarios/?trial=kuntakokeilu&on=2021-03-31&customers_per_worker=100&s1-age_limit=25"
        "&s2-join=Hyvinge%2C+lohja"
    )
    assert axe_faults(page) == []
    assert overflow(page) == 0
    page.emulate_media(media="print")
    assert not page.locator("main form").is_visible()
    assert page.locator("#by-area").is_visible()
