"""The reasons for which the policy says no, each as a person reads it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "role": _("Your role does not include this. If you need it in your work, ask your administrator."),
    "no_ground": _(
        "Your organisation has no ground to see this person today: it is not responsible for them. "
        "Nothing of the person was shown."
    ),
    "person_missing": _("The address names no person."),
    "no_membership": _(
        "You are logged in, but you have no role in any organisation today. Ask your administrator to add one."
    ),
    "not_job_seeker": _(
        "This page is a job seeker's own. Your log-in here is for your work, and opens nobody's own page."
    ),
    "other_area": _("Only an area's own analysts change what it has set out to do and what its services cost."),
    "not_self": _("This page is another person's own."),
    "no_operation": _("The page has no rule that says who may open it, so nobody may."),
}


# What lines of the read log say, for the person whom they are about: rooms add their own at start-up.
_names: dict[str, str | Promise] = {"self": _("Own data"), "role": _("The work of the role, over many people")}


def name(words: Mapping[str, str | Promise]) -> None:
    """Say what operations and grounds are called, by their keys, to the person whose data were read."""
    _names.update(words)


def named(key: str) -> str | Promise:
    """What an operation or a ground is called; its key where no room has said it."""
    return _names.get(key, key)


def reason(key: str) -> str | Promise:
    """The words for a reason's key; empty where the key is none of ours."""
    return REASONS.get(key, "")
