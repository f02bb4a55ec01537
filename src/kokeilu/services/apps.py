from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """What is asked of the state about customers."""

    name = "kokeilu.services"
    label = "services"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        # Importing them registers the room's part in the policy, in statements on identities and in undoing.
        from kokeilu.services import following, grounds, operations  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Requests"), "services:requests", operations.REQUESTS.key, 250)
