import json
from typing import IO, Any

import click
import msgspec

from application.gamification.simulate_ruleset import SimulateRuleset
from application.gamification.simulation_views import SimulationView
from application.shared.page import MAXIMUM_LIMIT
from domain.gamification.edition import Edition
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_check import checked_ruleset
from domain.gamification.ruleset_document import document_of
from entrypoints.cli.running import run_with_container, say, telling_what_to_do
from entrypoints.container import Container

# Of rules that are in a file and nowhere else.
_NEXT = 2**31 - 1


@click.group()
def ruleset() -> None:
    """Check rules of the game, show them, and try them on history. Publishing them is for admins, over HTTP."""


@ruleset.command()
@click.argument("file", type=click.File("rb"))
def check(file: IO[bytes]) -> None:
    """Check the rules in FILE (JSON; `-` reads standard input). Exits with 1 and names each place that is wrong.

    \b
    Example:
      tekun ruleset show > rules.json && tekun ruleset check rules.json
    """
    rules = _read(file)
    say(f"good: {len(rules.quests.pool)} quests, {len(rules.badges)} badges")


@ruleset.command()
@click.argument("version", type=click.IntRange(min=1), required=False)
def show(version: int | None) -> None:
    """Print the rules of VERSION, or those in force, as JSON.

    \b
    Example:
      tekun ruleset show 1 > rules.json
    """

    async def work(container: Container) -> tuple[Edition, int]:
        queries = container.rulesets()
        _, in_force = await queries.one(1)
        return await queries.one(version or in_force)

    edition, in_force = run_with_container(work)
    say(f"version {edition.version}, {edition.status}{', in force' if edition.version == in_force else ''}")
    click.echo(json.dumps(document_of(edition.rules), indent=2, ensure_ascii=False))


@ruleset.command()
@click.argument("what", metavar="FILE|VERSION")
@click.option("--limit", type=click.IntRange(1, MAXIMUM_LIMIT), default=10, show_default=True, help="Learners told of.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def simulate(what: str, limit: int, as_json: bool) -> None:
    """Decide all that learners ever did anew, by the rules in FILE or of VERSION, and tell the difference.

    Writes nothing. A name of digits alone is a version; `./7` is a file.

    \b
    Example:
      tekun ruleset simulate rules.json --limit 20
    """
    rules = int(what) if what.isascii() and what.isdigit() else _read_path(what)

    async def work(container: Container) -> SimulationView:
        return await container.simulate_ruleset()(SimulateRuleset(rules=rules, limit=limit))

    found = run_with_container(work)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        _tell(found)


def _read_path(path: str) -> Ruleset:
    with click.open_file(path, "rb") as file:
        return _read(file)


def _read(file: IO[bytes]) -> Ruleset:
    try:
        document: Any = msgspec.json.decode(file.read())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}") from error
    with telling_what_to_do():
        return checked_ruleset(_NEXT, document)


def _tell(found: SimulationView) -> None:
    click.echo(f"{found.learners_changed} of {found.learners} learners would have something else")
    click.echo(f"XP: {found.xp_before} would be {found.xp_after}")
    for rule in found.by_rule:
        if rule.before != rule.after:
            click.echo(f"  {rule.rule}: {rule.before} would be {rule.after}")
    click.echo(f"levels: {found.levels_up} higher, {found.levels_down} lower")
    for badge in found.badges:
        click.echo(f"badge {badge.key} {badge.tier}: {badge.gained} gained, {badge.lost} lost")
    for learner in found.changes:
        levels = f"level {learner.level_before} would be {learner.level_after}"
        click.echo(f"{learner.user_id}: {learner.xp_before} XP would be {learner.xp_after}, {levels}")
    for place in found.order:
        click.echo(f"place {place.rank_after}: {place.user_id}, now {place.rank_before or 'further down'}")
    told = "the ledger doesn't tell the grade"
    if found.assumed_grades:
        click.echo(f"{found.assumed_grades} grants of assignments are taken for 100 %: {told}")
    for part in found.untold:
        click.echo(f"other {part} can't be tried: the ledger holds what was claimed by the former ones")
