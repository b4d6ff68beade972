import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from adapters.telemetry.logging import configure_logging
from domain.identity.profile import Role
from entrypoints.cli.running import load_settings, opened, telling_what_to_do
from entrypoints.cli.seeding import Demo, midnight, seed_demo
from entrypoints.cli.serving import listen_or_tell, serve_on
from entrypoints.cli.tokens import development_token
from entrypoints.database import with_database
from entrypoints.settings import ROOT, Settings

STOP_SECONDS = 15


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port; 0 picks a free one. [default: 8000, else a free one]"
)
@click.option("--demo/--no-demo", default=True, help="Whether to fill in the demo.")
def up(port: int | None, demo: bool) -> None:
    """Start everything: database, migrations, demo, server and worker. Ctrl-C stops it all.

    \b
    Example:
      tekun up --port 8000
    """
    settings = load_settings().model_copy(update={"drain_seconds": 0.5})
    configure_logging(settings.log_level)
    listener = _listener(settings, port)
    with telling_what_to_do(), with_database(settings) as ready:
        greeting = asyncio.run(_prepare(ready, demo=demo))
        with _worker(ready):
            serve_on(listener, ready, lambda url: _greet(url, greeting, ready.data_dir))


def _listener(settings: Settings, port: int | None) -> socket.socket:
    if port is not None:
        return listen_or_tell(settings.host, port)
    try:
        return listen_or_tell(settings.host, settings.port)
    except click.ClickException:
        click.echo(f"port {settings.port} is taken, so a free one is used")
        return listen_or_tell(settings.host, 0)


async def _prepare(settings: Settings, *, demo: bool) -> list[str]:
    """What to tell besides the address, after the demo was filled in."""
    lines: list[str] = []
    async with opened(settings) as container:
        if demo:
            demo_of_today = Demo(now=midnight(container.clock()()))
            lines.append(f"demo:   {await seed_demo(container, demo_of_today)}")
        if not settings.has_clerk:
            for role in Role:
                lines += ["", f"token for {role}:", await development_token(container, role)]
            lines += ["", "More tokens: .venv/bin/tekun token --as admin|dosen|mahasiswa"]
    return lines


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """A worker beside the server; it ends with it."""
    assert settings.database_url is not None
    environment = {**os.environ, "DATABASE_URL": settings.database_url.get_secret_value()}
    command = [sys.executable, "-m", "entrypoints.cli.main", "worker", "--with-parent"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)  # noqa: S603 # our own command
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _greet(url: str, lines: list[str], data: Path) -> None:
    where = "" if data == ROOT / ".tekun" else f" --data {data}"
    told = [
        "",
        "Tekun is running.",
        f"API:    {url}/v1/courses",
        f"docs:   {url}/docs",
        *lines,
        f"Stop it with Ctrl-C, or with: python3 dev.py down{where}",
        f"ready {url}",
    ]
    click.echo("\n".join(told))
    sys.stdout.flush()
