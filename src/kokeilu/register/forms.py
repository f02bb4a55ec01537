"""Forms of the identity pages. Identity codes travel in the body only, never in an address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kokeilu.web.forms import DayField


def _code(label: Any) -> forms.CharField:
    text = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=20, strip=True, widget=text)


class FindForm(forms.Form):
    """Whose identity is looked at."""

    code = _code(_("Identity code"))


class ReasonForm(forms.Form):
    """What a statement rests on."""

    reason = forms.CharField(
        label=_("What it rests on"), max_length=500, strip=True, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A source that others can check. Write no identity codes or addresses here."),
    )  # fmt: skip


class CodeForm(ReasonForm):
    """A new identity code for the same person."""

    code = _code(_("New identity code"))
    field_order = ("code", "reason")


class DeathForm(ReasonForm):
    """A death."""

    day = DayField(label=_("Day of death"))
    field_order = ("day", "reason")


class ProtectionForm(ReasonForm):
    """Protection of the address."""

    day = DayField(label=_("Protected from"))
    field_order = ("day", "reason")
