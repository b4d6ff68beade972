"""Courses with content, and who learns in them, for tests: everything that a test doesn't care about filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from application.learning.advance import Steps
from application.learning.complete_lesson import CompleteLesson, CompleteLessonHandler
from application.learning.enroll import Enroll, EnrollHandler
from application.learning.enroll_learner import EnrollLearner, EnrollLearnerHandler
from application.learning.import_enrollments import ImportEnrollments, ImportEnrollmentsHandler
from application.learning.queries import EnrollmentImportReport, EnrollmentView, LearningQueries, LessonProgressView
from application.learning.show_course import ShowCourse
from application.learning.watch_lesson import WatchLesson, WatchLessonHandler
from application.learning.withdraw import Withdraw, WithdrawHandler
from application.shared.actor import Actor
from application.shared.unit import Begin
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, LessonStatus
from domain.catalog.lesson_content import Link, Video
from domain.catalog.module import Module
from domain.catalog.order import spread
from domain.identity.user import User
from domain.learning.certificate import RANDOM_BITS, Award, code_of
from domain.learning.enrollment import Enrollment, EnrollmentStatus
from domain.learning.unlocking import Rule, rules_to_json
from domain.shared.ids import CertificateId, CourseId, EnrollmentId, LessonId, ModuleId, UserId
from tests.support.catalog import a_course, acting
from tests.support.clock import SettableClock
from tests.support.people import NOON, a_user, instants


@dataclass
class Syllabus:
    """A course with modules and lessons in their order."""

    course: Course
    modules: list[Module] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)

    async def store(self, begin: Begin[Any]) -> None:
        async with begin() as unit:
            await unit.courses.save(self.course)
            await unit.modules.save(*self.modules)
            await unit.lessons.save(*self.lessons)
            await unit.commit()


def a_syllabus(*sizes: int, rules: Sequence[Rule] = (), **course: Any) -> Syllabus:
    """Published links in modules of these sizes, all lessons with these rules."""
    syllabus = Syllabus(a_course(**course))
    for place, size in zip(spread(len(sizes)), sizes, strict=True):
        module = a_module(syllabus.course, place)
        syllabus.modules.append(module)
        syllabus.lessons += [a_lesson(module, position, rules=rules) for position in spread(size)]
    return syllabus


def a_module(course: Course, position: str = "V", *, rules: Sequence[Rule] = ()) -> Module:
    return Module(
        id=ModuleId(uuid7()), course_id=course.id, title="Dasar", position=position, created_at=NOON, updated_at=NOON,
        unlock=tuple(rules_to_json(tuple(rules))),
    )  # fmt: skip


def a_lesson(module: Module, position: str = "V", *, rules: Sequence[Rule] = (), **given: Any) -> Lesson:
    fields = {
        "title": "Tautan",
        "content": Link("https://example.org"),
        "status": LessonStatus.PUBLISHED,
        "published_at": NOON,
        "unlock": tuple(rules_to_json(tuple(rules))),
        **given,
    }
    return Lesson(
        id=LessonId(uuid7()), course_id=module.course_id, module_id=module.id, position=position, created_at=NOON,
        updated_at=NOON, **fields,
    )  # fmt: skip


def a_video(module: Module, position: str = "V", *, seconds: int = 100, share: float = 0.9, **given: Any) -> Lesson:
    content = Video("https://example.org/v.mp4", seconds, share)
    return a_lesson(module, position, title="Video", content=content, **given)


@dataclass
class Learning:
    """The use cases of learning over a store, at noon."""

    begin: Begin[Any]
    queries: LearningQueries | None = None
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOON))
    apart: Begin[Any] | None = None

    def __post_init__(self) -> None:
        self._enroll = EnrollHandler(self.begin, self.clock, uuid7)
        self._enroll_learner = EnrollLearnerHandler(self.begin, self.clock, uuid7)
        self._import = ImportEnrollmentsHandler(self.begin, self.clock, uuid7)
        self._withdraw = WithdrawHandler(self.begin, self.clock, uuid7)
        steps = Steps(self.apart or self.begin, self.begin, uuid7)
        self._complete = CompleteLessonHandler(steps, self.clock)
        self._watch = WatchLessonHandler(steps, self.clock)
        if self.queries is not None:
            self.show = ShowCourse(self.queries, self.clock)

    async def enroll(self, who: User | Actor, course: Course) -> EnrollmentView:
        return await self._enroll(Enroll(actor=_actor(who), course_id=course.id))

    async def bring(self, teacher: User | Actor, who: User | UserId, course: Course) -> EnrollmentView:
        user_id = who.id if isinstance(who, User) else who
        return await self._enroll_learner(EnrollLearner(actor=_actor(teacher), course_id=course.id, user_id=user_id))

    async def take_over(self, teacher: User | Actor, course: Course, source: bytes) -> EnrollmentImportReport:
        return await self._import(ImportEnrollments(actor=_actor(teacher), course_id=course.id, source=source))

    async def withdraw(self, who: User | Actor, course: Course) -> None:
        await self._withdraw(Withdraw(actor=_actor(who), course_id=course.id))

    async def complete(self, who: User | Actor, lesson: Lesson) -> LessonProgressView:
        return await self._complete(CompleteLesson(actor=_actor(who), lesson_id=lesson.id))

    async def watch(self, who: User | Actor, lesson: Lesson, seconds: int) -> LessonProgressView:
        return await self._watch(WatchLesson(actor=_actor(who), lesson_id=lesson.id, watched_seconds=seconds))

    async def add_users(self, count: int = 1) -> list[User]:
        users = [a_user() for _ in range(count)]
        async with self.begin() as unit:
            for user in users:
                await unit.users.add(user)
            await unit.commit()
        return users


def _actor(who: User | Actor) -> Actor:
    return acting(who) if isinstance(who, User) else who


def an_enrollment(course: Course, user: User, **given: Any) -> Enrollment:
    fields = {"enrolled_at": NOON, **given}
    return Enrollment(id=EnrollmentId(uuid7()), course_id=course.id, user_id=user.id, **fields)


enrollments = st.builds(
    Enrollment,
    id=st.uuids().map(EnrollmentId),
    course_id=st.uuids().map(CourseId),
    user_id=st.uuids().map(UserId),
    status=st.sampled_from(EnrollmentStatus),
    enrolled_at=instants,
    withdrawn_at=st.none() | instants,
    completed_at=st.none() | instants,
    version=st.integers(1, 2**31 - 1),
)
awards = st.builds(
    Award,
    id=st.uuids().map(CertificateId),
    enrollment_id=st.uuids().map(EnrollmentId),
    code=st.integers(0, 2**RANDOM_BITS - 1).map(code_of),
    issued_at=instants,
)
