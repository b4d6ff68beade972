import json
import sys

import click

from application.gamification.verify_ledger import Drift, LedgerReport
from entrypoints.cli.running import run_with_container
from entrypoints.container import Container


@click.group()
def ledger() -> None:
    """Recompute the game's numbers from the ledger: XP, streaks, badges, scores."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(as_json: bool) -> None:
    """Compare what is stored of each learner with what follows from the ledger. Exits with 1 where anything differs.

    \b
    Example:
      tekun ledger verify
    """

    async def work(container: Container) -> LedgerReport:
        return await container.verify_ledger()()

    report = run_with_container(work)
    _print(report, "drift", as_json=as_json)
    sys.exit(1 if report.drifts else 0)


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def rebuild(as_json: bool) -> None:
    """Store anew what follows from the ledger, wherever it differs. The ledger itself is never changed.

    \b
    Example:
      tekun ledger rebuild && tekun ledger verify
    """

    async def work(container: Container) -> LedgerReport:
        return await container.rebuild_ledger()()

    _print(run_with_container(work), "mended", as_json=as_json)


def _print(report: LedgerReport, what: str, *, as_json: bool) -> None:
    if as_json:
        drifts = [_plain(drift) for drift in report.drifts]
        click.echo(json.dumps({"players": report.players, "entries": report.entries, what: drifts}))
        return
    for drift in report.drifts:
        click.echo(f"{drift.user_id} {drift.name}: stored {drift.stored}, expected {drift.expected}")
    click.echo(f"{report.players} learners, {report.entries} entries, {len(report.drifts)} {what}")


def _plain(drift: Drift) -> dict[str, str]:
    return {
        "user_id": str(drift.user_id),
        "name": drift.name,
        "stored": str(drift.stored),
        "expected": str(drift.expected),
    }
