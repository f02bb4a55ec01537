"""Every page in a browser, in Swedish."""

import pytest

from kokeilu.tests.test_pages import look_at_every_page
from kokeilu.tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_is_sound_in_swedish(world: World, visit, subtests: pytest.Subtests):
    look_at_every_page(world, visit, subtests, "sv")
