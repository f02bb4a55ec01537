"""Reading trial definitions: TOML with the area table beside it. Every error is one line that points at its
place.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from kokeilu.law import duties, positions
from kokeilu.law.areas import read_areas
from kokeilu.law.example_people import DECISIONS, read_examples
from kokeilu.law.logic import Name, Node, leaves
from kokeilu.law.positions import Table
from kokeilu.law.predicates import PredicateError, parse_expression, parse_test
from kokeilu.law.spans import Span
from kokeilu.law.trial import (
    AREA,
    MOST_CRITERIA,
    OPEN_END,
    AreaRow,
    Criterion,
    Group,
    Places,
    Trial,
    Version,
)
from kokeilu.problems import Problem

AREA_GROUNDS = ("municipality", "placed_in")
KINDS = ("act", "plan", "agreement")


def shipped_keys() -> tuple[str, ...]:
    """The keys of the definitions that come with the project, sorted."""
    return tuple(sorted(file.stem for file in _trials().glob("*.toml")))


@cache
def shipped(key: str) -> Trial:
    """A definition that comes with the project. Problem: there is none of that key."""
    if key not in shipped_keys():
        raise Problem(f"no trial '{key}'", mend=f"known trials: {', '.join(shipped_keys())}")
    return load(_trials() / f"{key}.toml")


@cache
def area_names() -> dict[str, dict[str, str]]:
    """The trial areas' names in fi, sv and en by key, as the definitions shipped have them."""
    rows = (row for key in shipped_keys() for row in shipped(key).areas if row.area is not None)
    return {str(row.area): {"fi": row.name, "sv": row.name_sv, "en": row.name} for row in rows}


def _trials() -> Path:
    return Path(str(files("kokeilu.law").joinpath("trials")))


def load(path: str | Path) -> Trial:
    """Read and check a definition. Problem: anything wrong in it, at its file and line."""
    document, content = positions.read(Path(path))
    top = Table(document, (), document.data)
    top.only(
        *("key", "names", "kind", "statute", "document", "from", "to", "areas", "open_questions", "places", "decided"),
        *("criterion", "group", "version", "transfer_ground", "task", "example"),
    )
    statute = _statute(top, top)
    areas, areas_content = _areas(top)
    criteria = _criteria(top)
    groups = _groups(top, {criterion.key for criterion in criteria})
    from_day, to_day = _period(top)
    versions = _versions(top, areas, criteria, groups, from_day, to_day)
    return Trial(
        key=top.slug("key"),
        file=document.file,
        names=top.words("names"),
        kind=top.one_of("kind", KINDS, "act"),
        statute=statute,
        from_day=from_day,
        to_day=to_day,
        places=_places(top),
        transfer_grounds=duties.read_grounds(top, from_day, to_day),
        tasks=duties.read_tasks(top, from_day, to_day),
        areas=areas,
        criteria=criteria,
        groups=groups,
        versions=versions,
        examples=read_examples(top, {row.area for row in areas if row.area}, versions),
        open_questions=top.texts("open_questions", ()),
        sha256=hashlib.sha256(content + b"\0" + areas_content).hexdigest(),
    )


def _areas(top: Table) -> tuple[tuple[AreaRow, ...], bytes]:
    file = top.document.file.parent / top.text("areas")
    try:
        content = file.read_bytes()
    except OSError as error:
        top.fail(f"cannot read {file.name}: {error.strerror}", key="areas", mend="put it beside this file")
    return read_areas(file, content), content


def _statute(table: Table, top: Table) -> str:
    """The act; of a plan or an agreement, which have none, the document."""
    kind = top.one_of("kind", KINDS, "act")
    due, other = ("statute", "document") if kind == "act" else ("document", "statute")
    if other in table.data:
        table.fail(f"'{other}' in a definition of kind {kind}", key=other, mend=f"write {due} = ...")
    return table.text(due)


def _period(table: Table, end: date = OPEN_END) -> tuple[date, date]:
    """`from` and `to`; without `to`, `end`."""
    from_day, to_day = table.day("from"), table.day("to", end)
    if to_day <= from_day:
        mend = "'to' is the first day after it"
        table.fail("the period ends before it begins", key="to" if "to" in table.data else "from", mend=mend)
    return from_day, to_day


def _places(top: Table) -> Places | None:
    if "places" not in top.data:
        return None
    table = top.table("places")
    table.only("min", "max", "law", "verified", "source", "note")
    least, most = table.number("min"), table.number("max")
    if most < least:
        table.fail("'max' is less than 'min'", key="max", mend="write the smaller number as min")
    return Places(
        least, most, table.text("law"), table.yes_or_no("verified"), table.text("source", ""), table.text("note", "")
    )


# -- criteria and groups ---------------------------------------------------------------------------


def _criteria(top: Table) -> tuple[Criterion, ...]:
    found: dict[str, Criterion] = {}
    for table in top.tables("criterion"):
        table.only("key", "test", "law", "source", "note", "verified", "yes", "no")
        key = _new_key(table, found)
        found[key] = Criterion(
            key=key,
            test=_test(table, top),
            law=_citation(table),
            verified=table.yes_or_no("verified"),
            yes=_sentence(table, "yes"),
            no=_sentence(table, "no"),
            source=table.text("source", ""),
            note=table.text("note", ""),
        )
    if not found:
        top.fail("no criteria", mend="add a [[criterion]]")
    return tuple(found.values())


def _groups(top: Table, criteria: set[str]) -> dict[str, Group]:
    tables: dict[str, Table] = {}
    for table in top.tables("group"):
        table.only("key", "rule", "law", "source", "note", "verified", "yes", "no")
        tables[_new_key(table, criteria | set(tables))] = table
    known = criteria | set(tables)
    rules = {key: _expression(table, "rule", known) for key, table in tables.items()}
    _check_cycles(tables, rules)
    return {key: _group(key, table, rules[key]) for key, table in tables.items()}


def _group(key: str, table: Table, rule: Node) -> Group:
    worded = "yes" in table.data or "no" in table.data
    return Group(
        key=key,
        rule=rule,
        law=_citation(table) if worded else "",
        verified=table.yes_or_no("verified", default=None if worded else True),
        yes=_sentence(table, "yes") if "yes" in table.data else {},
        no=_sentence(table, "no") if "no" in table.data else {},
        source=table.text("source", ""),
        note=table.text("note", ""),
    )


def _new_key(table: Table, taken: Iterable[str]) -> str:
    key = table.slug("key")
    if "-" in key:
        table.fail(f"'{key}' cannot be written in an expression", key="key", mend="use _ instead of -")
    if key in taken:
        table.fail(f"doubled key '{key}'", key="key", mend="give each criterion and group a key of its own")
    return key


def _citation(table: Table) -> str:
    if not str(table.data.get("law", "")).strip():
        key = "law" if "law" in table.data else None
        table.fail("missing citation", key=key, mend='write law = "statute section"')
    return table.text("law")


def _sentence(table: Table, key: str) -> dict[str, str]:
    words = table.words(key)
    for language, text in words.items():
        for place in ("{", "}"):
            if text.replace(AREA, "").count(place):
                table.fail(
                    f"{key}.{language} has a brace",
                    key=key,
                    mend="{area} is the only thing that is filled in",
                )
    return words


def _test(table: Table, top: Table) -> Node:
    text = table.text("test")
    try:
        return parse_test(text)
    except PredicateError as error:
        named = {str(t.data.get("key")) for t in (*top.tables("criterion"), *top.tables("group"))}
        wanted = str(error).removeprefix("unknown fact '").removesuffix("'")
        mend = f"'{wanted}' is a criterion or group: name it in a group or in member" if wanted in named else ""
        table.fail(str(error), key="test", mend=mend or error.mend)


def _expression(table: Table, key: str, known: set[str]) -> Node:
    try:
        node = parse_expression(table.text(key))
    except PredicateError as error:
        table.fail(str(error), key=key, mend=error.mend)
    for leaf in leaves(node):
        if isinstance(leaf, Name) and leaf.key not in known:
            table.fail(f"unknown criterion '{leaf.key}'", key=key, mend=f"known are {', '.join(sorted(known))}")
    return node


def _check_cycles(tables: Mapping[str, Table], rules: Mapping[str, Node]) -> None:
    done: set[str] = set()

    def visit(key: str, way: tuple[str, ...]) -> None:
        if key in way:
            circle = " -> ".join((*way[way.index(key) :], key))
            tables[key].fail(f"a cycle among groups: {circle}", key="rule", mend="let no group rest on itself")
        if key not in done and key in rules:
            for leaf in leaves(rules[key]):
                if isinstance(leaf, Name):
                    visit(leaf.key, (*way, key))
        done.add(key)

    for key in rules:
        visit(key, ())


# -- versions --------------------------------------------------------------------------------------


def _versions(
    top: Table,
    areas: tuple[AreaRow, ...],
    criteria: tuple[Criterion, ...],
    groups: dict[str, Group],
    from_day: date,
    to_day: date,
) -> tuple[Version, ...]:
    tables = top.tables("version")
    if not tables:
        top.fail("no versions", mend="add a [[version]]")
    versions = [_version(table, top, areas, criteria, groups, to_day) for table in tables]
    for table, version, previous in zip(tables, versions, [None, *versions[:-1]], strict=True):
        due = from_day if previous is None else previous.to_day
        if version.from_day < due and previous is not None:
            table.fail(
                f"versions overlap: the one before ends on {due}",
                key="from",
                mend="write versions in order of time, each from the day the one before ends",
            )
        if version.from_day != due:
            before = "the trial begins" if previous is None else "the version before ends"
            table.fail(f"a gap between versions: {before} on {due}", key="from", mend=f"write from = {due}")
    if versions[-1].to_day > to_day:
        tables[-1].fail(f"the version goes on after the trial, which ends on {to_day}", key="to")
    return tuple(versions)


def _version(
    table: Table,
    top: Table,
    areas: tuple[AreaRow, ...],
    criteria: tuple[Criterion, ...],
    groups: dict[str, Group],
    trial_to: date,
) -> Version:
    table.only(
        *("from", "to", "trial_to", "statute", "document", "source", "note", "verified", "area_by", "member"),
        *("stays", "exit", "longest_stay", "grace"),
    )
    from_day, to_day = _period(table, trial_to)
    ends = table.day("trial_to", trial_to)
    if "trial_to" in table.data and ends < to_day:
        table.fail("the trial ends before the version does", key="trial_to", mend=f"write {to_day} or later")
    known = {criterion.key for criterion in criteria} | set(groups)
    member = _expression(table, "member", known)
    leave = _expression(table, "exit", known) if "exit" in table.data else None
    stays = table.yes_or_no("stays")
    if leave is not None and not stays:
        table.fail("'exit' without stays = true", key="exit", mend="without it, member alone decides each time")
    longest_stay, grace = (_span(table, key, stays=stays) for key in ("longest_stay", "grace"))
    area_by = table.texts("area_by")
    if area_by not in (AREA_GROUNDS[:1], AREA_GROUNDS):
        table.fail(
            "'area_by' is not accepted",
            key="area_by",
            mend=f"write {list(AREA_GROUNDS[:1])} or {list(AREA_GROUNDS)}",
        )
    used = reached([member] if leave is None else [member, leave], groups)
    within = tuple(criterion for criterion in criteria if criterion.key in used)
    if len(within) > MOST_CRITERIA:
        table.fail(f"{len(within)} criteria: more than {MOST_CRITERIA}", key="member", mend="join some in one test")
    return Version(
        trial=top.slug("key"),
        from_day=from_day,
        to_day=to_day,
        statute=_statute(table, top),
        verified=table.yes_or_no("verified"),
        area_by=area_by,
        member=member,
        stays=stays,
        exit=leave,
        longest_stay=longest_stay,
        grace=grace,
        trial_to=ends,
        decided=_decided(top),
        areas=tuple(row for row in areas if row.meets(from_day, to_day)),
        criteria=within,
        groups={key: group for key, group in groups.items() if key in used},
        source=table.text("source", ""),
        note=table.text("note", ""),
    )


def _span(table: Table, key: str, *, stays: bool) -> Span | None:
    if key not in table.data:
        return None
    if not stays:
        table.fail(f"'{key}' without stays = true", key=key, mend="write stays = true, or remove it")
    try:
        return Span.parse(table.text(key))
    except ValueError:
        table.fail(f"'{key}' is no length of time", key=key, mend='write "12 months" or "30 days"')


def _decided(top: Table) -> dict[str, dict[str, str]]:
    """The definition's own sentences of the decisions: of all three or of none."""
    if "decided" not in top.data:
        return {}
    table = top.table("decided")
    table.only(*DECISIONS)
    return {decision: table.words(decision) for decision in DECISIONS}


def reached(nodes: list[Node], groups: Mapping[str, Group]) -> set[str]:
    """The keys of criteria and groups that the expressions rest on, directly or through groups."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        new = {leaf.key for leaf in leaves(waiting.pop()) if isinstance(leaf, Name)} - found
        found |= new
        waiting += [groups[key].rule for key in new if key in groups]
    return found
