import asyncio
from functools import partial

import pytest

from adapters.clerk.payloads import ClerkEventReader
from adapters.memory.unit import MemoryStore
from adapters.postgres.pool import Pool
from adapters.postgres.unit import begin_unit
from tests.support.clerk_payloads import NEEDS_PAYLOADS, payloads
from tests.support.clock import SettableClock
from tests.support.database import truncate
from tests.support.identity import Webhooks
from tests.support.people import NOON
from tests.support.webhook_orders import STORY, deliver, outcome, twice


@pytest.mark.parametrize("seed", range(5))
async def test_the_story_in_any_order_each_twice(empty_database: Pool, seed: int):
    begin = partial(begin_unit, empty_database)

    assert await outcome(begin, twice(STORY, seed=seed)) == await outcome(MemoryStore().begin, [*STORY.items()])


@NEEDS_PAYLOADS
@pytest.mark.parametrize("is_deleted", [True, False])
async def test_the_collected_payloads_in_any_order_each_twice(empty_database: Pool, *, is_deleted: bool):
    begin = partial(begin_unit, empty_database)
    bodies = {name: body for name, body in payloads().items() if is_deleted or "user.deleted" not in name}
    assert len(bodies) >= 30
    expected = await outcome(MemoryStore().begin, [*bodies.items()])

    for seed in range(5):
        assert await outcome(begin, twice(bodies, seed=seed)) == expected
        await truncate(empty_database)


@NEEDS_PAYLOADS
async def test_the_collected_payloads_all_at_once(empty_database: Pool):
    begin = partial(begin_unit, empty_database)
    bodies = {name: body for name, body in payloads().items() if "user.deleted" not in name}
    messages = twice(bodies, seed=1)

    clock = SettableClock(NOON)
    webhooks = Webhooks(begin, clock, ClerkEventReader(clock=clock))
    await asyncio.gather(*(deliver(webhooks, messages[start::6]) for start in range(6)))

    assert await outcome(begin, messages) == await outcome(MemoryStore().begin, [*bodies.items()])
