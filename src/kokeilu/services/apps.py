from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """What is asked of the state about customers."""

    name = "kokeilu.services"
    label = "services"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.access import texts

        # Importing them registers the room's part in the policy, in statements on identities, in undoing, and on the
        # own page.
        from kokeilu.services import following, grounds, operations, own  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Requests"), "services:requests", operations.REQUESTS.key, 250)
        texts.name(
            {
                grounds.REQUESTED: _("An open request about you"),
                operations.REQUESTS.key: _("List of requests to the state"),
                operations.REQUEST.key: _("Request about you"),
                operations.ASK.key: _("New request about you"),
                operations.FOLLOW.key: _("Request about you"),
                operations.HANDLE.key: _("Request about you"),
            }
        )
