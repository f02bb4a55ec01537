"""Invented names, put together from the syllables and word parts of `data/names.toml`: no list of people."""

import tomllib
from functools import cache
from importlib.resources import files
from itertools import product


def kind(language: str) -> str:
    """Which names a mother tongue takes: fi, sv or other."""
    return {"fi": "fi", "sv": "sv", "se": "fi", "smn": "fi", "sms": "fi"}.get(language, "other")


def family_names(of: str) -> tuple[str, ...]:
    """All family names of a kind, in a fixed order."""
    return _joined("family", of)


def given_names(of: str) -> tuple[str, ...]:
    """All given names of a kind, in a fixed order."""
    return _joined("given", of)


def streets(language: str) -> tuple[str, ...]:
    """The street names in `fi` or `sv`; as many in both, the same street at the same place."""
    return _joined("street", language)


@cache
def _joined(what: str, of: str) -> tuple[str, ...]:
    text = files("kokeilu.synthetic").joinpath("data/names.toml").read_text(encoding="utf-8")
    parts = tomllib.loads(text)[what][of]
    return tuple(start + end for start, end in product(parts["starts"].split(), parts["ends"].split()))
