"""Django's settings. What differs between installations comes from environment variables named here."""

import os
from datetime import date
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kokeilu import installation, postgres

PACKAGE = Path(__file__).parent

DEBUG = False
SECRET_KEY = os.environ.get("KOKEILU_SECRET_KEY") or installation.secret("django")
# Keys for personal identity codes and for the panel's pseudonyms; they must outlive every session.
CODE_KEY = os.environ.get("KOKEILU_CODE_KEY") or installation.secret("codes")
PSEUDONYM_KEY = os.environ.get("KOKEILU_PSEUDONYM_KEY") or installation.secret("pseudonyms")

ALLOWED_HOSTS = os.environ.get("KOKEILU_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
KOKEILU_TODAY = (
    date.fromisoformat(os.environ["KOKEILU_TODAY"]) if os.environ.get("KOKEILU_TODAY") else None
)
# A demonstration shows password log-in and its accounts; elsewhere log-in is by OpenID Connect.
KOKEILU_DEMO = os.environ.get("KOKEILU_DEMO") == "1"

INSTALLED_APPS = [
    "kokeilu.web",
    "kokeilu.access",
    "kokeilu.register",
    "kokeilu.transfer",
    "kokeilu.casework",
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
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Helsinki"

STATIC_URL = "static/"
STATIC_ROOT = installation.home() / "static"
