import click

from adapters.postgres.migrations import migrate as run_migrations
from adapters.postgres.migrations import newest_revision
from entrypoints.cli.running import load_settings, run_with_container, say, telling_what_to_do
from entrypoints.cli.seeding import seed_demo
from entrypoints.database import with_database


@click.command()
def migrate() -> None:
    """Bring the database up to date. Safe to run twice, and by several processes at once.

    \b
    Example:
      DATABASE_URL=postgresql://tekun@db/tekun tekun migrate
    """
    settings = load_settings()
    with telling_what_to_do(), with_database(settings) as ready:
        assert ready.database_url is not None
        run_migrations(ready.database_url.get_secret_value())
    say(f"the database is at {newest_revision()}")


@click.command()
def seed() -> None:
    """Fill in the demo: a user of each role and a small catalog. Running it again changes nothing.

    \b
    Example:
      tekun seed
    """
    say(run_with_container(seed_demo))
