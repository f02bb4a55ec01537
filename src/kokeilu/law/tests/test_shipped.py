"""The definitions that come with the project."""

from datetime import date

import pytest

from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.examples import failures


@pytest.mark.parametrize("key", shipped_keys())
def test_every_example_is_right(key):
    trial = shipped(key)
    assert len(trial.examples) >= 12
    assert failures(trial) == []


def test_areas_of_kuntakokeilu():
    trial = shipped("kuntakokeilu")
    rows = trial.areas_on(date(2021, 3, 1))
    assert len({row.area for row in rows}) == 21
    assert len(rows) == 100
    assert {row.area for row in rows if not row.verified} == {"etela-pohjanmaa"}
    assert trial.areas_on(date(2021, 2, 28)) == ()
    expected = {row.area: row.customers_expected for row in rows}
    assert (expected["helsinki"], expected["vantaa-kerava"], expected["espoo"]) == (50_000, 21_000, 18_000)
    assert expected["porvoo"] is expected["raasepori-hanko"] is None


def test_what_is_not_verified_stays_marked():
    trial = shipped("kuntakokeilu")
    assert not any(criterion.verified for criterion in trial.criteria if "4 §" in criterion.law)
    assert all(criterion.verified for criterion in trial.criteria if "4 §" not in criterion.law)
    assert any("four areas with 18 municipalities are missing" in question for question in trial.open_questions)


def test_version_of_the_start():
    (version,) = shipped("kuntakokeilu").versions
    assert (version.key, version.to_day, version.stays) == ("2021-03-01", date(2021, 6, 1), True)
    assert version.area_by == ("municipality",)
