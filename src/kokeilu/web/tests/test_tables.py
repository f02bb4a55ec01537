"""The tags and components of tables."""

from typing import Any

import pytest
from django.template import engines
from django.utils import translation


def rendered(template: str, **context: Any) -> str:
    source = "{% load shell %}" + template
    with translation.override("en"):
        html = engines["django"].from_string(source).render(context)
    return "".join(line.strip() for line in html.splitlines())


def test_a_table_is_named_and_scrolls_by_itself() -> None:
    html = rendered('{% table caption %}{% heads %}{% column _("Days") number=True %}{% endheads %}{% endtable %}',
                    caption="A & B")  # fmt: skip
    assert html == (
        '<div class="k-scroll" role="region" tabindex="0" aria-label="A &amp; B">'
        '<table class="aksel-table aksel-table--small"><caption>A &amp; B</caption>'
        '<thead class="aksel-table__header"><tr class="aksel-table__row">'
        '<th scope="col" class="aksel-table__header-cell aksel-label k-number">Days</th>'
        "</tr></thead></table></div>"
    )


def test_what_is_hidden_is_still_there_for_screen_readers() -> None:
    html = rendered('{% table "A" hidden=True %}{% column "Edit" hidden=True %}{% endtable %}')
    assert '<caption class="aksel-sr-only">A</caption>' in html
    assert '<span class="aksel-sr-only">Edit</span></th>' in html
    assert 'aria-label="A"' in html


@pytest.mark.parametrize(("sort", "told"), [("ascending", ' aria-sort="ascending"'), ("none", ""), ("", "")])
def test_a_head_that_sorts_says_the_order_in_aria_sort_alone(sort: str, told: str) -> None:
    column = {"label": "Name", "href": "?sort=-name", "sort": sort}
    html = rendered('{% include "web/components/column.html" %}', column=column)
    assert html == (
        f'<th scope="col" class="aksel-table__header-cell aksel-label"{told}><a href="?sort=-name">Name</a></th>'
    )


def test_a_column_of_days_takes_days_and_what_is_written_already() -> None:
    columns = [{"label": "Name"}, {"label": "Days", "date": True}]
    rows = [["a", "1.3.2021–"], ["b", None]]
    html = rendered('{% include "web/components/table.html" with caption="A" %}', columns=columns, rows=rows)
    assert html.count('<td class="aksel-table__data-cell k-date">') == 2
    assert ">1.3.2021–</td>" in html and ">–</td>" in html
