"""What every test may ask for: a migrated PostgreSQL, one database a worker, each test undone."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from adapters.postgres.embedded import embedded_postgresql
from adapters.postgres.pool import Pool
from adapters.postgres.statement import Connection
from tests.support.database import cloned_database, truncate

# Machines are noisy, so that no example fails for being slow; and a build tries the same examples each time, while a
# desk tries new ones.
settings.register_profile("tekun", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("tekun")

SERVER = "TEKUN_TEST_DATABASE_URL"
_RESOURCES = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL a run, owned by the process that all workers of the run are children of.

    It is started here and not by a fixture, since the first worker that is done would take it away from the others.
    """
    if hasattr(config, "workerinput") or SERVER in os.environ or config.option.collectonly or _needs_none(config):
        return
    # Not pytest's own folder, which is closed to `nobody`, whom PostgreSQL runs as where root tests.
    folder = Path(tempfile.mkdtemp(prefix="tekun-test-"))
    folder.chmod(0o755)
    _RESOURCES.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ[SERVER] = _RESOURCES.enter_context(embedded_postgresql(folder))
    _RESOURCES.callback(os.environ.pop, SERVER)


def pytest_unconfigure() -> None:
    _RESOURCES.close()


def _needs_none(config: pytest.Config) -> bool:
    """Unit tests touch no database: running them alone needn't wait for one."""
    return bool(config.args) and all("tests/unit" in argument for argument in config.args)


@pytest.fixture(scope="session")
def server_url() -> str:
    return os.environ[SERVER]


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """This worker's own migrated database."""
    with cloned_database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = Pool(database_url, size=8)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction that is rolled back when the test ends."""
    async with pool.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


@pytest.fixture
async def empty_database(pool: Pool) -> AsyncIterator[Pool]:
    """For tests with several connections: every table is empty before and after."""
    await truncate(pool)
    yield pool
    await truncate(pool)
