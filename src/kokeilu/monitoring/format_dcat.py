"""The catalogue of published tables by DCAT-AP 3, as JSON-LD with its context inside.

Made when it is asked for, from what the releases keep: an entry changes when its release is replaced, files do not.
"""

import json
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kokeilu.monitoring.published_table import LANGUAGES, Dimension, PublishedTable, Words

AUTHORITY: Final = "http://publications.europa.eu/resource/authority"
CONTEXT: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LANGUAGE: Final = {"fi": "FIN", "sv": "SWE", "en": "ENG"}
# The kind of each file in the authority table of file types. PX and JSON-LD metadata files have their own words.
FILE_TYPES: Final = {"csv": "CSV", "csvw": "JSON_LD", "jsonstat": "JSON", "xlsx": "XLSX"}
KEYWORDS: Final[tuple[Words, ...]] = (
    {"fi": "työttömyys", "sv": "arbetslöshet", "en": "unemployment"},
    {"fi": "työllisyyden kuntakokeilu", "sv": "kommunförsök med sysselsättningen", "en": "municipal employment trial"},
)
THEME: Final[Words] = {
    "fi": "Väestö ja yhteiskunta",
    "sv": "Befolkning och samhälle",
    "en": "Population and society",
}
CATALOGUE: Final[Words] = {
    "fi": "Kokeilualueiden julkaistut taulukot",
    "sv": "Försöksområdenas publicerade tabeller",
    "en": "Published tables of the trial areas",
}
ABOUT: Final[Words] = {
    "fi": "Työnhakijoista ja työttömyydestä kokeilualueittain julkaistut taulukot, myös korvatut versiot.",
    "sv": "Publicerade tabeller om arbetssökande och arbetslöshet per försöksområde, även ersatta versioner.",
    "en": "Tables published of job seekers and unemployment by trial area, replaced versions included.",
}

Node = dict[str, Any]


@dataclass(frozen=True)
class File:
    """A file of a release. `language` is empty where it holds all languages; `sha256` in hexadecimal."""

    name: str
    kind: str
    language: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Entry:
    """A published release: its page, where its files lie (ending in a slash), and which it replaced."""

    uri: str
    files_at: str
    table: PublishedTable
    files: Sequence[File]
    number: int
    issued: datetime
    replaces: str | None = None
    reason: str = ""


def catalogue(uri: str, entries: Sequence[Entry], publisher: Words) -> bytes:
    """The catalogue at `uri` with its entries, the newest first as they are given. Everybody reaches the files."""
    modified = max((entry.issued for entry in entries), default=None)
    content = {
        "@context": CONTEXT,
        "@id": uri,
        "@type": "dcat:Catalog",
        "dct:title": _texts(CATALOGUE),
        "dct:description": _texts(ABOUT),
        "dct:publisher": _agent(publisher),
        "dct:language": _languages(LANGUAGES),
        "dcat:themeTaxonomy": {"@id": f"{AUTHORITY}/data-theme", "@type": "skos:ConceptScheme",
                               "dct:title": _texts(dict.fromkeys(LANGUAGES, "Data theme"))},
        **({"dct:modified": _moment(modified)} if modified else {}),
        "dcat:dataset": [_dataset(entry) for entry in entries],
    }  # fmt: skip
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _dataset(entry: Entry) -> Node:
    table = entry.table
    node: Node = {
        "@id": entry.uri,
        "@type": "dcat:Dataset",
        "dct:identifier": entry.uri,
        "dct:title": _texts(table.title),
        "dct:description": _texts(table.description),
        "dct:publisher": _agent(table.publisher),
        "dcat:contactPoint": {
            "@type": ["vcard:Kind", "vcard:Organization"],
            "vcard:fn": _texts(table.publisher),
            "vcard:hasEmail": {"@id": f"mailto:{table.contact}"},
        },
        "dcat:keyword": [text for words in KEYWORDS for text in _texts(words)],
        "dcat:theme": _of("data-theme", "SOCI", "skos:Concept") | {"skos:prefLabel": _texts(THEME)},
        "dct:accrualPeriodicity": _of("frequency", "MONTHLY", "dct:Frequency"),
        "dct:accessRights": _of("access-right", "PUBLIC", "dct:RightsStatement"),
        "dct:language": _languages(LANGUAGES),
        "dct:issued": _moment(entry.issued),
        "dct:modified": _moment(table.updated),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(f"{table.months[0]}-01"),
            "dcat:endDate": _day(_last_day(table.months[-1])),
        },
        "dct:spatial": [_of("country", "FIN", "dct:Location"), *_areas(table.dimensions)],
        "dcat:landingPage": {"@id": entry.uri, "@type": "foaf:Document"},
        "dcat:version": str(entry.number),
        "dcat:distribution": [_distribution(entry, file) for file in entry.files],
    }
    if entry.replaces:
        node["dcat:previousVersion"] = {"@id": entry.replaces}
    if entry.reason:
        node["adms:versionNotes"] = entry.reason
    return node


def _areas(dimensions: Sequence[Dimension]) -> list[Node]:
    codes = [code for one in dimensions if one.role == "geo" for code in one.codes]
    return [{"@type": "dct:Location", "skos:prefLabel": _texts(code.label)} for code in codes]


def _distribution(entry: Entry, file: File) -> Node:
    address = f"{entry.files_at}{file.name}"
    languages = [file.language] if file.language else list(LANGUAGES)
    kind = FILE_TYPES.get(file.kind)
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": {"@id": entry.uri},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{file.content_type.split(';')[0]}",
            "@type": "dct:MediaType",
        },
        "dct:format": _of("file-type", kind, "dct:MediaTypeOrExtent")
        if kind
        else {"@type": "dct:MediaTypeOrExtent", "rdfs:label": file.kind.upper()},
        "dct:license": {"@id": entry.table.licence, "@type": "dct:LicenseDocument"},
        "dct:language": _languages(languages),
        "dct:issued": _moment(entry.issued),
        "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {
                "@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
                "@type": "spdx:ChecksumAlgorithm",
            },
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }


def _agent(name: Words) -> Node:
    return {"@type": "foaf:Agent", "foaf:name": _texts(name)}


def _of(list_name: str, code: str, kind: str = "") -> Node:
    """A code of the European Union's authority tables."""
    return {"@id": f"{AUTHORITY}/{list_name}/{code}"} | ({"@type": kind} if kind else {})


def _languages(languages: Sequence[str]) -> list[Node]:
    return [_of("language", LANGUAGE[language], "dct:LinguisticSystem") for language in languages]


def _texts(words: Words) -> list[Node]:
    return [{"@value": words[language], "@language": language} for language in LANGUAGES]


def _moment(moment: datetime) -> Node:
    return {"@value": moment.isoformat(), "@type": "xsd:dateTime"}


def _day(day: str) -> Node:
    return {"@value": day, "@type": "xsd:date"}


def _last_day(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]}"
