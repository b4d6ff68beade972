from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from domain.identity.profile import Role
from tests.support.database import cloned_database
from tests.support.live import live_server
from tests.support.platform import Person, Platform, running, settings_for

# A client in this process gets an answer once it is whole.
SHORT_STREAMS = {"TEKUN_EVENTS_SECONDS": "0.3"}


@pytest.fixture(scope="session")
def http_database_url(server_url: str) -> Iterator[str]:
    """A database of its own: other tests empty theirs."""
    with cloned_database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
async def platform(http_database_url: str, data_dir: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(http_database_url, data_dir, **SHORT_STREAMS)) as platform:
        # What somebody has just done is asked about at once.
        platform.container.leaderboards()._fresh_seconds = 0
        yield platform


@pytest.fixture(scope="session")
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with platform.client() as client:
        yield client


@pytest.fixture(scope="session")
async def admin(platform: Platform) -> Person:
    return await platform.person(Role.ADMIN, "Ayu Admin")


@pytest.fixture(scope="session")
async def dosen(platform: Platform) -> Person:
    return await platform.person(Role.DOSEN, "Dimas Dosen")


@pytest.fixture(scope="session")
async def mahasiswa(platform: Platform) -> Person:
    return await platform.person(Role.MAHASISWA, "Maya Mahasiswa")


@pytest.fixture(scope="session")
def port(http_database_url: str, data_dir: Path) -> Iterator[int]:
    """The port of the server itself, on the same database."""
    with live_server(settings_for(http_database_url, data_dir, **SHORT_STREAMS)) as port:
        yield port
