"""The reasons for which the policy says no, each as a person reads it."""

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
    "no_operation": _("The page has no rule that says who may open it, so nobody may."),
}


def reason(key: str) -> str | Promise:
    """The words for a reason's key; empty where the key is none of ours."""
    return REASONS.get(key, "")
