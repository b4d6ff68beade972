"""Who learns in a course: by themselves, or brought in by who teaches it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.catalog.change_capacity import ChangeCapacity, ChangeCapacityHandler
from application.catalog.queries import CourseView
from application.learning.enroll import Enroll, EnrollHandler
from application.learning.enroll_learner import EnrollLearner, EnrollLearnerHandler
from application.learning.import_enrollments import ImportEnrollments, ImportEnrollmentsHandler
from application.learning.queries import (
    EnrollmentImportReport,
    EnrollmentQuestion,
    EnrollmentView,
    LearnerPage,
    LearningQueries,
)
from application.learning.withdraw import Withdraw, WithdrawHandler
from application.shared.page import DEFAULT_LIMIT
from domain.learning.enrollment import EnrollmentStatus
from domain.shared.ids import CourseId, UserId
from entrypoints.http.answers import answer, answer_view, expected_version
from entrypoints.http.auth import actor_of
from entrypoints.http.bodies import WHOLE, Body, MediaTypeUnsupported
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, IfMatch, Limit

MOST_SEATS = 1_000_000
CSV = "text/csv"


class CapacityChange(Body):
    capacity: Annotated[int, Field(ge=1, le=MOST_SEATS), WHOLE] | None = Field(
        description="How many may be enrolled at a time; null for as many as come."
    )


class EnrollmentsController(Controller):
    path = "/v1/courses/{course_id:uuid}"
    tags = ("Learning",)

    @put("/enrollment", operation_id="enrollInCourse", summary="Learn in a course", responses=shows(EnrollmentView))
    async def enroll(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], enroll: Offered[EnrollHandler]
    ) -> ASGIResponse:
        """Again and again leads to one enrollment; who withdrew comes back to where they were."""
        return answer_view(request, await enroll(Enroll(actor=actor_of(request), course_id=CourseId(course_id))))

    @delete(
        "/enrollment",
        operation_id="withdrawFromCourse",
        summary="Learn in a course no longer",
        status_code=204,
        responses=shows(None, 204),
    )
    async def withdraw(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], withdraw: Offered[WithdrawHandler]
    ) -> None:
        """Gives the seat back; progress is kept for who comes back."""
        await withdraw(Withdraw(actor=actor_of(request), course_id=CourseId(course_id)))

    @get("/enrollments", operation_id="listEnrollments", summary="Who learns here", responses=shows(LearnerPage))
    async def list_enrollments(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        learning: Offered[LearningQueries],
        status: FromQuery[EnrollmentStatus | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first; without a status all but those who withdrew."""
        question = EnrollmentQuestion(status=status, limit=limit, cursor=cursor)
        return answer(request, await learning.learners(CourseId(course_id), question, actor_of(request)))

    @put(
        "/enrollments/{user_id:uuid}",
        operation_id="enrollLearner",
        summary="Bring a learner in",
        responses=shows(EnrollmentView),
    )
    async def enroll_learner(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        user_id: FromPath[UUID],
        enroll_learner: Offered[EnrollLearnerHandler],
    ) -> ASGIResponse:
        command = EnrollLearner(actor=actor_of(request), course_id=CourseId(course_id), user_id=UserId(user_id))
        return answer_view(request, await enroll_learner(command))

    @post(
        "/enrollments/imports",
        operation_id="importEnrollments",
        summary="Bring many learners in",
        status_code=200,
        responses=shows(EnrollmentImportReport),
    )
    async def import_enrollments(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        import_enrollments: Offered[ImportEnrollmentsHandler],
    ) -> ASGIResponse:
        """All of them or nobody: a row that can't be taken is named by line and column. Safe to send again.

        CSV in UTF-8 with a header; a row names a learner in the column `user_id` or `email`.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
            raise MediaTypeUnsupported("The body must be text/csv.")
        source = await request.body()
        command = ImportEnrollments(actor=actor_of(request), course_id=CourseId(course_id), source=source)
        return answer_view(request, await import_enrollments(command))

    @put(
        "/capacity",
        operation_id="changeCourseCapacity",
        summary="How many seats there are",
        responses=shows(CourseView),
    )
    async def change_capacity(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        data: JSONBody[CapacityChange],
        change_capacity: Offered[ChangeCapacityHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        """Fewer seats than are taken put nobody out, and let nobody new in."""
        command = ChangeCapacity(
            actor=actor_of(request),
            course_id=CourseId(course_id),
            expected_version=expected_version(if_match),
            capacity=data.capacity,
        )
        return answer(request, await change_capacity(command))
