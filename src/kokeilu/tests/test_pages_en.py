"""Every page in a browser, in English."""

import pytest

from kokeilu.tests.test_pages import look_at_every_page
from kokeilu.tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_is_sound_in_english(world: World, visit, subtests: pytest.Subtests):
    look_at_every_page(world, visit, subtests, "en")
