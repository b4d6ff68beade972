"""What PostgreSQL itself holds of rulesets, whoever asks."""

import asyncio
from collections.abc import Iterator
from functools import partial

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from adapters.postgres.pool import Pool
from adapters.postgres.queries.rulesets import PostgresRulesetQueries
from adapters.postgres.unit import begin_unit
from application.gamification.create_ruleset import CreateRuleset, CreateRulesetHandler
from application.gamification.publish_ruleset import PublishRuleset, PublishRulesetHandler
from application.gamification.rulebook import Rulebook
from application.shared.actor import OPERATOR
from tests.support.clock import SettableClock
from tests.support.database import empty_database as database_without_tables
from tests.support.people import NOON


async def test_ten_who_draft_at_once_get_a_number_each(empty_database: Pool):
    create = CreateRulesetHandler(partial(begin_unit, empty_database), Rulebook(), SettableClock(NOON), uuid7)
    made = await asyncio.gather(*(create(CreateRuleset(actor=OPERATOR, copy_of=1)) for _ in range(10)))
    assert sorted(each.id.int for each in made) == list(range(2, 12))


async def test_nobody_changes_what_is_published(empty_database: Pool):
    begin, book = partial(begin_unit, empty_database), Rulebook()
    create = CreateRulesetHandler(begin, book, SettableClock(NOON), uuid7)
    publish = PublishRulesetHandler(begin, book, SettableClock(NOON), uuid7)
    for _ in range(2):
        await create(CreateRuleset(actor=OPERATOR, copy_of=1))
    await publish(PublishRuleset(actor=OPERATOR, version=2, expected_revision=None))
    async with empty_database.connection() as connection:
        for change in ("UPDATE rulesets SET note = 'x'", "DELETE FROM rulesets"):
            with pytest.raises(asyncpg.RaiseError):
                await connection.execute(f"{change} WHERE version = 2")
            await connection.execute(f"{change} WHERE version = 3")


@pytest.fixture
def bare_url(server_url: str) -> Iterator[str]:
    with database_without_tables(server_url) as url:
        yield url


async def test_a_database_that_is_not_migrated_yet_has_none(bare_url: str):
    pool = Pool(bare_url, size=1)
    await pool.open()
    assert await PostgresRulesetQueries(pool).published_after(1) == []
    await pool.close()
