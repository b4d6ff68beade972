import asyncpg
from sqlalchemy import column, select, table

from adapters.postgres.statement import Connection, Statement

_current = Statement(select(column("version_num")).select_from(table("alembic_version")))


async def current_revision(connection: Connection) -> str | None:
    """The migration that the database is at; None where none ever ran."""
    try:
        version: str | None = await _current.value(connection)
    except asyncpg.UndefinedTableError:
        return None
    return version
