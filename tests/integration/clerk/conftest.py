from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.support.clerk_stub import ClerkStub


@pytest.fixture(scope="session")
def running_stub() -> Iterator[ClerkStub]:
    with ClerkStub() as stub:
        yield stub


@pytest.fixture
def stub(running_stub: ClerkStub) -> ClerkStub:
    running_stub.reset()
    return running_stub


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client
