"""The catalogue is RDF that holds to DCAT-AP: read by rdflib, checked by pyshacl."""

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kokeilu.monitoring import format_dcat, release_files
from kokeilu.monitoring.format_dcat import Entry, File
from kokeilu.monitoring.tests.tables import UPDATED, table

with warnings.catch_warnings():  # the libraries' own, at their import
    warnings.simplefilter("ignore")
    import pyshacl
    import rdflib

SHAPES = Path(__file__).parent / "dcat_ap_shapes.ttl"
HOME = "https://kokeilu.example/monitoring/"
DCAT, DCT = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://purl.org/dc/terms/")


def entry(number: int, **changes: Any) -> Entry:
    one = table()
    files = [
        File(
            file.name, file.kind, file.language, release_files.CONTENT_TYPES[file.kind], len(file.content), file.sha256
        )
        for file in release_files.files(one)
    ]
    uri = f"{HOME}releases/{number}/"
    return replace(Entry(uri, f"{uri}files/", one, files, number, UPDATED), **changes)


def catalogue() -> bytes:
    newest = entry(2, replaces=f"{HOME}releases/1/", reason='Corrected "inflow"')
    return format_dcat.catalogue(f"{HOME}catalogue.jsonld", [newest, entry(1)], table().publisher)


def read(content: bytes) -> rdflib.Graph:
    with warnings.catch_warnings():  # rdflib's own way of making graphs
        warnings.simplefilter("ignore")
        return rdflib.Graph().parse(data=content.decode(), format="json-ld")


def faults(content: bytes) -> str:
    """What the shapes object to; empty where nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        conforms, _, report = pyshacl.validate(read(content), shacl_graph=rdflib.Graph().parse(SHAPES))
    return "" if conforms else report


def test_the_catalogue_holds_to_the_shapes() -> None:
    assert faults(catalogue()) == ""
    assert faults(format_dcat.catalogue(f"{HOME}catalogue.jsonld", [], table().publisher)) == ""


def _first(content: dict[str, Any]) -> dict[str, Any]:
    return content["dcat:dataset"][0]


def _languages(node: Any) -> list[dict[str, Any]]:
    """Every language of the catalogue, wherever it stands: the type of one place would count for all."""
    if isinstance(node, list):
        return [found for one in node for found in _languages(one)]
    if not isinstance(node, dict):
        return []
    here = [one for one in node.get("dct:language", []) if isinstance(one, dict)]
    return here + [found for key, value in node.items() if key != "@context" for found in _languages(value)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.pop("dct:publisher"),
        lambda found: found["dct:publisher"].pop("foaf:name"),
        lambda found: _first(found).pop("dct:title"),
        lambda found: _first(found).pop("dct:description"),
        lambda found: _first(found).pop("dcat:distribution"),
        lambda found: _first(found).pop("dct:spatial"),
        lambda found: _first(found)["dct:temporal"].pop("dcat:endDate"),
        lambda found: _first(found)["dct:issued"].update({"@value": "yesterday"}),
        lambda found: _first(found)["dcat:distribution"][0].pop("dcat:accessURL"),
        lambda found: _first(found)["dcat:distribution"][0].pop("dct:license"),
        lambda found: _first(found)["dcat:distribution"][0]["spdx:checksum"]["spdx:checksumValue"].pop("@type"),
        lambda found: _first(found)["dcat:contactPoint"].update({"@type": "vcard:Organization"}),
        lambda found: [one["dcat:theme"].pop("skos:prefLabel") for one in found["dcat:dataset"]],
        lambda found: [language.pop("@type", None) for language in _languages(found)],
    ],
)
def test_the_shapes_object_where_something_is_missing(spoil: Callable[[dict[str, Any]], object]) -> None:
    found = json.loads(catalogue())
    spoil(found)
    assert faults(json.dumps(found).encode()) != ""


def test_a_dataset_says_when_where_and_what_it_replaces() -> None:
    graph, newest = read(catalogue()), rdflib.URIRef(f"{HOME}releases/2/")
    assert set(graph.objects(None, DCAT.dataset)) == {newest, rdflib.URIRef(f"{HOME}releases/1/")}
    assert graph.value(newest, DCAT.previousVersion) == rdflib.URIRef(f"{HOME}releases/1/")
    period = graph.value(newest, DCT.temporal)
    assert str(graph.value(period, DCAT.startDate)) == "2020-12-01"
    assert str(graph.value(period, DCAT.endDate)) == "2021-01-31"
    assert {str(text) for text in graph.objects(newest, DCT.title)} == set(table().title.values())
    assert len(list(graph.objects(newest, DCT.spatial))) == 3  # Finland and two areas
    addresses = {str(address) for address in graph.objects(None, DCAT.downloadURL)}
    assert f"{HOME}releases/2/files/monthly-figures-2021-01.px" in addresses
    assert len(addresses) == 2 * len(list(release_files.files(table())))
