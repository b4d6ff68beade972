"""The floor of leaderboards: the top by one query; around me by Redis's own commands and a query for the names."""

import os
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from redis.asyncio import Redis

_TOP = """SELECT p.xp, coalesce(u.display_name, u.name) AS name FROM players p JOIN users u ON u.id = p.user_id
    WHERE p.xp > 0 AND u.leaderboard <> 'hidden' ORDER BY p.xp DESC, p.reached_at, p.user_id LIMIT $1"""
_ME = "SELECT id FROM users WHERE clerk_id = $1"
_NAMES = "SELECT id, coalesce(display_name, name) AS name FROM users WHERE id = ANY($1)"
_KEY = "tekun:leaderboard:{all-time}"


class _Row(msgspec.Struct):
    rank: int
    name: str | None
    xp: int


def leaderboard_handlers(pool: Callable[[], Any], subject: Callable[[Any], str | None]) -> list[HTTPRouteHandler]:
    redis: Any = Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1"))

    @get("/v1/leaderboards/all-time")
    async def leaderboard(
        request: Request[Any, Any, Any], view: str, limit: int = 20, neighbors: int = 5
    ) -> Response[bytes]:
        clerk_id = subject(request)
        async with pool().acquire() as connection:
            if view == "top":
                rows = await connection.fetch(_TOP, limit)
                return _answer([_Row(rank, row["name"], row["xp"]) for rank, row in enumerate(rows, start=1)])
            me = await connection.fetchval(_ME, clerk_id)
        known = await redis.hget(f"{_KEY}:stamps", me.hex)
        rank = await redis.zrank(f"{_KEY}:order", known.partition(b":")[2])
        first = max(0, rank - neighbors)
        found = await redis.zrange(f"{_KEY}:order", first, rank + neighbors, withscores=True)
        ids = [member[-32:].decode() for member, _ in found]
        async with pool().acquire() as connection:
            names = {row["id"].hex: row["name"] for row in await connection.fetch(_NAMES, ids)}
        places = enumerate(zip(ids, found, strict=True), start=first + 1)
        return _answer([_Row(rank, names.get(key), -int(xp)) for rank, (key, (_, xp)) in places])

    return [leaderboard]


def _answer(rows: list[_Row]) -> Response[bytes]:
    return Response(msgspec.json.encode(rows), media_type="application/json")
