"""The words of the page of durations: a cohort's name, what its curve says, and what two curves say of each other."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kokeilu.monitoring import survival_curves
from kokeilu.monitoring.survival_curves import Curve, Point
from kokeilu.web import formats

READINGS: Final[dict[survival_curves.Reading, Promise]] = {
    "open_market": gettext_lazy(
        "Unemployment was shorter, and at least half of the difference left for the open labour market."
    ),
    "into_services": gettext_lazy(
        "Unemployment was shorter because more people went into services, not because more found work in the open "
        "labour market."
    ),
    "other_ways": gettext_lazy(
        "Unemployment was shorter, but the figures do not show that more people went to the open labour market."
    ),
    "longer": gettext_lazy("Unemployment was longer."),
    "unchanged": gettext_lazy("Unemployment lasted about as long."),
}

MEANINGS: Final[dict[str, tuple[Promise, Promise]]] = {
    "began": (
        gettext_lazy("Unemployment began"),
        gettext_lazy(
            "In the month of the register's day, of people who are unemployed or fully laid off in the area "
            "at that month's end and were not unemployed at the end of the month before. Who comes to the "
            "area unemployed is not among them."
        ),
    ),
    "still": (
        gettext_lazy("Still unemployed"),
        gettext_lazy(
            "Unemployed at every month's end since, in any area. A break between two month ends is not seen."
            " This is the estimate of Kaplan and Meier; those still unemployed at the last point are not "
            "followed further."
        ),
    ),
    "left": (
        gettext_lazy("Left"),
        gettext_lazy(
            "What the person did at the first month's end without unemployment: worked in the open labour "
            "market without support, took part in a service, or anything else: supported work, studies, "
            "outside the labour force, or not reported any more. The ways compete, so they are read together"
            " (Aalen and Johansen). People in services are still in broad unemployment."
        ),
    ),
    "compared": (
        gettext_lazy("Compared with"),
        gettext_lazy(
            "The same half-year a year before and, where that is another, the last one that had been "
            "followed for as long before the trial began."
        ),
    ),
    "median": (
        gettext_lazy("Median"),
        gettext_lazy(
            "The least number of full months that half of the people have been unemployed for, or less. "
            "Ended unemployment is looked at in the month before it ended. Those of whom the register does "
            "not tell the beginning are left out."
        ),
    ),
}
"""What the words of the page mean: by key, the word and its meaning."""
NOT_REVISED: Final = gettext_lazy(
    "What has been published stays as it was first published: later corrections do not change it."
)


def half_year(began: date) -> str:
    """A cohort's name: January to June 2021."""
    if began.month == 1:
        return _("January to June %(year)s") % {"year": began.year}
    return _("July to December %(year)s") % {"year": began.year}


def share(value: float) -> str:
    """A share as a page writes it: whole per cent."""
    return formats.share(value, 0)


def left(one: Curve) -> str:
    """A cohort's curve in a sentence."""
    words: dict[str, Any] = {"half_year": half_year(one.began), "people": formats.number(one.persons, 0)}
    between = survival_curves.half_left(one)
    if between is None:
        words |= {"share": share(one.last.still), "months": one.last.months}
        return (
            ngettext(
                "Of the %(people)s people who became unemployed in %(half_year)s, %(share)s were still unemployed "
                "after %(months)s month.",
                "Of the %(people)s people who became unemployed in %(half_year)s, %(share)s were still unemployed "
                "after %(months)s months.",
                one.last.months,
            )
            % words
        )
    words["months"] = between[1]
    return (
        ngettext(
            "Half of the %(people)s people who became unemployed in %(half_year)s had left unemployment after "
            "%(months)s month.",
            "Half of the %(people)s people who became unemployed in %(half_year)s had left unemployment after "
            "%(months)s months.",
            between[1],
        )
        % words
    )


def ways(one: Curve) -> str:
    """Where a cohort's people had gone by its last point."""
    return _way(one, one.last)


def _capital(sentence: str) -> str:
    """A sentence that begins with a half-year's name, which is written small within one."""
    return sentence[:1].upper() + sentence[1:]


def _way(one: Curve, point: Point) -> str:
    market, service, other = (share(value) for value in point.left)
    return _capital(
        ngettext(
            "%(half_year)s, after %(months)s month: %(still)s still unemployed; %(market)s had left for the open "
            "labour market, %(service)s for a service, %(other)s elsewhere.",
            "%(half_year)s, after %(months)s months: %(still)s still unemployed; %(market)s had left for the open "
            "labour market, %(service)s for a service, %(other)s elsewhere.",
            point.months,
        )
        % {
            "half_year": half_year(one.began), "months": point.months, "still": share(point.still), "market": market,
            "service": service, "other": other,
        }
    )  # fmt: skip


def comparisons(curves: Sequence[Curve]) -> list[list[str]]:
    """The first cohort against each of the others, at the longest time that both show: the sentences of each."""
    now, *others = curves
    found = []
    for before in others:
        points = survival_curves.common(now, before)
        if points is not None:
            said = READINGS[survival_curves.reading(*points)]
            versus = _("%(half_year)s against %(before)s:") % {
                "half_year": half_year(now.began), "before": half_year(before.began)
            }  # fmt: skip
            found.append([_capital(f"{versus} {said}"), _way(now, points[0]), _way(before, points[1])])
    return found
