"""Every page in a browser, as whoever may open it: accessible in three languages, inside the window of a phone."""

import os
from itertools import cycle, groupby
from operator import itemgetter
from pathlib import Path

import pytest

from kokeilu.tests.test_access_table import ADDRESSES, EVERYBODY, ROWS
from kokeilu.tests.world import World
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow, resize

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ("fi", "sv", "en")
# Where somebody asks for these, no page comes: a redirect elsewhere, a file, or a refusal on purpose.
NO_PAGES = {
    "openid_connect_callback", "my:callback", "monitoring:chart", "monitoring:small_chart",
    "monitoring:catalogue", "monitoring:release_file", "monitoring:national_chart", "monitoring:national_comparison",
    "monitoring:goal_chart", "monitoring:services_chart", "monitoring:duration_chart", "monitoring:table_file",
    "monitoring:beginnings_file", "monitoring:duration_month_file", "monitoring:services_file",
    "monitoring:comparison_file", "monitoring:development_file",
    "transfer:letter", "transfer:own_letter",
}  # fmt: skip


def visits(world: World, language: str) -> list[tuple[str, str, tuple[int, ...], int]]:
    """What to open in a language, person by person: path, as whom, in which widths, and the status to get.

    The first who may open a page sees it in every language and width, the others in one, each in the next language;
    the refusal is looked at on one page.
    """
    wanted = []
    turn = cycle(LANGUAGES)
    for (route, method), row in sorted(ROWS.items()):
        address = ADDRESSES[route, method]
        if method != "GET" or address.name in NO_PAGES:
            continue
        path = address.path(world.parameters)
        # What nobody of the table may open, such as another area's goals, is looked at in its room's own tests.
        first, *others = [who for who in EVERYBODY if row[who] == "permit"] or [None]
        wanted += [(path, first, (DESKTOP, PHONE), 200)] if first else []
        wanted += [(path, who, (DESKTOP,), 200) for who in others if next(turn) == language]
        refused = next((who for who in EVERYBODY if row[who] == "deny"), None)
        if refused and route == "/admin/":
            wanted += [(path, refused, (PHONE,), 403)]
    return sorted(wanted, key=itemgetter(1))


def look_at_every_page(world: World, visit, subtests: pytest.Subtests, language: str) -> None:
    """Walk in one language. Each has a file of its own, so that several workers walk at once."""
    shots = os.environ.get("KOKEILU_SHOTS")  # a folder for pictures of all pages, to look at
    for who, theirs in groupby(visits(world, language), key=itemgetter(1)):
        for path, _, widths, status in theirs:
            page = visit(path, world.visitor(who), language, widths[0])
            for width in widths:
                with subtests.test(f"{path} {who} {language} {width}"):
                    resize(page, width)
                    if shots:
                        name = f"{path.strip('/').replace('/', '-')[:60] or 'front'}.{who}.{language}.{width}.png"
                        page.screenshot(path=Path(shots) / name, full_page=True)
                    assert visit.status == status
                    assert page.locator("html").get_attribute("lang") == language
                    assert axe_faults(page) == []
                    assert overflow(page) == 0
        visit.close()  # each window keeps connections to the server, whose threads keep some to the database


def test_every_page_is_sound_in_finnish(world: World, visit, subtests: pytest.Subtests):
    look_at_every_page(world, visit, subtests, "fi")
