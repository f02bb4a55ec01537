"""A small sound definition, to be spoiled by the tests of errors."""

from pathlib import Path

SOUND = """\
key = "small"
statute = "1/2000"
from = 2021-01-01
to = 2023-01-01
areas = "areas.csv"
names.fi = "Pieni"
names.sv = "Liten"
names.en = "Small"

[[criterion]]
key = "young"
test = "age < 30"
law = "1/2000 1 §"
verified = true
yes.fi = "Nuori."
yes.sv = "Ung."
yes.en = "Young."
no.fi = "Ei nuori."
no.sv = "Inte ung."
no.en = "Not young."

[[criterion]]
key = "local"
test = "trial_area <> 'none'"
law = "1/2000 2 §"
verified = false
yes.fi = "Asuu alueella {area}."
yes.sv = "Bor i {area}."
yes.en = "Lives in {area}."
no.fi = "Asuu muualla."
no.sv = "Bor annanstans."
no.en = "Lives elsewhere."

[[group]]
key = "first"
rule = "young"

[[group]]
key = "second"
rule = "first OR NOT local"

[[version]]
from = 2021-01-01
to = 2022-01-01
statute = "1/2000"
verified = true
area_by = ["municipality"]
member = "young AND local"
stays = false

[[version]]
from = 2022-01-01
to = 2023-01-01
statute = "2/2001"
verified = true
area_by = ["municipality", "placed_in"]
member = "second AND local"
stays = true
exit = "NOT local"

[[example]]
name = "young in Helsinki"
on = 2021-06-01
decision = "in"
area = "helsinki"
person.birth_date = 2000-01-01
person.municipality = "091"
"""

AREAS = """\
area,name_fi,name_sv,municipality,from,to,customers_expected,source,verified
helsinki,Helsinki,Helsingfors,091,2021-01-01,,50,a source,yes
vantaa-kerava,Vantaa–Kerava,Vanda–Kervo,092,2021-01-01,2022-01-01,,a source,yes
vantaa-kerava,Vantaa–Kerava,Vanda–Kervo,245,2021-01-01,,,a source,no
,,,049,2021-01-01,,,a source,no
"""


def write(folder: Path, definition: str = SOUND, areas: str = AREAS) -> Path:
    """Write a definition with its areas; returns the definition's path."""
    (folder / "areas.csv").write_text(areas, encoding="utf-8")
    path = folder / "small.toml"
    path.write_text(definition, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    """The first line that holds `part`."""
    return text[: text.index(part)].count("\n") + 1
