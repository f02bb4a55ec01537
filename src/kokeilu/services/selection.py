"""What of a list of requests is shown: filters and page, as the address says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.services import rules, texts
from kokeilu.services.queries import AREA, FILTERS, KIND, STATE, TIME, WHOSE, Counts, count_of, names_of

PER_PAGE = 25
OPEN = "open"  # the state that stands for every open one, and that is shown unless another is chosen


@dataclass(frozen=True)
class Selection:
    """Filters by name (what is not there: all; of states: the open ones). An address may ask for nothing else."""

    by_state: bool  # the list is the queue of the state's office
    areas: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, actor: Actor, counts: Counts) -> "Selection":
        """As the address asks for; `counts` tell which areas there are."""
        found = {values[FILTERS.index(AREA)] for values in counts}
        empty = cls(actor.organisation.kind == Organisation.Kind.STATE, names_of([key for key in found if key]))
        asked = {name: request.GET.get(name, "") for name in FILTERS}
        chosen = {name: value for name, value in asked.items() if value in empty.words(name)}
        return cls(empty.by_state, empty.areas, {STATE: OPEN, **chosen})

    def words(self, name: str) -> Mapping[str, Any]:
        """The values of a filter with what they are called; none where the list does not have it."""
        if name == STATE:
            open_ones = {state.value: texts.STATES[state] for state in rules.OPEN}
            return open_ones if self.by_state else texts.STATES
        if name == AREA:
            return self.areas if self.by_state else {}
        if name == WHOSE:
            return texts.HOLDERS if self.by_state else texts.ASKERS
        return {KIND: texts.KINDS, TIME: texts.TIMES}[name]

    def address(self, **changes: str | None) -> str:
        """The query of the address with changes to it (None takes away), on the first page; `?` where it is empty."""
        wanted = {**self.chosen, **changes}
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in wanted.items() if value and value != OPEN})
        return f"?{query.urlencode()}"

    def filters(self, counts: Counts) -> list[dict[str, Any]]:
        """Each filter with its choices and how many requests each would show, as the other filters stand."""
        labels = {
            KIND: _("What is asked"), STATE: _("Where it stands"), AREA: _("Area"), TIME: _("Schedule"),
            WHOSE: _("Who has it") if self.by_state else _("Who asked"),
        }  # fmt: skip
        shown = [name for name in FILTERS if self.words(name)]
        return [{"name": name, "label": labels[name], "choices": self._choices(name, counts)} for name in shown]

    def _choices(self, name: str, counts: Counts) -> list[dict[str, Any]]:
        others = {other: value for other, value in self.chosen.items() if other != name}
        first, everything = ({STATE: OPEN}, _("Open")) if name == STATE else ({}, _("All"))
        choices = [
            {
                "label": everything, "href": self.address(**{name: None}), "count": count_of(counts, others | first),
                "current": self.chosen.get(name) == first.get(name),
            }
        ]  # fmt: skip
        for value, words in self.words(name).items():
            number, current = count_of(counts, others | {name: value}), self.chosen.get(name) == value
            if number or current:  # what there is none of, is not offered, unless it is what is chosen
                href = self.address(**{name: value})
                choices.append({"label": words, "href": href, "count": number, "current": current})
        return choices
