from typing import Any

import msgspec

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.catalog.content_json import content_to_show
from application.catalog.content_ports import EnrollmentRequired, LessonNotFound, LessonVersionNotFound
from application.catalog.content_queries import (
    ContentQueries,
    ContentView,
    CourseStructure,
    LessonSummary,
    LessonVersionList,
    LessonVersionSummary,
    LessonVersionView,
    LessonView,
    ModuleStructure,
    ModuleView,
)
from application.catalog.course_document import CourseFields
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseNotFound
from application.catalog.queries import Reader
from application.catalog.whole_course import WholeCourse, WholeCourses, WholeLesson, WholeModule
from application.shared.encoded import Encoded, content_tag
from application.shared.rule_views import RuleView
from domain.catalog.course import Course, CourseStatus
from domain.catalog.lesson import Lesson, LessonVersion
from domain.catalog.lesson_content import LessonContent, Video
from domain.catalog.module import Module
from domain.shared.ids import CourseId, LessonId


class MemoryContentQueries(ContentQueries, WholeCourses):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def structure(self, course_id: CourseId, reader: Reader) -> Encoded[CourseStructure]:
        tables = self._committed()
        course, modules = _visible_course(tables, course_id, reader)
        return _encoded(CourseStructure([_structure(module, course, reader, tables) for module in modules]))

    async def whole(self, course_id: CourseId, reader: Reader) -> WholeCourse:
        tables = self._committed()
        course, modules = _visible_course(tables, course_id, reader)
        if not _is_editor(course, reader):
            raise CourseNotYours("Only who made this course, and admins, take it elsewhere.")
        draft = course.content.as_draft()
        fields = {name: getattr(draft, name) for name in CourseFields.__struct_fields__}
        return WholeCourse(
            course=CourseFields(**{**fields, "level": course.content.level, "tags": list(draft.tags)}),
            modules=[_whole_module(module, tables) for module in modules],
        )

    async def lesson(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
        return encoded_lesson(self._committed(), lesson_id, reader)

    async def versions(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonVersionList]:
        found = sorted(self._of(lesson_id, reader).values(), key=lambda version: version.number, reverse=True)
        return _encoded(LessonVersionList([LessonVersionSummary(**_version(version)) for version in found]))

    async def version(self, lesson_id: LessonId, number: int, reader: Reader) -> Encoded[LessonVersionView]:
        return _encoded(self._view(lesson_id, number, reader))

    async def both_versions(
        self, lesson_id: LessonId, first: int, second: int, reader: Reader
    ) -> tuple[LessonVersionView, LessonVersionView]:
        return self._view(lesson_id, first, reader), self._view(lesson_id, second, reader)

    def _view(self, lesson_id: LessonId, number: int, reader: Reader) -> LessonVersionView:
        version = self._of(lesson_id, reader).get(number)
        if version is None:
            raise LessonVersionNotFound("There is no such version of this lesson.")
        return LessonVersionView(**_version(version), lesson_id=lesson_id, content=_content(version.content))

    def _of(self, lesson_id: LessonId, reader: Reader) -> dict[int, LessonVersion]:
        tables = self._committed()
        _, course = _visible(tables, lesson_id, reader)
        if not _is_editor(course, reader):
            raise CourseNotYours("Only who made this course, and admins, see its former versions.")
        return {number: version for (key, number), version in tables.lesson_versions.items() if key == lesson_id}


def encoded_lesson(tables: MemoryTables, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
    """As `ContentQueries.lesson`."""
    lesson, course = _visible(tables, lesson_id, reader, also_learners=True)
    if not (_is_editor(course, reader) or lesson.is_preview or _learns(tables, course.id, reader)):
        raise EnrollmentRequired("This lesson is for those who are enrolled in its course.")
    view = LessonView(
        **_summary(lesson),
        course_id=lesson.course_id,
        module_id=lesson.module_id,
        content=_content(lesson.content, is_editor=_is_editor(course, reader)),
        created_at=lesson.created_at,
        updated_at=lesson.updated_at,
        published_at=lesson.published_at,
    )
    body = msgspec.json.encode(view)
    return Encoded(body, f"{lesson.version}-{content_tag(body)}")


def module_view(module: Module) -> ModuleView:
    return ModuleView(**_module(module))


def _visible_course(tables: MemoryTables, course_id: CourseId, reader: Reader) -> tuple[Course, list[Module]]:
    course = tables.courses.get(course_id)
    if course is None or not (course.status is CourseStatus.PUBLISHED or _is_editor(course, reader)):
        raise CourseNotFound("There is no such course.")
    modules = [module for module in tables.modules.values() if module.course_id == course_id]
    return course, sorted(modules, key=lambda module: module.position)


def _whole_module(module: Module, tables: MemoryTables) -> WholeModule:
    lessons = [lesson for lesson in tables.lessons.values() if lesson.module_id == module.id]
    return WholeModule(
        id=module.id,
        title=module.title,
        unlock=_rules(module.unlock),
        lessons=[
            WholeLesson(
                id=lesson.id,
                title=lesson.title,
                status=lesson.status,
                is_preview=lesson.is_preview,
                unlock=_rules(lesson.unlock),
                content=_content(lesson.content),
            )
            for lesson in sorted(lessons, key=lambda lesson: lesson.position)
        ],
    )


def _visible(
    tables: MemoryTables, lesson_id: LessonId, reader: Reader, *, also_learners: bool = False
) -> tuple[Lesson, Course]:
    """In an archived course those who learn there go on, where they are meant `also`."""
    lesson = tables.lessons.get(lesson_id)
    if lesson is not None:
        course = tables.courses[lesson.course_id]
        is_archived = course.status is CourseStatus.ARCHIVED
        goes_on = also_learners and is_archived and _learns(tables, course.id, reader)
        is_shown = lesson.is_published and (course.status is CourseStatus.PUBLISHED or goes_on)
        if is_shown or _is_editor(course, reader):
            return lesson, course
    raise LessonNotFound("There is no such lesson.")


def _is_editor(course: Course, reader: Reader) -> bool:
    return reader.is_admin or (reader.user_id is not None and course.created_by == reader.user_id)


def _learns(tables: MemoryTables, course_id: CourseId, reader: Reader) -> bool:
    return any(
        enrollment.course_id == course_id and enrollment.user_id == reader.user_id and not enrollment.is_withdrawn
        for enrollment in tables.enrollments.values()
    )


def _structure(module: Module, course: Course, reader: Reader, tables: MemoryTables) -> ModuleStructure:
    lessons = [lesson for lesson in tables.lessons.values() if lesson.module_id == module.id]
    shown = [lesson for lesson in lessons if lesson.is_published or _is_editor(course, reader)]
    shown.sort(key=lambda lesson: lesson.position)
    return ModuleStructure(**_module(module), lessons=[LessonSummary(**_summary(lesson)) for lesson in shown])


def _module(module: Module) -> dict[str, Any]:
    names = ("id", "course_id", "title", "created_at", "updated_at", "version")
    return {name: getattr(module, name) for name in names} | {"unlock": _rules(module.unlock)}


def _summary(lesson: Lesson) -> dict[str, Any]:
    names = ("id", "kind", "title", "status", "is_preview", "version")
    content = lesson.content
    return {name: getattr(lesson, name) for name in names} | {
        "duration_seconds": content.duration_seconds if isinstance(content, Video) else None,
        "unlock": _rules(lesson.unlock),
    }


def _version(version: LessonVersion) -> dict[str, Any]:
    names = ("number", "title", "published_at", "published_by")
    return {name: getattr(version, name) for name in names}


def _rules(unlock: Any) -> list[RuleView]:
    return msgspec.convert(list(unlock), list[RuleView])


def _content(content: LessonContent, *, is_editor: bool = True) -> Any:
    return msgspec.convert(content_to_show(content, is_editor=is_editor), ContentView)


def _encoded(view: Any) -> Encoded[Any]:
    body = msgspec.json.encode(view)
    return Encoded(body, content_tag(body))
