"""The page that defines every figure; names of figures on other pages lead to it."""

from django.http import HttpResponse
from django.shortcuts import render

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import definition_texts, operations
from kokeilu.monitoring.suppression import THRESHOLD


@page(operations.SEE)
def definitions(request: Request) -> HttpResponse:
    """Every indicator with what it counts, how, from what, and what it adds up with."""
    shown = {"groups": definition_texts.grouped(), "threshold": THRESHOLD}
    return render(request, "monitoring/definitions.html", shown)
