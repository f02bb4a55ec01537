"""The data dictionary: every table and column of the rooms, with its meaning, from the models themselves.

A column's meaning is the comment beside its field; a comment above a field is on how it is stored. What a field's
kind already tells needs no comment: a key, a reference to another table, a list of choices.
"""

import ast
import inspect
import io
import os
import tokenize
from collections.abc import Iterator
from functools import cache
from textwrap import dedent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Field, Model

HEAD = """\
# Data dictionary

Made by `kokeilu data-dictionary` from the models; edit those. Periods are half-open `[from, to)`. Null is unknown
where nothing else is said. The columns of the panel's files are in [panel.md](panel.md).
"""


def set_up() -> None:
    """Load the models; the database is not needed."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kokeilu.settings")
    django.setup()


def render() -> str:
    """The dictionary as Markdown, room by room. Django must be set up."""
    parts = [HEAD]
    for app, models in _rooms():
        parts.append(f"\n## {app}\n")
        parts.extend(_table(model) for model in models)
    return "".join(parts)


def without_meaning() -> list[str]:
    """The columns, as `table.column`, that a reader of the dictionary would have to guess."""
    return [
        f"{model._meta.db_table}.{field.column}"
        for _, models in _rooms()
        for model in models
        for field in model._meta.concrete_fields
        if not _meaning(model, field)
    ]


def _rooms() -> Iterator[tuple[str, list["type[Model]"]]]:
    from django.apps import apps

    for app in apps.get_app_configs():
        models = [model for model in app.get_models() if not model._meta.proxy]
        if app.name.startswith("kokeilu.") and models:
            yield app.label, models


def _table(model: "type[Model]") -> str:
    lines = [f"\n### {model._meta.db_table}\n", f"\n{_sentence(model)}\n"]
    lines.append("\n| column | type | null | meaning |\n| --- | --- | --- | --- |\n")
    for field in model._meta.concrete_fields:
        null = "yes" if field.null else ""
        lines.append(f"| `{field.column}` | {_type(field)} | {null} | {_meaning(model, field)} |\n")
    return "".join(lines)


def _sentence(model: "type[Model]") -> str:
    return " ".join((inspect.getdoc(model) or "").split())


def _type(field: "Field[Any, Any]") -> str:
    from django.db import connection

    kind = field.db_type(connection) or ""
    return kind.replace("varchar", "text").replace("timestamp with time zone", "timestamptz")


def _meaning(model: "type[Model]", field: "Field[Any, Any]") -> str:
    told = [_comment(model, field.name) or _by_kind(model, field)]
    if field.remote_field is not None:
        told.append(f"→ `{field.remote_field.model._meta.db_table}`")
    if field.choices:
        told.append(", ".join(f"`{value}`" for value, _ in field.flatchoices))
    return " ".join(part.replace("|", "\\|") for part in told if part)


def _by_kind(model: "type[Model]", field: "Field[Any, Any]") -> str:
    """What the field's kind already tells, or the library that the field comes from."""
    from django.utils.translation import override

    if field.primary_key and field.remote_field is None:
        return "Key of the row"
    if getattr(field, "auto_now_add", False):
        return "When the row was written"
    if field.get_internal_type() == "DateRangeField":
        return "The days on which the row holds"
    if any(
        field.name in _fields(parent) for parent in model.__mro__ if parent.__module__.startswith("django.contrib.")
    ):
        with override("en"):
            return str(field.verbose_name).capitalize()
    return ""


def _fields(library: Any) -> set[str]:
    """The names of the fields that a library's model brings along."""
    return {field.name for field in library._meta.local_fields}


def _comment(model: "type[Model]", name: str) -> str:
    """The comment of the field where it was declared: on the model or on a class that it inherits from."""
    for declared in model.__mro__:
        if declared.__module__.startswith("kokeilu.") and name in (comments := _comments(declared)):
            return comments[name]
    return ""


@cache
def _comments(declared: type) -> dict[str, str]:
    """Field names of a class with the comments on their lines."""
    source = dedent(inspect.getsource(declared))
    written = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = {}
    tree = ast.parse(source).body[0]
    for node in tree.body if isinstance(tree, ast.ClassDef) else []:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            text = " ".join(written[line] for line in lines if line in written)
            found[node.targets[0].id] = text[:1].upper() + text[1:]
    return found
