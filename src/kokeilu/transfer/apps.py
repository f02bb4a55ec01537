from django.apps import AppConfig


class TransferConfig(AppConfig):
    """Who is responsible for whom."""

    name = "kokeilu.transfer"
    label = "transfer"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        # Importing them registers the room's part in imports and in the policy.
        from kokeilu.transfer import grounds, identity, intake, operations  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Transfer"), "transfer:runs", operations.RESULTS.key, 200)
        navigation.add(_("What if"), "transfer:scenarios", operations.SCENARIOS.key, 910)
