"""The page of definitions: every figure with all that a reader may ask, and links that lead there."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from kokeilu.access.models import Role
from kokeilu.monitoring import definition_texts
from kokeilu.monitoring.definition_texts import SOURCES, UNITS
from kokeilu.monitoring.indicators import INDICATORS

DEFINITIONS = "/monitoring/definitions/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_indicator_is_defined_and_every_link_leads_somewhere(logged_in, language):
    page = logged_in(Role.ANALYST, "ely", language).get(DEFINITIONS).content.decode()
    for key, one in INDICATORS.items():
        assert page.count(f'id="{key}"') == 1
        assert one.definition[language] in page.replace("&#x27;", "'")
    anchors = set(re.findall(r'<a href="(?:/monitoring/definitions/)?#([^"]+)"', page))
    assert anchors >= INDICATORS.keys()
    assert all(f'id="{anchor}"' in page for anchor in anchors)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_source_and_unit_is_told_in_the_readers_language(language):
    assert {one.source for one in INDICATORS.values()} == SOURCES
    assert {one.unit for one in INDICATORS.values()} <= UNITS.keys()
    with translation.override(language):
        assert not [one.key for one in _all() if one.source in SOURCES]


def test_a_formula_of_figures_alone_names_them_in_the_readers_language():
    with translation.override("fi"):
        found = {one.key: one for one in _all()}
    rate, registered = found["activation_rate"], found["registered_unemployed"]
    assert "".join(part.text for part in rate.formula) == (
        "100 × Työllistymistä edistävissä palveluissa / Laaja työttömyys"
    )
    assert [part.href for part in rate.formula if part.href] == [
        f"{DEFINITIONS}#in_services", f"{DEFINITIONS}#broad_unemployment",
    ]  # fmt: skip
    assert (rate.own_words, registered.own_words) == (False, True)
    assert not rate.verified


def test_a_part_of_a_flow_is_named_with_its_whole():
    with translation.override("en"):
        assert definition_texts.whole_name("outflow_moved") == (
            "Outflow from unemployment: to another area, still unemployed"
        )
        assert definition_texts.whole_name("laid_off") == "Fully laid off"


def test_a_name_on_another_page_leads_to_its_definition():
    template = Template('{% load definitions %}{% definition "inflow" %}')
    with translation.override("sv"):
        assert template.render(Context()) == (
            f'<a class="k-term" href="{DEFINITIONS}#inflow">Inflöde till arbetslösheten</a>'
        )


def _all() -> list[definition_texts.Definition]:
    return [one for _name, definitions in definition_texts.grouped() for one in definitions]
