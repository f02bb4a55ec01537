"""Forms of an area's goals."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kokeilu import clock
from kokeilu.access.models import Organisation
from kokeilu.monitoring import goal_rules
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.definition_texts import POPULATION_NAMES, whole_name
from kokeilu.monitoring.goal_actions import (
    LAST_NUMBER,
    LONGEST_NAME,
    NewExpectation,
    NewMeasure,
    NewPackage,
    NewTarget,
)
from kokeilu.monitoring.goal_models import LANGUAGES, Direction, WorkPackage
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.web import formats
from kokeilu.web.forms import DayField

LONGEST = 2000  # characters of a text
MORE = 2  # empty rows for further expectations
MOST = 20  # rows, whatever a form claims to have


def _text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}), **options)


def _figures(population: str | None = None) -> list[tuple[str, str]]:
    """The figures to choose from, those of a population alone where one is given."""
    return [
        (key, whole_name(key)) for key, one in INDICATORS.items() if population is None or population in one.populations
    ]


def _classes(municipalities: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The classes to choose from under the name of each division: `dimension:class`."""
    language = formats.language()
    return [
        (one.name[language], [
            (f"{one.key}:{group}", one.class_name(group)[language])
            for group in (municipalities if one.key == "municipality" else one.classes)
        ])
        for one in DIMENSIONS.values()
    ]  # fmt: skip


def _day(label: Any, **options: Any) -> DayField:
    early = MinValueValidator(goal_rules.FIRST_DAY, _("This day is too early."))
    return DayField(
        label=label, validators=[early, MaxValueValidator(goal_rules.LAST_DAY, _("This day is too late."))], **options
    )


def _decimal(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=12, decimal_places=2, **options)


class ReasonForm(forms.Form):
    """Why something is said anew."""

    reason = _text(_("Reason"), help_text=_("Why it is set, changed or ended. It stays on record."))


class WrittenForm(ReasonForm):
    """What an area says in its own words."""

    language = forms.ChoiceField(
        label=_("Language of the texts"), choices=LANGUAGES,
        help_text=_("The language in which you write. Pages show the texts as they are written, in every language."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("language", formats.language())


class TargetForm(WrittenForm):
    """A target."""

    field_order = ["indicator", "direction", "value", "from_day", "by_day", "source", "language", "reason"]
    indicator = forms.ChoiceField(label=_("Figure"))
    direction = forms.ChoiceField(label=_("It is to"), choices=[
        (Direction.UP, pgettext_lazy("target", "rise to")), (Direction.DOWN, pgettext_lazy("target", "fall to")),
    ])  # fmt: skip
    value = _decimal(_("Value"), min_value=Decimal(0), help_text=_("In the figure's unit: people, per cent or euros."))
    from_day = _day(_("From"), help_text=_("The day on which the target was set."))
    by_day = _day(
        _("By"), required=False, help_text=_("Leave it empty where no day was decided: then there is no path.")
    )
    source = _text(_("Source"), help_text=_("Who decided it, and where that is written."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = _figures(POPULATIONS[0])  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, by = data.get("from_day"), data.get("by_day")
        if begins and by and by <= begins:
            self.add_error("by_day", _("This day must be after the first one."))
        elif by and by <= clock.today() and by != self.initial.get("by_day"):
            self.add_error("by_day", _("This day is past already. A target is of days to come."))
        figure, value = data.get("indicator"), data.get("value")
        if figure and value is not None:
            unit = INDICATORS[figure].unit
            if unit == "per cent" and value > 100:
                self.add_error("value", _("A share is at most 100 per cent."))
            elif unit == "persons" and value % 1:
                self.add_error("value", _("Write a whole number of people."))
        return data

    @property
    def said(self) -> NewTarget:
        """What a valid form says."""
        return NewTarget(**{key: self.cleaned_data[key] for key in NewTarget.__dataclass_fields__})


class PackageForm(WrittenForm):
    """A work package."""

    field_order = ["number", "name_fi", "name_sv", "name_en", "description", "source", "language", "reason"]
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=LAST_NUMBER)
    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=LONGEST_NAME)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=LONGEST_NAME)
    name_en = forms.CharField(label=_("Name in English"), max_length=LONGEST_NAME)
    description = _text(_("Description"), required=False)
    source = _text(_("Source"), help_text=_("Where the plan is written."))

    def __init__(self, *args: Any, translated: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.translated = translated or []

    @property
    def said(self) -> NewPackage:
        """What a valid form says; a name that was changed is the area's own."""
        data = self.cleaned_data
        kept = [language for language in self.translated if f"name_{language}" not in self.changed_data]
        return NewPackage(**{key: data[key] for key in data if key != "reason"}, translated=kept)


class MeasureForm(WrittenForm):
    """A measure, without what it is expected to move."""

    field_order = ["package", "name", "description", "from_day", "last_day", "responsible", "language", "reason"]
    package = forms.ModelChoiceField(label=_("Work package"), queryset=WorkPackage.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = _text(_("Description"), required=False)
    from_day = _day(_("First day"))
    last_day = _day(_("Last day"), required=False, help_text=_("Leave it empty while no end is known."))
    responsible = forms.ModelChoiceField(
        label=_("Responsible organisation"), queryset=Organisation.objects.none(), empty_label=None, to_field_name="key"
    )

    def __init__(self, *args: Any, packages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["package"].queryset = packages  # type: ignore[attr-defined]
        self.fields["package"].label_from_instance = lambda one: f"{one.number}. {one.name}"  # type: ignore[attr-defined]
        organisations = Organisation.objects.order_by(f"name_{formats.language()}")
        self.fields["responsible"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["responsible"].label_from_instance = lambda one: one.name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("from_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("This day must not be before the first one."))
        return data

    def measure(self, expectations: list[NewExpectation], illustrative: bool) -> NewMeasure:
        """What a valid form says, with what the measure is expected to move."""
        data, day = self.cleaned_data, self.cleaned_data["last_day"]
        until = None if day is None else day.fromordinal(day.toordinal() + 1)
        return NewMeasure(
            data["name"], data["from_day"], until, data["responsible"].key, data["description"], tuple(expectations),
            illustrative, data["language"],
        )  # fmt: skip


class ExpectationForm(forms.Form):
    """A figure that a measure is expected to move; a row without a figure says nothing."""

    indicator = forms.ChoiceField(label=_("Figure"), required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, required=False)
    population = forms.ChoiceField(label=_("For whom"), required=False, choices=list(POPULATION_NAMES.items()))
    group = forms.CharField(
        label=_("For whom more closely"), max_length=LONGEST_NAME, required=False,
        help_text=_("In words, such as the under 30. Without classes below no figure can be shown of them."),
    )  # fmt: skip
    classes = forms.MultipleChoiceField(
        label=_("The group by published classes"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Classes of one division, which together make the group. Its figures are shown then."),
    )  # fmt: skip
    size = _decimal(_("By how much"), required=False, help_text=_("In the figure's unit; empty where it is not told."))
    by_day = _day(_("By when"), required=False)

    def __init__(self, *args: Any, municipalities: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", "–"), *_figures()]  # type: ignore[attr-defined]
        self.fields["classes"].choices = _classes(municipalities)  # type: ignore[attr-defined]

    @property
    def divisions(self) -> list[tuple[str, list[Any]]]:
        """The check boxes of the classes, under the name of each division."""
        found: dict[str, list[Any]] = {}
        for box in self["classes"].subwidgets:
            found.setdefault(str(box.data["value"]).partition(":")[0], []).append(box)
        return [(DIMENSIONS[key].name[formats.language()], boxes) for key, boxes in found.items()]

    @property
    def is_grouped(self) -> bool:
        """Whether a class is chosen, or something is wrong with those chosen: then they are shown open."""
        return bool(self["classes"].value() or self["classes"].errors)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [each.split(":") for each in data.get("classes", ())]
        divisions = sorted({dimension for dimension, _group in chosen})
        data["dimension"] = divisions[0] if len(divisions) == 1 else ""
        data["classes"] = goal_rules.ordered(data["dimension"], [group for _dimension, group in chosen])
        if len(divisions) > 1:
            self.add_error("classes", _("Choose classes of one division only."))
        figure, size = data.get("indicator"), data.get("size")
        if not figure:
            if size or data.get("group") or chosen:
                self.add_error("indicator", _("Choose a figure."))
            return data
        if data.get("population") not in INDICATORS[figure].populations:
            self.add_error("population", _("The figure is not published of these people."))
        if size is not None and size <= 0:
            self.add_error("size", _("Write a number above zero; the direction says whether the figure falls."))
        return data


if TYPE_CHECKING:
    Rows = forms.BaseFormSet[ExpectationForm]
else:
    Rows = forms.BaseFormSet  # takes no parameters at run time


class _Expectations(Rows):
    """All that a measure is expected to move."""

    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            key = tuple(data.get(name) for name in ("indicator", "population", "group", "dimension", "classes"))
            if data.get("indicator") and key in seen:
                form.add_error("indicator", _("This figure is expected above already."))
            seen.add(key)


def expectations_of(rows: Rows) -> list[NewExpectation]:
    """What valid rows say."""
    return [
        NewExpectation(**{key: form.cleaned_data[key] for key in NewExpectation.__dataclass_fields__})
        for form in rows.forms
        if form.cleaned_data.get("indicator")
    ]


Expectations = forms.formset_factory(
    ExpectationForm, formset=_Expectations, extra=MORE, max_num=MOST, absolute_max=MOST, validate_max=True
)
