from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Who works with whom."""

    name = "kokeilu.casework"
    label = "casework"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        # Importing them registers the room's part where responsibilities are undone or corrected, and persons united.
        from kokeilu.casework import identity, operations, undoing  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Customers"), "casework:portfolio", operations.PORTFOLIO.key, 100)
