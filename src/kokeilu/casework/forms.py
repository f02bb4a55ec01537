"""Forms of the casework pages."""

import re
from collections.abc import Iterable
from typing import Any

from babel import Locale
from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from kokeilu.casework import texts
from kokeilu.casework.models import WorkerProfile

MOST_CUSTOMERS = 1_000  # a slip of the finger rather than a caseload
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DISTRICT = re.compile(r"[0-9]{1,5}")


class SearchForm(forms.Form):
    """A search for customers; sent in the body, never in the address."""

    search = forms.CharField(
        label=_("Search"), required=False, max_length=100, strip=True,
        help_text=_("The beginning of a name, or a whole identity code"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class WordsField(forms.CharField):
    """Short words of one pattern, separated by spaces or commas; the value is a list without doubles, sorted."""

    def __init__(self, pattern: re.Pattern[str], **kwargs: Any) -> None:
        self.pattern = pattern
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else " ".join(value)

    def clean(self, value: Any) -> Any:
        words = sorted(set(re.split(r"[\s,;]+", super().clean(value).lower())) - {""})
        if wrong := [word for word in words if not self.pattern.fullmatch(word)]:
            raise forms.ValidationError(_("Not understood: %(words)s") % {"words": ", ".join(wrong)})
        return words


class LanguagesField(WordsField):
    """Codes of languages, each a language that there is."""

    def clean(self, value: Any) -> Any:
        known = Locale.parse("en").languages
        words = super().clean(value)
        if wrong := [word for word in words if word not in known]:
            raise forms.ValidationError(_("No such language: %(words)s") % {"words": ", ".join(wrong)})
        return words


class WorkerForm(forms.Form):
    """What the assignment knows of a worker."""

    capacity = forms.IntegerField(
        label=_("Customers at once"), min_value=0, validators=[MaxValueValidator(MOST_CUSTOMERS)]
    )
    languages = LanguagesField(
        _LANGUAGE, label=_("Languages"), help_text=_("Codes such as fi sv en so, separated by spaces")
    )
    specialities = forms.MultipleChoiceField(
        label=_("Specialities"), choices=lambda: texts.SPECIALITIES.items(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    districts = WordsField(
        _DISTRICT, label=_("Districts"), required=False,
        help_text=_("Beginnings of postal codes such as 001 0025, separated by spaces; none: the whole area"),
    )  # fmt: skip


class ChangeWorkerForm(forms.Form):
    """Another responsible worker for a customer."""

    worker = forms.ChoiceField(label=_("Responsible worker"))
    reason = forms.ChoiceField(label=_("Reason"), choices=lambda: texts.TEAM_LEAD_REASONS.items())

    def __init__(self, *args: Any, workers: Iterable[WorkerProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workers = {str(each.pk): each for each in workers}
        self.fields["worker"].choices = [  # type: ignore[attr-defined]
            (key, each.membership.user.name) for key, each in self.workers.items()
        ]

    def chosen(self) -> WorkerProfile:
        """The worker chosen in a valid form."""
        return self.workers[self.cleaned_data["worker"]]
