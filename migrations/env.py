"""How migrations run: one migrator at a time, short waits for locks, bounded statements.

The URL comes from the caller (`config.attributes["url"]`), never from alembic.ini.
"""

import asyncio
from functools import partial

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from adapters.postgres.tables import metadata

# Any constant will do, as long as every migrator of every version uses the same.
ADVISORY_LOCK = 7_325_431_901


async def _migrate_online() -> None:
    # asyncpg reads the URL itself, so that what may stand in it (sslmode, hosts) is the same as for the application.
    connect = partial(asyncpg.connect, context.config.attributes["url"])
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            # Held by the session, over every migration's own transaction; a second migrator waits here and then finds
            # nothing left to do.
            await connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
            await connection.commit()
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


def _run(connection: Connection) -> None:
    # A migration that can't get its lock gives up instead of queueing every request behind it.
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.commit()
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True, compare_server_default=True
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(url="postgresql://", target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(_migrate_online())
