"""Forms of what services cost."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kokeilu.monitoring import service_cost_queries
from kokeilu.monitoring.goal_forms import LONGEST, WrittenForm
from kokeilu.monitoring.models import ServiceCost
from kokeilu.monitoring.service_cost_actions import FIRST_YEAR, LAST_YEAR, NewCost

CENTS = 100
PER = {
    ServiceCost.Per.MONTH: pgettext_lazy("price of", "a person and month"),
    ServiceCost.Per.START: pgettext_lazy("price of", "a person who starts"),
    ServiceCost.Per.YEAR: pgettext_lazy("price of", "a person and calendar year"),
}
"""What a price is of."""


class CostForm(WrittenForm):
    """What a service costs an area."""

    field_order = ["service", "euros", "per", "from_year", "source", "illustrative", "language", "reason"]
    service = forms.ChoiceField(label=_("Service"))
    euros = forms.DecimalField(
        label=_("Price in euros"), max_digits=12, decimal_places=2, min_value=Decimal(0), localize=True,
        help_text=_(
            "The price of one person. Do not work it out from a sum that is known elsewhere: the sum divided by the "
            "price would tell a number of people that may be hidden."
        ),
    )  # fmt: skip
    per = forms.ChoiceField(label=_("Price per"), choices=list(PER.items()))
    from_year = forms.IntegerField(
        label=_("From the year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False,
        help_text=_("The price applies until the next one. Leave it empty if it applies to all earlier years too."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Where the price is from: the budget, a contract, a price list."),
    )  # fmt: skip
    illustrative = forms.BooleanField(
        label=_("Illustrative"), required=False, help_text=_("An example: the page says that it is no real price."),
    )  # fmt: skip

    def __init__(self, *args: Any, area: str, old: ServiceCost | None = None, **kwargs: Any) -> None:
        initial = _initial(old) if old else None
        super().__init__(*args, initial=initial, **kwargs)
        services = [old.service] if old else service_cost_queries.services(area)
        self.fields["service"].choices = [(one, service_cost_queries.name(one)) for one in services]  # type: ignore[attr-defined]
        self.fields["service"].disabled = old is not None  # a price of another service is another price

    @property
    def said(self) -> NewCost:
        """What a valid form says."""
        data = self.cleaned_data
        return NewCost(
            data["service"], data["per"], int(data["euros"] * CENTS), data["source"], data["illustrative"],
            data["from_year"], data["language"],
        )  # fmt: skip


def _initial(old: ServiceCost) -> dict[str, Any]:
    kept = ("service", "per", "from_year", "source", "illustrative", "language")
    return {key: getattr(old, key) for key in kept} | {"euros": (Decimal(old.cents) / CENTS).quantize(Decimal("0.01"))}
