from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who works here, what they may do and see, and the logs of it."""

    name = "kokeilu.access"
    label = "access"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.access import operations, policy
        from kokeilu.web import navigation

        navigation.judge_by(policy.may_open)
        navigation.add(_("Administration"), "access:admin", operations.ADMINISTER.key, 900)
