"""Log-in: by password where it is on, by OpenID Connect where a provider is set.

Nobody signs up. A log-in by OpenID Connect counts only for a subject that an administrator has given to a person;
an e-mail address that matches proves nothing.
"""

from typing import Any

import jwt
import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kokeilu.access import oidc
from kokeilu.web import errors


class Accounts(DefaultAccountAdapter):
    """Accounts are provisioned by administrators; the texts are the project's own."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is not in use."),
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "too_many_login_attempts": _("Too many failed attempts. Try again in a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Greetings after log-in and log-out are noise."""


class Identities(DefaultSocialAccountAdapter):
    """Log-in by OpenID Connect: only subjects that an administrator gave to a person."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody signs up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Stop a log-in of a subject that nobody here has, with a page that says what to do."""
        if not sociallogin.is_existing:
            subject = {"subject": sociallogin.account.uid}
            raise ImmediateHttpResponse(render(request, "access/unknown_subject.html", subject, status=403))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Show a log-in that failed at the provider in the design; one that the person stopped has its own page."""
        if error == AuthError.CANCELLED:
            return
        text = _(
            "The log-in service did not confirm who you are. Try again; if it fails again, tell your administrator."
        )
        raise ImmediateHttpResponse(errors.page(request, 403, text))


class StaffLoginForm(LoginForm):
    """E-mail address and password, named in the words of the user interface."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("login", _("E-mail address")), ("password", _("Password"))):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)


class Entrance(LoginView):
    """The front page: log-in, or the way in for whoever is logged in already."""

    template_name = "access/entrance.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the password is asked for, and the log-in service by its name."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        service = settings.KOKEILU_OIDC["name"] if settings.KOKEILU_OIDC else ""
        return context | {"password_log_in": settings.KOKEILU_PASSWORD_LOGIN, "service": service}


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):
    """Checks every ID token by the provider's published keys, also one fetched directly or without a key's name."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            return oidc.claims(id_token, answer.json(), issuer=self.openid_config["issuer"], audience=app.client_id)
        except jwt.PyJWTError as wrong:
            raise OAuth2Error("the ID token is not valid") from wrong


@login_not_required
def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to the provider."""
    return _at_provider(OAuth2LoginView, request, provider_id)


@login_not_required
def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the person back from the provider."""
    return _at_provider(OAuth2CallbackView, request, provider_id)


def _at_provider(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = view.adapter_view(VerifyingAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as unknown:
        raise Http404 from unknown
    except requests.RequestException:
        return errors.page(request, 503, _("The log-in service does not answer. Try again in a few minutes."))
    return response
