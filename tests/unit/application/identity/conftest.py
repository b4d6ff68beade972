import pytest

from adapters.memory.unit import MemoryStore
from tests.support.clock import SettableClock
from tests.support.identity import FaultyDirectory, Webhooks
from tests.support.people import NOON


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOON)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def directory(clock: SettableClock) -> FaultyDirectory:
    return FaultyDirectory(clock=clock, page=2)


@pytest.fixture
def webhooks(store: MemoryStore, clock: SettableClock) -> Webhooks:
    return Webhooks(store.begin, clock)
