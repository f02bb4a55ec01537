from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The monthly figures of the trial's areas."""

    name = "kokeilu.monitoring"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.monitoring import operations
        from kokeilu.web import navigation

        navigation.add(_("Monitoring"), "monitoring:areas", operations.SEE.key, 500)
        navigation.add(
            _("Releases"), "monitoring:releases", operations.SEE_RELEASES.key, 1000, unless="monitoring:areas"
        )
