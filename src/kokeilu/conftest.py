"""Test set-up that every room shares."""

import os

os.environ.setdefault("KOKEILU_TODAY", "2021-03-31")

from kokeilu import postgres

postgres.ensure()
