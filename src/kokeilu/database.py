"""What a command does before it works on the database; those on files alone do without."""

import os

from kokeilu.problems import Problem


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


def check_schema() -> None:
    """Raise Problem where the database lacks a migration. Django must be set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Problem(
            "the database is not up to date",
            mend="run `kokeilu django migrate`, or `kokeilu demo` for a demonstration",
        )
