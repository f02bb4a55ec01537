"""What a state officer chooses for a run."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.trial import Trial
from kokeilu.web import formats
from kokeilu.web.forms import DayField


class RunForm(forms.Form):
    """A trial and a day."""

    trial = forms.ChoiceField(label=_("Trial"))
    on = DayField(label=_("Day"), help_text=_("Responsibility moves from this day on."))

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial or {"on": clock.today()})
        self.fields["trial"].choices = [  # type: ignore[attr-defined]
            (key, shipped(key).names[formats.language()]) for key in shipped_keys()
        ]

    def chosen(self) -> tuple[Trial, date]:
        """The trial and the day of a valid form."""
        return shipped(self.cleaned_data["trial"]), self.cleaned_data["on"]


class ConfirmForm(RunForm):
    """A run, confirmed after its preview; `seen` is that preview's state."""

    trial = forms.ChoiceField(widget=forms.HiddenInput)
    on = DayField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label=_("I have looked at the preview and move these people."))
