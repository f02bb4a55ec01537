"""A version's digest changes with what it says, and with nothing else."""

import pytest

from kokeilu.law.definition import load, shipped
from kokeilu.law.tests.definitions import AREAS, SOUND, write

GROUND = """
[[transfer_ground]]
key = "safety"
from = 2022-01-01
law = "1/2000 5 §"
verified = false
decided_by = ["state"]
leads_to = ["area", "state"]
name.fi = "Turvallisuus"
name.sv = "Säkerhet"
name.en = "Safety"
sentence.fi = "Turvallisuussyistä."
sentence.sv = "Av säkerhetsskäl."
sentence.en = "For safety."
"""
DECIDED = "\n[decided]\n" + "".join(
    f'{decision}.{language} = "{decision} {language}"\n'
    for decision in ("in", "out", "undecided")
    for language in ("fi", "sv", "en")
)
FIRST, SECOND = SOUND.split("[[version]]")[1:3]


def digests(folder, definition=SOUND, areas=AREAS):
    return {version.key: version.sha256 for version in load(write(folder, definition, areas)).versions}


# what changes: the text, what replaces it, and the versions whose digest becomes another
SAID = {
    "a test": (('"age < 30"', '"age < 31"'), "both"),
    "a citation": (('law = "1/2000 2 §"', 'law = "1/2000 3 §"'), "both"),
    "a sentence": (('"Bor i {area}."', '"Bor i området {area}."'), "both"),
    "a rule of a group": (('rule = "first OR NOT local"', 'rule = "first OR local"'), "second"),
    "member": (('member = "young AND local"', 'member = "young OR local"'), "first"),
    "who stays": (("stays = false", "stays = true"), "first"),
    "exit": (('exit = "NOT local"', 'exit = "NOT young"'), "second"),
    "the grace": (("stays = true", 'stays = true\ngrace = "2 months"'), "second"),
    "the longest stay": (("stays = true", 'stays = true\nlongest_stay = "12 months"'), "second"),
    "what places people": (('["municipality"]', '["municipality", "placed_in"]'), "first"),
    "the statute": (('statute = "2/2001"', 'statute = "3/2001"'), "second"),
    "the end of the trial as known": (('statute = "2/2001"', 'statute = "2/2001"\ntrial_to = 2024-01-01'), "second"),
    "the words of the decision": (("[[criterion]]", DECIDED + "[[criterion]]"), "both"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_a_version_says_changes_its_digest(name, tmp_path):
    (sound, changed), which = SAID[name]
    assert sound in SOUND
    before, after = digests(tmp_path), digests(tmp_path, SOUND.replace(sound, changed, 1))
    different = {key for key in before if before[key] != after[key]}
    assert different == {
        "both": {"2021-01-01", "2022-01-01"}, "first": {"2021-01-01"}, "second": {"2022-01-01"},
    }[which]  # fmt: skip


UNSAID = {
    "a comment": ("[[version]]", "# seen\n[[version]]"),
    "that a text has been seen": ("verified = false", "verified = true"),
    "a note": ('law = "1/2000 2 §"', 'law = "1/2000 2 §"\nnote = "look again"'),
    "a source": ('law = "1/2000 2 §"', 'law = "1/2000 2 §"\nsource = "the act"'),
    "the order of lines": ('statute = "2/2001"\nverified = true', 'verified = true\nstatute = "2/2001"'),
    "the trial's name": ('"Pieni"', '"Pikku"'),
    "spaces in a test": ('"age < 30"', '"(age  <  30)"'),
    "an example": ('decision = "in"', 'decision = "out"'),
    "a criterion that no version uses": (
        "[[group]]",
        SOUND[SOUND.index("[[criterion]]") : SOUND.index("[[group]]")].replace("young", "old").replace('"local', '"l2')
        + "[[group]]",
    ),
    "a transfer ground": ("[[example]]", GROUND + "[[example]]"),
}


@pytest.mark.parametrize("name", UNSAID)
def test_what_is_only_known_about_the_law_does_not(name, tmp_path):
    sound, changed = UNSAID[name]
    assert sound in SOUND
    assert digests(tmp_path, SOUND.replace(sound, changed, 1)) == digests(tmp_path)


ROWS = {
    "a municipality goes": ("vantaa-kerava,Vantaa–Kerava,Vanda–Kervo,245,2021-01-01,,,a source,no\n", "", "both"),
    "a municipality changes its area": (
        "vantaa-kerava,Vantaa–Kerava,Vanda–Kervo,245", "helsinki,Helsinki,Helsingfors,245", "both",
    ),
    "an area is found": (",,,049,", "espoo,Espoo,Esbo,049,", "both"),
    "a name": ("Helsingfors", "Stor-Helsingfors", "both"),
    "a row of one version": ("092,2021-01-01,2022-01-01", "092,2021-02-01,2022-01-01", "first"),
    "verified": ("a source,no\n", "a source,yes\n", "none"),
    "source": ("50,a source", "50,another", "none"),
    "customers expected": (",50,", ",60,", "none"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_area_rows_in_force_are_part_of_what_a_version_says(name, tmp_path):
    sound, changed, which = ROWS[name]
    assert sound in AREAS
    areas = AREAS.replace(sound, changed, 1)
    if name == "a municipality changes its area":
        areas = areas.replace("245,2021-01-01,,,", "245,2021-01-01,,50,")
    before, after = digests(tmp_path), digests(tmp_path, areas=areas)
    different = {key for key in before if before[key] != after[key]}
    expected = {"both": {"2021-01-01", "2022-01-01"}, "first": {"2021-01-01"}, "none": set()}[which]
    assert different == expected


def amended(ends):
    """The definition with a third version from 2022-07-01 on, which cuts the second one."""
    third = SECOND.split("[[example]]")[0].replace("from = 2022-01-01", "from = 2022-07-01").replace("2/2001", "3/2002")
    third = third.replace('"second AND local"', '"young"')
    cut = SOUND.replace(SECOND, SECOND.replace("to = 2023-01-01", "to = 2022-07-01"))
    return cut.replace("[[example]]", "[[version]]" + third.replace("2023-01-01", ends) + "\n[[example]]", 1)


def test_a_new_version_leaves_those_before_it_as_they_are(tmp_path):
    before = digests(tmp_path)
    after = digests(tmp_path, amended("2023-01-01"))
    assert after.keys() == {*before, "2022-07-01"}
    assert after.items() >= before.items()


def test_a_new_version_with_areas_of_its_own_leaves_those_before_it_as_they_are(tmp_path):
    before = digests(tmp_path)
    areas = AREAS.replace(
        "helsinki,Helsinki,Helsingfors,091,2021-01-01,,", "helsinki,Helsinki,Helsingfors,091,2021-01-01,2022-07-01,"
    )
    areas += "vantaa-kerava,Vantaa–Kerava,Vanda–Kervo,091,2022-07-01,,,a source,no\n"
    after = digests(tmp_path, amended("2023-01-01"), areas)
    assert after.items() >= before.items()
    assert after["2022-07-01"] != digests(tmp_path, amended("2023-01-01"))["2022-07-01"]


def test_a_longer_trial_leaves_the_versions_before_as_they_are(tmp_path):
    before = digests(tmp_path)
    longer = amended("2024-01-01").replace("to = 2023-01-01\nareas", "to = 2024-01-01\nareas")
    for version in (FIRST, SECOND):
        start = version.split("\n")[1]
        longer = longer.replace(f"[[version]]\n{start}", f"[[version]]\n{start}\ntrial_to = 2023-01-01", 1)
    assert digests(tmp_path, longer).items() >= before.items()


def test_a_ground_s_digest_is_of_what_it_says(tmp_path):
    def digest(text):
        (ground,) = load(write(tmp_path, SOUND.replace("[[example]]", text + "[[example]]"))).transfer_grounds
        return ground.sha256

    sound = digest(GROUND)
    assert digest(GROUND.replace("verified = false", 'verified = true\nnote = "seen"')) == sound
    assert digest(GROUND.replace("from = 2022-01-01", "from = 2022-01-01\nto = 2022-06-01")) == sound
    for said, changed in (
        ("5 §", "6 §"),
        ("For safety.", "Safety."),
        ('["state"]', '["municipality"]'),
        ('"area", ', ""),
    ):
        assert digest(GROUND.replace(said, changed)) != sound


def test_versions_that_say_the_same_from_different_days_have_different_digests():
    trial = shipped("kuntakokeilu")
    assert len({version.sha256 for version in trial.versions}) == len(trial.versions)
