"""The list of municipalities: those that ceased name their day and the municipality that they are part of since."""

from datetime import date

from kokeilu.law.areas import municipalities


def test_a_municipality_that_ceased_names_its_successor() -> None:
    ceased = {code: (place.to_day, place.successor) for code, place in municipalities().items() if place.to_day}
    assert ceased == {"099": (date(2021, 1, 1), "214"), "911": (date(2020, 1, 1), "541")}
    assert {municipalities()[successor].name for _, successor in ceased.values() if successor} == {
        "Kankaanpää",
        "Nurmes",
    }
    assert all(place.to_day for place in municipalities().values() if place.successor)
