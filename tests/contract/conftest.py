"""Every suite in here runs against each adapter of its port."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from adapters.memory.unit import MemoryStore
from adapters.memory.user_queries import MemoryPrincipals, MemoryUserQueries
from adapters.postgres.pool import Pool
from adapters.postgres.queries.users import PostgresPrincipals, PostgresUserQueries
from adapters.postgres.unit import begin_unit
from application.identity.ports import Principals
from application.identity.queries import UserQueries
from application.shared.unit import Begin
from domain.identity.user import User


@dataclass(frozen=True)
class Persistence:
    """One empty store, by its ports. `place` is what the adapters of further ports are made of."""

    begin: Begin[Any]
    principals: Principals
    user_queries: UserQueries
    place: MemoryStore | Pool

    async def add_users(self, *users: User) -> None:
        async with self.begin() as unit:
            for user in users:
                await unit.users.add(user)
            await unit.commit()


def in_memory() -> Persistence:
    store = MemoryStore()
    return Persistence(store.begin, MemoryPrincipals(store.committed), MemoryUserQueries(store.committed), store)


def in_postgresql(pool: Pool) -> Persistence:
    return Persistence(partial(begin_unit, pool), PostgresPrincipals(pool), PostgresUserQueries(pool), pool)


# Not asynchronous, so that PostgreSQL is started for those that ask for it and for nobody else.
@pytest.fixture(params=["memory", "postgresql"])
def persistence(request: pytest.FixtureRequest) -> Persistence:
    if request.param == "memory":
        return in_memory()
    return in_postgresql(request.getfixturevalue("empty_database"))


@pytest.fixture
def begin(persistence: Persistence) -> Callable[[], Any]:
    return persistence.begin
