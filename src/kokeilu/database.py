"""What a command does before it works on the database; those on files alone do without."""

import os


def set_up() -> None:
    """Start the database where it is embedded, stand on the day that it says, and set Django up.

    Models are imported after it. Raises Problem where the database cannot be used.
    """
    from kokeilu import postgres

    postgres.ensure()
    postgres.stand_as_database_says()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kokeilu.settings")

    import django

    django.setup()
