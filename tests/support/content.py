"""Modules and lessons for tests, with everything that a test doesn't care about filled in."""

from datetime import UTC
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.catalog.lesson import Lesson, LessonStatus, LessonVersion
from domain.catalog.lesson_content import (
    LARGEST_FILE,
    LONGEST_VIDEO,
    Article,
    Assignment,
    File,
    Link,
    Quiz,
    Video,
)
from domain.catalog.module import Module
from domain.catalog.order import DIGITS
from domain.learning.unlocking import AfterLesson, AfterModule, AfterPrevious, NotBefore, rules_to_json
from domain.shared.ids import CourseId, LessonId, ModuleId, UserId
from domain.shared.rich_text import RichText
from tests.support import documents, quizzes
from tests.support.people import NOON, instants, storable_text

_places = count(1)


def _place() -> str:
    """Each later than those before it."""
    return f"{next(_places):06}V"


def a_module(course_id: CourseId, title: str = "Pendahuluan", **given: Any) -> Module:
    """The last of its course, unless it is given a position."""
    fields = {"id": ModuleId(uuid7()), "position": _place(), "created_at": NOON, "updated_at": NOON, **given}
    return Module(course_id=course_id, title=title, **fields)


def a_lesson(module: Module, title: str = "Larik", **given: Any) -> Lesson:
    """A published article, the last of its module, unless it is given a position."""
    fields = {
        "id": LessonId(uuid7()),
        "position": _place(),
        "content": an_article(),
        "status": LessonStatus.PUBLISHED,
        "created_at": NOON,
        "updated_at": NOON,
        "published_at": NOON,
        **given,
    }
    return Lesson(course_id=module.course_id, module_id=module.id, title=title, **fields)


def an_article(markdown: str = "Isi.") -> Article:
    return Article(RichText(markdown, f"<p>{markdown}</p>" if markdown else ""))


A_VIDEO = Video("https://example.org/v.mp4", 600, 0.75)
A_FILE = File("https://example.org/f.pdf", "f.pdf", "application/pdf", 1234)
A_LINK = Link("https://example.org/")
A_QUIZ = Quiz(quizzes.SETTINGS, [quizzes.a_bank(draw=5)], {"single": {"prompt": "<p>?</p>", "explanation": ""}})
AN_ASSIGNMENT = Assignment(RichText("*Tulis*", "<p>Tulis</p>"), {**documents.AN_ASSIGNMENT, "pass_percent": 50})

_urls = st.sampled_from(["https://example.org/a", "https://例え.jp/%20?q=1#x"])
_rules = st.one_of(
    st.just(AfterPrevious()),
    st.uuids().map(lambda key: AfterLesson(LessonId(key))),
    st.uuids().map(lambda key: AfterModule(ModuleId(key))),
    instants.map(lambda at: NotBefore(at.astimezone(UTC))),
)
unlocks = st.lists(_rules, max_size=3, unique=True).map(lambda rules: tuple(rules_to_json(tuple(rules))))
positions = st.text(DIGITS, max_size=8).map(lambda text: text + "V")
contents = st.one_of(
    st.builds(Article, st.builds(RichText, storable_text, storable_text)),
    st.builds(Video, _urls, st.integers(1, LONGEST_VIDEO), st.floats(0, 1)),
    st.builds(File, _urls, storable_text, storable_text, st.none() | st.integers(0, LARGEST_FILE)),
    st.builds(Link, _urls),
    st.builds(Quiz, st.just(quizzes.SETTINGS), quizzes.banks(), st.just({"q": {"prompt": "<p>?</p>"}})),
    st.builds(Assignment, st.builds(RichText, storable_text, storable_text), st.just({"pass_percent": 50})),
)


def modules_of(course_id: CourseId) -> st.SearchStrategy[Module]:
    return st.builds(
        Module,
        id=st.uuids().map(ModuleId),
        course_id=st.just(course_id),
        title=storable_text,
        position=positions,
        unlock=unlocks,
        created_at=instants,
        updated_at=instants,
        version=st.integers(1, 2**31 - 1),
    )


def lessons_of(module: Module) -> st.SearchStrategy[Lesson]:
    return st.builds(
        Lesson,
        id=st.uuids().map(LessonId),
        course_id=st.just(module.course_id),
        module_id=st.just(module.id),
        position=positions,
        title=storable_text,
        content=contents,
        status=st.sampled_from(LessonStatus),
        is_preview=st.booleans(),
        unlock=unlocks,
        created_at=instants,
        updated_at=instants,
        published_at=st.none() | instants,
        version=st.integers(1, 2**31 - 1),
    )


def versions_of(lesson: Lesson) -> st.SearchStrategy[LessonVersion]:
    """Of the lesson's kind, which never changes."""
    return st.builds(
        LessonVersion,
        lesson_id=st.just(lesson.id),
        number=st.integers(1, 2**31 - 1),
        title=storable_text,
        content=contents.filter(lambda content: content.kind is lesson.kind),
        published_at=instants,
        published_by=st.none() | st.uuids().map(UserId),
    )


def after_lesson(lesson_id: UUID) -> dict[str, Any]:
    return {"rule": "after_lesson", "lesson_id": str(lesson_id)}


def after_module(module_id: UUID) -> dict[str, Any]:
    return {"rule": "after_module", "module_id": str(module_id)}
