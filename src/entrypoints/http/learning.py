"""What I learn, how far I am, and what I do next."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.learning.complete_lesson import CompleteLesson, CompleteLessonHandler
from application.learning.queries import (
    EnrollmentQuestion,
    LearningQueries,
    LessonLockView,
    LessonProgressView,
    MyCourse,
    MyCoursePage,
)
from application.learning.show_course import ShowCourse
from application.learning.watch_lesson import WatchLesson, WatchLessonHandler
from application.shared.page import DEFAULT_LIMIT
from domain.learning.enrollment import EnrollmentStatus
from domain.shared.ids import CourseId, LessonId
from entrypoints.http.answers import answer, answer_view
from entrypoints.http.auth import actor_of, principal_of
from entrypoints.http.bodies import WHOLE, Body
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, Limit

LONGEST_WATCHED = 7 * 24 * 3600


class WatchedTime(Body):
    watched_seconds: Annotated[int, Field(ge=0, le=LONGEST_WATCHED), WHOLE] = Field(
        description="How much of the video was watched in all; fewer than before change nothing."
    )


class LearningController(Controller):
    path = "/v1"
    tags = ("Learning",)

    @get("/me/courses", operation_id="listMyCourses", summary="What I learn", responses=shows(MyCoursePage))
    async def my_courses(
        self,
        request: Request[Any, Any, Any],
        learning: Offered[LearningQueries],
        status: FromQuery[EnrollmentStatus | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first; without a status all but what I withdrew from."""
        question = EnrollmentQuestion(status=status, limit=limit, cursor=cursor)
        return answer(request, await learning.my_courses(principal_of(request).user_id, question))

    @get(
        "/me/courses/{course_id:uuid}",
        operation_id="getMyCourse",
        summary="How far I am in a course",
        responses=shows(MyCourse),
    )
    async def my_course(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], show_course: Offered[ShowCourse]
    ) -> ASGIResponse:
        """Structure, state, what comes next, and why what is locked is locked."""
        return answer_view(request, await show_course.course(principal_of(request).user_id, CourseId(course_id)))

    @put(
        "/lessons/{lesson_id:uuid}/completion",
        operation_id="completeLesson",
        summary="I am through with a lesson",
        responses=shows(LessonProgressView),
    )
    async def complete(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        complete_lesson: Offered[CompleteLessonHandler],
    ) -> ASGIResponse:
        """Once or often, in any order: one state. A video is completed by watching it."""
        command = CompleteLesson(actor=actor_of(request), lesson_id=LessonId(lesson_id))
        return answer_view(request, await complete_lesson(command))

    @put(
        "/lessons/{lesson_id:uuid}/progress",
        operation_id="watchLesson",
        summary="How much of a video I watched",
        responses=shows(LessonProgressView),
    )
    async def watch(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        data: JSONBody[WatchedTime],
        watch_lesson: Offered[WatchLessonHandler],
    ) -> ASGIResponse:
        """Completes the lesson with the share that it asks for."""
        command = WatchLesson(
            actor=actor_of(request), lesson_id=LessonId(lesson_id), watched_seconds=data.watched_seconds
        )
        return answer_view(request, await watch_lesson(command))

    @get(
        "/lessons/{lesson_id:uuid}/lock",
        operation_id="getLessonLock",
        summary="Why a lesson is locked for me",
        responses=shows(LessonLockView),
    )
    async def lock(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], show_course: Offered[ShowCourse]
    ) -> ASGIResponse:
        return answer_view(request, await show_course.lock(principal_of(request).user_id, LessonId(lesson_id)))
