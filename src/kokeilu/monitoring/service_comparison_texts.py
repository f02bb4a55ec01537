"""The words of services side by side: cells, marks and the sentences that tell what to look at first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from kokeilu.monitoring import figure_texts, service_comparison_rules
from kokeilu.monitoring.charts import Size
from kokeilu.monitoring.service_comparison_charts import Bar, Bars
from kokeilu.monitoring.service_comparison_queries import CENTS, Amount, Compared
from kokeilu.monitoring.service_comparison_rules import OUTCOMES
from kokeilu.monitoring.service_cost_queries import name
from kokeilu.web import formats

EXITS: Final = OUTCOMES[0]
OUTCOME_NAMES: Final = {
    "followed_open_market": gettext_lazy("Open labour market"),
    "followed_supported_work": gettext_lazy("Supported work"),
    "followed_service": gettext_lazy("In a service again"),
    "followed_unemployed": pgettext_lazy("what followed", "Unemployed"),
    "followed_outside": gettext_lazy("Outside the labour force"),
    "followed_unknown": gettext_lazy("Not known"),
}
NO_EFFECT: Final = gettext_lazy(
    "People in different services differ from the start: a service that takes those nearest to work has more "
    "of them in the open labour market after it, and a provider paid by results may choose them. So a "
    "difference between services is no effect, and a cheap outcome does not show a good service."
)
STAYS: Final = gettext_lazy(
    "A stay begins in the service that a person comes to and ends in the one that they leave; a change of "
    "service in between is neither. The mean length is the time that people were there in the year over those "
    "who began and ended; it holds where as many come as go."
)
NOT_REVISED: Final = gettext_lazy(
    "What has been published stays as it was first published: later corrections do not change it."
)


def hidden() -> str:
    """The word of a hidden figure."""
    return pgettext("figure", "hidden")


def number(one: Compared, measure: str) -> str:
    """A count; hidden ones by their word, a sum of which a part is hidden as what it is at least."""
    value = one.values[measure]
    if value is None or (value == 0 and one.hiding[measure]):
        return hidden()
    written = formats.number(value, 0)
    return _("at least %(value)s") % {"value": written} if one.hiding[measure] else written


def use(one: Compared) -> list[Any]:
    """A row of the table of use."""
    counts = [number(one, key) for key in ("stock", "persons", "starts", "ends")]
    return [name(one.service), *counts, formats.number(one.mean_months, 1), each(one, "starts", one.costs.per_start)]


def outcomes(one: Compared) -> list[Any]:
    """A row of the table of where people were."""
    return [name(one.service), number(one, "ends"), *(_outcome(one, key) for key in OUTCOMES)]


def _outcome(one: Compared, key: str) -> str:
    share = one.share(key)
    return number(one, key) + (f" ({formats.share(share)})" if share is not None else "")


def price(one: Compared) -> str:
    """What a service is paid by."""
    if not one.costs.given:
        return _("not given")
    prices = {(each.cents, each.per) for each in one.prices}
    if len(prices) > 1:
        return _("differs by area")
    [(cents, per)] = prices
    form = {"month": _("%(amount)s a month"), "start": _("%(amount)s a start"), "year": _("%(amount)s a year")}[per]
    return form % {"amount": figure_texts.euros(cents / CENTS, 2)}


def cost_of_year(one: Compared) -> str:
    """What a service cost in the year."""
    if not one.costs.given:
        return _("not given")
    return hidden() if one.costs.year is None else figure_texts.euros(round(one.costs.year / CENTS))


def each(one: Compared, measure: str, amount: Amount | None) -> str:
    """What each person cost of those whom a measure counts; never zero where no price is given."""
    if amount is None and not one.costs.given:
        return _("not given")
    if amount is None:
        nobody = one.values[measure] == 0 and not one.hiding[measure]
        return pgettext("cost per person", "no one") if nobody else hidden()
    written = figure_texts.euros(round(amount.cents / CENTS))
    if amount.areas is not None:
        told = {"value": written, "number": amount.areas, "all": one.areas}
        return _("%(value)s in %(number)s of %(all)s areas") % told
    return _("at most %(value)s") % {"value": written} if amount.at_most else written


@dataclass(frozen=True)
class Glance:
    """What stands out of the services: see service_comparison_rules.high and low."""

    services: Sequence[Compared]

    @property
    def middle(self) -> float | None:
        """The middle one of the costs per person in the open labour market, in cents."""
        return service_comparison_rules.middle([amount.cents for amount in self._amounts.values()])

    @property
    def together(self) -> float | None:
        """The share in the open labour market of all whose service tells it."""
        told = [one for one in self.services if one.share(EXITS) is not None]
        ends = sum(one.values["ends"] or 0 for one in told)
        return sum(one.values[EXITS] or 0 for one in told) / ends if ends else None

    @property
    def _amounts(self) -> dict[str, Amount]:
        return {one.service: amount for one in self.services if (amount := one.costs.per_exit) is not None}

    def result(self, one: Compared) -> list[Any]:
        """A row of the table of cost and result; what stands out is marked."""
        cost, share = one.costs.per_exit, one.share(EXITS)
        cells: list[Any] = [each(one, EXITS, cost), _outcome(one, EXITS)]
        if service_comparison_rules.is_high(cost.cents if cost else None, self.middle):
            cells[0] = {"text": _("%(value)s: high") % {"value": cells[0]}, "color": "warning"}
        if service_comparison_rules.is_low(share, self.together):
            cells[1] = {"text": _("%(value)s: low") % {"value": cells[1]}, "color": "warning"}
        return [name(one.service), *cells, cost_of_year(one), price(one)]

    def sentences(self) -> list[str]:
        """What a reader should see first."""
        return [one for one in (self._dearest(), self._nobody(), self._fewest(), self._unknown()) if one]

    def _dearest(self) -> str:
        found = [one for one in self.services if one.costs.per_exit is not None]
        if len(found) < 2 or self.middle is None:
            return ""
        most = max(found, key=lambda one: (one.costs.per_exit or Amount(0)).cents)
        said = _(
            "Per person in the open labour market 3 months later, %(service)s costs most: %(amount)s. "
            "The middle one of the services costs %(middle)s."
        )
        if any(amount.at_most for amount in self._amounts.values()):
            said = _(
                "Counted from the figures that are shown, %(service)s costs most per person in the open labour market "
                "3 months later: %(amount)s. The middle one of the services, counted so, costs %(middle)s."
            )
        return said % {
            "service": name(most.service), "amount": each(most, EXITS, most.costs.per_exit),
            "middle": figure_texts.euros(round(self.middle / CENTS)),
        }  # fmt: skip

    def _nobody(self) -> str:
        cost = pgettext("cost", "cost of the year: %(amount)s")
        found = [
            f"{name(one.service)} ({cost % {'amount': cost_of_year(one)}})"
            for one in self.services
            if is_for_nobody(one)
        ]
        if not found:
            return ""
        return _("No one was in the open labour market 3 months after: %(services)s.") % {"services": "; ".join(found)}

    def _fewest(self) -> str:
        found = [one for one in self.services if one.share(EXITS)]
        if len(found) < 2:
            return ""
        least = min(found, key=lambda one: one.share(EXITS) or 0.0)
        return _(
            "The smallest share is in the open labour market 3 months after %(service)s: %(share)s. "
            "Of all who ended a service it is %(together)s."
        ) % {
            "service": name(least.service), "share": formats.share(least.share(EXITS)),
            "together": formats.share(self.together),
        }  # fmt: skip

    def _unknown(self) -> str:
        found = [name(one.service) for one in self.services if one.costs.per_exit is None and not is_for_nobody(one)]
        if not found:
            return ""
        return _(
            "The cost per person in the open labour market is not known of: %(services)s. "
            "A figure is hidden, or no price is given."
        ) % {"services": ", ".join(found)}

    @property
    def is_drawn(self) -> bool:
        """Whether there is something to compare in a picture."""
        shares = [one for one in self.services if one.share(EXITS) is not None]
        return max(len(self._amounts), len(shares)) > 1

    def bars(self, size: Size) -> Bars:
        """The picture of the services in their order."""
        return Bars(
            size, tuple(self._bar(one) for one in self.services),
            _("Cost per person in the open labour market"), _("In the open labour market after 3 months"),
        )  # fmt: skip

    def _bar(self, one: Compared) -> Bar:
        cost, share = one.costs.per_exit, one.share(EXITS)
        share_words = number(one, EXITS) if share is None else formats.share(share)
        if share is None and one.values["ends"] == 0 and not one.hiding["ends"]:
            share_words = pgettext("share", "no one ended")
        return Bar(
            name(one.service), cost.cents / CENTS if cost else None, each(one, EXITS, cost),
            None if share is None else 100 * share, share_words,
        )  # fmt: skip


def is_for_nobody(one: Compared) -> bool:
    """Whether people ended the service, and no one of them was in the open labour market."""
    return one.share(EXITS) == 0
