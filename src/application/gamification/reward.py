"""A deed's turn in the game, within the deed's own unit: neither exists without the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from application.gamification.ports import BadgeAward, Gains, Notice, PlayerAtHand, Players
from application.gamification.views import RewardView
from application.shared.clock import NewId
from domain.gamification.deeds import Deed, claims_of
from domain.gamification.ledger import may_earn
from domain.gamification.play import Circumstances, take_turn
from domain.gamification.ruleset import Ruleset
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True)
class Reward:
    """`gains` are still to be stored, with whatever else the deed stores."""

    gains: Gains
    view: RewardView


async def reward(
    players: Players, user_id: UserId, course_id: CourseId, deeds: Sequence[Deed], *, new_id: NewId, at: datetime
) -> Reward:
    """What these deeds in a course bring; the player stays locked until the unit ends."""
    rules = players.rules
    sources = {claim.source for deed in deeds for claim in claims_of(deed, rules.prices)}
    found = await players.get(user_id, course_id, sources)
    return reward_to(found, deeds, rules, new_id=new_id, at=at)


def reward_to(found: PlayerAtHand, deeds: Sequence[Deed], rules: Ruleset, *, new_id: NewId, at: datetime) -> Reward:
    """What these deeds bring to a player of whom is known what was decided about their items."""
    around = Circumstances(
        zone=ZoneInfo(found.time_zone),
        may_earn=may_earn(found.role, owns_course=found.owns_course),
        decided=found.decided,
        free_days=found.free_days,
    )
    turn = take_turn(found.player, deeds, around, rules, new_id=new_id, now=at)
    view = RewardView.of(turn, rules)
    # A day that the streak knows is active already.
    was_active = turn.before.streak.last_day == turn.day
    gains = Gains(
        player=turn.player,
        before=found.version,
        ruleset=rules.version,
        entries=turn.entries,
        days={turn.day: at} if turn.is_active and not was_active else {},
        awards=[BadgeAward(id=new_id(), badge=badge, awarded_at=at) for badge in turn.badges],
        notice=Notice(kind="reward", body=msgspec.json.encode(view).decode(), at=at),
    )
    return Reward(gains, view)
