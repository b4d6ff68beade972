from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.learning_queries import MemoryLearningQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.learning import PostgresLearningQueries
from application.learning.admission import CourseNotYours
from application.learning.ports import CourseNotFound, EnrollmentRequired, LessonNotFound
from application.learning.queries import (
    EnrollmentQuestion,
    EnrollmentView,
    LearnerPage,
    LearnerSummary,
    LearningQueries,
    LessonLockView,
    LockView,
    MyCourse,
    MyCoursePage,
    MyCourseSummary,
    MyLesson,
    MyModule,
)
from application.shared.page import CursorInvalid
from application.shared.rule_views import AfterPreviousRule, NotBeforeRule
from domain.catalog.course import CourseStatus
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import LessonKind
from domain.identity.user import User
from domain.learning.enrollment import EnrollmentStatus
from domain.learning.unlocking import AfterPrevious, NotBefore
from domain.shared.ids import CourseId, LessonId
from tests.contract.conftest import Persistence
from tests.support.catalog import acting
from tests.support.learning import Learning, a_syllabus, a_video
from tests.support.people import NOON, a_user

LATER = NOON + timedelta(days=1)


@pytest.fixture
def queries(persistence: Persistence) -> LearningQueries:
    place = persistence.place
    if isinstance(place, MemoryStore):
        return MemoryLearningQueries(place.committed)
    return PostgresLearningQueries(place)


@pytest.fixture
def learning(persistence: Persistence, queries: LearningQueries) -> Learning:
    return Learning(persistence.begin, queries)


async def test_my_course_is_structure_state_and_locks(persistence: Persistence, learning: Learning):
    [learner] = await learning.add_users()
    syllabus = a_syllabus(2, 1, title="Aljabar")
    syllabus.modules[1].unlock = ({"rule": "not_before", "at": "2025-04-11T12:00:00Z"},)
    video = a_video(syllabus.modules[0], "zz", seconds=200, rules=[AfterPrevious()])
    hidden = a_video(syllabus.modules[0], "zzz", status=LessonStatus.DRAFT)
    await syllabus.store(persistence.begin)
    async with persistence.begin() as unit:
        await unit.lessons.save(video, hidden)
        await unit.commit()
    enrollment = await learning.enroll(learner, syllabus.course)
    first, second, third = syllabus.lessons
    await learning.complete(learner, second)
    enrollment = msgspec.structs.replace(enrollment, version=2)

    not_yet = LockView(waits_for=NotBeforeRule(LATER), lesson_id=None, remaining=0)
    before = LockView(waits_for=AfterPreviousRule(), lesson_id=first.id, remaining=1)

    def link(lesson_id: LessonId, **given: Any) -> MyLesson:
        fields = {"completed_at": None, "pass_percent": None, "score": None, "locks": [], **given}
        return MyLesson(
            id=lesson_id, kind=LessonKind.LINK, title="Tautan", duration_seconds=None, required_seconds=None,
            watched_seconds=0, **fields,
        )  # fmt: skip

    assert await learning.show.course(learner.id, syllabus.course.id) == MyCourse(
        course_id=syllabus.course.id,
        slug=syllabus.course.slug,
        title="Aljabar",
        course_status=CourseStatus.PUBLISHED,
        enrollment=enrollment,
        lessons=4,
        lessons_completed=1,
        percent=25,
        next_lesson_id=first.id,
        modules=[
            MyModule(
                id=syllabus.modules[0].id,
                title="Dasar",
                locks=[],
                lessons=[
                    link(first.id),
                    link(second.id, completed_at=NOON),
                    MyLesson(
                        id=video.id,
                        kind=LessonKind.VIDEO,
                        title="Video",
                        duration_seconds=200,
                        required_seconds=180,
                        watched_seconds=0,
                        pass_percent=None,
                        score=None,
                        completed_at=None,
                        locks=[before],
                    ),
                ],
            ),
            MyModule(
                id=syllabus.modules[1].id, title="Dasar", locks=[not_yet], lessons=[link(third.id, locks=[not_yet])]
            ),
        ],
    )
    assert await learning.show.lock(learner.id, LessonId(video.id)) == LessonLockView(
        lesson_id=video.id, is_locked=True, locks=[before]
    )
    learning.clock.advance(hours=24)
    assert not (await learning.show.lock(learner.id, third.id)).is_locked


async def test_what_comes_next_is_open_and_not_completed(persistence: Persistence, learning: Learning):
    [learner] = await learning.add_users()
    syllabus = a_syllabus(2)
    syllabus.lessons[0].unlock = ({"rule": "not_before", "at": "2099-01-01T00:00:00Z"},)
    await syllabus.store(persistence.begin)
    await learning.enroll(learner, syllabus.course)

    async def next_lesson() -> Any:
        return (await learning.show.course(learner.id, syllabus.course.id)).next_lesson_id

    assert await next_lesson() == syllabus.lessons[1].id
    await learning.complete(learner, syllabus.lessons[1])
    assert await next_lesson() is None


async def test_who_withdrew_still_sees_what_they_did(persistence: Persistence, learning: Learning):
    [learner] = await learning.add_users()
    syllabus = a_syllabus(2, status=CourseStatus.PUBLISHED)
    await syllabus.store(persistence.begin)
    await learning.enroll(learner, syllabus.course)
    await learning.complete(learner, syllabus.lessons[0])
    await learning.withdraw(learner, syllabus.course)

    shown = await learning.show.course(learner.id, syllabus.course.id)
    assert (shown.enrollment.status, shown.percent) == (EnrollmentStatus.WITHDRAWN, 50)
    with pytest.raises(EnrollmentRequired):
        await learning.show.lock(learner.id, syllabus.lessons[0].id)


async def test_what_is_not_mine_is_refused(persistence: Persistence, learning: Learning):
    [stranger] = await learning.add_users()
    shown, draft = a_syllabus(1), a_syllabus(1, status=CourseStatus.DRAFT)
    for syllabus in (shown, draft):
        await syllabus.store(persistence.begin)

    with pytest.raises(EnrollmentRequired):
        await learning.show.course(stranger.id, shown.course.id)
    with pytest.raises(EnrollmentRequired):
        await learning.show.lock(stranger.id, shown.lessons[0].id)
    for course_id in (draft.course.id, CourseId(uuid7())):
        with pytest.raises(CourseNotFound):
            await learning.show.course(stranger.id, course_id)
    for lesson_id in (draft.lessons[0].id, LessonId(uuid7())):
        with pytest.raises(LessonNotFound):
            await learning.show.lock(stranger.id, lesson_id)


async def test_the_list_of_what_i_learn(persistence: Persistence, learning: Learning, queries: LearningQueries):
    learner, other = await learning.add_users(2)
    finished, begun, left = a_syllabus(1, title="A"), a_syllabus(3, title="B"), a_syllabus(title="C")
    for syllabus in (finished, begun, left):
        await syllabus.store(persistence.begin)
        await learning.enroll(learner, syllabus.course)
        await learning.enroll(other, syllabus.course)
        learning.clock.advance(hours=1)
    await learning.complete(learner, finished.lessons[0])
    await learning.complete(learner, begun.lessons[0])
    await learning.withdraw(learner, left.course)

    async def listed(**given: Any) -> list[MyCourseSummary]:
        page = await queries.my_courses(learner.id, EnrollmentQuestion(**given))
        return list(msgspec.json.decode(page.body, type=MyCoursePage, strict=True).items)

    def summary(syllabus: Any, **given: Any) -> MyCourseSummary:
        course = syllabus.course
        return MyCourseSummary(
            course_id=course.id, slug=course.slug, title=course.content.title, summary=course.content.summary,
            cover_url=None, course_status=CourseStatus.PUBLISHED, **given,
        )  # fmt: skip

    second = summary(
        begun, status=EnrollmentStatus.ACTIVE, enrolled_at=NOON + timedelta(hours=1), completed_at=None,
        lessons=3, lessons_completed=1, percent=33,
    )  # fmt: skip
    first = summary(
        finished, status=EnrollmentStatus.COMPLETED, enrolled_at=NOON, completed_at=NOON + timedelta(hours=3),
        lessons=1, lessons_completed=1, percent=100,
    )  # fmt: skip
    assert await listed() == [second, first]
    assert await listed(status=EnrollmentStatus.COMPLETED) == [first]
    [gone] = await listed(status=EnrollmentStatus.WITHDRAWN)
    assert (gone.title, gone.lessons, gone.percent) == ("C", 0, 0)


async def test_the_list_of_learners(persistence: Persistence, learning: Learning, queries: LearningQueries):
    owner, siti, budi = a_user(), a_user(name="Siti", display_name="Bu Siti"), a_user(name="Budi")
    await persistence.add_users(owner, siti, budi)
    syllabus = a_syllabus(2, created_by=owner.id)
    await syllabus.store(persistence.begin)
    views: list[EnrollmentView] = []
    for learner in (siti, budi):
        views.append(await learning.enroll(learner, syllabus.course))
        learning.clock.advance(hours=1)
    await learning.complete(siti, syllabus.lessons[1])

    async def listed(who: User, **given: Any) -> list[LearnerSummary]:
        page = await queries.learners(syllabus.course.id, EnrollmentQuestion(**given), acting(who))
        return list(msgspec.json.decode(page.body, type=LearnerPage, strict=True).items)

    fields = [msgspec.structs.asdict(view) for view in views]
    assert await listed(owner) == [
        LearnerSummary(**fields[1], learner="Budi", lessons=2, lessons_completed=0, percent=0),
        LearnerSummary(**fields[0] | {"version": 2}, learner="Bu Siti", lessons=2, lessons_completed=1, percent=50),
    ]
    await learning.withdraw(budi, syllabus.course)
    assert [each.learner for each in await listed(owner)] == ["Bu Siti"]
    assert [each.learner for each in await listed(owner, status=EnrollmentStatus.WITHDRAWN)] == ["Budi"]
    assert await listed(owner, status=EnrollmentStatus.COMPLETED) == []
    with pytest.raises(CourseNotYours):
        await listed(siti)
    empty = a_syllabus(created_by=owner.id, status=CourseStatus.DRAFT)
    await empty.store(persistence.begin)
    assert msgspec.json.decode((await queries.learners(empty.course.id, EnrollmentQuestion(), acting(owner))).body) == {
        "items": [], "next_cursor": None,
    }  # fmt: skip
    with pytest.raises(CourseNotFound):
        await queries.learners(empty.course.id, EnrollmentQuestion(), acting(siti))
    with pytest.raises(CourseNotFound):
        await queries.learners(CourseId(uuid7()), EnrollmentQuestion(), acting(owner))


async def walked(ask: Callable[[EnrollmentQuestion], Any], view: Any, meanwhile: Callable[[], Any]) -> list[Any]:
    """All items in pages of two; something is done between the pages."""
    items: list[Any] = []
    cursor = None
    for _ in range(20):
        page = msgspec.json.decode((await ask(EnrollmentQuestion(limit=2, cursor=cursor))).body, type=view)
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items
        await meanwhile()
    raise AssertionError("a list without an end")


async def test_pages_neither_skip_nor_repeat(persistence: Persistence, learning: Learning, queries: LearningQueries):
    owner, *learners = await learning.add_users(12)
    newcomers = iter(learners[7:])
    syllabus = a_syllabus(created_by=owner.id)
    await syllabus.store(persistence.begin)
    for place, learner in enumerate(learners[:7]):
        await learning.enroll(learner, syllabus.course)
        learning.clock.advance(hours=place % 2)

    async def one_more() -> None:
        learning.clock.advance(hours=1)
        await learning.enroll(next(newcomers), syllabus.course)

    async def ask(question: EnrollmentQuestion) -> Any:
        return await queries.learners(syllabus.course.id, question, acting(owner))

    items = await walked(ask, LearnerPage, one_more)
    assert {item.user_id for item in items} == {learner.id for learner in learners[:7]}
    assert len(items) == 7
    places = [(item.enrolled_at, item.id) for item in items]
    assert places == sorted(places, reverse=True)


async def test_a_cursor_is_of_its_list_alone(persistence: Persistence, learning: Learning, queries: LearningQueries):
    learner, other = await learning.add_users(2)
    for _ in range(2):
        syllabus = a_syllabus()
        await syllabus.store(persistence.begin)
        await learning.enroll(learner, syllabus.course)
    page = await queries.my_courses(learner.id, EnrollmentQuestion(limit=1))
    cursor = msgspec.json.decode(page.body)["next_cursor"]
    assert cursor is not None
    for user, status in ((other, None), (learner, EnrollmentStatus.ACTIVE)):
        with pytest.raises(CursorInvalid):
            await queries.my_courses(user.id, EnrollmentQuestion(status=status, cursor=cursor))


async def test_a_rule_about_time_is_told_with_its_instant(persistence: Persistence, learning: Learning):
    [learner] = await learning.add_users()
    syllabus = a_syllabus(1, rules=[NotBefore(LATER)])
    await syllabus.store(persistence.begin)
    await learning.enroll(learner, syllabus.course)
    shown = await learning.show.lock(learner.id, syllabus.lessons[0].id)

    assert msgspec.json.decode(msgspec.json.encode(shown))["locks"] == [
        {"waits_for": {"rule": "not_before", "at": "2025-04-11T12:00:00Z"}, "lesson_id": None, "remaining": 0}
    ]
