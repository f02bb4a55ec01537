"""Digests of what a definition says, so that a change of a version by which people were decided is noticed.

A version's digest covers all that decides and explains: the rule, tests, citations and sentences that it uses, what
places people, who stays and how long, the trial's end as it has it, and the area rows in force in it. It leaves out
what is only known about the law (`verified`, `source`, `note`, comments), examples, and the version's own end: so an
amendment, which is a new version, leaves those before it as they are, and a text that has been seen at last can be
marked so. Row ends at or after the version's end count as none, for an amendment cuts the version there.

The form is JSON of the project's own, so that no other package's printing of an expression enters it.
"""

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from kokeilu.law.logic import And, Atom, Name, Node, Not, Or

if TYPE_CHECKING:
    from kokeilu.law.duties import TransferGround
    from kokeilu.law.trial import AreaRow, Criterion, Group, Version

FORM = "version/1"


def of_version(version: "Version") -> str:
    """SHA-256, in hexadecimal, of what a version says."""
    return _digest(
        {
            "form": FORM,
            "trial": version.trial,
            "from": version.key,
            "trial_to": version.trial_to.isoformat(),
            "statute": version.statute,
            "area_by": list(version.area_by),
            "member": _node(version.member),
            "stays": version.stays,
            "exit": None if version.exit is None else _node(version.exit),
            "longest_stay": None if version.longest_stay is None else str(version.longest_stay),
            **({} if version.grace is None else {"grace": str(version.grace)}),
            "decided": version.decided,
            "criteria": [_criterion(criterion) for criterion in version.criteria],
            "groups": sorted((_group(group) for group in version.groups.values()), key=lambda group: group["key"]),
            "areas": sorted((_row(row, version) for row in version.areas), key=json.dumps),
        }
    )


def of_ground(ground: "TransferGround") -> str:
    """SHA-256, in hexadecimal, of what a transfer ground says; its end and `verified` are left out as above."""
    return _digest(
        {
            "key": ground.key,
            "from": ground.from_day.isoformat(),
            "law": ground.law,
            "decided_by": sorted(ground.decided_by),
            "leads_to": sorted(ground.leads_to),
            "name": ground.name,
            "sentence": ground.sentence,
        }
    )


def _digest(said: dict[str, Any]) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _criterion(criterion: "Criterion") -> dict[str, Any]:
    test = _node(criterion.test)
    return {"key": criterion.key, "test": test, "law": criterion.law, "yes": criterion.yes, "no": criterion.no}


def _group(group: "Group") -> dict[str, Any]:
    rule = _node(group.rule)
    return {"key": group.key, "rule": rule, "law": group.law, "yes": group.yes, "no": group.no}


def _row(row: "AreaRow", version: "Version") -> list[str | None]:
    begins = None if row.from_day <= version.from_day else row.from_day.isoformat()
    ends = None if row.to_day is None or row.to_day >= version.to_day else row.to_day.isoformat()
    return [row.municipality, row.area, row.name, row.name_sv, begins, ends]


def _node(node: Node) -> list[Any]:
    match node:
        case Name(key):
            return ["name", key]
        case Atom(fact, operator, values):
            return ["fact", fact, operator, [["day", v.isoformat()] if isinstance(v, date) else v for v in values]]
        case Not(part):
            return ["not", _node(part)]
        case And(parts):
            return ["and", *map(_node, parts)]
        case Or(parts):
            return ["or", *map(_node, parts)]
