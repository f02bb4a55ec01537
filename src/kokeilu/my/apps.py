from django.apps import AppConfig


class MyConfig(AppConfig):
    """The job seeker's own page."""

    name = "kokeilu.my"
    label = "my"

    def ready(self) -> None:
        # Importing it registers the page's own part.
        from kokeilu.my import readings  # noqa: F401
