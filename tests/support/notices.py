"""What was told to open pages, for tests."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from application.gamification.ports import Gains, Notice
from application.gamification.reward import reward
from application.shared.unit import Begin
from domain.gamification.deeds import QuizHandedIn
from domain.identity.user import User
from domain.shared.ids import CourseId, LessonId
from tests.support.people import NOON


async def gains_of(begin: Begin[Any], user: User, course_id: UUID) -> Gains:
    """Of a quiz that was never seen before, not stored yet."""
    deed = QuizHandedIn(LessonId(uuid7()), CourseId(course_id), 100, 1)
    async with begin() as unit:
        return (await reward(unit.players, user.id, CourseId(course_id), [deed], new_id=uuid7, at=NOON)).gains


async def tell(begin: Begin[Any], user: User, course_id: UUID, body: str) -> None:
    """A deed of the learner's, of which that is told."""
    gains = await gains_of(begin, user, course_id)
    async with begin() as unit:
        await unit.players.save(with_notice(gains, body))
        await unit.commit()


def with_notice(gains: Gains, body: str) -> Gains:
    return Gains(
        player=gains.player, before=gains.before, ruleset=gains.ruleset, entries=gains.entries, days=gains.days,
        awards=gains.awards, notice=Notice(kind="reward", body=body, at=NOON),
    )  # fmt: skip
