"""A database of the measurement's own, on the server that DATABASE_URL names, else on an embedded one."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from adapters.postgres.embedded import embedded_postgresql


@contextmanager
def database_server(folder: Path) -> Iterator[str]:
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with embedded_postgresql(folder / "postgresql") as url:
        yield url


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """An empty one, dropped at the end."""
    name = f"tekun_bench_{uuid4().hex[:12]}"
    asyncio.run(execute(server_url, f'CREATE DATABASE "{name}"'))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        asyncio.run(execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def column(url: str, query: str) -> list[str]:
    """The first column, as text."""
    connection = await asyncpg.connect(url)
    try:
        return [str(row[0]) for row in await connection.fetch(query)]
    finally:
        await connection.close()
