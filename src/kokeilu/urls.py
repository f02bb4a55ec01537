"""Every address of the site, room by room."""

from allauth.account import views as account
from allauth.socialaccount import views as socialaccount
from django.urls import URLPattern, URLResolver, include, path

from kokeilu.access import entrance

urlpatterns: list[URLPattern | URLResolver] = [
    # Log-in, under the names that allauth looks for. Its other pages (sign-up, e-mail, passwords) have no address here.
    path("", entrance.Entrance.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("oidc/<slug:provider_id>/login/", entrance.oidc_login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/callback/", entrance.oidc_callback, name="openid_connect_callback"),
    path("oidc/cancelled/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    path("", include("kokeilu.web.urls")),
    path("", include("kokeilu.access.urls")),
    path("", include("kokeilu.register.urls")),
    path("", include("kokeilu.my.urls")),
    path("", include("kokeilu.transfer.urls")),
    path("", include("kokeilu.services.urls")),
    path("", include("kokeilu.casework.urls")),
    path("", include("kokeilu.monitoring.urls")),
]

handler400 = "kokeilu.web.errors.bad_request"
handler403 = "kokeilu.access.errors.denied"
handler404 = "kokeilu.web.errors.not_found"
handler429 = "kokeilu.web.errors.too_many_requests"
handler500 = "kokeilu.web.errors.server_error"
