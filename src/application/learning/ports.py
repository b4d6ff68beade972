"""What learning needs of the world."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from application.audit.ports import AuditLog
from application.gamification.ports import Gains, PlayerAtHand, Players
from application.shared.unit import Unit
from domain.audit.entry import AuditEntry
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment, Offer
from domain.learning.progress import CompletionRule, LessonProgress
from domain.learning.unlocking import Outline
from domain.shared.errors import Conflict, Forbidden, NotFound
from domain.shared.ids import CourseId, EnrollmentId, LessonId, UserId


class CourseNotFound(NotFound):
    code = "course.not_found"


class LessonNotFound(NotFound):
    code = "lesson.not_found"


class LearnerNotFound(NotFound):
    code = "user.not_found"


class EnrollmentRequired(Forbidden):
    """For those who are enrolled in the course."""

    code = "enrollment.required"


class EnrollmentMissing(Conflict):
    """The one that it is about doesn't learn in the course, and never did."""

    code = "enrollment.missing"


class StepOvertaken(Conflict):
    """The learner took another step at the same moment."""

    code = "request.changed_meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonAtHand:
    """A lesson and what one learner has done of its course.

    `outline`, `completed` and `scores` are what its rules are judged by, and may be empty where it has none.
    `progress` is None before the first deed. `lessons` counts what is published of the course, and `lessons_completed`
    what of it they did.
    """

    lesson_id: LessonId
    is_published: bool
    rule: CompletionRule
    outline: Outline
    completed: frozenset[LessonId]
    scores: Mapping[LessonId, int]
    progress: LessonProgress | None
    lessons: int
    lessons_completed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAtHand:
    """What a step in a lesson is judged by; of the player also what was decided about the lesson and its course."""

    enrollment: Enrollment
    lesson: LessonAtHand
    player: PlayerAtHand


@dataclass(frozen=True, slots=True)
class LessonOffer:
    course: Offer
    is_published: bool


class Offers(Protocol):
    async def get(self, course_id: CourseId) -> Offer:
        """Until the unit ends the offer stays as it is, and nobody else takes one of a limited number of seats.

        Raises:
            CourseNotFound
        """
        ...

    async def of_lesson(self, lesson_id: LessonId) -> LessonOffer:
        """A lesson, published or not, and what its course is; the offer stays as with `get`, seats may be taken.

        Raises:
            LessonNotFound
        """
        ...


class Learners(Protocol):
    async def assert_known(self, user_id: UserId) -> None:
        """Raises LearnerNotFound, for a tombstone as well."""
        ...

    async def find_all(self, references: Iterable[str]) -> dict[str, UserId]:
        """The live users by their id or their email address, both in lower case; those that nobody has are left out."""
        ...


class EnrollmentRepository(Protocol):
    """Enrollments, and with them the progress in lessons. What is returned is locked until the unit ends.

    Lock order: the offer of a course first, then enrollments, then whatever else.
    """

    async def obtain(self, *enrollments: Enrollment) -> Sequence[Enrollment]:
        """Stores these new enrollments of one course; for who has one, in whatever state, that one is returned instead.

        In no order; of several at once for one user, one is stored and all get it.
        """
        ...

    async def find(self, course_id: CourseId, user_id: UserId) -> Enrollment | None: ...

    async def at_lesson(self, lesson_id: LessonId, user_id: UserId) -> Enrollment:
        """The enrollment by which this user learns this lesson.

        Raises:
            LessonNotFound: there is none, or it isn't published.
            EnrollmentRequired: they don't learn in its course, or no longer.
        """
        ...

    async def step_at_hand(self, lesson_id: LessonId, user_id: UserId) -> StepAtHand:
        """All as of one instant, and not locked: `save_step` finds out whether they are still so.

        Raises:
            LessonNotFound, EnrollmentRequired: as `at_lesson` says.
        """
        ...

    async def lesson_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> LessonAtHand:
        """As of now, seen after the enrollment was locked; published or not. Raises LessonNotFound."""
        ...

    async def seats_taken(self, course_id: CourseId, *, besides: Iterable[EnrollmentId]) -> int:
        """By who is not withdrawn, the given enrollments left out."""
        ...

    async def save(self, *enrollments: Enrollment, awards: Sequence[Award] = ()) -> None:
        """Stores changed enrollments in one statement.

        Each award becomes the certificate of its enrollment with the names of learner and course as they are now;
        an enrollment that has a certificate keeps that one, revoked or not.
        """
        ...

    async def save_step(
        self,
        enrollment: Enrollment,
        progress: LessonProgress,
        *,
        before: int,
        award: Award | None = None,
        entries: Sequence[AuditEntry] = (),
        gains: Gains | None = None,
    ) -> None:
        """Stores a step in one lesson with all that it is audited as and what it gains, in one statement.

        `before` is the version of the enrollment that the step was taken from. Of the seconds watched the most are
        kept. An award becomes a certificate as by `save`.

        Raises:
            StepOvertaken: the enrollment, or the player, has another version by now; nothing is stored.
        """
        ...


class StepUnit(Unit, Protocol):
    enrollments: EnrollmentRepository
    players: Players


class LearningUnit(StepUnit, Protocol):
    offers: Offers
    learners: Learners
    audit: AuditLog
