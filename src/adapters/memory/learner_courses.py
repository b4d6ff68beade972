import msgspec

from adapters.memory.tables import MemoryTables
from application.learning.structure import LearnerCourse, StoredLesson, StoredModule
from application.shared.rule_views import RuleView
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import Assignment, Quiz, Video
from domain.learning.enrollment import Enrollment


def learner_course(tables: MemoryTables, enrollment: Enrollment) -> LearnerCourse:
    course = tables.courses[enrollment.course_id]
    return LearnerCourse(
        slug=course.slug,
        title=course.content.title,
        course_status=course.status,
        enrollment=enrollment,
        modules=structure_of(tables, enrollment),
    )


def structure_of(tables: MemoryTables, enrollment: Enrollment) -> list[StoredModule]:
    """The modules of the enrollment's course in their order, with what is published of their lessons."""
    modules = [module for module in tables.modules.values() if module.course_id == enrollment.course_id]
    return [
        StoredModule(
            id=module.id,
            title=module.title,
            unlock=msgspec.convert(module.unlock, list[RuleView]),
            lessons=[
                stored_lesson(tables, enrollment, lesson)
                for lesson in sorted(tables.lessons.values(), key=lambda lesson: lesson.position)
                if lesson.module_id == module.id and lesson.is_published
            ],
        )
        for module in sorted(modules, key=lambda module: module.position)
    ]


def stored_lesson(tables: MemoryTables, enrollment: Enrollment, lesson: Lesson) -> StoredLesson:
    progress = tables.lesson_progress.get((enrollment.id, lesson.id))
    video = lesson.content if isinstance(lesson.content, Video) else None
    settings = lesson.content.settings if isinstance(lesson.content, Quiz | Assignment) else None
    return StoredLesson(
        id=lesson.id,
        kind=lesson.kind,
        title=lesson.title,
        unlock=msgspec.convert(lesson.unlock, list[RuleView]),
        duration_seconds=None if video is None else video.duration_seconds,
        watch_share=None if video is None else video.watch_share,
        pass_percent=None if settings is None else settings["pass_percent"],
        watched_seconds=0 if progress is None else progress.watched_seconds,
        completed_at=None if progress is None else progress.completed_at,
        score=None if progress is None else progress.score,
    )
