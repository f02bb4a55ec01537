"""The name of a figure as a link to its definition. `{% load definitions %}{% definition "inflow" %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kokeilu.monitoring import definition_texts

register = template.Library()


@register.simple_tag
def definition(indicator: str, text: str = "") -> SafeString:
    """A link to the indicator's definition, of its name in the page's language or of the given text.

    Raises KeyError for an indicator that is not there.
    """
    return format_html(
        '<a class="k-term" href="{}">{}</a>',
        definition_texts.href(indicator), text or definition_texts.whole_name(indicator),
    )  # fmt: skip
