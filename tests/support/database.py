"""One server a run, a migrated template, and a clone of it for whoever asks: cloning takes tens of milliseconds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from adapters.postgres.migrations import ROOT, migrate
from adapters.postgres.pool import Pool
from adapters.postgres.tables import metadata

# Any constant will do; it keeps two workers from making the template at once.
_TEMPLATE_LOCK = 4_207_711


@contextmanager
def cloned_database(server_url: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    asyncio.run(_clone(server_url, name))
    try:
        yield with_database(server_url, name)
    finally:
        asyncio.run(_execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def empty_database(server_url: str) -> Iterator[str]:
    """A database without any table."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(server_url, f'CREATE DATABASE "{name}"'))
    try:
        yield with_database(server_url, name)
    finally:
        asyncio.run(_execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def truncate(pool: Pool) -> None:
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    async with pool.connection() as connection:
        await connection.execute(f"TRUNCATE {tables}")


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _clone(server_url: str, name: str) -> None:
    template = f"tekun_template_{_fingerprint()}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({_TEMPLATE_LOCK})")
        ready = await connection.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", template)
        if not ready:
            await connection.execute(f'DROP DATABASE IF EXISTS "{template}"')
            await connection.execute(f'CREATE DATABASE "{template}"')
            await asyncio.to_thread(migrate, with_database(server_url, template))
            await connection.execute(f'ALTER DATABASE "{template}" IS_TEMPLATE true')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()


def _fingerprint() -> str:
    """Of all migrations, so that a template is never older than they are, on a server that outlives the run too."""
    files = sorted((ROOT / "migrations").rglob("*.py"))
    return blake2b(b"".join(file.read_bytes() for file in files), digest_size=8).hexdigest()


async def _execute(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
