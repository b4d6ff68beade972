from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.content_ports import EnrollmentRequired, LessonNotFound
from application.catalog.content_queries import (
    ArticleView,
    AssignmentView,
    FileView,
    LessonSummary,
    LessonView,
    LinkView,
    ModuleStructure,
    QuizView,
    VideoView,
)
from application.catalog.ports import CourseNotFound
from application.catalog.queries import ANYBODY, Reader
from application.shared.assignment_document import AssignmentSettings
from application.shared.quiz_document import QuestionBank, QuizSettings
from application.shared.rule_views import AfterLessonRule, AfterModuleRule, AfterPreviousRule, NotBeforeRule
from domain.catalog.course import CourseStatus
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import LessonContent, LessonKind
from domain.shared.ids import CourseId, LessonId, UserId
from tests.contract.conftest import Persistence
from tests.contract.content import ADMIN, Content
from tests.support import quizzes
from tests.support.content import (
    A_FILE,
    A_LINK,
    A_QUIZ,
    A_VIDEO,
    AN_ASSIGNMENT,
    a_lesson,
    a_module,
    after_lesson,
    after_module,
    an_article,
)
from tests.support.people import NOON, a_user

A_QUIZ_VIEW = QuizView(QuizSettings(), 5, msgspec.convert([quizzes.a_bank(draw=5)], list[QuestionBank]))


@pytest.fixture
def content(persistence: Persistence) -> Content:
    return Content(persistence)


async def test_the_structure_is_in_order_and_whole(content: Content):
    course = content.course()
    second, first = a_module(course.id, "Kedua", position="b"), a_module(course.id, "Pertama", position="a")
    d = a_lesson(first, "D", position="z", content=A_VIDEO, is_preview=True, version=4)
    b = a_lesson(first, "B", position="B", unlock=(after_lesson(d.id), {"rule": "after_previous"}))
    unlock = (after_module(first.id), {"rule": "not_before", "at": "2026-12-01T00:00:00Z"})
    second.revise(second.title, unlock, at=NOON + timedelta(hours=1))
    await content.add(course, second, first, d, b)

    found = await content.structure(course)

    plain = {"status": LessonStatus.PUBLISHED, "duration_seconds": None, "is_preview": False, "version": 1}
    assert [module.title for module in found] == ["Pertama", "Kedua"]
    assert found[0] == ModuleStructure(
        id=first.id,
        course_id=course.id,
        title="Pertama",
        unlock=[],
        created_at=NOON,
        updated_at=NOON,
        version=1,
        lessons=[
            LessonSummary(
                id=b.id,
                kind=LessonKind.ARTICLE,
                title="B",
                unlock=[AfterLessonRule(d.id), AfterPreviousRule()],
                **plain,
            ),
            LessonSummary(
                id=d.id,
                kind=LessonKind.VIDEO,
                title="D",
                unlock=[],
                **{**plain, "duration_seconds": 600, "is_preview": True, "version": 4},
            ),
        ],
    )
    assert found[1].lessons == []
    assert [type(rule) for rule in found[1].unlock] == [AfterModuleRule, NotBeforeRule]


async def test_drafts_are_for_the_author_and_admins(content: Content):
    course = content.course()
    module = a_module(course.id)
    shown, hidden = a_lesson(module, "Terbit"), a_lesson(module, "Konsep", status=LessonStatus.DRAFT)
    await content.add(course, module, shown, hidden)

    for reader in (ANYBODY, Reader(UserId(uuid7()))):
        assert [lesson.title for lesson in (await content.structure(course, reader))[0].lessons] == ["Terbit"]
        with pytest.raises(LessonNotFound):
            await content.lesson(hidden, reader)
    for reader in (content.owner, ADMIN):
        assert len((await content.structure(course, reader))[0].lessons) == 2
        assert (await content.lesson(hidden, reader)).status is LessonStatus.DRAFT


@pytest.mark.parametrize("status", [CourseStatus.DRAFT, CourseStatus.IN_REVIEW, CourseStatus.ARCHIVED])
async def test_of_a_course_that_is_not_published_others_see_nothing(content: Content, status: CourseStatus):
    course = content.course(status=status)
    module = a_module(course.id)
    lesson = a_lesson(module, is_preview=True)
    await content.add(course, module, lesson)

    for reader in (ANYBODY, Reader(UserId(uuid7()))):
        with pytest.raises(CourseNotFound):
            await content.structure(course, reader)
        with pytest.raises(LessonNotFound):
            await content.lesson(lesson, reader)
        with pytest.raises(LessonNotFound):
            await content.queries.versions(lesson.id, reader)
    assert await content.lesson(lesson, content.owner)


async def test_a_preview_is_for_everybody_and_the_rest_for_learners(content: Content):
    course = content.course()
    module = a_module(course.id)
    preview, lesson = a_lesson(module, is_preview=True), a_lesson(module)
    await content.add(course, module, preview, lesson)
    learner, former = a_user(), a_user()
    await content.enroll(course, learner)
    await content.enroll(course, former, withdraw=True)

    for reader in (ANYBODY, Reader(former.id), Reader(UserId(uuid7()))):
        assert (await content.lesson(preview, reader)).id == preview.id
        with pytest.raises(EnrollmentRequired):
            await content.lesson(lesson, reader)
    for reader in (Reader(learner.id), content.owner, ADMIN):
        assert (await content.lesson(lesson, reader)).id == lesson.id


async def test_in_an_archived_course_those_who_learn_there_go_on(content: Content):
    course = content.course()
    module = a_module(course.id)
    lesson, hidden = a_lesson(module, is_preview=True), a_lesson(module, status=LessonStatus.DRAFT)
    await content.add(course, module, lesson, hidden)
    learner, former = a_user(), a_user()
    await content.enroll(course, learner)
    await content.enroll(course, former, withdraw=True)
    content.author = a_user()
    course.change_status(CourseStatus.ARCHIVED, at=NOON)
    await content.add(course)

    assert (await content.lesson(lesson, Reader(learner.id))).id == lesson.id
    for reader, wanted in ((Reader(former.id), lesson), (ANYBODY, lesson), (Reader(learner.id), hidden)):
        with pytest.raises(LessonNotFound):
            await content.lesson(wanted, reader)


async def test_who_learns_in_another_course_is_no_learner_here(content: Content):
    course, other = content.course(), content.course()
    module = a_module(course.id)
    lesson = a_lesson(module)
    learner = a_user()
    await content.add(course, module, lesson)
    content.author = a_user()
    await content.add(other)
    await content.enroll(other, learner)

    with pytest.raises(EnrollmentRequired):
        await content.lesson(lesson, Reader(learner.id))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (an_article('*é* \\ "语"'), ArticleView('*é* \\ "语"', '<p>*é* \\ "语"</p>')),
        (A_VIDEO, VideoView("https://example.org/v.mp4", 600, 0.75)),
        (A_FILE, FileView("https://example.org/f.pdf", "f.pdf", "application/pdf", 1234)),
        (A_LINK, LinkView("https://example.org/")),
        (A_QUIZ, A_QUIZ_VIEW),
        (
            AN_ASSIGNMENT,
            AssignmentView("*Tulis*", "<p>Tulis</p>", msgspec.convert(AN_ASSIGNMENT.settings, AssignmentSettings)),
        ),
    ],
    ids=list(LessonKind),
)
async def test_the_detail_is_the_view(content: Content, given: LessonContent, shown: Any):
    course = content.course()
    module = a_module(course.id)
    lesson = a_lesson(module, content=given, version=2)
    await content.add(course, module, lesson)

    assert await content.lesson(lesson, ADMIN) == LessonView(
        id=lesson.id,
        kind=given.kind,
        title="Larik",
        status=LessonStatus.PUBLISHED,
        is_preview=False,
        duration_seconds=600 if given == A_VIDEO else None,
        unlock=[],
        version=2,
        course_id=course.id,
        module_id=module.id,
        content=shown,
        created_at=NOON,
        updated_at=NOON,
        published_at=NOON,
    )
    assert (await content.queries.lesson(lesson.id, ADMIN)).tag.startswith("2-")


async def test_what_never_was_is_not_found(content: Content):
    with pytest.raises(CourseNotFound):
        await content.queries.structure(CourseId(uuid7()), ADMIN)
    missing = LessonId(uuid7())
    for question in (
        content.queries.lesson(missing, ADMIN),
        content.queries.versions(missing, ADMIN),
        content.queries.version(missing, 1, ADMIN),
        content.queries.both_versions(missing, 1, 2, ADMIN),
    ):
        with pytest.raises(LessonNotFound):
            await question


async def test_tags_follow_what_is_shown(content: Content):
    course = content.course()
    module = a_module(course.id)
    lesson = a_lesson(module)
    await content.add(course, module, lesson)
    first = await content.queries.structure(course.id, ANYBODY)
    again = await content.queries.structure(course.id, ANYBODY)
    lesson.revise("Baru", lesson.content, is_preview=False, unlock=(), at=NOON)
    content.author = a_user()
    await content.add(course, lesson)
    other = await content.queries.structure(course.id, ANYBODY)

    assert first == again
    assert other.tag != first.tag


async def test_what_a_quiz_asks_and_what_is_right_is_for_who_may_change_it(content: Content):
    course = content.course()
    module = a_module(course.id)
    quiz = a_lesson(module, content=A_QUIZ, is_preview=True)
    await content.add(course, module, quiz)
    learner = a_user()
    await content.enroll(course, learner)

    for reader in (ANYBODY, Reader(learner.id), Reader(UserId(uuid7()))):
        encoded = await content.queries.lesson(quiz.id, reader)
        shown = msgspec.json.decode(encoded.body, type=LessonView).content
        assert shown == msgspec.structs.replace(A_QUIZ_VIEW, banks=None)
        assert b"jkt" not in encoded.body
    for reader in (content.owner, ADMIN):
        assert (await content.lesson(quiz, reader)).content == A_QUIZ_VIEW
