from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Who works with whom."""

    name = "kokeilu.casework"
    label = "casework"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        # Importing undoing registers the room's part where responsibilities are undone or corrected.
        from kokeilu.casework import operations, undoing  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Customers"), "casework:portfolio", operations.PORTFOLIO.key, 100)
