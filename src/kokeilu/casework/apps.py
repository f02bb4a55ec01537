from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Who works with whom."""

    name = "kokeilu.casework"
    label = "casework"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.casework import operations
        from kokeilu.web import navigation

        navigation.add(_("Customers"), "casework:portfolio", operations.PORTFOLIO.key, 100)
