from collections.abc import Collection
from typing import Any

from sqlalchemy import Integer, Select, Text, Uuid, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.repositories.gains import gain_values, gain_writes
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.gamification import free_days, players, xp_ledger
from adapters.postgres.tables.identity import users
from application.gamification.ports import Gains, PlayerAtHand, PlayerOvertaken, Players
from domain.gamification.badges import BadgeTier, Tier
from domain.gamification.player import Player
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import Streak
from domain.shared.ids import CourseId, UserId


def _at_hand() -> Select[Any]:
    """What was decided is of items of a deed whose enrollment is locked: nobody else decides about them meanwhile."""
    decided = (
        select(
            func.jsonb_agg(
                func.jsonb_build_array(xp_ledger.c.rule, xp_ledger.c.source, xp_ledger.c.decision == "granted")
            )
        )
        .where(
            xp_ledger.c.user_id == players.c.user_id,
            xp_ledger.c.source == func.any(bindparam("sources", type_=ARRAY(Text))),
        )
        .correlate(players)
        .scalar_subquery()
    )
    free = (
        select(func.array_agg(free_days.c.day))
        .where(free_days.c.day >= func.coalesce(players.c.streak_last_day, literal_column("'infinity'::date")))
        .correlate(players)
        .scalar_subquery()
    )
    owns = (
        select(literal_column("1"))
        .where(courses.c.id == bindparam("course_id", type_=Uuid), courses.c.created_by == players.c.user_id)
        .correlate(players)
        .exists()
    )
    return (
        select(
            *players.columns,
            users.c.role,
            users.c.time_zone,
            owns.label("owns_course"),
            decided.label("decided"),
            free.label("free_days"),
        )
        .join(users, users.c.id == players.c.user_id)
        .where(players.c.user_id == bindparam("user_id"))
    )


def _saving() -> Select[Any]:
    gate = (
        select(players.c.user_id)
        .where(
            players.c.user_id == bindparam("player_user_id", type_=Uuid),
            players.c.version == bindparam("player_before", type_=Integer),
        )
        .with_for_update(key_share=True)
        .cte("gate")
    )
    return select(gate.c.user_id).add_cte(*gain_writes(gate))


_look = Statement(_at_hand())
_lock = Statement(_at_hand().with_for_update(key_share=True, of=players))
_save = Statement(_saving())


class PostgresPlayers(Players):
    """Where each statement is true at once, to lock would only be to write."""

    def __init__(self, connection: Connection, rules: Ruleset, *, is_apart: bool = False) -> None:
        self._connection = connection
        self.rules = rules
        self._get = _look if is_apart else _lock

    async def get(self, user_id: UserId, course_id: CourseId, sources: Collection[str]) -> PlayerAtHand:
        row = await self._get.row(self._connection, user_id=user_id, course_id=course_id, sources=list(sources))
        assert row is not None, "who enrolls becomes a player"
        decided: dict[tuple[str, str], bool] = {}
        for rule, source, paid in row["decided"] or []:
            decided[rule, source] = decided.get((rule, source), False) or paid
        return PlayerAtHand(
            player=player_of(row),
            version=row["version"],
            role=row["role"],
            time_zone=row["time_zone"],
            owns_course=row["owns_course"],
            decided=decided,
            free_days=frozenset(row["free_days"] or ()),
        )

    async def save(self, gains: Gains) -> None:
        user_id = gains.player.user_id
        if await _save.value(self._connection, player_user_id=user_id, **gain_values(gains)) is None:
            raise PlayerOvertaken("Another deed of this learner came first; try again.")


def player_of(row: Row) -> Player:
    streak = Streak(
        length=row["streak_length"],
        longest=row["streak_longest"],
        freezes=row["streak_freezes"],
        frozen_days=row["streak_frozen_days"],
        last_day=row["streak_last_day"],
    )
    badges = (badge.split(":") for badge in row["badges"])
    return Player(
        user_id=UserId(row["user_id"]),
        entries=row["entries"],
        xp=row["xp"],
        reached_at=row["reached_at"],
        tallies=row["tallies"],
        streak=streak,
        day=row["day"],
        day_xp=row["day_xp"],
        day_tallies=row["day_tallies"],
        recent=tuple(row["recent"]),
        badges=frozenset(BadgeTier(key, Tier(tier)) for key, tier in badges),
    )
