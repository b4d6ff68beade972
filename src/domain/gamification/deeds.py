"""What learners do that the game sees, and what they claim for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.shared.ids import CourseId, LessonId

LESSON_COMPLETED: Final = "lesson.completed"
QUIZ_PASSED: Final = "quiz.passed"
QUIZ_GOOD: Final = "quiz.good"
QUIZ_PERFECT: Final = "quiz.perfect"
QUIZ_FIRST_TRY: Final = "quiz.first_try"
ASSIGNMENT_GRADED: Final = "assignment.graded"
COURSE_COMPLETED: Final = "course.completed"
REVIEW_WRITTEN: Final = "review.written"
QUEST_COMPLETED: Final = "quest.completed"
CORRECTION: Final = "correction"
RULES: Final = (
    LESSON_COMPLETED,
    QUIZ_PASSED,
    QUIZ_GOOD,
    QUIZ_PERFECT,
    QUIZ_FIRST_TRY,
    ASSIGNMENT_GRADED,
    COURSE_COMPLETED,
    REVIEW_WRITTEN,
    QUEST_COMPLETED,
)
"""Those that pay; each ruleset has a price for each."""


@dataclass(frozen=True, slots=True)
class LessonCompleted:
    lesson_id: LessonId
    course_id: CourseId


@dataclass(frozen=True, slots=True)
class QuizHandedIn:
    """`percent` is of this attempt alone, and `attempt` its number, from 1.

    `is_regraded`: staff corrected the quiz later. It may pay what is missing, but nobody learned on that day.
    """

    lesson_id: LessonId
    course_id: CourseId
    percent: int
    attempt: int
    is_regraded: bool = False


@dataclass(frozen=True, slots=True)
class WorkHandedIn:
    """An assignment's work was submitted. It pays once it is graded, but the day counts."""

    lesson_id: LessonId
    course_id: CourseId


@dataclass(frozen=True, slots=True)
class AssignmentGraded:
    lesson_id: LessonId
    course_id: CourseId
    percent: int


@dataclass(frozen=True, slots=True)
class CourseCompleted:
    course_id: CourseId


@dataclass(frozen=True, slots=True)
class ReviewWritten:
    course_id: CourseId


@dataclass(frozen=True, slots=True)
class QuestCompleted:
    """`source` names the quest and its day or week."""

    source: str


Deed = (
    LessonCompleted | QuizHandedIn | WorkHandedIn | AssignmentGraded | CourseCompleted | ReviewWritten | QuestCompleted
)


@dataclass(frozen=True, slots=True)
class Claim:
    """XP that an item would pay by a rule. The item is the lesson or the course, never the attempt: it pays once."""

    rule: str
    source: str
    course_id: CourseId | None
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """`amounts` by rule; an assignment's is for a grade of 100 %. Percents are of a quiz's points."""

    amounts: Mapping[str, int]
    passed_percent: int = 60
    good_percent: int = 80
    perfect_percent: int = 100


def is_activity(deed: Deed) -> bool:
    """Whether a day counts for the streak by it: a lesson completed, a quiz or an assignment handed in."""
    if isinstance(deed, QuizHandedIn):
        return not deed.is_regraded
    return isinstance(deed, LessonCompleted | WorkHandedIn)


def claims_of(deed: Deed, prices: Prices) -> list[Claim]:
    """In the order in which they are decided."""
    match deed:
        case LessonCompleted(lesson_id, course_id):
            claimed = [_claim(LESSON_COMPLETED, str(lesson_id), course_id, prices)]
        case QuizHandedIn(lesson_id, course_id):
            claimed = [_claim(rule, str(lesson_id), course_id, prices) for rule in _reached(deed, prices)]
        case WorkHandedIn():
            claimed = []
        case AssignmentGraded(lesson_id, course_id, percent):
            # Rounded half up, in whole numbers.
            amount = (2 * prices.amounts[ASSIGNMENT_GRADED] * percent + 100) // 200
            claimed = [Claim(ASSIGNMENT_GRADED, str(lesson_id), course_id, amount)]
        case CourseCompleted(course_id):
            claimed = [_claim(COURSE_COMPLETED, str(course_id), course_id, prices)]
        case ReviewWritten(course_id):
            claimed = [_claim(REVIEW_WRITTEN, str(course_id), course_id, prices)]
        case QuestCompleted(source):
            claimed = [_claim(QUEST_COMPLETED, source, None, prices)]
    return claimed


def _claim(rule: str, source: str, course_id: CourseId | None, prices: Prices) -> Claim:
    return Claim(rule, source, course_id, prices.amounts[rule])


def _reached(deed: QuizHandedIn, prices: Prices) -> list[str]:
    steps = (
        (QUIZ_PASSED, prices.passed_percent),
        (QUIZ_GOOD, prices.good_percent),
        (QUIZ_PERFECT, prices.perfect_percent),
    )
    reached = [rule for rule, percent in steps if deed.percent >= percent]
    if reached and deed.attempt == 1:
        reached.append(QUIZ_FIRST_TRY)
    return reached
