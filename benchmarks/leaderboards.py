"""Leaderboards of a million generated learners: from Redis and from SQL, the same answers, and what each costs.

A part of its own, `dev.py bench --leaderboards`, since to make so many takes longer than all the rest.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from adapters.clerk.development import DevelopmentIssuer
from adapters.postgres.pool import Pool
from adapters.postgres.queries.leaderboards import PostgresLeaderboards, PostgresStandings
from adapters.redis.client import redis_client
from adapters.redis.leaderboard_projection import RedisProjection
from application.gamification.leaderboard_ports import Leaderboards
from application.gamification.projected_leaderboards import ProjectedLeaderboards
from benchmarks.database import column, execute, own_database
from benchmarks.duel import Duel, Plan, fight
from benchmarks.load import request
from benchmarks.processes import TEKUN, floor, free_port, product, redis_process, run
from domain.gamification.leaderboard import Board, Scope
from domain.shared.ids import UserId

TOP, NEIGHBORS = 100, 10
BOARD = Board(scope=Scope.ALL_TIME)

# Scores in steps of 5 with many equals, as the game gives them, and few at the top; one in fifty is hidden.
_FILL = (
    "DROP INDEX ix_users_search",
    """INSERT INTO users (id, clerk_id, name, email_verified, role, status, time_zone, locale, created_at, updated_at,
        version, leaderboard)
       SELECT md5('board' || n)::uuid, 'user_board' || n, 'Peserta ' || n, true, 'mahasiswa', 'active', 'Asia/Jakarta',
        'id', now(), now() - interval '1 day', 1, CASE WHEN n % 50 = 0 THEN 'hidden' ELSE 'name' END
       FROM generate_series(1, {learners}) n""",
    """INSERT INTO players (user_id, xp, reached_at, version)
       SELECT id, 5 * (1 + floor(-400 * ln(1 - random() * 0.9999999)))::int,
        now() - interval '1 day' - random() * interval '300 days', 2 FROM users""",
    "VACUUM ANALYZE",
)
_VISIBLE = "SELECT {what} FROM users WHERE leaderboard = 'name' AND clerk_id LIKE 'user_board%' ORDER BY id LIMIT 2000"

Ask = Callable[[Leaderboards, UserId], Awaitable[Any]]
QUESTIONS: dict[str, Ask] = {
    f"top {TOP}": lambda boards, _: boards.top(BOARD, limit=TOP),
    f"{NEIGHBORS} neighbors on either side": lambda boards, me: boards.around(BOARD, me, neighbors=NEIGHBORS),
    "my rank of how many": lambda boards, me: boards.place(BOARD, me),
}


def measure_leaderboards(server_url: str, folder: Path, *, learners: int, plan: Plan) -> str:
    """Markdown. Raises RuntimeError where Redis and SQL differ, or where there is no redis-server."""
    with own_database(server_url) as url, redis_process(folder) as redis_url:
        environment = {"DATABASE_URL": url, "TEKUN_DATA_DIR": str(folder / "data"), "REDIS_URL": redis_url}
        run([*TEKUN, "migrate"], environment)
        asyncio.run(execute(url, *(each.format(learners=learners) for each in _FILL)))
        rows = asyncio.run(_measure(url, redis_url))
        duels = _duels(url, environment, folder, plan)
    return _as_markdown(learners, rows, duels)


async def _measure(url: str, redis_url: str) -> list[str]:
    pool, client = Pool(url, size=4), redis_client(redis_url)
    bare: Any = Redis.from_url(redis_url)
    await pool.open()
    redis, sql, standings = RedisProjection(client), PostgresLeaderboards(pool), PostgresStandings(pool)
    projected = ProjectedLeaderboards(redis, sql, standings)
    some = [UserId(row) for row in await _visible(pool)]
    random.Random(1).shuffle(some)  # noqa: S311 # the same in every run is what is wanted
    rows = []
    for what in ("build", "build anew, and swap"):
        begun = time.perf_counter()
        await projected.build(BOARD)
        memory = (await client.info("memory"))["used_memory"] / 2**20
        rows.append(f"| {what} | {time.perf_counter() - begun:.1f} s | Redis then holds {memory:.0f} MB |")
    await _assert_same(redis, sql, some[:100])
    for name, ask in QUESTIONS.items():
        for place, boards, times in (("Redis", redis, 2000), ("SQL", sql, 60)):
            rows.append(await _timed(f"{name}, {place}", some[:times], partial(ask, boards)))

    async def refresh(me: UserId) -> None:
        await redis.put(BOARD, await standings.of(BOARD, [me]), position=1)

    rows.append(await _timed("one learner taken from SQL and put into Redis", some[:1000], refresh))
    await _assert_same(redis, sql, some[100:120])
    for each in (bare, client):
        await each.aclose()
    await pool.close()
    return rows


async def _visible(pool: Pool) -> list[Any]:
    async with pool.connection() as connection:
        return [row["id"] for row in await connection.fetch(_VISIBLE.format(what="id"))]


async def _timed(what: str, some: Sequence[UserId], ask: Callable[[UserId], Awaitable[Any]]) -> str:
    """One after the other."""
    taken = []
    for me in some:
        begun = time.perf_counter()
        await ask(me)
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return f"| {what} | {taken[len(taken) // 2]:.2f} ms | {taken[len(taken) * 99 // 100]:.2f} ms at p99 |"


async def _assert_same(one: Leaderboards, other: Leaderboards, some: Sequence[UserId]) -> None:
    for me in some:
        for name, ask in QUESTIONS.items():
            if await ask(one, me) != await ask(other, me):
                raise RuntimeError(f"{name} of {me} is not the same from SQL and from Redis")


def _duels(url: str, environment: dict[str, str], folder: Path, plan: Plan) -> list[Duel]:
    """Product and floor over HTTP; the floor has the top by one query, and around me by Redis's own commands."""
    issuer = DevelopmentIssuer.in_folder(Path(environment["TEKUN_DATA_DIR"]))
    now, lifetime = datetime.now(UTC), timedelta(hours=2)
    tokens = [
        issuer.issue_token(clerk_id, session_id=f"sess_{clerk_id}", at=now, lifetime=lifetime)
        for clerk_id in asyncio.run(column(url, _VISIBLE.format(what="clerk_id")))[:500]
    ]
    duels = []
    with product(environment, folder) as ours, floor(environment, folder, free_port()) as bare:
        for name, query in (
            (f"top {TOP}", f"view=top&limit={TOP}"),
            ("around me", f"view=around&neighbors={NEIGHBORS}"),
        ):
            requests = [request(f"/v1/leaderboards/all-time?{query}", token) for token in tokens]
            duels.append(fight(name, (cycle(requests), cycle(requests)), ours, bare, replace(plan, connections=32)))
    return duels


def _as_markdown(learners: int, rows: Sequence[str], duels: Sequence[Duel]) -> str:
    beside = [
        f"| {duel.name} | {sorted(duel.ratios)[len(duel.ratios) // 2]:.2f} | {duel.product.rate:,.0f} | "
        f"{duel.product.percentile(50):.1f}, {duel.product.percentile(99):.1f} | {duel.floor.rate:,.0f} |"
        for duel in duels
    ]
    parts = [
        f"Leaderboards of {learners:,} learners; the answers from Redis and from SQL are equal.", "",
        "| one after the other | p50, or in all | |", "|---|---|---|", *rows, "",
        "| over HTTP, 32 connections | ratio to the floor | requests/s | p50, p99 (ms) | floor, requests/s |",
        "|---|---|---|---|---|", *beside,
    ]  # fmt: skip
    return "\n".join(parts)
