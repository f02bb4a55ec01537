"""Forms of the administration pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.access.models import Organisation, Role
from kokeilu.web.forms import DayField


class MembershipForm(forms.Form):
    """A role in an organisation from a day on."""

    organisation = forms.ModelChoiceField(Organisation.objects.order_by("key"), label=_("Organisation"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    since = DayField(label=_("From"), initial=clock.today)


class UserForm(MembershipForm):
    """A new person with their first role."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("name", "email", "language", "organisation", "role", "since")


class EndForm(forms.Form):
    """When a role ends."""

    last_day = DayField(label=_("Last day"), required=False, help_text=_("Leave empty to end the role at once."))


class SubjectForm(forms.Form):
    """Who the person is at the log-in service."""

    subject = forms.CharField(
        label=_("Identifier at the log-in service"), required=False, max_length=190,
        help_text=_("The subject (sub) by which the service knows the person. Empty: they cannot log in by it."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].disabled = not settings.KOKEILU_OIDC
