"""What a portfolio page shows: the filters, order and page that its address asks for, and the links to others.

The search for a name is not in the address, which servers and browsers write down: it is kept in the session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kokeilu.casework import texts
from kokeilu.casework.queries import AGE, DURATION, FILTERS, ORDERS, STATUS, count_of

PER_PAGE = 25
DEFAULT_ORDER = "name"
_WORDS = {STATUS: texts.STATUSES, AGE: texts.AGES, DURATION: texts.DURATIONS}


@dataclass(frozen=True)
class Selection:
    """Filters by name (what is not there: all), and one of ORDERS. Anything else in an address counts as not there."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    order: str = DEFAULT_ORDER

    @classmethod
    def of(cls, request: HttpRequest) -> "Selection":
        """As the address asks for."""
        asked = {name: request.GET.get(name, "") for name in FILTERS}
        chosen = {name: value for name, value in asked.items() if value in _WORDS[name]}
        order = request.GET.get("sort", DEFAULT_ORDER)
        return cls(chosen, order if order in ORDERS else DEFAULT_ORDER)

    def address(self, **changes: str | None) -> str:
        """The query of the address with changes to it (None takes away), on the first page; `?` where it is empty."""
        wanted: dict[str, str | None] = {name: self.chosen.get(name) for name in FILTERS}
        wanted |= {"sort": self.order, **changes}
        if wanted["sort"] == DEFAULT_ORDER:
            wanted["sort"] = None
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in wanted.items() if value})
        return f"?{query.urlencode()}"

    def filters(self, counts: Mapping[tuple[str, str, str], int]) -> list[dict[str, Any]]:
        """Each filter with its choices and how many customers each would show, as the other filters stand."""
        labels = {STATUS: _("Status"), AGE: _("Age"), DURATION: _("Unemployed for")}
        return [{"name": name, "label": labels[name], "choices": self._choices(name, counts)} for name in FILTERS]

    def _choices(self, name: str, counts: Mapping[tuple[str, str, str], int]) -> list[dict[str, Any]]:
        others = {other: value for other, value in self.chosen.items() if other != name}
        everybody = {
            "label": _("All"), "href": self.address(**{name: None}), "count": count_of(counts, others),
            "current": name not in self.chosen,
        }  # fmt: skip
        choices = [
            {
                "label": words, "href": self.address(**{name: value}),
                "count": count_of(counts, others | {name: value}), "current": self.chosen.get(name) == value,
            }
            for value, words in _WORDS[name].items()
        ]  # fmt: skip
        # What nobody is, is not offered, unless it is what is chosen.
        return [everybody, *(choice for choice in choices if choice["count"] or choice["current"])]

    def columns(self) -> list[dict[str, Any]]:
        """The heads of the table: a head that is sorted by says so, and turns the order round."""
        heads = [
            (_("Name"), "name"), (_("Age"), "age"), (_("Status"), None),
            (_("Customer since"), "customer_since"), (_("Unemployed since"), "unemployed_since"),
        ]  # fmt: skip
        return [{"label": label, "number": key == "age", **self._sorting(key)} for label, key in heads]

    def _sorting(self, key: str | None) -> dict[str, Any]:
        if key is None:
            return {"href": "", "sort": ""}
        turned = f"-{key}" if self.order == key else key
        state = {key: "ascending", f"-{key}": "descending"}.get(self.order, "")
        return {"href": self.address(sort=turned), "sort": state}
