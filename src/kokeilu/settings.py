"""Django's settings. What differs between installations comes from environment variables named here."""

import os
from datetime import date
from pathlib import Path

from csp import constants as csp

from kokeilu import installation, postgres
from kokeilu.access import oidc

PACKAGE = Path(__file__).parent

DEBUG = False
SECRET_KEY = os.environ.get("KOKEILU_SECRET_KEY") or installation.secret("django")
# The key for personal identity codes; it must outlive every session.
CODE_KEY = os.environ.get("KOKEILU_CODE_KEY") or installation.secret("codes")

ALLOWED_HOSTS = os.environ.get("KOKEILU_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
KOKEILU_TODAY = date.fromisoformat(os.environ["KOKEILU_TODAY"]) if os.environ.get("KOKEILU_TODAY") else None
# A demonstration shows password log-in and its accounts; elsewhere log-in is by OpenID Connect.
KOKEILU_DEMO = os.environ.get("KOKEILU_DEMO") == "1"
KOKEILU_PASSWORD_LOGIN = KOKEILU_DEMO or os.environ.get("KOKEILU_PASSWORD_LOGIN") == "1"
# The staff's OpenID Connect provider: KOKEILU_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _NAME; see docs/access.md.
KOKEILU_OIDC = oidc.from_environment(os.environ)
# Who identifies job seekers on their own pages: KOKEILU_MY_OIDC_ISSUER and the others; see docs/my.md.
KOKEILU_MY_OIDC = oidc.identification(os.environ)
# Where the panel is that releases are prepared from, and what a published table says of contact and licence.
KOKEILU_PANEL = Path(os.environ.get("KOKEILU_PANEL") or installation.home() / "panel")
KOKEILU_LABOUR_FORCE = Path(os.environ["KOKEILU_LABOUR_FORCE"]) if os.environ.get("KOKEILU_LABOUR_FORCE") else None
KOKEILU_RELEASE_CONTACT = os.environ.get("KOKEILU_RELEASE_CONTACT", "")  # an e-mail address; else the preparer's
KOKEILU_RELEASE_LICENCE = os.environ.get("KOKEILU_RELEASE_LICENCE", "https://creativecommons.org/licenses/by/4.0/")
# Served over HTTPS, as everywhere but in a demonstration: cookies then never travel in the clear.
KOKEILU_HTTPS = os.environ.get("KOKEILU_HTTPS", "0" if KOKEILU_DEMO else "1") == "1"

INSTALLED_APPS = [
    "kokeilu.web",
    "kokeilu.access",
    "kokeilu.register",
    "kokeilu.my",
    "kokeilu.transfer",
    "kokeilu.services",
    "kokeilu.casework",
    "kokeilu.panel",
    "kokeilu.monitoring",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Answers 304 to who has a content already; around what forbids caches, whose pages it leaves alone.
    "django.middleware.http.ConditionalGetMiddleware",
    "kokeilu.web.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kokeilu.my.session.own_session",
    "kokeilu.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kokeilu.access.middleware.actor",
    "kokeilu.web.middleware.bare_errors",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "kokeilu.access.middleware.RefuseWithoutOperation",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kokeilu.web.context.shell",
            ],
        },
    }
]

DATABASES = {"default": postgres.django_database()}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.User"

ROOT_URLCONF = "kokeilu.urls"
WSGI_APPLICATION = "kokeilu.wsgi.application"

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")]  # each by its own name
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Helsinki"

STATIC_URL = "static/"
STATIC_ROOT = installation.home() / "static"
# Files under hashed names, collected by `kokeilu serve`; tests read them straight from the rooms.
_from_rooms = os.environ.get("KOKEILU_STATIC") == "rooms"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = _from_rooms
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if _from_rooms
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"not_told_twice": {"()": "kokeilu.postgres.NotToldTwice"}},
    "loggers": {"psycopg": {"filters": ["not_told_twice"]}},
}

# Attempts to log in are counted here, by all processes together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "access:start"
ACCOUNT_ADAPTER = "kokeilu.access.entrance.Accounts"
ACCOUNT_FORMS = {"login": "kokeilu.access.entrance.StaffLoginForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
SOCIALACCOUNT_ONLY = not KOKEILU_PASSWORD_LOGIN
SOCIALACCOUNT_ADAPTER = "kokeilu.access.entrance.Identities"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = oidc.allauth_providers(KOKEILU_OIDC)

SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = KOKEILU_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "kokeilu.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if KOKEILU_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
# A proxy in front that ends TLS says so in this header; without a proxy it must not be set.
if os.environ.get("KOKEILU_BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.NONE],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF],
        "img-src": [csp.SELF],
        "font-src": [csp.SELF],
        "connect-src": [csp.SELF],
        # Chromium holds the redirect to the log-in service against this as well.
        "form-action": [csp.SELF, *oidc.origins(KOKEILU_OIDC), *oidc.origins(KOKEILU_MY_OIDC)],
        "base-uri": [csp.NONE],
        "frame-ancestors": [csp.NONE],
    }
}
