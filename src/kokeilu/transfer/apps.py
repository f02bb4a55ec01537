from django.apps import AppConfig


class TransferConfig(AppConfig):
    """Who is responsible for whom."""

    name = "kokeilu.transfer"
    label = "transfer"

    def ready(self) -> None:
        # Importing them registers the room's part in imports and in the policy.
        from kokeilu.transfer import grounds, intake, operations  # noqa: F401
