"""What a worker records of how a customer may be written to."""

from django import forms
from django.utils.translation import gettext_lazy as _

ANSWERS = [("yes", _("The customer allows e-mail")), ("no", _("The customer does not allow e-mail"))]


class EmailChoiceForm(forms.Form):
    """Whether a customer allows e-mail."""

    allowed = forms.ChoiceField(label=_("What the customer says"), choices=ANSWERS, widget=forms.RadioSelect)

    def chosen(self) -> bool:
        """The answer of a valid form."""
        return bool(self.cleaned_data["allowed"] == "yes")
