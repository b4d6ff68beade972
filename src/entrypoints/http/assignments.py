"""Assignments: handed in, looked at, graded one by one or by a table."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import AfterValidator, Field

from application.learning.grade_submission import GradeSubmission, GradeSubmissionHandler
from application.learning.hand_in_work import HandInWork, HandInWorkHandler
from application.learning.import_grades import ImportGrades, ImportGradesHandler
from application.learning.submission_queries import SubmissionQueries, SubmissionQuestion
from application.learning.submission_views import GradeImportReport, GradeRow, SubmissionPage, SubmissionView
from application.shared.page import DEFAULT_LIMIT
from domain.learning.grading import HUNDREDTHS
from domain.learning.submission import COMMENT_LENGTH, TEXT_LENGTH, Verdict, Work
from domain.shared.ids import LessonId, SubmissionId
from domain.shared.web_address import URL_LENGTH
from entrypoints.http.answers import answer, answer_created, answer_view, expected_version
from entrypoints.http.auth import actor_of, principal_of
from entrypoints.http.bodies import Body, MediaTypeUnsupported, Text
from entrypoints.http.csv_answers import csv_answer
from entrypoints.http.documentation import shows
from entrypoints.http.enrollments import CSV
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, IdempotencyHeader, IfMatch, Limit, idempotency_of

MOST_POINTS = 1000


def _two_decimals(points: float) -> float:
    if Decimal(repr(points)) * HUNDREDTHS % 1:
        raise ValueError("has more than two decimals")
    return points


Points = Annotated[float, Field(ge=0, le=MOST_POINTS), AfterValidator(_two_decimals)]


class NewSubmission(Body):
    """What the assignment accepts, at least one of the two."""

    text: Annotated[Text, Field(max_length=TEXT_LENGTH)] | None = Field(default=None, description="Plain text.")
    link: Annotated[Text, Field(max_length=URL_LENGTH)] | None = Field(default=None, description="https only.")


class GivenGrade(Body):
    """Either points in all, or points for every criterion of the rubric; what lateness costs is taken off of them."""

    points: Points | None = Field(default=None, description="At most two decimals.")
    rubric: dict[str, Points] | None = Field(default=None, description="By the ids of the criteria.")
    comment: Annotated[Text, Field(max_length=COMMENT_LENGTH)] = Field(default="", description="Plain text.")


class AssignmentsController(Controller):
    path = "/v1"
    tags = ("Assignments",)

    @post(
        "/assignments/{lesson_id:uuid}/submissions",
        operation_id="handInWork",
        summary="Hand in work",
        responses=shows(SubmissionView, 201),
    )
    async def hand_in(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        data: JSONBody[NewSubmission],
        hand_in_work: Offered[HandInWorkHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        """As often as the assignment allows; each is kept."""
        command = HandInWork(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            work=Work(data.text, data.link),
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await hand_in_work(command)
        return answer_created(request, created, f"/v1/submissions/{created.id}")

    @get(
        "/assignments/{lesson_id:uuid}/submissions",
        operation_id="listMySubmissions",
        summary="What I handed in",
        responses=shows(SubmissionPage),
    )
    async def mine(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        submissions: Offered[SubmissionQueries],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first."""
        question = SubmissionQuestion(limit=limit, cursor=cursor)
        return answer(request, await submissions.mine(principal_of(request).user_id, LessonId(lesson_id), question))

    @get(
        "/assignments/{lesson_id:uuid}/results",
        operation_id="listSubmissions",
        summary="What everybody handed in",
        responses=shows(SubmissionPage),
    )
    async def results(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        submissions: Offered[SubmissionQueries],
        graded: FromQuery[bool | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first; `graded=false` is what waits for a grade."""
        question = SubmissionQuestion(graded=graded, limit=limit, cursor=cursor)
        return answer(request, await submissions.of_assignment(LessonId(lesson_id), question, actor_of(request)))

    @get(
        "/submissions/{submission_id:uuid}",
        operation_id="getSubmission",
        summary="One submission with its grade",
        responses=shows(SubmissionView),
    )
    async def detail(
        self, request: Request[Any, Any, Any], submission_id: FromPath[UUID], submissions: Offered[SubmissionQueries]
    ) -> ASGIResponse:
        return answer(request, await submissions.submission(SubmissionId(submission_id), actor_of(request)))

    @put(
        "/submissions/{submission_id:uuid}/grade",
        operation_id="gradeSubmission",
        summary="Grade a submission",
        responses=shows(SubmissionView),
    )
    async def grade(
        self,
        request: Request[Any, Any, Any],
        submission_id: FromPath[UUID],
        data: JSONBody[GivenGrade],
        grade_submission: Offered[GradeSubmissionHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        """For the first time or again. The learner's newest graded submission decides what the assignment is worth."""
        rubric = None if data.rubric is None else {key: _hundredths(points) for key, points in data.rubric.items()}
        command = GradeSubmission(
            actor=actor_of(request),
            submission_id=SubmissionId(submission_id),
            expected_version=expected_version(if_match),
            verdict=Verdict(
                points=None if data.points is None else _hundredths(data.points), rubric=rubric, comment=data.comment
            ),
        )
        return answer(request, await grade_submission(command))

    @get(
        "/assignments/{lesson_id:uuid}/grades.csv",
        operation_id="exportGrades",
        summary="All grades as a table",
        responses=shows(None),
    )
    async def grades(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], submissions: Offered[SubmissionQueries]
    ) -> ASGIResponse:
        """A row for each learner, also of those who handed in nothing; can be filled in and imported again."""
        rows = await submissions.grades(LessonId(lesson_id), actor_of(request))
        header = ["name" if field == "learner" else field for field in GradeRow.__struct_fields__]
        cells = [[getattr(row, field) for field in GradeRow.__struct_fields__] for row in rows]
        return csv_answer(request, header, cells, f"grades-{lesson_id}.csv")

    @post(
        "/assignments/{lesson_id:uuid}/grades/imports",
        operation_id="importGrades",
        summary="Grade by a table",
        status_code=200,
        responses=shows(GradeImportReport),
    )
    async def import_grades(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], import_grades: Offered[ImportGradesHandler]
    ) -> ASGIResponse:
        """All of them or none: a row that can't be taken is named by line and column. Safe to send again.

        CSV in UTF-8 with a header: `user_id` or `email`, `points`, and perhaps `comment`. Rows without points
        are left out.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
            raise MediaTypeUnsupported("The body must be text/csv.")
        source = await request.body()
        command = ImportGrades(actor=actor_of(request), lesson_id=LessonId(lesson_id), source=source)
        return answer_view(request, await import_grades(command))


def _hundredths(points: float) -> int:
    return int(Decimal(repr(points)) * HUNDREDTHS)
