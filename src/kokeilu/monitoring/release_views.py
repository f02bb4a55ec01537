"""What the page of a release shows of it: its tables with their files, its checks and its history."""

from typing import Any

from django.urls import reverse

from kokeilu.monitoring import release_class_tables, release_queries, release_words
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.models import Release, ReleaseCheck, ReleaseFile
from kokeilu.web import formats


def about(release: Release) -> dict[str, Any]:
    """What the release's own table says of itself, in the reader's language, and how many figures it has."""
    held, language = release_queries.described(release.content_id), formats.language()
    table = held.table
    return {
        "description": table.description[language],
        "notes": [note[language] for note in table.notes],
        "unverified": list(table.unverified),
        "laws": ", ".join(table.unverified),
        "publisher": table.publisher[language],
        "contact": table.contact,
        "licence": table.licence,
        "measures": [
            {"name": code.label[language], "definition": code.definition[language], "verified": code.verified}
            for code in table.measures.codes
            if code.definition
        ],
        "figures": held.figures,
        "hidden": held.hidden,
    }


def files(release: Release) -> list[dict[str, Any]]:
    """The files of the release's own table."""
    return [_file(release, one) for one in release.files.filter(of=None).order_by("position")]


def further(release: Release) -> list[dict[str, Any]]:
    """The further tables, each with what to say of it, how many figures it has, and its files."""
    language = formats.language()
    shown = []
    for one in release.tables.order_by("position").prefetch_related("files"):
        dimension, held = DIMENSIONS[one.dimension], release_queries.described(one.content_id)
        shown.append({
            "key": release_class_tables.anchor(dimension),
            "name": dimension.name[language],
            "notes": [note[language] for note in release_class_tables.notes(dimension)],
            "files": [_file(release, file) for file in sorted(one.files.all(), key=lambda file: file.position)],
            "figures": held.figures,
            "hidden": held.hidden,
        })  # fmt: skip
    return shown


def _file(release: Release, file: ReleaseFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "href": reverse("monitoring:release_file", args=[release.pk, file.name]),
        "kind": release_words.KINDS[file.kind],
        "language": release_words.LANGUAGES.get(file.language, ""),
        "size": formats.number(max(1, round(file.size / 1000))),
    }


def history(release: Release) -> list[dict[str, Any]]:
    """The release's steps in the order of time, each with who took it."""
    steps = (
        (release_words.STATES["prepared"], release.prepared_at, release.prepared_by),
        (release_words.STATES["checked"], release.checked_at, release.checked_by),
        (release_words.STATES["scheduled"], release.scheduled_at, release.scheduled_by),
        (release_words.STATES["withdrawn"], release.withdrawn_at, release.withdrawn_by),
    )
    return [{"name": name, "at": at, "by": by.name if by else ""} for name, at, by in steps if at]


def checks(release: Release, *, inside: bool) -> list[dict[str, Any]]:
    """The runs of the checks, the last first. Who does not make the release is shown the last that passed alone: one
    that failed, when it was to be put off, would tell where hidden figures may be looked for."""
    runs = release.checks.order_by("-id")
    return [_run(one) for one in (runs if inside else runs.filter(passed=True)[:1])]


def _run(run: ReleaseCheck) -> dict[str, Any]:
    findings = [
        {"name": release_words.CHECKS[one["key"]], "rest": one["found"] - len(one["places"]), **one}
        for one in run.findings
    ]
    return {"at": run.at, "by": run.by.name, "step": release_words.TAKEN[run.step], "findings": findings}
