"""What a person changes of a law to see what would follow: the form of a comparison and of each scenario."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu import clock
from kokeilu.law.areas import municipalities
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.logic import Atom
from kokeilu.law.scenarios import Scenario
from kokeilu.law.trial import Trial
from kokeilu.transfer.scenario_figures import reported_days
from kokeilu.web import formats
from kokeilu.web.forms import DayField

MOST_DAYS = 12  # each takes as long as reading the whole register
MOST_CITIES = 50
YOUNGEST, OLDEST = 16, 68
CUSTOMERS_PER_WORKER = 100  # only what the form begins with
SCENARIOS = ("s1", "s2", "s3")

# In the languages of the interface alone: a scenario is not kept.
LANGUAGES = ("fi", "sv", "en")


def age_limit(trial: Trial) -> int | None:
    """The age at which an answer of the law changes; None where it asks about no age, or about more than one."""
    limits = {value for _, value in _age_tests(trial)}
    return limits.pop() if len(limits) == 1 else None


def _age_tests(trial: Trial) -> list[tuple[str, int]]:
    """The criteria that ask whether a person has reached an age, with the age."""
    return [
        (criterion.key, int(str(test.values[0])))
        for criterion in trial.criteria
        if isinstance(test := criterion.test, Atom) and test.fact == "age" and test.operator in ("<", ">=")
    ]


class ComparisonForm(forms.Form):
    """The law that is compared, on which facts."""

    trial = forms.ChoiceField(label=gettext_lazy("Trial"))
    on = DayField(
        label=gettext_lazy("Day"), help_text=gettext_lazy("The law and the register's facts are those of this day.")
    )
    since = DayField(
        label=gettext_lazy("Months from"),
        required=False,
        help_text=gettext_lazy("Shows also the ends of the months from this day on, where the register reports them."),
    )
    customers_per_worker = forms.IntegerField(
        label=gettext_lazy("Customers per worker"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=gettext_lazy("Your own assumption. Each area's workers are rounded up."),
    )

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        begin = {"trial": "kuntakokeilu", "on": clock.today(), "customers_per_worker": CUSTOMERS_PER_WORKER}
        super().__init__(data, initial=begin | (initial or {}))
        self.fields["trial"].choices = [  # type: ignore[attr-defined]
            (key, shipped(key).names[formats.language()]) for key in shipped_keys()
        ]
        self.days: list[date] = []

    def clean(self) -> dict[str, Any]:
        """Works out `days`: those to compare on, in order."""
        cleaned = super().clean() or self.cleaned_data
        on, since = cleaned.get("on"), cleaned.get("since")
        if on is None:
            return cleaned
        reported = reported_days()
        if not reported:
            self.add_error("on", _("No register extract has been imported."))
        elif on < reported[0]:
            told = _("The register reports nothing before %(day)s.") % {"day": formats.day(reported[0])}
            self.add_error("on", told)
        elif since is not None and since >= on:
            self.add_error("since", _("Give a day before the other one."))
        else:
            self.days = [*(month_ends(since, on, reported) if since else ()), on]
            if len(self.days) > MOST_DAYS:
                self.add_error("since", _too_many(len(self.days)))
            elif since and len(self.days) == 1:
                self.add_error("since", _("The register reports no month's end between the two days."))
        return cleaned

    def chosen_trial(self) -> Trial:
        """The trial that is chosen now, also of a form with errors."""
        key = self.data.get("trial") if self.is_bound else self.initial["trial"]
        return shipped(key if key in shipped_keys() else "kuntakokeilu")


def month_ends(since: date, until: date, reported: Sequence[date]) -> list[date]:
    """The last days of months in [since, until) for which the register reports a day of that month."""
    months = sorted({(day.year, day.month) for day in reported if since <= _last(day) < until})
    return [_last(date(year, month, 1)) for year, month in months]


def _last(day: date) -> date:
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def _too_many(days: int) -> str:
    return _(
        "%(days)s days are too many for a page: it takes %(most)s at most. Begin later, or use the command"
        " “kokeilu trial whatif”, which takes any number."
    ) % {"days": days, "most": MOST_DAYS}


@cache
def _by_name() -> dict[str, str]:
    """The codes of municipalities by code, Finnish and Swedish name, in small letters."""
    return {name.casefold(): code for code, one in municipalities().items() for name in (code, one.name_sv, one.name)}


class MunicipalitiesField(forms.CharField):
    """Municipalities by name or code with commas between; gives their codes in that order."""

    def to_python(self, value: Any) -> Any:
        """A tuple of codes. ValidationError, one for each: names that no municipality has, with those most like it."""
        parts = [part.strip() for part in re.split(r"[,;\n]", super().to_python(value) or "")]
        unknown = [part for part in parts if part and part.casefold() not in _by_name()]
        if unknown:
            raise ValidationError([_unknown(part) for part in unknown[:5]])
        return tuple(dict.fromkeys(_by_name()[part.casefold()] for part in parts if part))


def _unknown(name: str) -> str:
    close = get_close_matches(name.casefold(), [each for each in _by_name() if not each.isdigit()], n=1, cutoff=0.7)
    if not close:
        return _("There is no municipality “%(name)s”.") % {"name": name}
    return _("There is no municipality “%(name)s”. Is it %(other)s?") % {
        "name": name,
        "other": municipality_name(_by_name()[close[0]]),
    }


def municipality_name(code: str) -> str:
    """A municipality's name in the language of the interface."""
    found = municipalities()[code]
    return found.name_sv if formats.language() == "sv" else found.name


class ScenarioForm(forms.Form):
    """One other law: what is left empty stays as it is."""

    age_limit = forms.IntegerField(
        label=gettext_lazy("Age limit"), min_value=YOUNGEST, max_value=OLDEST, required=False
    )
    largest = forms.IntegerField(
        label=gettext_lazy("So many of the largest cities join"),
        min_value=1,
        max_value=MOST_CITIES,
        required=False,
        help_text=gettext_lazy("Those with the most job seekers in the register on the first day."),
    )
    join = MunicipalitiesField(
        label=gettext_lazy("Municipalities that join"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Names or codes with commas between. Each becomes an area of its own."),
    )
    start = DayField(label=gettext_lazy("First day of the trial"), required=False)

    def __init__(self, prefix: str, trial: Trial, data: Any = None) -> None:
        super().__init__(data, prefix=prefix)
        self.trial = trial
        limit = age_limit(trial)
        self.fields["age_limit"].help_text = (
            _("The law asks about no age.") if limit is None else _("In the law: %(age)s.") % {"age": limit}
        )
        self.fields["start"].help_text = _("In the law: %(day)s.") % {"day": formats.day(trial.from_day)}

    def clean_age_limit(self) -> int | None:
        """ValidationError: the law asks about no age, or changes at this one already."""
        age: int | None = self.cleaned_data["age_limit"]
        limit = age_limit(self.trial)
        if age is not None and limit is None:
            raise ValidationError(_("This trial's law has no age limit to change."))
        if age is not None and age == limit:
            raise ValidationError(_("This is the law's own age limit: give another, or none."))
        return age

    def clean_join(self) -> tuple[str, ...]:
        """ValidationError: a municipality that belongs to an area already."""
        codes: tuple[str, ...] = self.cleaned_data["join"] or ()
        areas = {row.municipality: row for row in self.trial.areas if row.area is not None}
        names = self.trial.area_names(formats.language())
        inside = [code for code in codes if code in areas]
        if inside:
            told = _("%(municipality)s belongs to the area %(area)s already.")
            raise ValidationError([
                told % {"municipality": municipality_name(code), "area": names[str(areas[code].area)]}
                for code in inside
            ])  # fmt: skip
        return codes

    def clean_start(self) -> date | None:
        """ValidationError: the law's own first day, or one after the trial."""
        start: date | None = self.cleaned_data["start"]
        if start == self.trial.from_day:
            raise ValidationError(_("This is the law's own first day: give another, or none."))
        if start is not None and start >= self.trial.to_day:
            last = formats.day(self.trial.to_day - timedelta(days=1))
            raise ValidationError(_("The trial ends on %(day)s: give a day before that.") % {"day": last})
        return start

    def changes(self) -> bool:
        """Whether a valid form changes anything."""
        return any(self.cleaned_data.values())

    def scenario(self) -> Scenario:
        """The scenario of a valid form that changes something."""
        chosen = self.cleaned_data
        name = self.name()
        return Scenario(
            key=str(self.prefix),
            names=dict.fromkeys(LANGUAGES, name),
            tests={key: self._test(key, chosen["age_limit"]) for key, _age in _age_tests(self.trial)}
            if chosen["age_limit"]
            else {},
            join=chosen["join"],
            largest_cities=chosen["largest"] or 0,
            from_day=chosen["start"],
        )

    def _test(self, key: str, age: int) -> Atom:
        (operator,) = [c.test.operator for c in self.trial.criteria if c.key == key and isinstance(c.test, Atom)]
        return Atom("age", operator, (age,))

    def name(self) -> str:
        """What the scenario changes, in words."""
        chosen = self.cleaned_data
        parts = []
        if chosen["age_limit"]:
            parts.append(_("age limit %(age)s") % {"age": chosen["age_limit"]})
        if chosen["largest"]:
            parts.append(_("the %(number)s largest cities join") % {"number": chosen["largest"]})
        if chosen["join"]:
            names = ", ".join(municipality_name(code) for code in chosen["join"])
            parts.append(_("joining: %(names)s") % {"names": names})
        if chosen["start"]:
            parts.append(_("start on %(day)s") % {"day": formats.day(chosen["start"])})
        name = "; ".join(parts)
        return name[:1].upper() + name[1:]
