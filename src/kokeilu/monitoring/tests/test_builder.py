"""The table builder: its address is the table, every cell is one that was published, whatever it is asked for."""

import re
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kokeilu.access.models import ReadLog, Role
from kokeilu.monitoring import builder_queries, builder_rules
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.builder_rules import layout
from kokeilu.monitoring.models import MonthlyBreakdown, MonthlyFigure
from kokeilu.monitoring.published_table import Code, Dimension
from kokeilu.monitoring.tests.readers import Cells, read_csv, read_jsonstat, read_px, read_xlsx, valid
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

TABLES = "/monitoring/tables/"
WIDE = {
    "area": ["espoo", "raasepori-hanko"], "population": ["residents", "customers"], "first": "2021-02",
    "last": "2021-04", "column": ["month", "population"],
    "indicator": [
        "registered_unemployed", "laid_off", "broad_unemployment", "activation_rate", "inflow", "open_market_exits",
    ],
}  # fmt: skip


def address(kind: str = "", **changes: object) -> str:
    asked = {name: value for name, value in (WIDE | changes).items() if value is not None}
    return f"{TABLES}{kind}?{urlencode(asked, doseq=True)}"


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def published_cells() -> Cells:
    """What was published of WIDE, from the database."""
    rows = MonthlyFigure.objects.filter(
        area__in=WIDE["area"], population__in=WIDE["population"], indicator__in=WIDE["indicator"],
        month__range=(date(2021, 2, 1), date(2021, 4, 1)),
    )  # fmt: skip
    return {
        (row.area, row.population, f"{row.month:%Y-%m}", row.indicator): (
            "hidden" if row.suppressed else "none" if row.value is None else float(f"{row.value:.2f}")
        )
        for row in rows
    }


# How a table lies


def dimension(key: str, *codes: str) -> Dimension:
    named = tuple(Code(code, dict.fromkeys(("fi", "sv", "en"), code.upper())) for code in codes)
    return Dimension(key, dict.fromkeys(("fi", "sv", "en"), key), "other", named)


def test_columns_stand_above_and_single_codes_outside():
    dimensions = [dimension("area", "a", "b"), dimension("month", "m1", "m2"), dimension("who", "all")]
    laid = layout(dimensions, ["month", "who"], {("a", "m1", "all"): 1, ("b", "m2", "all"): 4})
    assert [(one.key, code.key) for one, code in laid.fixed] == [("who", "all")]
    assert [one.key for one in laid.beside] == ["area"]
    assert [[(head.code.key, head.span) for head in line] for line in laid.above] == [[("m1", 1), ("m2", 1)]]
    assert [([code.key for _, code in row.heads], row.cells) for row in laid.rows] == [
        (["a"], (1, None)), (["b"], (None, 4)),
    ]  # fmt: skip


def test_heads_of_two_lines_span_what_they_share():
    dimensions = [dimension("area", "a"), dimension("month", "m1", "m2"), dimension("who", "x", "y", "z")]
    laid = layout(dimensions, ["month", "who"], {("a", "m2", "y"): 5})
    assert [[(head.code.key, head.span) for head in line] for line in laid.above] == [
        [("m1", 3), ("m2", 3)], [("x", 1), ("y", 1), ("z", 1)] * 2,
    ]  # fmt: skip
    assert [row.cells for row in laid.rows] == [(None, None, None, None, 5, None)]
    with pytest.raises(ValueError, match="rows"):
        layout(dimensions, ["area", "month", "who"], {})


# The page


@pytest.mark.django_db
def test_without_choices_the_three_figures_that_stand_together_are_shown(logged_in, published):
    page = text(logged_in(Role.WORKER, "espoo").get(TABLES))
    assert "Cells: 9;" in page
    for name in ("Registered unemployed", "Broad unemployment", "Exits to the open labour market"):
        assert name in page
    assert not ReadLog.objects.exists()  # the figures hold no personal data


@pytest.mark.django_db
def test_without_figures_the_page_says_so(logged_in):
    client = logged_in(Role.ANALYST, "ely")
    assert "No figures have been published yet" in text(client.get(TABLES))
    assert client.get(f"{TABLES}csv").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "hidden"), [("fi", "salattu"), ("sv", "hemlig"), ("en", "hidden")])
def test_the_page_shows_the_chosen_cells_as_they_were_published(logged_in, published, language, hidden):
    """Every cell of the page, in the order of the layout, is the one in the database."""
    page = logged_in(Role.ANALYST, "ely", language).get(address()).content.decode()
    found = [unescape(cell) for cell in re.findall(r'<td class="[^"]*k-number">([^<]*)</td>', page)]
    wanted = published_cells()
    assert "hidden" in wanted.values()
    keys = [
        (area, population, month, indicator)
        for area in WIDE["area"]
        for indicator in WIDE["indicator"]
        for population in WIDE["population"]
        for month in ("2021-02", "2021-03", "2021-04")
    ]
    assert len(found) == len(keys) == 72
    for cell, key in zip(found, keys, strict=True):
        value = wanted.get(key)
        if value in (None, "none"):
            assert cell == "–"
        elif value == "hidden":
            assert cell == hidden
        else:
            number = float(re.sub(r"[^0-9.,]", "", cell).replace(",", "."))
            assert number == pytest.approx(value, abs=0.051)


@pytest.mark.django_db
def test_heads_have_their_scope_and_lead_to_the_definitions(logged_in, published):
    page = logged_in(Role.ANALYST, "ely").get(address()).content.decode()
    assert page.count('scope="colgroup" colspan="3"') == 2
    assert page.count('scope="row"') == 2 * 12
    assert page.count('<a href="/monitoring/definitions/#activation_rate">') == 2
    assert page.count("definition not verified") == 2
    assert "1269/2020 4 §" in page  # the populations rest on law that nobody has verified


@pytest.mark.django_db
@pytest.mark.parametrize("indicator", ["registered_unemployed", "laid_off", "long_term_unemployed", "outflow"])
def test_registered_unemployment_is_never_shown_without_the_figures_beside_it(logged_in, published, indicator):
    """Neither on the page nor in a file."""
    client = logged_in(Role.ANALYST, "ely")
    asked = {"indicator": [indicator], "column": ["month"], "population": ["residents"]}
    page = text(client.get(address(**asked)))
    assert "never shown without them: broad unemployment and exits to the open labour market." in page
    lines = client.get(address("csv", **asked)).content.decode("utf-8-sig").splitlines()
    rows = [line.split(",") for line in lines[1:]]
    for area in WIDE["area"]:
        assert {row[3] for row in rows if row[0] == area} == {indicator, "broad_unemployment", "open_market_exits"}
    assert client.get(address("xlsx", **asked)).status_code == 200


@pytest.mark.django_db
def test_nothing_is_added_to_what_stands_by_itself(logged_in, published):
    client = logged_in(Role.ANALYST, "ely")
    for indicators in (["inflow"], ["broad_unemployment"], list(WIDE["indicator"])):
        assert "Added" not in text(client.get(address(indicator=indicators)))


@pytest.mark.django_db
def test_single_months_count_before_the_range(logged_in, published):
    page = text(logged_in(Role.ANALYST, "ely").get(address(month=["2022-02", "2021-07"], column=["population"])))
    assert "February 2022" in page
    assert "Cells: 48;" in page
    table = page[page.index("Hidden by disclosure control") : page.index("This table as a file")]
    assert "March 2021" not in table


# What cannot be


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indicator": ["happiness"]}, "Indicators: there is no “happiness”"),
        ({"area": ["atlantis"]}, "Areas: there is no “atlantis”"),
        ({"area": ["espoo", "'; DROP TABLE--"]}, "Areas: there is no “'; DROP TABLE--”"),
        ({"area": ["\x00"]}, "Areas: there is no"),
        ({"area": ["x" * 5000]}, "Areas: there is no “" + "x" * 60 + "”"),
        ({"population": ["everybody"]}, "Population: there is no “everybody”"),
        ({"first": "1999-01"}, "First month: there are no figures of “1999-01”"),
        ({"last": "2021-13"}, "Last month: there are no figures of “2021-13”"),
        ({"first": "2021-04", "last": "2021-02"}, "Last month: the last month comes before the first"),
        ({"month": ["soon"]}, "Single months: there is no “soon”"),
        ({"column": ["colour"]}, "In columns: there is no “colour”"),
        (
            {"column": ["area", "population", "month", "indicator"]},
            "In columns: leave at least one for the rows",
        ),
        ({"indicator": None}, "Indicators: choose at least one"),
        ({"area": None, "population": None}, "Areas: choose at least one Population: choose at least one"),
        ({"first": None, "last": None}, "First month: choose a month, or single months"),
    ],
)
def test_an_address_that_makes_no_table_is_told_in_a_sentence(logged_in, published, changes, message):
    client = logged_in(Role.ANALYST, "ely")
    for kind in ("", "csv", "px"):
        response = client.get(address(kind, **changes))
        assert response.status_code == 422
        assert message in text(response)
        assert "<table" not in response.content.decode()


@pytest.mark.django_db
def test_too_large_a_table_is_refused_and_told_how_large(logged_in, published):
    indicators = list(builder_queries.offer().indicators)
    areas, months = ["espoo", "vantaa-kerava", "raasepori-hanko"], 29
    cells = 3 * 3 * months * len(indicators)
    assert cells > builder_rules.MOST_CELLS
    every = {"area": areas, "population": ["residents", "customers", "state"], "indicator": indicators}
    response = logged_in(Role.ANALYST, "ely").get(address(first="2020-11", last="2023-03", **every))
    assert response.status_code == 422
    assert (
        f"It would have {cells:,} cells; a table has at most 10,000.".replace(",", "\xa0") in response.content.decode()
    )


@pytest.mark.django_db
def test_there_is_no_file_of_another_kind(logged_in, published):
    assert logged_in(Role.ANALYST, "ely").get(address("exe")).status_code == 404


# The files


@pytest.fixture
def files(logged_in, published, tmp_path: Path) -> Path:
    """Every file of WIDE as it is downloaded."""
    client = logged_in(Role.ANALYST, "ely", "sv")
    for kind in ("csv", "csvw", "px", "jsonstat", "xlsx"):
        response = client.get(address(kind))
        assert response.status_code == 200
        name = re.search(r'filename="([^"]+)"', response["Content-Disposition"])[1]
        (tmp_path / name).write_bytes(response.content)
    return tmp_path


@pytest.mark.django_db
def test_every_file_holds_exactly_the_table(files):
    stem, wanted = files / "monthly-selection-2021-04", published_cells()
    choice = builder_queries.Choice(
        WIDE["area"], WIDE["population"], ["2021-02", "2021-03", "2021-04"], WIDE["indicator"], []
    )
    table = builder_queries.published_table(choice, builder_queries.cells(choice))
    assert read_csv(Path(f"{stem}.csv")) == wanted
    assert valid(Path(f"{stem}.csv"))
    assert read_jsonstat(Path(f"{stem}-sv.json").read_bytes()) == wanted
    assert read_xlsx(Path(f"{stem}-sv.xlsx").read_bytes(), "sv") == wanted
    assert read_px(Path(f"{stem}.px"), table, "sv") == wanted


@pytest.mark.django_db
def test_the_same_address_gives_the_same_bytes(logged_in, published):
    client = logged_in(Role.ANALYST, "ely")
    assert client.get(address("jsonstat")).content == client.get(address("jsonstat")).content


# By class

BY_AGE = {
    "area": ["espoo", "raasepori-hanko"], "population": ["residents"], "first": "2021-02", "last": "2021-03",
    "indicator": ["registered_unemployed", "broad_unemployment", "inflow", "open_market_exits"], "by": "age",
    "column": ["group"],
}  # fmt: skip


@pytest.fixture
def by_class(published) -> None:
    """Figures by age and sex; some are hidden."""
    MonthlyBreakdown.objects.bulk_create(
        MonthlyBreakdown(
            area=area, population="residents", month=date(2021, month, 1), indicator=indicator, dimension=one,
            group=group, value=None if hidden else 10 * month + place, suppressed=hidden,
        )
        for area in ("espoo", "raasepori-hanko")
        for month in (2, 3)
        for indicator in BY_AGE["indicator"]
        for one in ("age", "sex")
        for place, group in enumerate(DIMENSIONS[one].classes)
        for hidden in [area == "raasepori-hanko" and place < 2]
    )  # fmt: skip


@pytest.mark.django_db
def test_a_table_by_class_holds_the_published_classes_and_no_sum(logged_in, by_class, tmp_path):
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(address(**BY_AGE))
    assert "Cells: 80;" in text(page)
    assert "Hidden by disclosure control: 16." in text(page)
    for words in DIMENSIONS["age"].classes.values():
        assert words["en"] in text(page)
    for kind in ("csv", "csvw", "px", "jsonstat"):
        response = client.get(address(kind, **BY_AGE))
        name = re.search(r'filename="([^"]+)"', response["Content-Disposition"])[1]
        (tmp_path / name).write_bytes(response.content)
    wanted = {
        (row.area, row.population, f"{row.month:%Y-%m}", row.indicator, row.group): (
            "hidden" if row.suppressed else float(row.value)
        )
        for row in MonthlyBreakdown.objects.filter(dimension="age")
    }
    stem = tmp_path / "monthly-selection-2021-03"
    assert read_csv(Path(f"{stem}.csv")) == wanted
    assert valid(Path(f"{stem}.csv"))
    assert read_jsonstat(Path(f"{stem}-en.json").read_bytes()) == wanted
    asked = builder_queries.Choice(
        BY_AGE["area"], ["residents"], ["2021-02", "2021-03"], BY_AGE["indicator"], [], DIMENSIONS["age"],
        list(DIMENSIONS["age"].classes),
    )  # fmt: skip
    table = builder_queries.published_table(asked, builder_queries.cells(asked))
    assert read_px(Path(f"{stem}.px"), table, "en") == wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"by": "shoe_size"}, "Broken down by: there is no “shoe_size”"),
        ({"by": "benefit"}, "Broken down by: there is no “benefit”"),
        ({"population": ["residents", "customers"]}, "Customers of the trial: only all residents are broken down"),
        ({"indicator": ["inflow", "laid_off"]}, "not published by “Age”:"),
        ({"first": "2022-01", "last": "2022-02"}, "Nothing has been published of what was chosen."),
        ({"column": ["area", "population", "month", "indicator", "group"]}, "leave at least one for the rows"),
    ],
)
def test_what_is_not_published_by_class_is_told(logged_in, by_class, changes, message):
    response = logged_in(Role.ANALYST, "ely").get(address(**(BY_AGE | changes)))
    assert response.status_code == 422
    assert message in text(response)


@pytest.mark.django_db
def test_by_class_registered_unemployment_brings_the_same_classes_of_what_stands_beside_it(logged_in, by_class):
    client = logged_in(Role.ANALYST, "ely")
    rows = client.get(address("csv", **(BY_AGE | {"indicator": ["registered_unemployed"]}))).content.decode()
    for group in DIMENSIONS["age"].classes:
        for key in ("registered_unemployed", "broad_unemployment", "open_market_exits"):
            assert f"espoo,residents,2021-03,{key},{group}," in rows


@pytest.mark.django_db
def test_where_a_division_lacks_them_the_page_says_so(logged_in, published):
    MonthlyBreakdown.objects.bulk_create(
        MonthlyBreakdown(
            area="espoo", population="residents", month=date(2021, 3, 1), indicator="registered_unemployed",
            dimension="duration", group=group, value=10.0, suppressed=False,
        )
        for group in DIMENSIONS["duration"].classes
    )  # fmt: skip
    asked = BY_AGE | {"indicator": ["registered_unemployed"], "by": "duration", "area": ["espoo"]}
    client = logged_in(Role.ANALYST, "ely")
    page = text(client.get(address(**asked)))
    assert "Registered unemployment is not to be read alone" in page
    assert page.count("cannot be divided by duration") == 1
    for kind in ("csvw", "jsonstat", "px"):
        file = client.get(address(kind, **asked)).content.decode().replace('"\r\n"', "")  # PX breaks its lines
        assert "cannot be divided by duration" in file
    assert "cannot be divided" not in text(client.get(address(**BY_AGE)))


@pytest.mark.django_db
def test_classes_that_nobody_has_verified_are_marked(logged_in, by_class):
    client = logged_in(Role.ANALYST, "ely")
    assert "The division is not verified: Sex." in text(client.get(address(**(BY_AGE | {"by": "sex"}))))
    assert "The division is not verified" not in text(client.get(address(**BY_AGE)))
    notes = client.get(address("csvw", **(BY_AGE | {"by": "sex"}))).content.decode()
    assert "The division is not verified: Sex." in notes


# Its cost


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_table(logged_in, published):
    client = logged_in(Role.ANALYST, "ely")
    client.get(TABLES)  # what is kept from then on
    counts = []
    for area, last in ((["espoo"], "2021-02"), (["espoo", "vantaa-kerava", "raasepori-hanko"], "2023-03")):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address(area=area, last=last)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# In the browser


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_wide_table_is_sound_in_a_browser(published, visit, actor_of, language):
    user = actor_of(Role.ANALYST, "ely").user
    for width in (DESKTOP, PHONE):
        for path in (address(), address(area=["atlantis"])):
            page = visit(path, user, language, width)
            assert axe_faults(page) == []
            assert overflow(page) == 0


@pytest.mark.django_db(transaction=True)
def test_on_a_phone_a_figure_stands_whole_beside_three_heads(published, visit, actor_of):
    page = visit(address(column=["indicator"]), actor_of(Role.ANALYST, "ely").user, "sv", PHONE)
    row = page.locator("tbody tr").first
    assert row.locator("th").count() == 3
    cell, region = row.locator("td").first.bounding_box(), page.locator(".k-scroll").bounding_box()
    assert cell["x"] + cell["width"] <= region["x"] + region["width"]


@pytest.mark.django_db(transaction=True)
def test_by_keyboard_alone_another_table_is_asked_for(published, visit, actor_of):
    page = visit(TABLES, actor_of(Role.ANALYST, "ely").user, "en", DESKTOP)
    page.get_by_label("Espoo").focus()
    page.keyboard.press("Space")
    button = page.get_by_role("button", name="Show the table")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tables/?*")
    assert "area=espoo" not in page.url
    assert "area=vantaa-kerava" in page.url
    assert page.get_by_role("row").filter(has_text="Espoo").count() == 0


@pytest.mark.django_db(transaction=True)
def test_on_paper_stands_what_the_table_is_and_nothing_to_press(published, visit, actor_of):
    page = visit(TABLES, actor_of(Role.ANALYST, "ely").user, "en", DESKTOP)
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).inner_text() == "Monthly figures of the trial areas"
    assert page.locator(".k-no-print").count() > 2
    assert not any(part.is_visible() for part in page.locator(".k-no-print").all())
