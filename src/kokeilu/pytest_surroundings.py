"""The surroundings of every test, set before anything reads the settings (a conftest comes too late for that).

Named in pyproject.toml as an early plugin of pytest.
"""

import os

OF_SERVICES = ("KOKEILU_OIDC_", "KOKEILU_SMTP_", "KOKEILU_MAIL_", "KOKEILU_SUOMIFI_")
for name in [name for name in os.environ if name.startswith(OF_SERVICES)]:
    del os.environ[name]
for name in ("KOKEILU_DEMO", "KOKEILU_DATABASE", "KOKEILU_HOSTS", "KOKEILU_HTTPS", "KOKEILU_BEHIND_PROXY"):
    os.environ.pop(name, None)
os.environ["KOKEILU_TODAY"] = "2021-03-31"
os.environ["KOKEILU_STATIC"] = "rooms"
os.environ["KOKEILU_PASSWORD_LOGIN"] = "1"  # noqa: S105 - it switches log-in by password on
