"""The form of the table builder: its fields are the address of the table."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.monitoring import (
    breakdown_queries,
    breakdown_rules,
    builder_rules,
    goal_rules,
    published_codes,
    release_texts,
)
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.breakdown_rules import Dimension as Breakdown
from kokeilu.monitoring.builder_queries import Choice, Offer
from kokeilu.monitoring.published_codes import TOGETHER
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.release_audit import KEY
from kokeilu.web import formats

GROUP = "group"  # stands for the dimension of the breakdown, whichever it is
LONGEST_ECHO = 60  # characters of what the address asked for that a message repeats


class _Some(forms.MultipleChoiceField):
    """One or more of what is offered, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(_("choose at least one"))
        unknown = [each for each in value if not self.valid_value(each)]
        if unknown:
            raise forms.ValidationError(_("there is no “%(value)s”") % {"value": unknown[0][:LONGEST_ECHO]})


class _Month(forms.ChoiceField):
    """One of the months with figures."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            raise forms.ValidationError(_("there are no figures of “%(value)s”") % {"value": value[:LONGEST_ECHO]})


class _Kind(forms.ChoiceField):
    """What figures are broken down by."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            raise forms.ValidationError(_("there is no “%(value)s”") % {"value": value[:LONGEST_ECHO]})


class TableForm(forms.Form):
    """What a table holds and how it lies. Single months count before the range.

    A figure of registered unemployment brings those with it that it is never shown without: `added`.
    """

    indicator = _Some(label=gettext_lazy("Indicators"))
    area = _Some(label=gettext_lazy("Areas"))
    population = _Some(label=gettext_lazy("Population"))
    first = _Month(label=gettext_lazy("First month"), required=False)
    last = _Month(label=gettext_lazy("Last month"), required=False)
    month = _Some(label=gettext_lazy("Single months"), required=False)
    by = _Kind(label=gettext_lazy("Broken down by"), required=False)
    column = _Some(label=gettext_lazy("In columns"), required=False)

    def __init__(self, data: QueryDict, offer: Offer) -> None:
        super().__init__(data)
        self.asked, self.offer = data, offer
        for name, codes in _choices(offer).items():
            self.fields[name].choices = codes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        months = sorted(set(found["month"])) or self._range(found["first"], found["last"])
        by = next((one for one in self.offer.breakdowns if one.key == found["by"]), None)
        keys = {key: key for key in KEY} | ({GROUP: by.key} if by else {})
        columns = [key for name, key in keys.items() if name in found["column"]]
        chosen = found["indicator"]
        if len(columns) == len(keys):
            self.add_error("column", _("leave at least one for the rows"))
        self.choice = Choice(
            areas=_ordered(self.offer.areas, found["area"]),
            populations=_ordered(self.offer.populations, found["population"]),
            months=months,
            indicators=_ordered(self.offer.indicators, self._together(chosen, by)),
            columns=columns,
            by=by,
            groups=breakdown_queries.groups(by.key, found["area"]) if by else (),
        )
        if by is not None:
            self._refuse_not_broken_down(by)
        self._refuse_large()
        self.added = [key for key in self.choice.indicators if key not in chosen]
        return found

    def _together(self, chosen: list[str], by: Breakdown | None) -> set[str]:
        """What was chosen, with what always stands beside it as far as it is broken down."""
        beside = set(goal_rules.together(chosen)) - set(chosen)
        return {*chosen, *(beside if by is None else beside & set(breakdown_rules.indicators(by)))}

    def _range(self, first: str, last: str) -> list[str]:
        if not first or not last:
            self.add_error("first" if not first else "last", _("choose a month, or single months"))
        elif first > last:
            self.add_error("last", _("the last month comes before the first"))
        return builder_rules.months_between(self.offer.months, first, last)

    def _refuse_not_broken_down(self, by: Breakdown) -> None:
        if TOGETHER in self.choice.areas:
            name = release_texts.TOGETHER[formats.language()]
            self.add_error("area", _("%(name)s: only single areas are broken down") % {"name": name})
        if found := set(self.choice.populations) - {POPULATION}:
            names = ", ".join(release_texts.POPULATIONS[key][formats.language()] for key in sorted(found))
            self.add_error("population", _("%(names)s: only all residents are broken down") % {"names": names})
        missing = [key for key in self.choice.indicators if key not in breakdown_rules.indicators(by)]
        if missing:
            names = ", ".join(published_codes.whole_name(key)[formats.language()] for key in missing)
            words = {"names": names, "by": by.name[formats.language()]}
            self.add_error("indicator", _("not published by “%(by)s”: %(names)s") % words)

    def _refuse_large(self) -> None:
        cells = self.choice.size
        if cells > builder_rules.MOST_CELLS:
            words = {"cells": formats.number(cells), "most": formats.number(builder_rules.MOST_CELLS)}
            self.add_error(None, _("It would have %(cells)s cells; a table has at most %(most)s.") % words)

    @property
    def faults(self) -> list[str]:
        """What is wrong with the choices, a sentence each."""
        return [
            str(error) if name == "__all__" else f"{self.fields[name].label}: {error}"
            for name, errors in self.errors.items()
            for error in errors
        ]


def _ordered(offered: Iterable[str], chosen: Iterable[str]) -> list[str]:
    wanted = set(chosen)
    return [key for key in offered if key in wanted]


def _choices(offer: Offer) -> dict[str, list[tuple[str, Any]]]:
    language: Any = formats.language()

    def labelled(key: str, codes: Iterable[str]) -> list[tuple[str, Any]]:
        return [(code.key, code.label[language]) for code in published_codes.dimension(key, codes).codes]

    months = labelled("month", offer.months)[::-1]
    return {
        "indicator": labelled("indicator", offer.indicators),
        "area": sorted(labelled("area", offer.areas), key=lambda choice: (choice[0] == TOGETHER, choice[1])),
        "population": labelled("population", offer.populations),
        "first": months,
        "last": months,
        "month": months,
        "by": [("", _("Not broken down")), *((one.key, one.name[language]) for one in offer.breakdowns)],
        "column": [*((key, release_texts.DIMENSIONS[key][language]) for key in KEY), (GROUP, _("The breakdown"))],
    }


def first_table(offer: Offer) -> QueryDict:
    """The choices that a person begins with: the three figures that stand together, all areas, the newest month."""
    data = QueryDict(mutable=True)
    data.setlist("indicator", list(_ordered(HEADLINE, offer.indicators)) or list(offer.indicators[:1]))
    data.setlist("area", [key for key in offer.areas if key != TOGETHER])
    data["population"] = offer.populations[0]
    data["first"] = data["last"] = offer.months[0]
    data["column"] = "indicator"
    return data
