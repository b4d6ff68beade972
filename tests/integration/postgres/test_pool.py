import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from adapters.postgres import pool as pools
from adapters.postgres.pool import DatabaseBusy, DatabaseUnavailable, Pool
from adapters.postgres.statement import Connection
from adapters.postgres.unit import begin_unit
from adapters.postgres.violations import ValueOutOfRange
from application.identity.ports import EmailTaken
from tests.support.identity import add
from tests.support.people import a_user


@pytest.fixture
async def small(database_url: str) -> AsyncIterator[Pool]:
    """Two connections of its own."""
    pool = Pool(database_url, size=2)
    await pool.open()
    yield pool
    async with asyncio.timeout(5):
        await pool.close()


async def answer(pool: Pool) -> int:
    async with pool.connection() as connection:
        return int(await connection.fetchval("SELECT 1"))


async def occupy(pool: Pool, entered: asyncio.Event, until: asyncio.Event) -> None:
    async with pool.connection():
        entered.set()
        await until.wait()


class Occupied:
    """`async with Occupied(pool):` all connections are in use."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._end = asyncio.Event()

    async def __aenter__(self) -> None:
        entered = [asyncio.Event() for _ in range(self._pool.size)]
        self._tasks = [asyncio.create_task(occupy(self._pool, event, self._end)) for event in entered]
        async with asyncio.timeout(5):
            await asyncio.gather(*(event.wait() for event in entered))

    async def __aexit__(self, *_: object) -> None:
        self._end.set()
        await asyncio.gather(*self._tasks)


async def test_connections_are_handed_over_in_the_order_of_asking(small: Pool):
    served: list[int] = []

    async def ask(number: int) -> None:
        async with small.connection():
            served.append(number)
            await asyncio.sleep(0.001)

    async with Occupied(small):
        waiting = [asyncio.create_task(ask(number)) for number in range(20)]
        await asyncio.sleep(0.05)
        assert small.waiting == 20
    # Who comes when the others have waited already does not overtake them.
    await asyncio.gather(*waiting, ask(99))

    assert served == [*range(20), 99]
    assert small.waiting == 0


async def test_nobody_waits_longer_than_a_second(small: Pool):
    loop = asyncio.get_running_loop()
    async with Occupied(small):
        started = loop.time()
        with pytest.raises(DatabaseBusy):
            await answer(small)
        assert pools.ACQUIRE_SECONDS <= loop.time() - started < pools.ACQUIRE_SECONDS + 0.5
        assert small.waiting == 0

    assert await answer(small) == 1


async def test_who_gave_up_waiting_takes_no_connection_along(small: Pool):
    for _ in range(5):
        async with Occupied(small):
            waiting = [asyncio.create_task(answer(small)) for _ in range(10)]
            await asyncio.sleep(0.01)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    assert (small.waiting, small.in_use) == (0, 0)
    # As many at once as there are connections: none was lost.
    async with Occupied(small):
        assert small.in_use == small.size


@pytest.mark.parametrize("cancellations", [1, 2, 5])
async def test_a_unit_that_is_cut_off_leaves_nothing_and_returns_its_connection(
    empty_database: Pool, small: Pool, cancellations: int
):
    async def work() -> None:
        async with begin_unit(small) as unit:
            await unit.users.add(a_user(clerk_id="user_cut_off"))
            await unit._connection.execute("SELECT pg_sleep(30)")

    task = asyncio.create_task(work())
    await asyncio.sleep(0.2)
    # A client that is gone is told so at every step of the cleaning up.
    for _ in range(cancellations):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task

    # Whoever gets these connections next must not commit what was left behind.
    for _ in range(4):
        async with begin_unit(small) as unit:
            assert await unit.users.find_by_clerk_id("user_cut_off") is None
            await unit.commit()
    async with empty_database.connection() as other:
        assert await other.fetchval("SELECT count(*) FROM users") == 0
    assert small.in_use == 0


async def test_a_transaction_that_was_left_open_is_nobodys(small: Pool):
    async with small.connection() as connection:
        await connection.execute("BEGIN")
        await connection.execute("CREATE TEMPORARY TABLE left_behind ()")

    for _ in range(small.size + 1):
        async with small.connection() as connection:
            assert await connection.fetchval("SELECT to_regclass('left_behind')") is None


async def test_a_server_that_is_not_there_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    pool = Pool(f"postgresql://tekun@127.0.0.1:{port}/tekun", size=1)

    with pytest.raises(DatabaseUnavailable):
        await pool.open()


async def test_a_server_that_does_not_answer_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        pool = Pool(f"postgresql://tekun@127.0.0.1:{server.getsockname()[1]}/tekun", size=1)
        async with asyncio.timeout(pools.CONNECT_SECONDS + 2):
            with pytest.raises(DatabaseUnavailable):
                await pool.open()


async def terminate(pid: int, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("SELECT pg_terminate_backend($1)", pid)
    while await connection.fetchval(  # noqa: ASYNC110 # the server tells of it to nobody
        "SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid
    ):
        await asyncio.sleep(0.01)
    await connection.close()


async def test_a_connection_that_was_terminated_is_unavailable_and_the_next_is_new(small: Pool, database_url: str):
    async def ask_again(connection: Connection) -> None:
        await terminate(await connection.fetchval("SELECT pg_backend_pid()"), database_url)
        await connection.fetchval("SELECT 1")

    for _ in range(small.size + 1):
        with pytest.raises(DatabaseUnavailable):
            async with small.connection() as connection:
                await ask_again(connection)
        assert await answer(small) == 1
    assert small.in_use == 0


async def test_a_unit_whose_connection_was_terminated_is_unavailable(small: Pool, database_url: str):
    async def work() -> None:
        async with begin_unit(small) as unit:
            await terminate(await unit._connection.fetchval("SELECT pg_backend_pid()"), database_url)
            await unit.users.add(a_user())

    with pytest.raises(DatabaseUnavailable):
        await work()
    assert await answer(small) == 1


async def test_a_connection_that_could_not_be_made_takes_no_turn_along(small: Pool, database_url: str):
    async with small.connection() as one, small.connection() as other:
        pids = [await connection.fetchval("SELECT pg_backend_pid()") for connection in (one, other)]
    for pid in pids:
        await terminate(pid, database_url)
    await asyncio.sleep(0.05)
    small._url, there = "postgresql://tekun@127.0.0.1:1/tekun", small._url

    for _ in range(small.size + 1):
        with pytest.raises(DatabaseUnavailable):
            await answer(small)
    small._url = there
    async with Occupied(small):
        assert small.in_use == small.size


async def test_closing_waits_for_what_is_borrowed_and_leaves_no_connection_behind(database_url: str):
    pool = Pool(database_url, size=2)
    await pool.open()
    async with pool.connection() as connection:
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        pid = await connection.fetchval("SELECT pg_backend_pid()")
    await closing

    onlooker = await asyncpg.connect(database_url)
    async with asyncio.timeout(5):
        while await onlooker.fetchval(  # noqa: ASYNC110 # the server tells of it to nobody
            "SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid
        ):
            await asyncio.sleep(0.01)
    await onlooker.close()
    with pytest.raises(DatabaseUnavailable):
        await answer(pool)


async def test_connections_that_died_while_idle_are_replaced(small: Pool, database_url: str):
    async with small.connection() as one, small.connection() as other:
        pids = [await connection.fetchval("SELECT pg_backend_pid()") for connection in (one, other)]
    for pid in pids:
        await terminate(pid, database_url)
    await asyncio.sleep(0.05)

    assert [await answer(small) for _ in range(4)] == [1] * 4


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT $1::int", 2**40),
        ("SELECT $1::text", "a\0b"),
        ("SELECT $1::text", "\ud800"),
        ("SELECT $1::bigint", 2**70),
    ],
)
async def test_what_cannot_be_stored_is_the_senders_mistake(small: Pool, query: str, value: Any):
    with pytest.raises(ValueOutOfRange):
        async with small.connection() as connection:
            await connection.fetchval(query, value)


async def test_a_violated_constraint_becomes_its_refusal_and_a_fault_of_ours_stays_one(empty_database: Pool):
    with pytest.raises(EmailTaken):
        await add(lambda: begin_unit(empty_database), a_user(email="x@example.ac.id"), a_user(email="x@example.ac.id"))
    with pytest.raises(asyncpg.UndefinedTableError):
        async with empty_database.connection() as connection:
            await connection.execute("SELECT * FROM no_such_table")


async def test_jsonb_becomes_values_and_json_stays_as_postgresql_built_it(small: Pool):
    async with small.connection() as connection:
        assert await connection.fetchval("SELECT $1::jsonb", {"a": [1, "é", None]}) == {"a": [1, "é", None]}
        assert await connection.fetchval("""SELECT '{"b":  1}'::json""") == b'{"b":  1}'


@pytest.mark.parametrize("error", [asyncpg.InternalClientError, asyncpg.AdminShutdownError, OSError])
async def test_a_connection_that_may_be_broken_is_given_to_nobody(server_url: str, error: type[Exception]):
    """The driver doesn't always notice that it is."""
    pool = Pool(server_url, size=1)
    await pool.open()
    with pytest.raises(DatabaseUnavailable):
        async with pool.connection() as broken:
            raise error("in the middle of something")
    async with pool.connection() as next_one:
        assert next_one is not broken
    await pool.close()
