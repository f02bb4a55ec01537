"""Forms of the pages of releases."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, Dimension
from kokeilu.monitoring.release_actions import LONGEST
from kokeilu.panel.rules import month_named
from kokeilu.web.formats import language
from kokeilu.web.forms import DayField


def _words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}), **options)


class PrepareForm(forms.Form):
    """What the next release covers."""

    month = forms.ChoiceField(label=_("Last month"), help_text=_("The table covers the panel's months up to it."))
    by = forms.MultipleChoiceField(
        label=_("Tables by class"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A further table for each. What is out by class already stays as it is; later months are decided beside it."
        ),
    )
    reason = _words(
        _("Reason"), required=False, help_text=_("Needed where figures change that were published before: why they do.")
    )

    def __init__(self, *args: Any, months: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = months  # type: ignore[attr-defined]
        self.fields["by"].choices = [(one.key, one.name[language()]) for one in DIMENSIONS.values()]  # type: ignore[attr-defined]

    def clean_month(self) -> int:
        return month_named(self.cleaned_data["month"])

    def clean_by(self) -> list[Dimension]:
        return [one for key, one in DIMENSIONS.items() if key in self.cleaned_data["by"]]


class CheckForm(forms.Form):
    """The second person's approval."""

    seen = forms.BooleanField(label=_("I have gone through the figures, and the changes listed by the checks."))
    remark = _words(_("Remark"), required=False)


class ScheduleForm(forms.Form):
    """The moment of publication, in Finland."""

    day = DayField(label=_("Day"))
    time = forms.TimeField(
        label=_("Time in Finland"), input_formats=["%H:%M", "%H.%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "day" in data and "time" in data:
            data["publish_at"] = clock.moment(datetime.combine(data["day"], data["time"]))
            if data["publish_at"] is None:
                self.add_error("time", _("Clocks skip this time, or show it twice, as summer time begins or ends."))
            elif data["publish_at"] < clock.now():
                self.add_error("time", _("The moment is past."))
        return data


class WithdrawForm(forms.Form):
    """Why a release is taken back."""

    reason = _words(_("Reason"))
