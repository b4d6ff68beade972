"""A history of the game under misfortunes, for `history_check` to judge.

Learners complete lessons at two servers, a part of them at both at once, while servers are killed, connections of the
database terminated, and the database crashed. In the manner of Jepsen (https://jepsen.io): the history is what clients
saw, an answer that never came may have happened or not, and the checker knows nothing of how the product works.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from adapters.clerk.development import DevelopmentIssuer
from adapters.system.clock import SystemClock
from benchmarks.history_check import Entry, History, Item, Stored
from benchmarks.processes import TEKUN, Server, product, run

_SETUP = (
    """INSERT INTO users (id, clerk_id, name, email_verified, role, status, time_zone, locale, created_at, updated_at,
        version)
       SELECT md5('player' || n)::uuid, 'user_history' || n, 'Peserta ' || n, true, 'mahasiswa', 'active',
        'Asia/Jakarta', 'id', now(), now(), 1 FROM generate_series(1, $1::int) n""",
    "INSERT INTO players (user_id) SELECT id FROM users WHERE clerk_id LIKE 'user\\_history%' ON CONFLICT DO NOTHING",
    """INSERT INTO courses (id, slug, title, title_key, summary, description, description_html, language, tags, status,
        created_at, updated_at, published_at, version, search)
       VALUES (md5('history')::uuid, 'history', 'Kursus', 'kursus', '', '', '', 'id', '{}', 'published', now(), now(),
        now(), 1, '')""",
    """INSERT INTO modules (id, course_id, title, position, unlock, created_at, updated_at, version)
       VALUES (md5('history')::uuid, md5('history')::uuid, 'Modul', 'V', '[]', now(), now(), 1)""",
    """INSERT INTO lessons (id, course_id, module_id, kind, title, position, status, is_preview, content, unlock,
        created_at, updated_at, published_at, version)
       SELECT md5('history' || n)::uuid, md5('history')::uuid, md5('history')::uuid, 'link', 'Pelajaran ' || n,
        chr(64 + n), 'published', false, '{"url": "https://example.org/"}', '[]', now(), now(), now(), 1
       FROM generate_series(1, $1::int) n""",
    """INSERT INTO enrollments (id, course_id, user_id, status, enrolled_at, version)
       SELECT md5('history' || id)::uuid, md5('history')::uuid, id, 'active', now(), 1 FROM users
       WHERE clerk_id LIKE 'user\\_history%'""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordeal:
    """`learners` times `lessons` are the awards to be made, a share of `both` of them sent to both servers at once.

    `kills` of servers, `cuts` of all connections of the database, and `crashes` of it are spread over the run.
    """

    learners: int
    lessons: int = 10
    clients: int = 24
    both: float = 0.2
    kills: int
    cuts: int
    crashes: int
    seed: int = 7


SHORT = Ordeal(learners=150, kills=2, cuts=1, crashes=1)
LONG = Ordeal(learners=2100, kills=4, cuts=4, crashes=1)


class Servers:
    """Two servers, each started again on whatever port it gets after it was killed."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder
        self._stacks = [ExitStack(), ExitStack()]
        self.running: list[Server | None] = [None, None]

    def start(self, number: int) -> None:
        folder = self._folder / f"server{number}"
        folder.mkdir(exist_ok=True)
        self.running[number] = self._stacks[number].enter_context(product(self._environment, folder))

    async def kill(self, number: int) -> None:
        server = self.running[number]
        assert server is not None
        self.running[number] = None
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.to_thread(self._stacks[number].close)
        await asyncio.to_thread(self.start, number)

    def url(self, number: int) -> str | None:
        server = self.running[number]
        return None if server is None else f"http://127.0.0.1:{server.port}"

    def close(self) -> None:
        for stack in self._stacks:
            stack.close()


class Clients:
    """`clients` workers that complete each item until they are told that it is done."""

    def __init__(self, ordeal: Ordeal, servers: Servers, tokens: Mapping[str, str], items: Sequence[Item]) -> None:
        self._ordeal, self._servers, self._tokens = ordeal, servers, tokens
        self._random = random.Random(ordeal.seed)  # noqa: S311 # which items are sent twice, not a secret
        self._items = list(items)
        self._random.shuffle(self._items)
        self.history = History(totals={user: [] for user in tokens})
        self._done = 0
        self._progress = asyncio.Event()
        self._looking: dict[str, asyncio.Lock] = {user: asyncio.Lock() for user in tokens}

    async def until(self, done: int) -> None:
        """So many items are done."""
        while self._done < done:
            self._progress.clear()
            await self._progress.wait()

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=10, verify=False) as client:  # noqa: S501 # loopback, without TLS
            queue = iter(self._items)
            await asyncio.gather(*(self._work(client, queue) for _ in range(self._ordeal.clients)))

    async def _work(self, client: httpx.AsyncClient, queue: Iterator[Item]) -> None:
        for item in queue:
            self.history.tried.add(item)
            twice = self._random.random() < self._ordeal.both
            first = self._random.randrange(2)
            while item not in self.history.told:
                numbers = (first, 1 - first) if twice else (first,)
                await asyncio.gather(*(self._complete(client, number, item) for number in numbers))
                first = 1 - first
            self._done += 1
            self._progress.set()
            if self._random.random() < 0.1:  # a tenth looks at the total
                await self._look(client, self._random.randrange(2), item[0])

    async def _complete(self, client: httpx.AsyncClient, number: int, item: Item) -> None:
        answer = await self._ask(client, number, item[0], "PUT", f"/v1/lessons/{item[1]}/completion")
        if answer is None:
            return
        self.history.told.add(item)
        reward = answer["reward"]
        if reward is not None:
            self.history.rewards.append((item, reward["xp_granted"]))

    async def _look(self, client: httpx.AsyncClient, number: int, user: str) -> None:
        """One reading after the other: of two at the same time either may be the later one."""
        async with self._looking[user]:
            answer = await self._ask(client, number, user, "GET", "/v1/me/game")
            if answer is not None:
                self.history.totals[user].append(answer["xp_total"])

    async def _ask(self, client: httpx.AsyncClient, number: int, user: str, method: str, path: str) -> Any:
        """The answer to a 200; None where it can't be known, or is to be tried again."""
        url = self._servers.url(number)
        if url is None:
            await asyncio.sleep(0.02)
            return None
        try:
            answer = await client.request(method, url + path, headers={"Authorization": f"Bearer {self._tokens[user]}"})
        except httpx.TransportError:
            self.history.unknown += 1
            return None
        if answer.status_code == 200:  # HTTP
            return answer.json()
        self.history.refused[answer.status_code] += 1
        await asyncio.sleep(0.02)
        return None


async def undergo(ordeal: Ordeal, url: str, folder: Path) -> tuple[History, Stored, str]:
    """The history, what is stored in the end, and what `tekun ledger verify` says of it."""
    environment = {"DATABASE_URL": url, "TEKUN_DATA_DIR": str(folder / "data"), "TEKUN_ENV": "development"}
    run([*TEKUN, "migrate"], environment)
    tokens, items = await prepare(ordeal, url, folder / "data")
    with _two_servers(environment, folder) as servers:
        clients = Clients(ordeal, servers, tokens, items)
        going = asyncio.create_task(clients.run())
        await _torment(ordeal, url, servers, clients)
        await going
        boards = [await _board(servers.url(number) or "", next(iter(tokens.values()))) for number in range(2)]
    stored = await stored_in(url, boards)
    return clients.history, stored, run([*TEKUN, "ledger", "verify"], environment)


@contextmanager
def _two_servers(environment: Mapping[str, str], folder: Path) -> Iterator[Servers]:
    servers = Servers(environment, folder)
    try:
        servers.start(0)
        servers.start(1)
        yield servers
    finally:
        servers.close()


async def prepare(ordeal: Ordeal, url: str, data: Path) -> tuple[dict[str, str], list[Item]]:
    arguments: list[tuple[int, ...]] = [(ordeal.learners,), (), (), (), (ordeal.lessons,), ()]
    connection = await asyncpg.connect(url)
    try:
        for statement, values in zip(_SETUP, arguments, strict=True):
            await connection.execute(statement, *values)
        await connection.execute("ANALYZE")
        users = await connection.fetch("SELECT id, clerk_id FROM users WHERE clerk_id LIKE 'user\\_history%'")
        lessons = [str(row["id"]) for row in await connection.fetch("SELECT id FROM lessons")]
    finally:
        await connection.close()
    issuer = DevelopmentIssuer.in_folder(data)
    now = SystemClock()()
    tokens = {
        str(row["id"]): issuer.issue_token(row["clerk_id"], session_id=f"sess_{row['clerk_id']}", at=now)
        for row in users
    }
    return tokens, [(user, lesson) for user in tokens for lesson in lessons]


async def _torment(ordeal: Ordeal, url: str, servers: Servers, clients: Clients) -> None:
    """Each misfortune after another part of the work: none comes too late, however fast the machine is."""
    misfortunes = ["kill"] * ordeal.kills + ["cut"] * ordeal.cuts + ["crash"] * ordeal.crashes
    random.Random(ordeal.seed).shuffle(misfortunes)  # noqa: S311 # an order, not a secret
    whole = ordeal.learners * ordeal.lessons
    for number, misfortune in enumerate(misfortunes, start=1):
        await clients.until(whole * number // (len(misfortunes) + 1))
        if misfortune == "kill":
            await servers.kill(number % 2)
        elif misfortune == "cut":
            await _cut(url)
        else:
            await _crash(url)


async def _cut(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
            "pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def _crash(url: str) -> None:
    """A backend that dies by SIGKILL: PostgreSQL ends all others and recovers from its log, as after a crash."""
    connection = await asyncpg.connect(url)
    os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
    connection.terminate()
    deadline = time.monotonic() + 30
    while True:
        try:
            await (await asyncpg.connect(url)).close()
        except (asyncpg.PostgresError, OSError):
            assert time.monotonic() < deadline, "the database didn't come back"
            await asyncio.sleep(0.02)
        else:
            return


async def _board(url: str, token: str) -> list[int]:
    """The first hundred's XP, once the projection is caught up: asked again after its half second."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
        for _ in range(2):
            answer = await client.get("/v1/leaderboards/all-time", params={"limit": 100})
            answer.raise_for_status()
            await asyncio.sleep(0.6)
        answer = await client.get("/v1/leaderboards/all-time", params={"limit": 100})
    return [row["xp"] for row in answer.json()["items"]]


async def stored_in(url: str, boards: Sequence[Sequence[int]]) -> Stored:
    connection = await asyncpg.connect(url)
    try:
        entries = await connection.fetch("SELECT user_id, number, rule, source, decision, amount FROM xp_ledger")
        players = await connection.fetch("SELECT user_id, xp, entries FROM players")
        order = await connection.fetch("SELECT xp FROM players WHERE xp > 0 ORDER BY xp DESC, reached_at, user_id")
    finally:
        await connection.close()
    return Stored(
        entries=[Entry(str(row["user_id"]), *list(row.values())[1:]) for row in entries],
        players={str(row["user_id"]): (row["xp"], row["entries"]) for row in players},
        order=[row["xp"] for row in order],
        boards=boards,
    )
