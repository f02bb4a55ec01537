"""Form fields of the design."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """The browser's own date input; it shows the day in the person's way and sends 2021-03-01."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day, picked from a calendar or typed; read in the form that the date input sends."""

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
