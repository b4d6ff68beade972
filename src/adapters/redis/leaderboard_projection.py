"""Leaderboards as sorted sets.

A member is the time at which the score was reached and the learner's id, both of fixed length, and its score the XP
below zero: so that Redis, who sorts members of one score by their bytes, has the order of the domain. A hash knows each
learner's member and stamp. One script puts them in place, and lets nothing late or double go back.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.gamification.leaderboard_ports import Place, Projection, ProjectionAway, Standing
from domain.gamification.leaderboard import Board, Order, Scope
from domain.shared.ids import UserId

KEPT_SECONDS = {Scope.WEEK: 15 * 86400, Scope.COURSE: 7 * 86400}
"""Boards of past weeks, and courses that nobody looks at, go by themselves."""
CAUGHT_UP_WITHIN = 3 * 86400
"""Seconds after which a board is built anew rather than caught up with: notices are kept for a week."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# KEYS: order, stamps, position. ARGV: position, seconds until the position is stale, then user, stamp, score, member.
_PUT = """
if redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
for i = 3, #ARGV, 4 do
    local user, stamp, score, member = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]
    local known = redis.call('HGET', KEYS[2], user)
    local split = known and string.find(known, ':', 1, true)
    if not known or tonumber(string.sub(known, 1, split - 1)) < stamp then
        if known then redis.call('ZREM', KEYS[1], string.sub(known, split + 1)) end
        if member ~= '' then redis.call('ZADD', KEYS[1], score, member) end
        redis.call('HSET', KEYS[2], user, ARGV[i + 1] .. ':' .. member)
    end
end
if tonumber(redis.call('GET', KEYS[3])) < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
else
    redis.call('EXPIRE', KEYS[3], ARGV[2])
end
return 0
"""
# KEYS as above. ARGV: user, neighbors. The rank before the first row, how many there are, and the rows.
_AROUND = """
if redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
local count = redis.call('ZCARD', KEYS[1])
local known = redis.call('HGET', KEYS[2], ARGV[1])
local member = known and string.sub(known, string.find(known, ':', 1, true) + 1)
local rank = member and member ~= '' and redis.call('ZRANK', KEYS[1], member)
if not rank then return {-1, count, {}} end
local neighbors = tonumber(ARGV[2])
if neighbors < 0 then return {rank, count, {}} end
local first = math.max(rank - neighbors, 0)
return {first, count, redis.call('ZRANGE', KEYS[1], first, rank + neighbors, 'WITHSCORES')}
"""
_RENAME = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end"
_TOP = """
if redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
return {0, 0, redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1, 'WITHSCORES')}
"""


class RedisProjection(Projection):
    """One for all processes. `prefix` keeps what is ours apart."""

    def __init__(self, client: Redis, *, prefix: str = "tekun") -> None:
        self._client = client
        self._prefix = prefix
        self._put, self._around, self._top = (client.register_script(each) for each in (_PUT, _AROUND, _TOP))

    async def position(self, board: Board) -> int:
        with _away():
            position = await self._client.get(self._keys(board)[2])
        if position is None:
            raise ProjectionAway("The board isn't built.")
        return int(position)

    async def put(self, board: Board, standings: Sequence[Standing], *, position: int) -> None:
        arguments: list[Any] = [position, CAUGHT_UP_WITHIN]
        for standing in standings:
            arguments += _arguments(standing)
        with _away():
            outcome = await self._put(keys=self._keys(board), args=arguments)
        _assert_there(outcome)

    async def replace(self, board: Board, pages: AsyncIterator[Sequence[Standing]], *, position: int) -> None:
        keys = self._keys(board)
        aside = self._keys(board, f"new:{uuid4().hex}")
        async for page in pages:
            with _away():
                await self._fill(aside, page)
        with _away():
            async with self._client.pipeline(transaction=True) as pipeline:
                # Freed in the background: to delete a million members at once would hold everybody up.
                pipeline.unlink(*keys)
                for old, new in zip(aside[:2], keys[:2], strict=True):
                    # A board without anybody has no keys to be renamed.
                    pipeline.eval(_RENAME, 2, old, new)
                    pipeline.persist(new)
                    if board.scope in KEPT_SECONDS:
                        pipeline.expire(new, KEPT_SECONDS[board.scope])
                pipeline.set(keys[2], position, ex=CAUGHT_UP_WITHIN)
                await pipeline.execute()

    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        with _away():
            outcome = await self._top(keys=self._keys(board), args=[limit])
        return _places(outcome)

    async def around(self, board: Board, user_id: UserId, *, neighbors: int) -> Sequence[Place]:
        with _away():
            outcome = await self._around(keys=self._keys(board), args=[user_id.hex, neighbors])
        return _places(outcome)

    async def place(self, board: Board, user_id: UserId) -> tuple[int | None, int]:
        with _away():
            outcome = await self._around(keys=self._keys(board), args=[user_id.hex, -1])
        _assert_there(outcome)
        rank, count, _ = outcome
        return (None if rank < 0 else rank + 1), count

    async def _fill(self, keys: list[str], page: Sequence[Standing]) -> None:
        """What is half built when its builder dies goes after an hour."""
        scores = {_member(each.order): each.order.below for each in page if each.order is not None}
        stamps: dict[Any, Any] = {
            each.user_id.hex: f"{each.stamp}:{_member(each.order)}" for each in page if each.order is not None
        }
        if not scores:
            return
        async with self._client.pipeline(transaction=False) as pipeline:
            pipeline.zadd(keys[0], scores)
            await pipeline.execute()
            pipeline.hset(keys[1], mapping=stamps)
            await pipeline.execute()
            for key in keys[:2]:
                pipeline.expire(key, 3600)
            await pipeline.execute()

    def _keys(self, board: Board, *parts: str) -> list[str]:
        """Of order, stamps and position; the braces keep them on one node of a cluster."""
        name = ":".join((f"{self._prefix}:leaderboard:{{{board.name}}}", *parts))
        return [f"{name}:order", f"{name}:stamps", f"{name}:position"]


def _arguments(standing: Standing) -> list[Any]:
    if standing.order is None:
        return [standing.user_id.hex, standing.stamp, 0, ""]
    return [standing.user_id.hex, standing.stamp, standing.order.below, _member(standing.order)]


def _member(order: Order) -> str:
    return f"{(order.reached_at - _EPOCH) // _MICROSECOND:020d}{order.user_id.hex}"


def _places(outcome: Any) -> list[Place]:
    _assert_there(outcome)
    first, _, rows = outcome
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [
        Place(rank, UserId(UUID(cast("bytes", member)[-32:].decode())), -int(score))
        for rank, (member, score) in enumerate(pairs, start=first + 1)
    ]


def _assert_there(outcome: Any) -> None:
    if outcome == -1:
        raise ProjectionAway("The board isn't built.")


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise ProjectionAway("Redis can't be asked.") from error
