"""Services side by side: the same people as on the areas' pages, and nothing small given away by both together."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kokeilu.access.models import ChangeLog
from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import (
    actions,
    monthly_hiding,
    release_calendar,
    service_comparison_actions,
    service_comparison_queries,
    service_comparison_rules,
)
from kokeilu.monitoring.models import MonthlyFigure, ServiceFigure
from kokeilu.monitoring.rules import month_number
from kokeilu.monitoring.service_comparison_rules import MEASURES, OUTCOMES, PAGE, Cell
from kokeilu.monitoring.service_comparison_steps import count
from kokeilu.monitoring.steps import UNKNOWN
from kokeilu.monitoring.tests.panels import counted, month_row, person_months, spells, write_panel
from kokeilu.problems import Problem

MONTHS = 17  # 2020-11 to 2022-03: the year 2021, the month before it, and the three after it
SIGNS = {"c": "coaching", "t": "labour_market_training", "r": "rehabilitative_work"}


def histories(*given_: str) -> pl.DataFrame:
    """Person-months whose signs c, t and r are services, s one that the register does not name."""
    rows = person_months(*(each.translate(str.maketrans("ctr", "sss")) for each in given_))
    wanted = month_row(202011, MONTHS)
    named = [
        (person, month, SIGNS.get(sign))
        for person, history in enumerate(given_)
        for month, sign in zip(wanted, history, strict=False)
    ]
    services = pl.DataFrame(named, {"person": pl.Int64, "month": pl.Int32, "service": pl.String}, orient="row")
    return rows.join(services, on=["person", "month"], how="left").sort("person", "month")


def of_2021(rows: pl.DataFrame) -> dict[Cell, int]:
    import narwhals as nw

    first = month_number(202011)
    held = spells(rows).with_columns(
        service=pl.when((pl.col("status") == "service") & (pl.col("service") == "training"))
        .then(None).otherwise("service")
    )  # fmt: skip
    found = count(nw.from_native(held.lazy()), first, first + MONTHS - 1, [2021])
    return service_comparison_rules.of_year(found.monthly, found.yearly, "espoo", 2021)


def test_the_figures_of_a_year() -> None:
    figures = of_2021(histories(
        "uucccccccuuuuuuuu",  # seven months of coaching from January, then unemployed
        "uuccttttooooooooo",  # coaching, then training without a break, then the open market
        "uuuuuuuuuuuuuutoo",  # training begins after the year
        "cccccccccccccc...",  # there before the year; nothing known three months after December
    ))  # fmt: skip
    coaching = {cell.measure: value for cell, value in figures.items() if cell.service == "coaching"}
    training = {cell.measure: value for cell, value in figures.items() if cell.service == "labour_market_training"}
    nothing = dict.fromkeys(OUTCOMES, 0)
    assert coaching == nothing | {
        "stock": 1, "persons": 3, "person_months": 7 + 2 + 12, "starts": 2, "ends": 1, "followed_unemployed": 1,
    }  # fmt: skip
    assert training == nothing | {
        "stock": 0, "persons": 1, "person_months": 4, "starts": 0, "ends": 1, "followed_open_market": 1,
    }  # fmt: skip


def test_a_service_that_the_register_does_not_name_is_unknown() -> None:
    assert {cell.service for cell in of_2021(histories("uussssuuuuuuuuuuu"))} == {UNKNOWN}


LIVES = st.text("uctroxu.", min_size=MONTHS, max_size=MONTHS)


# The page hid the ends of services in a month and told what followed all of them three months later.
TOLD_AGAIN = [
    "ccccccccccccccccc", "cootcouxturrxuxru", "oc.coxcotoour.xct", "o.x.ucuoott...u.t", "otoctoxroxuxortxc",
    "otrto.r.cxt.xoxtc", "to.tucouxt.cr.trt", "cc..ccccuc.cuccc.",
]  # fmt: skip


@example(TOLD_AGAIN, 3)
@given(st.lists(LIVES, min_size=1, max_size=12), st.integers(1, 5))
@settings(max_examples=6, deadline=None)
def test_services_add_up_to_the_page_and_both_together_give_nothing_small_away(lives, copies) -> None:
    rows = histories(*lives * copies)
    page = counted(rows, MONTHS).filter(population="residents", area="espoo")
    told = {(key, month_number(at)): value for key, at, value in page.select("indicator", "month", "persons").rows()}
    figures = of_2021(rows)
    for measure, indicator in PAGE.items():
        whole = sum(told.get((indicator, at), 0) for at in service_comparison_rules.months(measure, 2021))
        assert sum(value for cell, value in figures.items() if cell.measure == measure) == whole
    assert derived(rows, figures, *decided(rows, figures)) == []


def decided(rows: pl.DataFrame, figures: dict[Cell, int]) -> tuple[dict, set[Cell]]:
    """The statuses of the area's page, and the services' figures that are hidden."""
    page = counted(rows, MONTHS).filter(area="espoo")
    persons = {monthly_hiding.Cell(*names): value for *names, value in
               page.select("month", "population", "indicator", "persons").iter_rows()}  # fmt: skip
    statuses = monthly_hiding.statuses(persons)
    hidden = {
        (cell.indicator, month_number(cell.month))
        for cell, status in statuses.items()
        if status != "published" and cell.population == "residents"
    }
    out = service_comparison_rules.withheld(2021, hidden)
    return {cell: (persons[cell], status) for cell, status in statuses.items()}, service_comparison_rules.hidden(
        figures, out
    )


def derived(rows: pl.DataFrame, figures: dict[Cell, int], page: dict, gone: set[Cell]) -> list[object]:
    """What the exact attacker derives too narrowly from the page's months and the services' year together."""
    months = list(page)
    cells: list[object] = [*months, *figures]
    place = {cell: number for number, cell in enumerate(cells)}
    relations = list(monthly_hiding.relations(months))
    own = service_comparison_rules.relations(list(figures), [])
    relations += [one._replace(cells=[each + len(months) for each in one.cells]) for one in own]
    names = {month_number(month): month for month in month_row(202011, MONTHS)}
    for measure, indicator in PAGE.items():
        whole = [place[monthly_hiding.Cell(names[at], "residents", indicator)]
                 for at in service_comparison_rules.months(measure, 2021)]  # fmt: skip
        parts = [place[cell] for cell in figures if cell.measure == measure]
        if parts:
            relations.append(Relation([*whole, *parts], [*([1.0] * len(whole)), *([-1.0] * len(parts))]))
    values = np.array([page[cell][0] if cell in page else figures[cell] for cell in cells], np.float64)
    hides = np.array([page[cell][1] != "published" if cell in page else cell in gone for cell in cells])
    system = System.of(len(cells), relations)
    found = attacker.intervals(system, np.where(hides, np.nan, values), hides)
    wide = found.width
    return [cell for number, cell in enumerate(cells) if hides[number] and wide[number] < needed(cell, page, figures)]


def needed(cell: object, page: dict, figures: dict[Cell, int]) -> float:
    if cell in page:
        return {"primary": THRESHOLD, "secondary": 1.0}[page[cell][1]]
    assert isinstance(cell, Cell)
    people = figures[cell._replace(measure="persons") if cell.measure == "person_months" else cell]
    return THRESHOLD if 0 < people < THRESHOLD else float(figures[cell] > 0)


LARGE = ["uuccccuuuuuuuuuuu"] * 20 + ["uuttttooooooooooo"] * 30 + ["uurrrrxxxxxxxxxxx"] * 25
SMALL = ["uuccccooooooooooo"] * 2


def test_without_secondary_hiding_the_page_gives_small_figures_back() -> None:
    """Two who found work after coaching: the page tells all who found work, the other services the rest of them."""
    rows = histories(*LARGE, *["uuttttuuuuuuuuuuu"] * 6, *SMALL)
    figures = of_2021(rows)
    page, gone = decided(rows, figures)
    small = {cell for cell, value in figures.items() if 0 < value < THRESHOLD}
    assert Cell("coaching", "followed_open_market") in small
    assert set(small) < gone
    assert Cell("coaching", "followed_open_market") in derived(rows, figures, page, small)
    assert derived(rows, figures, page, gone) == []


def test_what_the_page_hides_is_hidden_for_every_service() -> None:
    rows = histories(*LARGE, "uu" + "u" * 8 + "tt" + "wwwww")
    figures = of_2021(rows)
    page, gone = decided(rows, figures)
    assert {cell for cell in figures if cell.measure == "followed_supported_work"} <= gone
    assert derived(rows, figures, page, gone) == []


def test_few_people_who_stay_long_are_hidden_with_their_months() -> None:
    rows = histories(*LARGE, *["rrrrrrrrrrrrrrrrr"] * 3, *["uuuuccccccuuuuuuu"] * 9)
    figures = of_2021(rows) | {Cell("work_trial", measure): 0 for measure in MEASURES}
    figures |= {Cell("work_trial", "persons"): 2, Cell("work_trial", "person_months"): 24}
    out = service_comparison_rules.hidden(figures, set())
    assert {Cell("work_trial", "persons"), Cell("work_trial", "person_months")} <= out


def test_years_need_the_month_before_and_what_followed() -> None:
    numbers = (month_number(201801), month_number(202103))
    assert service_comparison_rules.years(*numbers) == [2019, 2020]
    assert service_comparison_rules.years(month_number(201712), month_number(202102)) == [2018, 2019]


def test_the_mean_length_is_known_where_its_figures_are() -> None:
    values = {"person_months": 60, "starts": 11, "ends": 9}
    assert service_comparison_rules.mean_months(values) == 6
    assert service_comparison_rules.mean_months(values | {"starts": None}) is None
    assert service_comparison_rules.mean_months({"person_months": 60, "starts": 0, "ends": 0}) is None


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    rows = histories(*LARGE, *["uuttttuuuuuuuuuuu"] * 6, *SMALL)
    return write_panel(tmp_path / "panel", rows, MONTHS)


@pytest.mark.django_db
def test_a_panel_is_published_once_and_a_year_that_is_out_stays(panel: Path, tmp_path: Path) -> None:
    assert service_comparison_actions.publish(panel).added == 0  # the pages show nothing yet
    actions.publish(panel)
    done = service_comparison_actions.publish(panel)
    assert done.added == ServiceFigure.objects.count() == 3 * len(MEASURES)
    assert ServiceFigure.objects.get(service="coaching", measure="persons").value == 22
    assert ServiceFigure.objects.get(service="coaching", measure="followed_open_market").value is None
    assert service_comparison_actions.publish(panel) == actions.Published(0, 0, 0)
    more = histories(*LARGE, *["uuttttuuuuuuuuuuu"] * 12, *SMALL)
    other = write_panel(tmp_path / "other", more, MONTHS)
    done = service_comparison_actions.publish(other)
    assert (done.added, done.replaced, done.removed) == (0, 0, 0)
    assert done.kept > 0
    assert ServiceFigure.objects.get(service="labour_market_training", measure="persons").value == 36
    assert ChangeLog.objects.filter(subject="service_figures").count() == 1
    ServiceFigure.objects.all().delete()
    with pytest.raises(Problem, match="do not add up to its page"):
        service_comparison_actions.publish(other)


@pytest.mark.django_db
def test_a_year_waits_for_the_page_to_show_all_of_its_months(panel: Path) -> None:
    actions.publish(panel)
    MonthlyFigure.objects.filter(month=date(2021, 6, 1), indicator="service_starts").delete()
    assert service_comparison_actions.publish(panel).added == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("from_", "told"), [(date(2022, 3, 1), []), (date(2022, 4, 1), [2021]), (None, [2021])])
def test_a_year_waits_for_the_release_of_the_months_of_what_followed(
    monkeypatch: pytest.MonkeyPatch, from_: date | None, told: list[int]
) -> None:
    ServiceFigure.objects.create(area="espoo", year=2021, service="coaching", measure="starts", value=9)
    monkeypatch.setattr(release_calendar, "embargoed_from", lambda: from_)
    assert service_comparison_queries.years() == told
