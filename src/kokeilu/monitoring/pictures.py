"""Pictures drawn on the server as SVG, kept in the database under the hash of everything that they show."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kokeilu.monitoring.models import DrawnChart


def sha256(content: Mapping[str, Any], program: str) -> str:
    """The hash of what a picture shows and of how it is drawn; `program` is the file of the module that draws it."""
    told = json.dumps(content, sort_keys=True)
    return hashlib.sha256(told.encode() + _digest(program) + _digest(__file__)).hexdigest()


@cache
def _digest(file: str) -> bytes:
    return hashlib.sha256(Path(file).read_bytes()).digest()


def kept(area: str, wanted: str, draw: Callable[[], str]) -> str:
    """The picture of the hash `wanted`, drawn where it is not kept yet. `area` is that whose figures it shows."""
    found = DrawnChart.objects.filter(sha256=wanted).first()
    if found is None:
        found = DrawnChart(sha256=wanted, area=area, svg=draw())
        DrawnChart.objects.bulk_create([found], ignore_conflicts=True)  # two readers may come at once
    return found.svg


def rendered(spec: dict[str, Any]) -> str:
    """A chart in the Vega-Lite grammar as an SVG document; numbers are written as in Finland and Sweden."""
    import vl_convert

    number = {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", ""]}
    return str(vl_convert.vegalite_to_svg(spec, format_locale=number, allowed_base_urls=[]))
