from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Job seekers as the state register reports them, and who is whom."""

    name = "kokeilu.register"
    label = "register"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.access import policy, texts
        from kokeilu.register import operations
        from kokeilu.register.families import root_of
        from kokeilu.web import navigation

        policy.register_current(root_of)

        navigation.add(_("Identities"), "register:identities", operations.IDENTITY.key, 250)
        texts.name({operations.IDENTITY.key: _("Statements on who is whom")})
