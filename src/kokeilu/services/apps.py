from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """What is asked of the state about customers."""

    name = "kokeilu.services"
    label = "services"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        # Importing it registers the room's ground in the policy.
        from kokeilu.services import grounds, operations  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Requests"), "services:requests", operations.REQUESTS.key, 250)
