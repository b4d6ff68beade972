from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Integer, Select, Table, Uuid, any_, bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.arrays import unnested
from adapters.postgres.repositories.gains import player_update, player_values
from adapters.postgres.repositories.players import BEFORE_ALL, player_of
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.gamification import (
    active_days,
    badge_awards,
    course_scores,
    free_days,
    players,
    week_scores,
    xp_ledger,
)
from application.gamification.record_ports import ActiveDay, PlayerRecord, PlayerRecords, PlayerState
from domain.gamification.badges import BadgeTier, Tier
from domain.gamification.ledger import Decision, LedgerEntry
from domain.gamification.replay import Score
from domain.shared.ids import UserId


def _theirs(table: Table) -> Select[Any]:
    return select(table).where(table.c.user_id == any_(bindparam("user_ids", type_=ARRAY(Uuid))))


def _gone(table: Table) -> Delete:
    return delete(table).where(table.c.user_id == bindparam("player_user_id", type_=Uuid))


def _scores(table: Table, key: str) -> Insert:
    given = unnested("given", [table.c[key], table.c.xp, table.c.reached_at], prefix="score_")
    columns = [given.c[key], bindparam("player_user_id", type_=Uuid), given.c.xp, given.c.reached_at]
    return insert(table).from_select([key, "user_id", "xp", "reached_at"], select(*columns))


# Whoever adds to a player locks their row first: locked by us, nobody adds until we are done.
_next = (
    select(players)
    .where(players.c.user_id > bindparam("after_user_id", type_=Uuid))
    .order_by(players.c.user_id)
    .limit(bindparam("limit", type_=Integer))
)
_after = Statement(_next.with_for_update(key_share=True))
_look = Statement(_next)
_free_days = Statement(select(free_days.c.day))
_entries = Statement(_theirs(xp_ledger).order_by(xp_ledger.c.user_id, xp_ledger.c.number))
_days = Statement(_theirs(active_days))
_badges = Statement(_theirs(badge_awards).where(badge_awards.c.revoked_at.is_(None)))
_weeks = Statement(_theirs(week_scores))
_courses = Statement(_theirs(course_scores))
_store = Statement(player_update().where(players.c.user_id == bindparam("player_user_id", type_=Uuid)))
_version = Statement(select(players.c.version).where(players.c.user_id == bindparam("player_user_id", type_=Uuid)))
_forget_weeks = Statement(_gone(week_scores))
_forget_courses = Statement(_gone(course_scores))
_keep_weeks = Statement(_scores(week_scores, "week"))
_keep_courses = Statement(_scores(course_scores, "course_id"))


class PostgresPlayerRecords(PlayerRecords):
    """`is_reading`: in a unit that sees one state of everything anyway, and keeps nobody from adding to it."""

    def __init__(self, connection: Connection, *, is_reading: bool = False) -> None:
        self._connection = connection
        self._next = _look if is_reading else _after

    async def after(self, user_id: UserId | None, *, limit: int) -> Sequence[PlayerRecord]:
        found = await self._next.rows(self._connection, after_user_id=user_id or BEFORE_ALL, limit=limit)
        free = frozenset(row["day"] for row in await _free_days.rows(self._connection))
        user_ids = [row["user_id"] for row in found]
        entries, days, badges, weeks, courses = [
            await self._by_user(statement, user_ids) for statement in (_entries, _days, _badges, _weeks, _courses)
        ]
        return [
            PlayerRecord(
                state=PlayerState(
                    player=player_of(row),
                    weeks={each["week"]: _score(each) for each in weeks[row["user_id"]]},
                    courses={each["course_id"]: _score(each) for each in courses[row["user_id"]]},
                ),
                entries=[_entry(each) for each in entries[row["user_id"]]],
                days={each["day"]: ActiveDay(each["at"], each["ruleset"]) for each in days[row["user_id"]]},
                free_days=free,
                badges=frozenset(BadgeTier(each["badge"], Tier(each["tier"])) for each in badges[row["user_id"]]),
            )
            for row in found
        ]

    async def store(self, state: PlayerState) -> None:
        user_id = {"player_user_id": state.player.user_id}
        version = await _version.value(self._connection, **user_id)
        await _store.run(self._connection, **user_id, **player_values(state.player, version=version + 1))
        await _forget_weeks.run(self._connection, **user_id)
        await _forget_courses.run(self._connection, **user_id)
        await _keep_weeks.run(self._connection, **user_id, **_score_values("week", state.weeks))
        await _keep_courses.run(self._connection, **user_id, **_score_values("course_id", state.courses))

    async def _by_user(self, statement: Statement, user_ids: Sequence[UserId]) -> Mapping[UserId, list[Row]]:
        grouped: defaultdict[UserId, list[Row]] = defaultdict(list)
        for row in await statement.rows(self._connection, user_ids=user_ids):
            grouped[row["user_id"]].append(row)
        return grouped


def _score(row: Row) -> Score:
    return Score(row["xp"], row["reached_at"])


def _score_values(key: str, scores: Mapping[Any, Score]) -> dict[str, Any]:
    return {
        f"score_{key}": list(scores),
        "score_xp": [score.xp for score in scores.values()],
        "score_reached_at": [score.reached_at for score in scores.values()],
    }


def _entry(row: Row) -> LedgerEntry:
    return LedgerEntry(**{**row, "decision": Decision(row["decision"])})
