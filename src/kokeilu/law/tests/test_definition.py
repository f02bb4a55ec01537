"""Every error of a definition is one line that names its place and the mend."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.law.definition import load, shipped, shipped_keys
from kokeilu.law.tests.definitions import AREAS, SOUND, line_of, write
from kokeilu.problems import Problem

NAMES = 'name.fi = "T"\nname.sv = "T"\nname.en = "T"\n'


def places(least, most):
    return f'[places]\nmin = {least}\nmax = {most}\nlaw = "x"\nverified = true\n[[criterion]]'


def task(kind="statement", by="state", period="from = 2022-01-01"):
    return (
        f'[[task]]\nby = "{by}"\nkind = "{kind}"\nkey = "t"\n{period}\nlaw = "x"\nverified = true\n{NAMES}[[version]]'
    )


def ground(decided_by='["state"]', leads_to='["area"]', law='"x"'):
    said = NAMES.replace("name", "sentence")
    return (
        f'[[transfer_ground]]\nkey = "t"\ndecided_by = {decided_by}\nleads_to = {leads_to}\nlaw = {law}\n'
        f"verified = true\n{NAMES}{said}[[version]]"
    )


# what is spoiled: the sound text, what replaces it, a piece of the error, the text on whose line it must point
SPOILED = {
    "cycle": ('rule = "young"', 'rule = "second"', "a cycle among groups: first -> second -> first", 'rule = "second"'),
    "self-cycle": ('rule = "young"', 'rule = "young AND first"', "cycle", 'rule = "young AND first"'),
    "unknown fact": ('"age < 30"', '"agge < 30"', "unknown fact 'agge'", '"agge'),
    "criterion in a test": ('"age < 30"', '"age < 30 AND local"', "is a criterion or group", '"age < 30 AND'),
    "unknown criterion": ('"young AND local"', '"young AND locl"', "unknown criterion 'locl'", "locl"),
    "overlap": ("from = 2022-01-01", "from = 2021-12-01", "versions overlap", "from = 2021-12-01"),
    "gap": ("from = 2022-01-01", "from = 2022-02-01", "a gap between versions", "from = 2022-02-01"),
    "gap at the start": (
        "from = 2021-01-01\nto = 2022", "from = 2021-02-01\nto = 2022", "the trial begins on 2021-01-01", "2021-02-01",
    ),
    "after the trial": (
        "to = 2023-01-01\nstatute", "to = 2024-01-01\nstatute", "goes on after the trial", "to = 2024-01-01",
    ),
    "ends before it begins": ("to = 2022-01-01", "to = 2020-01-01", "ends before it begins", "to = 2020"),
    "missing sentence": ('yes.sv = "Ung."\n', "", "missing sentence: yes.sv", "yes.fi"),
    "empty sentence": ('yes.sv = "Ung."', 'yes.sv = " "', "missing sentence: yes.sv", 'yes.fi = "Nuori."'),
    "no sentences": (
        'no.fi = "Ei nuori."\nno.sv = "Inte ung."\nno.en = "Not young."\n', "", "missing sentence: no.fi",
        "[[criterion]]",
    ),
    "unknown language": ('yes.sv = "Ung."', 'yes.sv = "Ung."\nyes.de = "Jung."', "unknown key 'de'", "yes.de"),
    "brace": ('"Nuori."', '"Nuori {age}."', "yes.fi has a brace", "{age}"),
    "bad SQL": ('"age < 30"', '"age < 30 OR"', "bad SQL", '"age < 30 OR"'),
    "two statements": ('"age < 30"', '"age < 30; age > 5"', "not accepted", '"age < 30;'),
    "function": ('"age < 30"', '"abs(age) < 30"', "is not a fact", "abs("),
    "subquery": ('"age < 30"', '"age IN (SELECT 1)"', "not accepted", "SELECT"),
    "null": ('"age < 30"', '"age = NULL"', "a comparison with NULL is never true", "NULL"),
    "text for number": ('"age < 30"', "\"age < '30'\"", "type mismatch", "'30'"),
    "number for text": ("\"trial_area <> 'none'\"", '"trial_area <> 5"', "type mismatch", "<> 5"),
    "decimal": ('"age < 30"', '"age < 29.5"', "compared with 29.5", "29.5"),
    "order of texts": ("\"trial_area <> 'none'\"", "\"trial_area < 'x'\"", "has no order", "< 'x'"),
    "fact that is no predicate": ('"age < 30"', '"age"', "'age' is not yes or no", '"age"'),
    "fact with fact": ('"age < 30"', '"age < education"', "compared with education", "education"),
    "not a day": ('"age < 30"', "\"birth_date < DATE '2021-02-30'\"", "'2021-02-30' is not a day", "2021-02-30"),
    "empty between": ('"age < 30"', '"age BETWEEN 30 AND 20"', "no value between", "BETWEEN"),
    "huge number": ('"age < 30"', '"age < 3000000000"', "compared with 3000000000", "3000000000"),
    "doubled key": ('key = "local"', 'key = "young"', "doubled key 'young'", 'key = "young"\ntest = "trial_area'),
    "group of a criterion's key": ('key = "first"', 'key = "young"', "doubled key", 'key = "young"\nrule'),
    "bad key": ('key = "young"', 'key = "Young!"', "'Young!' is not a key", "Young!"),
    "key with a dash": ('key = "young"', 'key = "you-ng"', "cannot be written in an expression", "you-ng"),
    "missing citation": ('law = "1/2000 1 §"\n', "", "missing citation", "[[criterion]]"),
    "empty citation": ('law = "1/2000 1 §"', 'law = ""', "missing citation", 'law = ""'),
    "no verified": ("verified = true\nyes.fi", "yes.fi", "missing 'verified'", "[[criterion]]"),
    "unknown key": ('law = "1/2000 1 §"', 'law = "1/2000 1 §"\nlow = 1', "unknown key 'low'", "low = 1"),
    "unknown table": ("[[group]]\nkey = \"first\"", "[[grup]]\nkey = \"first\"", "unknown key 'grup'", "[[grup]]"),
    "wrong type": ("stays = false", 'stays = "false"', "'stays' must be true or false", 'stays = "'),
    "date as text": ("to = 2022-01-01", 'to = "2022-01-01"', "'to' must be a date", 'to = "2022'),
    "date with time": ("to = 2022-01-01", "to = 2022-01-01T00:00:00", "'to' has a time", "T00"),
    "exit of those who do not stay": (
        "stays = false", 'stays = false\nexit = "local"', "'exit' without stays", 'exit = "local"',
    ),
    "area_by": ('area_by = ["municipality"]', 'area_by = ["placed_in"]', "'area_by' is not accepted", "placed_in"),
    "table for list": ("[[group]]\nkey = \"second\"", "[group]\nkey = \"second\"", "doubled key", '[group]\nkey'),
    "comparison in member": ('"young AND local"', '"young = 1"', "cannot stand in an expression", "young = 1"),
    "example without version": ("on = 2021-06-01", "on = 2023-06-01", "no version on 2023-06-01", "on = 2023-06"),
    "example's column": ("person.birth_date", "person.birthday", "unknown key 'birthday'", "person.birthday"),
    "example's type": ("= 2000-01-01", '= "2000-01-01"', "'birth_date' must be a date", '= "2000'),
    "example's municipality": ('"091"', '"999"', "unknown municipality '999'", '"999"'),
    "example's decision": ('decision = "in"', 'decision = "yes"', "'yes' is not known here", '"yes"'),
    "example's area": ('area = "helsinki"', 'area = "oulu"', "unknown area 'oulu'", '"oulu"'),
    "areas elsewhere": ('"areas.csv"', '"nowhere.csv"', "cannot read nowhere.csv", "nowhere"),
    "source that is no text": (
        'law = "1/2000 1 §"', 'law = "1/2000 1 §"\nsource = 1', "'source' must be a text", "source = 1",
    ),
    "statute of a plan": (
        'key = "small"', 'key = "small"\nkind = "plan"', "'statute' in a definition of kind plan", "statute =",
    ),
    "document of an act": (
        'statute = "2/2001"', 'document = "2/2001"', "'document' in a definition of kind act", 'document = "2/2001"',
    ),
    "unknown kind": ('key = "small"', 'key = "small"\nkind = "wish"', "'wish' is not known here", 'kind = "wish"'),
    "trial ends before its version": (
        'statute = "2/2001"', 'statute = "2/2001"\ntrial_to = 2022-05-01', "ends before the version does", "trial_to",
    ),
    "longest stay of those who do not stay": (
        "stays = false", 'stays = false\nlongest_stay = "12 months"', "'longest_stay' without stays", "longest_stay",
    ),
    "no length of grace": ("stays = true", 'stays = true\ngrace = "a while"', "'grace' is no length of time", "grace"),
    "no length of time": (
        "stays = true", 'stays = true\nlongest_stay = "a year"', "is no length of time", "longest_stay",
    ),
    "two decisions worded": (
        "[[criterion]]", '[decided]\nin.fi = "a"\nin.sv = "b"\nin.en = "c"\n[[criterion]]', "missing sentence: out.fi",
        "[decided]",
    ),
    "fewer places at most": ("[[criterion]]", places(9, 8), "'max' is less", "max = 8"),
    "no places": ("[[criterion]]", places(0, 8), "from 1 up", "min = 0"),
    "like no one": ("on = 2021-06-01", 'on = 2021-06-01\nlike = "nobody"', "no example 'nobody'", 'like = "nobody"'),
    "without what is not there": (
        "on = 2021-06-01", 'on = 2021-06-01\nwithout = ["language"]', "'language' is not a column", "without",
    ),
    "unknown kind of task": ("[[version]]", task(kind="wish"), "'wish' is not known here", 'kind = "wish"'),
    "unknown doer": ("[[version]]", task(by="nobody"), "'nobody' is not known here", 'by = "nobody"'),
    "task outside the trial": ("[[version]]", task(period="from = 2020-01-01"), "not within the trial", "from = 2020"),
    "task twice": (
        "[[version]]", task().replace("[[version]]", "") + task(period="from = 2022-05-01"),
        "'t' has overlapping periods", 'key = "t"\nfrom = 2022-05-01',
    ),
    "unknown decider": ("[[version]]", ground(decided_by='["king"]'), "'decided_by' is not accepted", '["king"]'),
    "nobody decides": ("[[version]]", ground(decided_by="[]"), "'decided_by' is not accepted", "decided_by = []"),
    "unknown destination": ("[[version]]", ground(leads_to='["moon"]'), "'leads_to' is not accepted", '["moon"]'),
    "ground without a citation": ("[[version]]", ground(law='""'), "'law' is empty", 'law = ""'),
    "no criteria": (SOUND[SOUND.index("[[criterion]]") :], "", "no criteria", "key"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_error_points_at_its_line(name, tmp_path):
    sound, spoiled, what, at = SPOILED[name]
    assert sound in SOUND
    text = SOUND.replace(sound, spoiled, 1)
    path = write(tmp_path, text)
    with pytest.raises(Problem) as raised:
        load(path)
    assert what in str(raised.value)
    assert str(raised.value).startswith(f"{path}:{line_of(text, at)}: ")
    assert "\n" not in str(raised.value)


def test_two_examples_of_one_name(tmp_path):
    path = write(tmp_path, SOUND + SOUND[SOUND.index("[[example]]") :])
    with pytest.raises(Problem, match="doubled name 'young in Helsinki'") as raised:
        load(path)
    assert raised.value.line == SOUND.count("\n") + 2


def test_example_like_another(tmp_path):
    like = '[[example]]\nname = "old"\non = 2021-06-01\nlike = "young in Helsinki"\nwithout = ["municipality"]\n'
    first, second = load(write(tmp_path, SOUND + like + 'decision = "out"\nperson.birth_date = 1950-01-01')).examples
    assert first.person == {"birth_date": date(2000, 1, 1), "municipality": "091"}
    assert second.person == {"birth_date": date(1950, 1, 1)}


def test_syntax_error_points_at_its_line(tmp_path):
    text = SOUND.replace('law = "1/2000 2 §"', 'law = "1/2000 2 §')
    path = write(tmp_path, text)
    with pytest.raises(Problem, match="not TOML") as raised:
        load(path)
    assert raised.value.line == line_of(text, 'law = "1/2000 2 §')


def test_key_twice_in_a_table_points_at_its_line(tmp_path):
    text = SOUND.replace("stays = false", "stays = false\nverified = false")
    path = write(tmp_path, text)
    with pytest.raises(Problem, match="doubled key") as raised:
        load(path)
    assert raised.value.line == line_of(text, "stays = false") + 1


def test_file_that_is_not_utf8(tmp_path):
    path = write(tmp_path)
    path.write_bytes(SOUND.encode("latin-1", errors="replace"))
    with pytest.raises(Problem, match="not UTF-8") as raised:
        load(path)
    assert raised.value.line == line_of(SOUND, "§")


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(Problem, match="cannot read the file"):
        load(tmp_path / "none.toml")


AREA_ERRORS = {
    "unknown municipality": ("091", "999", "unknown municipality '999'", 2),
    "no zeros": ("091", "91", "unknown municipality '91'", 2),
    "overlap": ("245,2021-01-01", "091,2021-05-01", "091 has overlapping periods, see line 2", 4),
    "period": ("2021-01-01,2022-01-01", "2021-01-01,2020-01-01", "ends before it begins", 3),
    "day": ("091,2021-01-01", "091,1.1.2021", "'1.1.2021' is not a day", 2),
    "customers": (",50,", ",many,", "'many' is not a number", 2),
    "source": ("50,a source", "50,", "'source' is empty", 2),
    "verified": ("a source,no\n,", "a source,maybe\n,", "neither yes nor no", 4),
    "key": ("helsinki,", "Helsinki,", "'Helsinki' is not an area key", 2),
    "none": ("helsinki,", "none,", "'none' means outside", 2),
    "name": ("vantaa-kerava,Vantaa–Kerava,Vanda–Kervo,245", "vantaa-kerava,Vantaa,Vanda,245", "another name", 4),
    "column": ("area,name_fi", "area,name", "missing column 'name_fi'", 1),
    "unknown column": ("source,verified", "source,verified,more", "unknown column 'more'", 1),
    "doubled column": ("source,verified", "source,verified,source", "doubled column 'source'", 1),
    "cells": (",,,049,", ",,049,", "8 cells, the header has 9", 5),
}


@pytest.mark.parametrize("name", AREA_ERRORS)
def test_error_in_areas_points_at_its_line(name, tmp_path):
    sound, spoiled, what, line = AREA_ERRORS[name]
    assert sound in AREAS
    path = write(tmp_path, areas=AREAS.replace(sound, spoiled, 1))
    with pytest.raises(Problem) as raised:
        load(path)
    assert what in str(raised.value)
    assert (raised.value.file, raised.value.line) == (path.parent / "areas.csv", line)


def test_sound_definition_is_read(tmp_path):
    trial = load(write(tmp_path))
    assert [version.key for version in trial.versions] == ["2021-01-01", "2022-01-01"]
    assert trial.version_on(date(2021, 12, 31)) is trial.versions[0]
    assert trial.version_on(date(2022, 1, 1)) is trial.versions[1]
    assert [row.municipality for row in trial.areas_on(date(2022, 1, 1))] == ["091", "245"]
    assert [row.municipality for row in trial.open_municipalities_on(date(2021, 1, 1))] == ["049"]
    assert trial.area_names("sv") == {"helsinki": "Helsingfors", "vantaa-kerava": "Vanda–Kervo"}


@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2023, 1, 1)])
def test_day_without_version(day, tmp_path):
    with pytest.raises(Problem, match=f"small has no version on {day}"):
        load(write(tmp_path)).version_on(day)


def test_pattern_leaves_out_criteria_of_other_versions(tmp_path):
    more = SOUND.replace(
        "[[group]]",
        SOUND[SOUND.index("[[criterion]]") : SOUND.index('[[criterion]]\nkey = "local"')].replace("young", "older")
        + "[[group]]",
        1,
    ).replace('"second AND local"', '"second AND local AND older"')
    before, after = load(write(tmp_path)), load(write(tmp_path, more))
    assert [c.key for c in after.versions[0].criteria] == [c.key for c in before.versions[0].criteria]
    assert [c.key for c in after.versions[1].criteria] == ["young", "local", "older"]


def test_hash_covers_both_files(tmp_path):
    sound = load(write(tmp_path)).sha256
    assert load(write(tmp_path)).sha256 == sound
    assert load(write(tmp_path, areas=AREAS.replace("50", "51"))).sha256 != sound
    assert load(write(tmp_path, SOUND.replace("Pieni", "Pikku"))).sha256 != sound


def test_unknown_trial_names_the_known_ones():
    with pytest.raises(Problem, match="known trials: kuntakokeilu"):
        shipped("kuntakokeiluu")
    assert "kuntakokeilu" in shipped_keys()


LINES = SOUND.splitlines()
CHANGES = {
    "remove": lambda lines, at, other: [*lines[:at], *lines[at + 1 :]],
    "double": lambda lines, at, other: [*lines[: at + 1], *lines[at:]],
    "swap": lambda lines, at, other: [*lines[:at], lines[other], *lines[at + 1 :]],
    "cut": lambda lines, at, other: [*lines[:at], lines[at][: other % (len(lines[at]) + 1)], *lines[at + 1 :]],
    "number": lambda lines, at, other: [*lines[:at], lines[at].split("=")[0] + "= 1", *lines[at + 1 :]],
    "list": lambda lines, at, other: [*lines[:at], lines[at].split("=")[0] + "= [[]]", *lines[at + 1 :]],
    "text": lambda lines, at, other: [*lines[:at], lines[at].split("=")[0] + '= "-"', *lines[at + 1 :]],
}


@given(
    changes=st.lists(
        st.tuples(st.sampled_from(list(CHANGES)), st.integers(0, len(LINES) - 5), st.integers(0, len(LINES) - 5)),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=200, deadline=None)
def test_whatever_is_spoiled_is_a_problem_in_one_line(changes, tmp_path_factory):
    lines = LINES
    for change, at, other in changes:
        lines = CHANGES[change](lines, min(at, len(lines) - 1), min(other, len(lines) - 1))
    path = write(tmp_path_factory.mktemp("spoiled"), "\n".join(lines))
    try:
        load(path)
    except Problem as problem:
        assert problem.file == path
        assert problem.line is not None and 1 <= problem.line <= len(lines) + 1
        assert "\n" not in str(problem)
