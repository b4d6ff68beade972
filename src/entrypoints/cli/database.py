from datetime import UTC, datetime

import click

from adapters.postgres.migrations import migrate as run_migrations
from adapters.postgres.migrations import newest_revision
from entrypoints.cli.running import load_settings, run_with_container, say, telling_what_to_do
from entrypoints.cli.seeding import Demo, midnight, seed_demo
from entrypoints.container import Container
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
@click.option("--seed", type=click.IntRange(1, 1000), default=1, help="Another one makes up other people. [default: 1]")
@click.option("--learners", type=click.IntRange(0, 5000), default=300, help="How many. [default: 300]")
@click.option("--now", type=click.DateTime(["%Y-%m-%d"]), help="The day on which their histories end. [default: today]")
def seed(seed: int, learners: int, now: datetime | None) -> None:
    """Fill in the demo: 30 courses, and learners who have studied, been graded and given up for months.

    The same seed, number and day make the same demo. What is there already stays as it is: running it again changes
    nothing.

    \b
    Example:
      tekun seed
      tekun seed --seed 2 --learners 50 --now 2026-06-01
    """

    async def work(container: Container) -> str:
        day = midnight(container.clock()() if now is None else now.replace(tzinfo=UTC))
        return await seed_demo(container, Demo(seed=seed, learners=learners, now=day))

    say(run_with_container(work))
