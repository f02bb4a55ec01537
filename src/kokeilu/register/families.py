"""Which records are one person's: the unions that stand, as trees."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from kokeilu.register.models import STANDING, Union


@dataclass(frozen=True)
class Families:
    """The unions that stand, in the order in which they were stated."""

    unions: tuple[Union, ...]

    @classmethod
    def load(cls) -> "Families":
        """All of them."""
        return cls(tuple(Union.objects.filter(STANDING).order_by("recorded_at", "pk")))

    @cached_property
    def _into(self) -> Mapping[UUID, UUID]:
        return {each.merged_id: each.kept_id for each in self.unions}

    @cached_property
    def _merged(self) -> Mapping[UUID, list[Union]]:
        """The unions by the record that they keep."""
        found = defaultdict(list)
        for each in self.unions:
            found[each.kept_id].append(each)
        return found

    def root(self, person: UUID) -> UUID:
        """The record under which a record's person is kept: itself where it is merged into none."""
        while person in self._into:
            person = self._into[person]
        return person

    def order(self, root: UUID) -> list[UUID]:
        """The records of the person kept under `root`, by whose facts count first: those of a newer identity code, the
        kept record, those merged into it as they were stated."""
        mine = self._merged.get(root, [])
        leading = [each.merged_id for each in reversed(mine) if each.kind == Union.Kind.NEW_CODE]
        following = [each.merged_id for each in mine if each.kind != Union.Kind.NEW_CODE]
        before = [record for child in leading for record in self.order(child)]
        after = [record for child in following for record in self.order(child)]
        return [*before, root, *after]

    def roots(self, persons: Iterable[UUID]) -> list[UUID]:
        """The persons of these records, each once, in a fixed order."""
        return sorted({self.root(person) for person in persons})


def root_of(person: UUID) -> UUID:
    """The record under which one record's person is kept, by one query, and one more for each time it was merged."""
    while into := Union.objects.filter(STANDING, merged=person).values_list("kept", flat=True).first():
        person = into
    return person


def records_of(person: UUID) -> list[UUID]:
    """The records that are the person's now, by whose facts count first; only itself for most."""
    families = Families.load()
    return families.order(families.root(person))
