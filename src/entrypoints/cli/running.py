"""What every command shares: settings, a container with an open pool, and faults that say what to do next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import click
from pydantic import ValidationError

from adapters.postgres.embedded import EmbeddedPostgresqlFailed
from adapters.postgres.embedded_binaries import BinariesNotFound
from adapters.telemetry.logging import configure_logging
from domain.shared.errors import Refusal
from entrypoints.container import Container, make_container
from entrypoints.database import with_database
from entrypoints.settings import Settings

Result = TypeVar("Result")


def load_settings() -> Settings:
    """Raises click.ClickException naming each setting that is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        findings = [
            f"  {'.'.join(str(part) for part in finding['loc']) or 'settings'}: {finding['msg']}"
            for finding in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise click.ClickException("some settings are not valid:\n" + "\n".join(findings)) from error


@contextmanager
def telling_what_to_do() -> Iterator[None]:
    """Turns what a person can mend into one line and exit code 1; anything else stays a traceback."""
    try:
        yield
    except Refusal as refusal:
        details = [f"  {error.pointer}: {error.detail}" for error in refusal.errors]
        raise click.ClickException("\n".join([f"{refusal.code}: {refusal.detail}", *details])) from refusal
    except (EmbeddedPostgresqlFailed, BinariesNotFound) as failure:
        raise click.ClickException(f"the embedded PostgreSQL can't be had: {failure}") from failure


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Container]:
    """A container whose pool is open. Of the rest only the client to Clerk's Backend API may have been used."""
    container = make_container(settings)
    await container.pool().open()
    try:
        yield container
    finally:
        if settings.clerk_secret_key is not None:
            await container.http_client().aclose()
        await container.pool().close()


def run_with_container(work: Callable[[Container], Awaitable[Result]]) -> Result:
    """Runs one command's work on the database of the settings."""

    async def run(settings: Settings) -> Result:
        async with opened(settings) as container:
            return await work(container)

    settings = load_settings()
    configure_logging(settings.log_level)
    with telling_what_to_do(), with_database(settings) as with_url:
        return asyncio.run(run(with_url))


def say(text: str) -> None:
    """For a person: on standard error, so that what a command prints can be piped."""
    click.echo(text, err=True)
