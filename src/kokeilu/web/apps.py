from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell of every page."""

    name = "kokeilu.web"
    label = "web"
