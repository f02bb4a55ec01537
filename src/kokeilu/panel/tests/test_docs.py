"""docs/panel.md names what is written: every column of spells in its type, every value of a class, every field."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import polars as pl

from kokeilu.installation import CHECKOUT
from kokeilu.panel import rules
from kokeilu.panel.folder import Manifest

TYPES = {pl.Int64(): "int64", pl.Int16(): "int16", pl.String(): "text", pl.Boolean(): "bool", pl.Date(): "date"}
ROW = re.compile(r"^\| (`[^|]*`) \| (.*) \|$", re.MULTILINE)


def section(heading: str) -> str:
    text = Path(CHECKOUT / "docs" / "panel.md").read_text()
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_columns_of_spells_are_documented_in_their_order_and_type() -> None:
    rows = [(name.strip("`"), rest.split(" | ")) for name, rest in ROW.findall(section("Columns"))]
    assert [(name, cells[0]) for name, cells in rows] == [(name, TYPES[kind]) for name, kind in rules.COLUMNS.items()]
    assert all(cells[1] and cells[2] for _, cells in rows)


def test_the_values_of_classes_are_documented() -> None:
    meaning = {name.strip("`"): rest for name, rest in ROW.findall(section("Columns"))}
    assert all(f"`{name}`" in meaning["age_class"] for name in rules.AGE_CLASSES.values())
    assert ", ".join(map(str, rules.SUPPORT_DAYS)) in meaning["support_days"]
    assert all(code in meaning["language_group"] for code in rules.SAMI)
    assert set(re.findall(r"`(\w+)`", meaning["status"])) == set(get_args(rules.Status))
    assert {name.strip("`") for name, _ in ROW.findall(section("Status"))} == set(get_args(rules.Status))


def test_the_fields_of_the_manifest_are_documented() -> None:
    named = [name for names, _ in ROW.findall(section("Revisions")) for name in re.findall(r"`(\w+)`", names)]
    assert sorted(named) == sorted(field.name for field in fields(Manifest) if field.name != "format")
