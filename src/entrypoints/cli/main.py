"""The `tekun` command. Each command imports what it needs when it runs, so that `--help` is quick."""

from importlib import import_module

import click

COMMANDS = {
    "courses": ("entrypoints.cli.courses", "courses", "Import courses."),
    "ledger": ("entrypoints.cli.ledger", "ledger", "Verify the game's numbers against the ledger, and mend them."),
    "migrate": ("entrypoints.cli.database", "migrate", "Bring the database up to date."),
    "openapi": ("entrypoints.cli.documents", "openapi", "Print the OpenAPI document, or check a committed one."),
    "reference": ("entrypoints.cli.documents", "reference", "Write the pages that are made from the code."),
    "ruleset": ("entrypoints.cli.rulesets", "ruleset", "Check rules of the game, and try them on history."),
    "seed": ("entrypoints.cli.database", "seed", "Fill in the demo: courses, and learners with their histories."),
    "serve": ("entrypoints.cli.serving", "serve", "Serve the API."),
    "token": ("entrypoints.cli.tokens", "token", "Print a development session token."),
    "up": ("entrypoints.cli.up", "up", "Start everything: database, migrations, demo, server, worker."),
    "users": ("entrypoints.cli.users", "users", "Reconcile users with Clerk."),
    "webhook": ("entrypoints.cli.webhooks", "webhook", "Send a signed webhook, as Clerk would."),
    "webhooks": ("entrypoints.cli.webhooks", "webhooks", "List, show and replay received webhooks."),
    "worker": ("entrypoints.cli.serving", "worker", "Do what is due in the background."),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's own signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 # click's own signature
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 # click's own signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in sorted(COMMANDS)])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tekun")
def main() -> None:
    """Tekun: the backend for gamified learning.

    Without settings, everything runs on this machine: an embedded PostgreSQL in the data folder and a development
    issuer in Clerk's place. docs/reference/settings.md lists what can be set.

    \b
    Example:
      tekun serve --port 8000
      tekun token --as dosen
    """


if __name__ == "__main__":
    main()
