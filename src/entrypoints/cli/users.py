import json

import click

from application.identity.synchronize_users import Drift
from entrypoints.cli.running import run_with_container, say
from entrypoints.container import Container


@click.group()
def users() -> None:
    """Reconcile users with Clerk."""


@users.command()
@click.option("--json", "as_json", is_flag=True, help="Print the drift as JSON.")
def sync(as_json: bool) -> None:
    """Look at everybody at Clerk, and mend what webhooks have lost. Nobody is deleted on a partial scan.

    \b
    Example:
      CLERK_SECRET_KEY=sk_live_... tekun users sync
    """

    async def work(container: Container) -> Drift:
        if container.directory() is None:
            raise click.ClickException("set CLERK_SECRET_KEY: without it there is nobody to reconcile with")
        return await container.synchronize_users()()

    drift = run_with_container(work)
    report = {
        "scanned": drift.scanned,
        "created": drift.created,
        "changed": drift.changed,
        "deleted": drift.deleted,
        "conflicts": drift.conflicts,
    }
    if as_json:
        click.echo(json.dumps(report))
    else:
        click.echo("\n".join(f"{name}: {value}" for name, value in report.items()))
    if drift.conflicts:
        say("Conflicts: another live user has the address; an admin decides which of the two keeps it.")
