"""The tag of monitoring's sections. `{% load sections %}`."""

from typing import Any

from django import template

from kokeilu.monitoring.sections import Tab, tabs

register = template.Library()


@register.simple_tag(takes_context=True)
def sections(context: dict[str, Any]) -> list[Tab]:
    """The sections that the page's reader may open, as the component `tabs` takes them."""
    request = context["request"]
    return tabs(request.actor, request.path)
