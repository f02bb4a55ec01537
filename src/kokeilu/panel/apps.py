from django.apps import AppConfig


class PanelConfig(AppConfig):
    """The panel's key, which stays in the database."""

    name = "kokeilu.panel"
