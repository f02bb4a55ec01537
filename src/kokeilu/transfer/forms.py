"""What a person chooses and confirms on the room's pages."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.access.models import Organisation
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.trial import Trial
from kokeilu.transfer import ending_preview
from kokeilu.transfer.dependants import Dependence
from kokeilu.transfer.individual import Choice
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


class UndoForm(forms.Form):
    """The undoing of a run, confirmed: why, and that what rests on it may lose its force."""

    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("Kept with the undoing. Name no customer."))

    def __init__(self, data: Any = None, *, lapsing: Sequence[Dependence] = ()) -> None:
        super().__init__(data)
        for each in lapsing:
            self.fields[f"accept_{each.key}"] = forms.BooleanField(label=_("I accept: %(what)s") % {"what": each.text})
        self.fields["confirmed"] = forms.BooleanField(label=_("I have looked at what this undoes."))
        self.lapsing = lapsing

    def accepted(self) -> list[str]:
        """The keys of what a valid form accepts."""
        return [each.key for each in self.lapsing]


class FollowerForm(forms.Form):
    """What follows a trial that ends."""

    into = forms.ChoiceField(
        label=_("What follows the trial"), required=False,
        help_text=_("Whom the law that follows includes goes to the area where they live; all others go to the state."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, trial: Trial) -> None:
        super().__init__(data)
        followers = [(each.key, each.names[formats.language()]) for each in ending_preview.followers(trial)]
        self.fields["into"].choices = [("", _("Nothing: everybody goes to the state")), *followers]  # type: ignore[attr-defined]

    def follower(self) -> Trial | None:
        """The trial chosen in a valid form; None: none follows."""
        return shipped(self.cleaned_data["into"]) if self.cleaned_data["into"] else None


class EndTrialForm(forms.Form):
    """The end of a trial, confirmed by typing its key; `seen` is the preview's state."""

    into = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput)
    typed = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )  # fmt: skip

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None, *, trial: Trial) -> None:
        super().__init__(data, initial=initial, auto_id="end_%s")  # beside the form that chooses
        self.key = trial.key
        self.fields["typed"].label = _("To end the trial, type %(key)s") % {"key": trial.key}

    def clean_typed(self) -> str:
        """The key, as the label asks for it."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed != self.key:
            raise forms.ValidationError(_("Type %(key)s to end the trial.") % {"key": self.key})
        return typed


class SearchForm(forms.Form):
    """A search for a name; sent in the body, never in the address."""

    search = forms.CharField(
        label=_("Search by name"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """Corrections, confirmed; `seen` is the state of the list. The page's own boxes choose people."""

    seen = forms.CharField(widget=forms.HiddenInput)
    cause = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("Kept with the correction."))
    everybody = forms.BooleanField(label=_("Everybody on the list, on all its pages"), required=False)
    confirmed = forms.BooleanField(label=_("I have looked at the list and correct these responsibilities."))


class ReviewForm(forms.Form):
    """That somebody has looked at what was done while two records were united."""

    union = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.CharField(label=_("What came of it"), max_length=500)


class CodeForm(forms.Form):
    """A customer, found by identity code; sent in the body and kept nowhere."""

    code = forms.CharField(
        label=_("Identity code"), max_length=11, help_text=_("Of a customer of your organisation"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class TransferForm(forms.Form):
    """A decision about one person; `seen` is the responsibility that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    ground = forms.ChoiceField(label=_("Ground"))
    goes_to = forms.ChoiceField(label=_("Goes to"))
    day = DayField(label=_("From"), help_text=_("Today or earlier; not before the present responsibility began."))
    reason = forms.CharField(label=_("Reason in words"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))
    confirmed = forms.BooleanField(label=_("I decide this transfer."))

    def __init__(self, data: Any = None, *, choice: Choice | None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.destinations = {each.key: each for each in choice.destinations} if choice else {}
        grounds = choice.grounds if choice else ()
        language = formats.language()
        self.fields["ground"].choices = [(each.key, each.name[language]) for each in grounds]  # type: ignore[attr-defined]
        self.fields["goes_to"].choices = [  # type: ignore[attr-defined]
            (key, each.name) for key, each in self.destinations.items()
        ]

    def destination(self) -> Organisation:
        """The organisation chosen in a valid form."""
        return self.destinations[self.cleaned_data["goes_to"]]


class EndForm(forms.Form):
    """The end of a decision about one person."""

    end_reason = forms.CharField(label=_("Why the decision ends"), max_length=2_000)
