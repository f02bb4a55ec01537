"""One figure of a month across the areas, in the active language: what the picture, the map and the table show."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu.monitoring import (
    definition_texts,
    figure_tables,
    goal_rules,
    national_charts,
    national_map,
    national_queries,
    queries,
)
from kokeilu.monitoring.charts import Size
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.national_queries import BASE, PER, Month
from kokeilu.monitoring.queries import Figure, Figures
from kokeilu.web import formats

LARGER: Final = 1.35
"""How much larger than its measures the map is drawn where there is room."""


@dataclass(frozen=True)
class Across:
    """An indicator across the areas of a month."""

    held: Month
    indicator: str

    @property
    def together_with(self) -> list["Across"]:
        """Itself, and after a figure of registered unemployment those that always stand beside it."""
        return [Across(self.held, key) for key in goal_rules.together([self.indicator])]

    @property
    def name(self) -> str:
        """The figure's name."""
        return definition_texts.whole_name(self.indicator)

    @property
    def is_count(self) -> bool:
        """Whether it counts people, which are compared per PER job seekers."""
        return INDICATORS[self.indicator].unit == "persons"

    @cached_property
    def names(self) -> dict[str, str]:
        """The areas' names by their keys."""
        return {area: queries.area_name(area, formats.language()) for area in self.held.areas}

    @cached_property
    def figures(self) -> dict[str, Figure | None]:
        """The areas' figures as they are compared."""
        return {area: self._compared(figures) for area, figures in self.held.areas.items()}

    @property
    def values(self) -> dict[str, float | None]:
        """Their values; None where hidden or not there."""
        return {area: figure.value if figure else None for area, figure in self.figures.items()}

    @property
    def together(self) -> Figure | None:
        """The figure of all areas together."""
        return self._compared(self._residents)

    @property
    def _residents(self) -> Figures:
        return self.held.together.get("residents", {})

    def _compared(self, figures: Figures) -> Figure | None:
        return national_queries.compared(figures, self.indicator)

    def text(self, figure: Figure | None) -> str:
        """A compared figure as a page writes it, with one decimal."""
        if figure is None or figure.value is None or not self.is_count:
            return shown(figure, INDICATORS[self.indicator])
        return formats.number(figure.value, 1)

    @cached_property
    def order(self) -> list[str]:
        """The areas by their figure, the greatest first and those without one last."""
        values = self.values
        return sorted(values, key=lambda area: (values[area] is None, -(values[area] or 0.0), self.names[area]))

    def sentence(self) -> str:
        """What the picture says in words; empty where fewer than two areas show the figure."""
        there = [area for area in self.order if self.values[area] is not None]
        if len(there) < 2:
            return ""
        high, low = (f"{self.names[area]} ({self.text(self.figures[area])})" for area in (there[0], there[-1]))
        said = _("Highest: %(high)s. Lowest: %(low)s.") % {"high": high, "low": low}
        if self.together is None or self.together.suppressed:
            return said
        return said + " " + _("All areas together: %(value)s.") % {"value": self.text(self.together)}

    def bars(self, size: Size) -> national_charts.Comparison:
        """The picture of the areas."""
        together = self.together
        rows = [(self.names[area], self.values[area], self.text(self.figures[area])) for area in self.order]
        value = together.value if together else None
        return national_charts.Comparison(size, tuple(rows), value, _("All areas together"))

    def columns(self) -> list[dict[str, Any]]:
        """The heads of the table."""
        columns = [{"label": self._measure, "number": True}]
        if len(self.together_with) > 1:
            columns = [{"label": one._named_measure, "number": True} for one in self.together_with]
        return [{"label": _("Area")}, *columns, *map(figure_tables.column, self._counts)]

    @property
    def _measure(self) -> str:
        return _("Per %(number)s job seekers") % {"number": PER} if self.is_count else _("Per cent")

    @property
    def _named_measure(self) -> str:
        return f"{INDICATORS[self.indicator].brief[formats.language()]}, {formats.within(self._measure)}"

    @property
    def _counts(self) -> tuple[str, ...]:
        if not self.is_count:
            return ("in_services", "broad_unemployment")
        return (*(one.indicator for one in self.together_with), BASE)

    @property
    def beside(self) -> tuple[str, ...]:
        """The figures of the table that are shown as they are."""
        return self._counts if self.is_count else (self.indicator, *self._counts)

    def rows(self, month: date) -> list[list[Any]]:
        """The table's rows, as the picture has them, and all areas together."""
        found = [self._row(link(area, self.names[area], month), self.held.areas[area]) for area in self.order]
        return [*found, self._row(_("All areas together"), self._residents)]

    def _row(self, name: Any, figures: Figures) -> list[Any]:
        compared = [one.text(one._compared(figures)) for one in self.together_with]
        return [name, *compared, *figure_tables.cells(figures, self._counts)]

    def map(self, month: date) -> dict[str, Any]:
        """The map: its size, squares with their words and links, and the classes of its colours."""
        drawn = national_map.draw(self.values, self.names, formats.language())
        squares = [
            {
                "square": one,
                "value": self.text(self.figures[one.area]),
                **link(one.area, self.names[one.area], month),
            }
            for one in drawn.squares
        ]
        edges = [(number, *(self.text(Figure(edge, suppressed=False)) for edge in ends))
                 for number, ends in enumerate(drawn.classes, 1)]  # fmt: skip
        lacking = any(value is None for value in self.values.values())
        return {
            "width": drawn.width, "height": drawn.height, "shown_width": round(drawn.width * LARGER),
            "squares": squares, "classes": edges, "lacking": lacking,
        }  # fmt: skip


def link(area: str, name: str, month: date) -> dict[str, str]:
    """An area's name as a link to its page in the month, as a table's cell takes it."""
    return {"text": name, "href": f"{reverse('monitoring:area', args=[area])}?month={month:%Y-%m}"}
