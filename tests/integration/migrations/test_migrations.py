"""Migrations lead to the tables that the code describes, there and back, also when two start at once."""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Index, MetaData, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from adapters.postgres.migrations import ROOT, configuration, migrate, newest_revision
from adapters.postgres.tables import metadata
from tests.support.database import empty_database as database_without_tables

REVISIONS = [
    script.revision for script in ScriptDirectory.from_config(configuration("")).walk_revisions("base", "head")
]
REVISIONS.reverse()

# env.py can only be run by Alembic, so its number is read from its text.
ADVISORY_LOCK = int(re.search(r"^ADVISORY_LOCK = ([\d_]+)$", (ROOT / "migrations/env.py").read_text(), re.MULTILINE)[1])
Inspect = Callable[[Connection], Any]


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with database_without_tables(server_url) as url:
        yield url


def ask(url: str, question: Inspect) -> Any:
    """What a question about the database answers; migrations have loops of their own, so this is synchronous."""

    async def asked() -> Any:
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
        async with engine.connect() as connection:
            return await connection.run_sync(question)

    return asyncio.run(asked())


def differences(url: str, expected: MetaData = metadata) -> list[Any]:
    def compared(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, expected)

    return ask(url, compared)


def names(url: str, kind: str) -> set[str]:
    """The tables, indexes and constraints that there are besides Alembic's own."""
    queries = {
        "constraints": "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE 'alembic%'",
        "columns": "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, generation_expression) "
        "FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%'",
    }
    return set(ask(url, lambda connection: connection.exec_driver_sql(queries[kind]).scalars().all()))


def schema(url: str) -> dict[str, set[str]]:
    return {kind: names(url, kind) for kind in ("columns", "constraints", "indexes")}


def created_from_the_tables(url: str) -> dict[str, set[str]]:
    def create(connection: Connection) -> None:
        metadata.create_all(connection)
        connection.commit()

    ask(url, create)
    return schema(url)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_step_can_be_taken_back_and_taken_again(url: str, revision: str):
    config = configuration(url)
    below = REVISIONS[REVISIONS.index(revision) - 1] if revision != REVISIONS[0] else "base"
    command.upgrade(config, below)
    before = schema(url)

    command.upgrade(config, revision)
    after = schema(url)
    command.downgrade(config, below)
    assert schema(url) == before
    command.upgrade(config, revision)
    assert schema(url) == after
    assert after != before


def test_migrations_lead_to_what_the_tables_say(url: str, server_url: str):
    migrate(url)

    assert differences(url) == []
    # Alembic doesn't compare checks, predicates and generated columns; PostgreSQL's own words for them do.
    with database_without_tables(server_url) as other:
        assert schema(url) == created_from_the_tables(other)


def _with(change: Callable[[MetaData], object]) -> MetaData:
    copy = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(copy)
    change(copy)
    return copy


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: tables.tables["users"].append_column(Column("extra", Text)),
        lambda tables: Index("ix_extra", tables.tables["users"].c.name),
        lambda tables: tables.remove(tables.tables["periodic_runs"]),
    ],
    ids=["column", "index", "table"],
)
def test_a_table_that_was_changed_without_a_migration_is_noticed(url: str, change: Callable[[MetaData], object]):
    """Negative control."""
    migrate(url)

    assert differences(url, _with(lambda _: None)) == []
    assert differences(url, _with(change)) != []


WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database() AND NOT granted
"""


async def start_two_migrators(url: str) -> list[int]:
    """Their exit codes. Both are let go only when both stand before the lock."""
    gate = await asyncpg.connect(url)
    await gate.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
    program = "import sys; from adapters.postgres.migrations import migrate; migrate(sys.argv[1])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    migrators = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, url, env=environment) for _ in range(2)
    ]
    async with asyncio.timeout(60):
        while await gate.fetchval(WAITING) < 2:  # noqa: ASYNC110 # it happens in other processes
            await asyncio.sleep(0.05)
    await gate.close()
    return [await asyncio.wait_for(migrator.wait(), 60) for migrator in migrators]


def test_two_migrators_at_once_both_end_well_and_migrate_once(url: str):
    assert asyncio.run(start_two_migrators(url)) == [0, 0]

    versions = ask(url, lambda found: found.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all())
    assert versions == [newest_revision()]
    assert differences(url) == []


def test_migrating_what_is_migrated_changes_nothing(url: str):
    migrate(url)
    before = schema(url)
    migrate(url)
    assert schema(url) == before


def test_a_migration_that_cannot_get_its_lock_gives_up_and_leaves_no_trace(url: str):
    # Each migration is a transaction of its own: with a second one, that would be taken back before the lock is met.
    migrate(url, REVISIONS[0])
    before = schema(url)

    async def while_somebody_reads(deed: Callable[[], Awaitable[Any]]) -> None:
        reader = await asyncpg.connect(url)
        async with reader.transaction():
            await reader.execute("LOCK TABLE users IN ACCESS SHARE MODE")
            await deed()
        await reader.close()

    async def take_down() -> None:
        started = monotonic()
        with pytest.raises(DBAPIError, match="lock timeout"):
            await asyncio.to_thread(command.downgrade, configuration(url), "base")
        assert monotonic() - started < 10

    asyncio.run(while_somebody_reads(take_down))
    assert schema(url) == before
