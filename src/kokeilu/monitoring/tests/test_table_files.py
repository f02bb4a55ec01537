"""The files beside the tables of the pages: each holds the very figures that its page shows, hidden ones as hidden."""

from datetime import date

import pytest

from kokeilu.access.models import Role
from kokeilu.monitoring import month_table, national_files, national_pages, national_queries, queries
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.models import MonthlyBreakdown, MonthlyFigure, NationalFigure
from kokeilu.monitoring.national_comparison import Across
from kokeilu.monitoring.published_codes import TOGETHER
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.tests.readers import Cells, cells_of, files_of
from kokeilu.web import formats

pytestmark = pytest.mark.django_db

MONTH = date(2021, 5, 1)
COUNT = INDICATORS["inflow"]
AREAS = ("espoo", "raasepori-hanko", "vantaa-kerava")


@pytest.fixture
def analyst(logged_in, published):
    return logged_in(Role.ANALYST, "ely")


def as_shown(found: Cells, keys: list[tuple[str, str, str, str]]) -> list[str]:
    """The cells of a file as a page writes them; a cell that the file lacks is no figure."""
    return [shown(_figure(found.get(key)), INDICATORS[key[3]]) for key in keys]


def _figure(value: float | str | None) -> Figure | None:
    if isinstance(value, str):
        return Figure(None, suppressed=value == "hidden")
    return None if value is None else Figure(value, suppressed=False)


def months() -> list[str]:
    return [f"{month:%Y-%m}" for month in queries.months()]


def test_the_overview_and_its_file(analyst, tmp_path):
    page = analyst.get(f"/monitoring/?month={MONTH:%Y-%m}").content.decode()
    found = files_of(analyst, page, "Trial areas", tmp_path)
    keys = [(area, "residents", "2021-05", key) for area in AREAS for key in queries.OVERVIEW]
    assert cells_of(page, "Trial areas") == as_shown(found, keys)
    assert set(found) == set(keys)


def test_an_areas_month_and_its_file(analyst, tmp_path):
    MonthlyFigure.objects.filter(area="espoo", month=MONTH, indicator="laid_off").update(value=None, suppressed=True)
    page = analyst.get(f"/monitoring/espoo/?month={MONTH:%Y-%m}").content.decode()
    found = files_of(analyst, page, "Figures for May 2021", tmp_path)
    there = month_table.indicators(queries.of_month("espoo", MONTH))
    keys = [("espoo", population, "2021-05", key) for key in there for population in POPULATIONS]
    assert cells_of(page, "Figures for May 2021") == as_shown(found, keys)
    assert found["espoo", "residents", "2021-05", "laid_off"] == "hidden"
    assert set(found) <= set(keys)


def test_all_months_of_an_area_and_their_file(analyst, tmp_path):
    page = analyst.get("/monitoring/raasepori-hanko/").content.decode()
    found = files_of(analyst, page, "All months", tmp_path)
    keys = [("raasepori-hanko", "residents", month, key) for month in months() for key in queries.HISTORY]
    assert cells_of(page, "All months") == as_shown(found, keys)
    assert "hidden" in found.values()
    assert set(found) <= set(keys)


def test_all_areas_together_and_the_files_of_their_tables(analyst, tmp_path):
    """The sums stand in the files as they were published, hidden where they were."""
    residents = NationalFigure.objects.filter(population="residents")
    residents.filter(month=MONTH, indicator="inflow").update(value=None, suppressed=True)
    page = analyst.get(f"/monitoring/national/?month={MONTH:%Y-%m}").content.decode()
    side_by_side = [
        (area, "residents", "2021-05", key) for area in (*AREAS, TOGETHER) for key in national_pages.SIDE_BY_SIDE
    ]
    held = month_table.indicators(
        {"residents": dict.fromkeys(residents.filter(month=MONTH).values_list("indicator", flat=True))}
    )
    month = [(TOGETHER, population, "2021-05", key) for key in held for population in POPULATIONS]
    history = [(TOGETHER, "residents", each, key) for each in months() for key in queries.HISTORY]
    for caption, keys in (("Trial areas", side_by_side), ("Figures for", month), ("All months", history)):
        found = files_of(analyst, page, caption, tmp_path)
        assert cells_of(page, caption) == as_shown(found, keys)
        assert found[TOGETHER, "residents", "2021-05", "inflow"] == "hidden"
        assert set(found) <= set(keys)


@pytest.mark.parametrize("indicator", ["registered_unemployed", "inflow", "activation_rate"])
def test_the_comparison_of_areas_and_its_file(analyst, tmp_path, indicator):
    """Per 100 job seekers and in people, of each area and of all together; a rate as it is."""
    page = analyst.get(f"/monitoring/national/?month={MONTH:%Y-%m}&indicator={indicator}").content.decode()
    caption = f"{INDICATORS[indicator].name['en']} by area"
    found = files_of(analyst, page, caption, tmp_path)
    across = Across(national_queries.of_month(MONTH), indicator)
    keys = [national_files._rate(one.indicator) for one in across.together_with] if across.is_count else []
    texts = []
    for area in (*across.order, TOGETHER):
        for key in (*keys, *across.beside):
            figure = _figure(found.get((area, "residents", "2021-05", key)))
            per = key in keys and figure is not None and figure.value is not None
            texts.append(formats.number(figure.value, 1) if per else shown(figure, INDICATORS.get(key, COUNT)))
    assert cells_of(page, caption) == texts
    assert len(found) == len([text for text in texts if text != "–"])
    assert "hidden" in found.values() or indicator == "activation_rate"


def test_a_file_of_a_comparison_that_is_not_there_is_not_found(analyst):
    for asked in ("csv?month=1999-01", "csv?indicator=happiness", "exe"):
        assert analyst.get(f"/monitoring/national/comparison/{asked}").status_code == 404


def test_all_areas_together_are_not_broken_down(analyst):
    MonthlyBreakdown.objects.create(
        area="espoo", population="residents", month=MONTH, indicator="inflow", dimension="sex", group="male", value=9
    )
    asked = "area=together&population=residents&first=2021-05&last=2021-05&indicator=inflow&by=sex"
    response = analyst.get(f"/monitoring/tables/?{asked}")
    assert response.status_code == 422
    assert "All areas together: only single areas are broken down" in response.content.decode()
