import pytest

from kokeilu.synthetic import extracts, world


@pytest.fixture(scope="session")
def small() -> world.World:
    """A small world up to the anchor month and a little further."""
    return world.generate("small", 7, first="2019-01", last="2021-06")


@pytest.fixture(scope="session")
def made(small: world.World) -> extracts.Extracts:
    return extracts.Extracts(small)
