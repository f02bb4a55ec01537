"""Why an organisation is responsible after a change, as notices and pages tell: in the words of the law."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.law import explain
from kokeilu.law.explain import Reason
from kokeilu.law.trial import Trial, Version
from kokeilu.problems import Problem
from kokeilu.transfer import rules
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.rules import STATE

Trials = Callable[[str], Trial]


@dataclass(frozen=True)
class Basis:
    """What a responsibility rests on: `kind` (Message.Kind) of what gave it, by a trial's law of a day, to the
    organisation of the key `goes_to`.

    `pattern`, `decision` and `area` (where the person lives) are those of a decision of the law, `ground` the key of a
    transfer ground. Of what rests on neither, `trial` is empty.
    """

    kind: str
    trial: str
    on: date
    goes_to: str
    pattern: int | None = None
    decision: str | None = None
    area: str | None = None
    ground: str | None = None

    @property
    def by_law(self) -> bool:
        """Whether it follows from the decision of the law; a decision about one person may keep someone elsewhere."""
        if self.pattern is None:
            return False
        if self.kind == Message.Kind.LAW:
            return True
        return self.area == self.goes_to if self.goes_to != STATE else self.decision == "out"


def of_basis(basis: Basis, trials: Trials, language: str) -> list[Reason]:
    """The reasons in one language, those that nothing is known of left out. Problem: as `kokeilu.law.explain`."""
    kinds = Message.Kind
    if not basis.trial:
        return []
    trial = trials(basis.trial)
    if basis.kind == kinds.END:
        return [explain.trial_ended(trial, language)]
    if basis.kind == kinds.INDIVIDUAL:
        return [explain.transferred(trial.transfer_ground(basis.ground or "", basis.on), language)]
    found = by_law(trial, basis, language) if basis.by_law else []
    return [_corrected(trial, basis.on, language), *found] if basis.kind == kinds.CORRECTION else found


def of_undone(basis: Basis, undone: Run, trials: Trials, language: str) -> list[Reason]:
    """That the change by a run is void, and why the organisation of before is responsible."""
    version = trials(undone.trial).version(undone.version.isoformat())
    with translation.override(language):
        void = _by_version(version, _("The authority has withdrawn the earlier change."), language)
    try:
        return [void, *of_basis(basis, trials, language)]
    except Problem:  # the words of a definition or a ground have changed since
        return [void]


def by_law(trial: Trial, basis: Basis, language: str, *, residence: bool = True) -> list[Reason]:
    """Why the law of the day moves someone with these answers where they go: not always the decision's own reasons, as
    a customer may go to another area, or stay, whom the law of the day would not take in.

    Without `residence` no reason names the area where the person lives. Problem: as `kokeilu.law.explain`.
    """
    assert basis.pattern is not None  # noqa: S101 - `Basis.by_law`
    assert basis.decision is not None  # noqa: S101
    version = trial.version_on(basis.on)
    if basis.goes_to != STATE and basis.decision != "in":
        return explain.moving(trial, basis.on, basis.pattern, language, area=basis.goes_to if residence else None)
    if basis.goes_to == STATE and version.stays:
        if rules.leaves(version, basis.pattern):
            return explain.leaving(trial, basis.on, basis.pattern, language)
        if version.grace is not None and (over := explain.search_over(trial, basis.on, basis.pattern, language)):
            return over
        if version.longest_stay is not None:
            return [explain.longest_stay(trial, basis.on, language)]
    area = basis.goes_to if basis.goes_to != STATE and residence else None
    return explain.reasons(trial, basis.on, basis.pattern, basis.decision, language, area=area)


def _corrected(trial: Trial, on: date, language: str) -> Reason:
    with translation.override(language):
        return _by_version(trial.version_on(on), _("Facts about you in the register have been corrected."), language)


def _by_version(version: Version, text: str, language: str) -> Reason:
    return Reason(text, explain.citation(version.statute, version.verified, language), version.verified)
