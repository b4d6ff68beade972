"""The pool: asyncpg's connections with our codecs, lent in the order of asking."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, cast

import asyncpg
import msgspec

from adapters.postgres.statement import Connection
from adapters.postgres.violations import refusal_of
from domain.shared.errors import Unavailable

ACQUIRE_SECONDS = 1.0
CONNECT_SECONDS = 3.0
CLOSE_SECONDS = 3.0
STATEMENT_SECONDS = 10
IDLE_SECONDS = 300
CONNECTIONS_AT_START = 2


class DatabaseUnavailable(Unavailable):
    code = "database.unavailable"


class DatabaseBusy(Unavailable):
    """Every connection is in use, and none came free within a second."""

    code = "database.busy"


class Pool:
    """Connections to one database. `async with pool.connection() as connection:` borrows one.

    A pool of our own, because asyncpg's lets late comers overtake waiters, which makes the slowest requests ten times
    slower than they need be, and spends a task and two timers on each loan. Here who asks first is served first.
    """

    def __init__(self, url: str, *, size: int) -> None:
        self._url = url
        self._size = size
        self._turn = asyncio.Semaphore(size)
        self._is_open = False
        self._idle: list[tuple[asyncpg.Connection, float]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self.in_use = 0
        self.waiting = 0

    @property
    def size(self) -> int:
        return self._size

    async def open(self) -> None:
        """Nothing where it is open already. Raises DatabaseUnavailable."""
        if self._is_open:
            return
        self._is_open = True
        try:
            for _ in range(min(CONNECTIONS_AT_START, self._size)):
                self._rest(await self._connect())
        except DatabaseUnavailable:
            await self.close()
            raise

    async def close(self) -> None:
        """Waits until everything that was borrowed is back."""
        self._is_open = False
        for _ in range(self._size):
            await self._turn.acquire()
        while self._idle:
            self._let_go(self._idle.pop()[0])
        if self._leaving:
            await asyncio.wait(self._leaving)
        for _ in range(self._size):
            self._turn.release()

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection of this pool, for the length of the block.

        Raises:
            DatabaseBusy: none came free in time.
            DatabaseUnavailable: the server is away, or went away in the middle.
            Refusal: a constraint was violated, as the refusal that the constraint maps to.
        """
        return _Loan(self)

    async def lend(self) -> asyncpg.Connection:
        """For `connection`, which gives it back in any case."""
        await self._wait_for_turn()
        try:
            connection = self._rested() or await self._connect()
        except BaseException:
            self._turn.release()
            raise
        self.in_use += 1
        return connection

    def take_back(self, connection: asyncpg.Connection, *, is_sound: bool) -> None:
        """A connection that is not sound was left in the middle of something: nobody gets it again."""
        self.in_use -= 1
        self._turn.release()
        if is_sound and self._is_open and not connection.is_closed() and not connection.is_in_transaction():
            self._rest(connection)
        else:
            self._let_go(connection)

    async def _wait_for_turn(self) -> None:
        if not self._turn.locked():
            await self._turn.acquire()
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise DatabaseBusy("Every database connection is in use.") from error
        finally:
            self.waiting -= 1

    async def _connect(self) -> asyncpg.Connection:
        if not self._is_open:
            raise DatabaseUnavailable("The pool is not open.")
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await _connected(self._url)
        except _GONE as error:
            raise DatabaseUnavailable("The database can't be reached.") from error

    def _rest(self, connection: asyncpg.Connection) -> None:
        # No session state is ever set, so there is none to reset: a round trip less for each loan.
        self._idle.append((connection, time.monotonic()))

    def _rested(self) -> asyncpg.Connection | None:
        """The one that came back last: in quiet times the others grow old, and are let go."""
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.is_closed() and time.monotonic() - since < IDLE_SECONDS:
                return connection
            self._let_go(connection)
        return None

    def _let_go(self, connection: asyncpg.Connection) -> None:
        """Closed in good order, which tells the server to stop what the connection was cut off from."""
        task = asyncio.create_task(_close(connection))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


class _Loan(AbstractAsyncContextManager[Connection]):
    """A class, where a generator would do: every request borrows, and this takes two thirds of the time."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.lend()
        return cast("Connection", self._connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        is_sound = error is None or (isinstance(error, Exception) and not isinstance(error, _GONE))
        self._pool.take_back(self._connection, is_sound=is_sound)
        if error is not None:
            _raise_refusal_of(error)


async def _connected(url: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        statement_cache_size=512,
        server_settings={
            "application_name": "tekun",
            "timezone": "UTC",
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            "idle_in_transaction_session_timeout": "30s",
            "jit": "off",
            # Short questions by many people: workers of one would only take the others' place.
            "max_parallel_workers_per_gather": "0",
            # Otherwise a list with `LIMIT $1` is planned anew for each request, which takes as long as running it.
            # Plans that know no argument are those that the tests look at.
            "plan_cache_mode": "force_generic_plan",
        },
    )
    try:
        await set_codecs(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=CLOSE_SECONDS)
    except (asyncpg.PostgresError, *_GONE):
        connection.terminate()


_GONE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # The driver has lost track of a connection that went away in the middle, and may not know that it is closed.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.QueryCanceledError,
    asyncpg.DiskFullError,
)


def _raise_refusal_of(error: BaseException) -> None:
    """Raises the refusal that an error of the database stands for; returns where it stands for none."""
    if isinstance(error, _GONE):
        raise DatabaseUnavailable("The database went away.") from error
    if isinstance(error, asyncpg.PostgresError):
        refusal = refusal_of(error)
        if refusal is not None:
            raise refusal from error
        # There PostgreSQL quotes the row, with whatever is personal in it, and this goes to the log.
        error.detail = None


async def set_codecs(connection: asyncpg.Connection) -> None:
    """`jsonb` becomes Python values; `json` stays the bytes that PostgreSQL built, to be passed on as they are."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="text",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=_as_is, decoder=bytes)


def _as_is(value: Any) -> bytes:
    return cast("bytes", value)
