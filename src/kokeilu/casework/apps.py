from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Who works with whom."""

    name = "kokeilu.casework"
    label = "casework"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.access import texts

        # Importing them registers the room's part where responsibilities are undone or corrected, persons united, and
        # on the own page.
        from kokeilu.casework import identity, operations, own, undoing  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Customers"), "casework:portfolio", operations.PORTFOLIO.key, 100)
        texts.name(
            {
                operations.CUSTOMER.key: _("Your customer page"),
                operations.PORTFOLIO.key: _("List of customers"),
                operations.PORTFOLIO_OF.key: _("List of a worker's customers"),
                operations.CHANGE_WORKER.key: _("Change of your responsible worker"),
            }
        )
