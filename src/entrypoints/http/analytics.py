"""How a course goes, for who teaches it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.learning.analytics_views import CourseAnalytics, QuizItems
from application.learning.show_analytics import ShowAnalytics
from domain.shared.ids import CourseId, LessonId
from entrypoints.http.answers import answer_view
from entrypoints.http.auth import actor_of
from entrypoints.http.csv_answers import csv_answer
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered


class AnalyticsController(Controller):
    path = "/v1"
    tags = ("Analytics",)

    @get(
        "/courses/{course_id:uuid}/analytics",
        operation_id="getCourseAnalytics",
        summary="How a course goes",
        responses=shows(CourseAnalytics),
    )
    async def course(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], show_analytics: Offered[ShowAnalytics]
    ) -> ASGIResponse:
        """Completion, the funnel by lesson, the distribution of scores, and learners who might want a word."""
        return answer_view(request, await show_analytics.course(CourseId(course_id), actor_of(request)))

    @get(
        "/courses/{course_id:uuid}/analytics.csv",
        operation_id="exportCourseAnalytics",
        summary="All learners of a course as a table",
        responses=shows(None),
    )
    async def table(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], show_analytics: Offered[ShowAnalytics]
    ) -> ASGIResponse:
        """With a column of scores for each quiz and assignment."""
        header, rows = await show_analytics.table(CourseId(course_id), actor_of(request))
        return csv_answer(request, header, rows, f"course-{course_id}.csv")

    @get(
        "/quizzes/{lesson_id:uuid}/items",
        operation_id="getQuizItems",
        summary="How good the questions of a quiz are",
        responses=shows(QuizItems),
    )
    async def items(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], show_analytics: Offered[ShowAnalytics]
    ) -> ASGIResponse:
        """Difficulty and discrimination by classical test theory, over the first attempt of each learner."""
        return answer_view(request, await show_analytics.items(LessonId(lesson_id), actor_of(request)))
