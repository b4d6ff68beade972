from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Label,
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.repositories.gains import gain_values, gain_writes
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.gamification import badge_awards, free_days, players, xp_ledger
from adapters.postgres.tables.identity import users
from application.gamification.ports import Gains, PlayerAtHand, PlayerNotFound, PlayerOvertaken, Players
from domain.gamification.badges import BadgeTier, Tier
from domain.gamification.player import Player
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import Streak
from domain.shared.ids import CourseId, UserId

BEFORE_ALL = UserId(UUID(int=0))
_PLAYER = "player_"


def at_hand_columns(course_id: ColumnElement[Any], sources: ColumnElement[Any]) -> list[Label[Any]]:
    """What `player_at_hand_of` reads, beside `users` and `players` of one learner.

    What was decided is of items of a deed whose enrollment is locked, or found unchanged at the end: nobody else
    decides about them meanwhile.
    """
    decided = (
        select(
            func.jsonb_agg(
                func.jsonb_build_array(xp_ledger.c.rule, xp_ledger.c.source, xp_ledger.c.decision == "granted")
            )
        )
        .where(
            xp_ledger.c.user_id == players.c.user_id,
            xp_ledger.c.source == func.any(sources),
        )
        .correlate_except(xp_ledger)
        .scalar_subquery()
    )
    free = (
        select(func.array_agg(free_days.c.day))
        .where(free_days.c.day >= func.coalesce(players.c.streak_last_day, literal_column("'infinity'::date")))
        .correlate_except(free_days)
        .scalar_subquery()
    )
    owns = (
        select(literal_column("1"))
        .where(courses.c.id == course_id, courses.c.created_by == players.c.user_id)
        .correlate_except(courses)
        .exists()
    )
    return [
        *(each.label(_PLAYER + each.name) for each in players.columns),
        users.c.role.label("player_role"),
        users.c.time_zone.label("player_time_zone"),
        owns.label("player_owns_course"),
        decided.label("player_decided"),
        free.label("player_free_days"),
    ]


def _at_hand() -> Select[Any]:
    sources = bindparam("sources", type_=ARRAY(Text))
    return (
        select(*at_hand_columns(bindparam("course_id", type_=Uuid), sources))
        .select_from(players.join(users, users.c.id == players.c.user_id))
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
    return select(gate.c.user_id).add_cte(*gain_writes(gate, with_rare=True))


_after = Statement(
    select(players)
    .where(players.c.user_id > bindparam("after_user_id", type_=Uuid))
    .order_by(players.c.user_id)
    .limit(bindparam("limit", type_=Integer))
)
_become = Statement(
    insert(players)
    .from_select(
        ["user_id"],
        select(users.c.id).where(users.c.id == bindparam("user_id", type_=Uuid), users.c.deleted_at.is_(None)),
    )
    .on_conflict_do_nothing()
)
_revoke = Statement(
    update(badge_awards)
    .values(
        revoked_at=bindparam("at", type_=badge_awards.c.revoked_at.type),
        revoked_reason=bindparam("why", type_=Text),
    )
    .where(
        badge_awards.c.user_id == bindparam("of_user", type_=Uuid),
        (badge_awards.c.badge + ":" + badge_awards.c.tier) == func.any(bindparam("tiers", type_=ARRAY(Text))),
        badge_awards.c.revoked_at.is_(None),
    )
)
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
        return player_at_hand_of(row)

    async def after(self, user_id: UserId | None, *, limit: int) -> Sequence[Player]:
        return [
            player_of(row)
            for row in await _after.rows(self._connection, after_user_id=user_id or BEFORE_ALL, limit=limit)
        ]

    async def obtain(self, user_id: UserId) -> PlayerAtHand:
        await _become.run(self._connection, user_id=user_id)
        row = await self._get.row(self._connection, user_id=user_id, course_id=user_id, sources=[])
        if row is None:
            raise PlayerNotFound("There is no such user.")
        return player_at_hand_of(row)

    async def save(self, gains: Gains) -> None:
        user_id = gains.player.user_id
        if gains.revoked:
            # Before others are awarded: who loses a tier may hold it again, later, by another row.
            tiers = [f"{each.key}:{each.tier.value}" for each in gains.revoked]
            at, why = gains.entries[-1].at, gains.revoked_reason
            await _revoke.run(self._connection, of_user=user_id, tiers=tiers, at=at, why=why)
        if await _save.value(self._connection, player_user_id=user_id, **gain_values(gains)) is None:
            raise PlayerOvertaken("Another deed of this learner came first; try again.")


def player_at_hand_of(row: Row) -> PlayerAtHand:
    decided: dict[tuple[str, str], bool] = {}
    for rule, source, paid in row["player_decided"] or []:
        decided[rule, source] = decided.get((rule, source), False) or paid
    return PlayerAtHand(
        player=player_of(row, prefix=_PLAYER),
        version=row["player_version"],
        role=row["player_role"],
        time_zone=row["player_time_zone"],
        owns_course=row["player_owns_course"],
        decided=decided,
        free_days=frozenset(row["player_free_days"] or ()),
    )


def player_of(row: Row, *, prefix: str = "") -> Player:
    streak = Streak(
        length=row[prefix + "streak_length"],
        longest=row[prefix + "streak_longest"],
        freezes=row[prefix + "streak_freezes"],
        frozen_days=row[prefix + "streak_frozen_days"],
        last_day=row[prefix + "streak_last_day"],
    )
    return Player(
        user_id=UserId(row[prefix + "user_id"]),
        entries=row[prefix + "entries"],
        xp=row[prefix + "xp"],
        reached_at=row[prefix + "reached_at"],
        tallies=row[prefix + "tallies"],
        streak=streak,
        day=row[prefix + "day"],
        day_xp=row[prefix + "day_xp"],
        day_tallies=row[prefix + "day_tallies"],
        recent=tuple(row[prefix + "recent"]),
        badges=frozenset(map(_badge_tier, row[prefix + "badges"])),
    )


@cache
def _badge_tier(text: str) -> BadgeTier:
    """There are some hundreds of them at most."""
    key, tier = text.split(":")
    return BadgeTier(key, Tier(tier))
