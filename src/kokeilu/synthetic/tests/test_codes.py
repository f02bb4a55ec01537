from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import hetu

from kokeilu.synthetic import codes, months

DAYS = st.dates(date(1936, 1, 1), date(2009, 12, 31)).map(months.day_number)


def made(births: list[int]) -> list[str]:
    born, serials = codes.Serials().take(np.array(births, dtype=np.int32))
    return [code.decode() for code in codes.identity_codes(born, serials)]


@given(st.lists(DAYS, max_size=40).flatmap(lambda days: st.permutations(days * 20)))
def test_codes_are_valid_unique_and_temporary(births: list[int]) -> None:
    out = made(births)
    assert len(set(out)) == len(births)
    assert all(hetu.is_valid(code, allow_temporary=True) and not hetu.is_valid(code) for code in out)
    assert [codes.birth_day(code) for code in out] == births


def test_a_full_date_uses_every_sign_and_moves_the_next_person_on() -> None:
    day = months.day_number(date(1999, 12, 31))
    out = made([day] * (codes.PER_DATE + 1))
    assert len(set(out)) == codes.PER_DATE + 1
    assert {code[6] for code in out[:-1]} == set("-YXWVU")
    assert out[-1].startswith("010100A9")


def test_serials_go_on_from_one_month_to_the_next() -> None:
    serials = codes.Serials()
    day = np.full(3, months.day_number(date(1980, 2, 29)), dtype=np.int32)
    assert serials.take(day)[1].tolist() == [0, 1, 2]
    assert serials.take(day)[1].tolist() == [3, 4, 5]


@pytest.mark.parametrize("text", ["2021-3", "2021-13", "March", "", "2021-03-01"])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(months.Problem, match="is not a month"):
        months.parse(text)


@given(st.integers(1990 * 12, 2100 * 12))
def test_months_and_labels_are_the_same_thing(month: int) -> None:
    assert months.parse(months.label(month)) == month
    assert months.day_number(months.first_day(month + 1)) == months.day_number(months.last_day(month)) + 1
