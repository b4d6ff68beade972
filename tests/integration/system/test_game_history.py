"""The game under kill -9, cut connections and a crash of the database: nothing lost, nothing twice, nothing made up."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from benchmarks.database import own_database
from benchmarks.history import SHORT, Ordeal, prepare, stored_in, undergo
from benchmarks.history_check import History, violations

from adapters.postgres.embedded import embedded_postgresql
from tests.support.database import cloned_database

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="servers are watched in /proc")


@pytest.fixture
def crashing_url(data: Path) -> Iterator[str]:
    """On a server of its own: others would crash with it."""
    with embedded_postgresql(data) as server, own_database(server) as url:
        yield url


async def test_a_short_ordeal(crashing_url: str, tmp_path: Path):
    history, stored, verified = await undergo(SHORT, crashing_url, tmp_path)
    assert violations(history, stored) == []
    assert len(history.told) == SHORT.learners * SHORT.lessons
    assert set(history.refused) <= {503}, "a part that is away is no fault of ours"
    assert history.unknown > 0, "nobody was in the middle of anything: the test proves nothing"
    assert len(stored.boards[0]) == 100
    assert ", 0 drift" in verified, verified


async def award_after_a_check(url: str, item: tuple[str, str], history: History) -> None:
    """The broken variant: looks whether it was paid, then pays."""
    user, lesson = item
    connection = await asyncpg.connect(url)
    try:
        known = "SELECT count(*) FROM xp_ledger WHERE user_id = $1 AND source = $2"
        paid = await connection.fetchval(known, user, lesson)
        await asyncio.sleep(0.01)
        if not paid:
            await connection.execute(
                "INSERT INTO xp_ledger (id, user_id, number, rule, source, decision, amount, at, local_date, ruleset) "
                "SELECT gen_random_uuid(), $1, entries + 1, 'lesson.completed', $2, 'granted', 10, now(), "
                "current_date, 1 FROM players WHERE user_id = $1",
                user,
                lesson,
            )
            await connection.execute("UPDATE players SET xp = xp + 10, entries = entries + 1 WHERE user_id = $1", user)
            history.rewards.append((item, 10))
        history.told.add(item)
    finally:
        await connection.close()


@pytest.fixture
def unguarded_url(server_url: str) -> Iterator[str]:
    with cloned_database(server_url) as url:
        yield url


async def test_check_then_insert_is_caught(unguarded_url: str, tmp_path: Path):
    """Negative control, in a database without what guards the ledger."""
    few = Ordeal(learners=3, lessons=2, kills=0, cuts=0, crashes=0)
    tokens, items = await prepare(few, unguarded_url, tmp_path)
    connection = await asyncpg.connect(unguarded_url)
    for index in ("uq_xp_ledger_paid", "uq_xp_ledger_number"):
        await connection.execute(f"DROP INDEX {index}")
    await connection.close()
    history = History(tried=set(items), totals={user: [] for user in tokens})
    for item in items:
        await asyncio.gather(*(award_after_a_check(unguarded_url, item, history) for _ in range(2)))
    words = " / ".join(violations(history, await stored_in(unguarded_url, [])))
    for wrong in ("paid 2 times", "2 answers with a reward", "entries with a gap, or twice"):
        assert wrong in words
