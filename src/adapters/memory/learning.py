from collections.abc import Iterable, Sequence
from dataclasses import replace

from adapters.memory.audit import MemoryAuditLog
from adapters.memory.awards import issue
from adapters.memory.learner_courses import stored_lesson, structure_of
from adapters.memory.players import MemoryPlayers
from adapters.memory.tables import MemoryTables
from application.gamification.ports import Gains
from application.learning.ports import (
    CourseNotFound,
    EnrollmentRepository,
    EnrollmentRequired,
    LearnerNotFound,
    Learners,
    LessonAtHand,
    LessonNotFound,
    LessonOffer,
    Offers,
    StepAtHand,
    StepOvertaken,
)
from application.learning.structure import completed_in, outline_of, scores_in
from domain.audit.entry import AuditEntry
from domain.catalog.course import Course, CourseStatus
from domain.gamification.player import Player
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment, Offer
from domain.learning.progress import LessonProgress
from domain.shared.ids import CourseId, EnrollmentId, LessonId, UserId


def offer_of(course: Course) -> Offer:
    return Offer(
        course_id=course.id,
        is_published=course.status is CourseStatus.PUBLISHED,
        owner_id=course.created_by,
        capacity=course.capacity,
    )


def enrollment_at(tables: MemoryTables, lesson_id: LessonId, user_id: UserId) -> Enrollment:
    """The stored one itself; raises as `EnrollmentRepository.at_lesson` does."""
    lesson = tables.lessons.get(lesson_id)
    if lesson is None or not lesson.is_published:
        raise LessonNotFound("There is no such lesson.")
    found = find_enrollment(tables, lesson.course_id, user_id)
    if found is None and tables.courses[lesson.course_id].status is not CourseStatus.PUBLISHED:
        raise LessonNotFound("There is no such lesson.")
    if found is None or found.is_withdrawn:
        raise EnrollmentRequired("Enroll in its course first.")
    return found


def find_enrollment(tables: MemoryTables, course_id: CourseId, user_id: UserId) -> Enrollment | None:
    wanted = (course_id, user_id)
    return next((each for each in tables.enrollments.values() if (each.course_id, each.user_id) == wanted), None)


class MemoryOffers(Offers):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def get(self, course_id: CourseId) -> Offer:
        if course_id not in self._tables.courses:
            raise CourseNotFound("There is no such course.")
        return offer_of(self._tables.courses[course_id])

    async def of_lesson(self, lesson_id: LessonId) -> LessonOffer:
        if lesson_id not in self._tables.lessons:
            raise LessonNotFound("There is no such lesson.")
        lesson = self._tables.lessons[lesson_id]
        return LessonOffer(offer_of(self._tables.courses[lesson.course_id]), lesson.is_published)


class MemoryLearners(Learners):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def assert_known(self, user_id: UserId) -> None:
        user = self._tables.users.get(user_id)
        if user is None or not user.is_live:
            raise LearnerNotFound("There is no such user.")

    async def find_all(self, references: Iterable[str]) -> dict[str, UserId]:
        live = [user for user in self._tables.users.values() if user.is_live]
        known = {key: user.id for user in live for key in (str(user.id), (user.email or "").lower())}
        return {reference: known[reference] for reference in references if reference in known}


class MemoryEnrollmentRepository(EnrollmentRepository):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def obtain(self, *enrollments: Enrollment) -> Sequence[Enrollment]:
        for enrollment in enrollments:
            if find_enrollment(self._tables, enrollment.course_id, enrollment.user_id) is None:
                self._tables.enrollments[enrollment.id] = replace(enrollment)
                self._tables.players.setdefault(enrollment.user_id, Player(user_id=enrollment.user_id))
        users = dict.fromkeys((enrollment.course_id, enrollment.user_id) for enrollment in enrollments)
        found = [find_enrollment(self._tables, *key) for key in users]
        return [replace(enrollment) for enrollment in found if enrollment is not None]

    async def find(self, course_id: CourseId, user_id: UserId) -> Enrollment | None:
        found = find_enrollment(self._tables, course_id, user_id)
        return None if found is None else replace(found)

    async def at_lesson(self, lesson_id: LessonId, user_id: UserId) -> Enrollment:
        return replace(enrollment_at(self._tables, lesson_id, user_id))

    async def lesson_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> LessonAtHand:
        modules = structure_of(self._tables, enrollment)
        lesson = self._tables.lessons.get(lesson_id)
        if lesson is None:
            raise LessonNotFound("There is no such lesson.")
        progress = self._tables.lesson_progress.get((enrollment.id, lesson_id))
        completed = completed_in(modules)
        return LessonAtHand(
            lesson_id=lesson_id,
            is_published=lesson.is_published,
            rule=stored_lesson(self._tables, enrollment, lesson).rule,
            outline=outline_of(modules),
            completed=completed,
            scores=scores_in(modules),
            progress=None if progress is None else replace(progress),
            lessons=sum(len(module.lessons) for module in modules),
            lessons_completed=len(completed),
        )

    async def step_at_hand(self, lesson_id: LessonId, user_id: UserId) -> StepAtHand:
        enrollment = await self.at_lesson(lesson_id, user_id)
        items = [str(lesson_id), str(enrollment.course_id)]
        return StepAtHand(
            enrollment=enrollment,
            lesson=await self.lesson_at_hand(enrollment, lesson_id),
            player=await MemoryPlayers(self._tables).get(user_id, enrollment.course_id, items),
        )

    async def seats_taken(self, course_id: CourseId, *, besides: Iterable[EnrollmentId]) -> int:
        left_out = set(besides)
        seated = (each for each in self._tables.enrollments.values() if not each.is_withdrawn)
        return sum(each.course_id == course_id and each.id not in left_out for each in seated)

    async def save(self, *enrollments: Enrollment, awards: Sequence[Award] = ()) -> None:
        self._tables.enrollments |= {enrollment.id: replace(enrollment) for enrollment in enrollments}
        issue(self._tables, awards)

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
        if self._tables.enrollments[enrollment.id].version != before:
            raise StepOvertaken("Another step of this learner came first; try again.")
        if gains is not None:
            MemoryPlayers(self._tables).assert_unchanged(gains)
        stored = self._tables.lesson_progress.get((enrollment.id, progress.lesson_id))
        if stored is not None:
            progress = replace(progress, watched_seconds=max(stored.watched_seconds, progress.watched_seconds))
        await self.save(enrollment, awards=[] if award is None else [award])
        self._tables.lesson_progress[enrollment.id, progress.lesson_id] = replace(progress)
        await MemoryAuditLog(self._tables).record(*entries)
        if gains is not None:
            await MemoryPlayers(self._tables).save(gains)
