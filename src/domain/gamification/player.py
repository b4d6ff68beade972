"""What the game knows of a learner: all of it follows from their ledger, their active days and their badges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.gamification.badges import BadgeTier, Measure
from domain.gamification.deeds import (
    ASSIGNMENT_GRADED,
    COURSE_COMPLETED,
    LESSON_COMPLETED,
    QUEST_COMPLETED,
    QUIZ_FIRST_TRY,
    QUIZ_PERFECT,
    REVIEW_WRITTEN,
)
from domain.gamification.levels import LevelRules, level_of
from domain.gamification.streak import Streak
from domain.shared.ids import UserId

_COUNTED = {
    Measure.LESSONS: LESSON_COMPLETED,
    Measure.COURSES: COURSE_COMPLETED,
    Measure.PERFECT_QUIZZES: QUIZ_PERFECT,
    Measure.FIRST_TRIES: QUIZ_FIRST_TRY,
    Measure.ASSIGNMENTS: ASSIGNMENT_GRADED,
    Measure.REVIEWS: REVIEW_WRITTEN,
    Measure.QUESTS: QUEST_COMPLETED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """`entries` is how many the ledger holds of them.

    `tallies` count items by rule, each item once, whether it was paid or not; `day_tallies` those of `day` alone.
    `day` is the local date of the last deed, and `day_xp` what was granted on it that counts towards the cap.
    `reached_at` is when `xp` became what it is; `recent` are the last completions of lessons, oldest first.
    """

    user_id: UserId
    entries: int = 0
    xp: int = 0
    reached_at: datetime | None = None
    tallies: Mapping[str, int] = field(default_factory=dict)
    streak: Streak = field(default_factory=Streak)
    day: date | None = None
    day_xp: int = 0
    day_tallies: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[datetime, ...] = ()
    badges: frozenset[BadgeTier] = frozenset()

    def numbers(self, levels: LevelRules) -> dict[Measure, int]:
        """What badges are measured by."""
        return {
            **{measure: self.tallies.get(rule, 0) for measure, rule in _COUNTED.items()},
            Measure.XP: self.xp,
            Measure.LEVEL: level_of(self.xp, levels).number,
            Measure.STREAK_DAYS: self.streak.longest,
            Measure.DAY_LESSONS: self.day_tallies.get(LESSON_COMPLETED, 0),
            Measure.DAY_XP: self.day_xp,
        }
