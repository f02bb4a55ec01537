"""Forms of the pages of requests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.services import texts
from kokeilu.services.actions import LONGEST, Answer
from kokeilu.services.matters import Matter
from kokeilu.services.models import Request, ResponseTime
from kokeilu.web.forms import DayField


def _words(label: Any, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **options)


class AskForm(forms.Form):
    """What is asked of the state about a person."""

    task = forms.ChoiceField(label=_("What is asked"))
    training = forms.CharField(
        label=_("Training"), max_length=200, required=False, help_text=_("Of a selection: which training")
    )
    question = _words(_("Question"), 6, help_text=_("What the officer needs to know. Do not write identity codes."))
    deadline = DayField(
        label=_("Answer needed by"),
        required=False,
        help_text=_("Empty: by the agreed response time, where there is one"),
    )

    def __init__(self, *args: Any, offered: list[Matter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matters = {each.task.key: each for each in offered}
        self.fields["task"].choices = [  # type: ignore[attr-defined]
            (key, each.name) for key, each in self.matters.items()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        matter = self.matters.get(data.get("task", ""))
        if matter and matter.task.kind == Request.Kind.SELECTION and not data.get("training", "").strip():
            self.add_error("training", _("Name the training."))
        if matter and matter.task.kind == Request.Kind.STATEMENT and data.get("training"):
            self.add_error("training", _("A statement is about no training: leave this empty."))
        if (deadline := data.get("deadline")) and deadline < clock.today():
            self.add_error("deadline", _("The day has passed."))
        return data


class TextForm(forms.Form):
    """One text: a reason, what is lacking, what is given."""

    text = _words(_("Reason"), 3)

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label


class AnswerForm(forms.Form):
    """An answer to a request of one kind."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    text = _words(_("Grounds"), 5)
    citation = forms.CharField(
        label=_("Rests on"), max_length=300, help_text=_("Act, chapter and section, or the criteria of the training")
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (outcome.value, outcome.label) for outcome in texts.OUTCOMES[kind]
        ]

    def given(self) -> Answer:
        """The answer of a valid form."""
        return Answer(**self.cleaned_data)


class ResponseTimeForm(forms.Form):
    """A response time from a day on."""

    subject = forms.ChoiceField(label=_("For"), choices=ResponseTime.Subject.choices)
    working_days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=250)
    from_day = DayField(label=_("From"), help_text=_("Requests of this day and later get it."))
    reason = _words(_("Where it was agreed"), 2)
