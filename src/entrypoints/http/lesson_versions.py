from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from application.catalog.compare_lesson_versions import CompareLessonVersions
from application.catalog.content_queries import ContentQueries, LessonVersionList, LessonVersionView, LessonView
from application.catalog.lesson_comparison import LessonComparison
from application.catalog.restore_lesson import RestoreLesson, RestoreLessonHandler
from domain.shared.ids import LessonId
from entrypoints.http.answers import answer, expected_version
from entrypoints.http.auth import actor_of
from entrypoints.http.courses import reader_of
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import IfMatch


class LessonVersionsController(Controller):
    path = "/v1/lessons/{lesson_id:uuid}/versions"
    tags = ("Content",)

    @get(
        operation_id="listLessonVersions",
        summary="What was published of a lesson, newest first",
        responses=shows(LessonVersionList),
    )
    async def list_versions(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], content: Offered[ContentQueries]
    ) -> ASGIResponse:
        return answer(request, await content.versions(LessonId(lesson_id), reader_of(request)))

    @get(
        "/{number:int}",
        operation_id="getLessonVersion",
        summary="A lesson as it once was published",
        responses=shows(LessonVersionView),
    )
    async def detail(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        content: Offered[ContentQueries],
    ) -> ASGIResponse:
        return answer(request, await content.version(LessonId(lesson_id), number, reader_of(request)))

    @get(
        "/compare",
        operation_id="compareLessonVersions",
        summary="What changed from one version to another",
        responses=shows(LessonComparison),
    )
    async def compare(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        compare_lesson_versions: Offered[CompareLessonVersions],
        first: Annotated[int, QueryParameter(name="from", ge=1, le=2**31 - 1, description="A version's number.")],
        second: Annotated[int, QueryParameter(name="to", ge=1, le=2**31 - 1, description="A version's number.")],
    ) -> ASGIResponse:
        view = await compare_lesson_versions(LessonId(lesson_id), first, second, reader_of(request))
        return answer(request, view)

    @post(
        "/{number:int}/restoration",
        operation_id="restoreLessonVersion",
        summary="Let a lesson say again what it once said",
        status_code=200,
        responses=shows(LessonView),
    )
    async def restore(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        restore_lesson: Offered[RestoreLessonHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = RestoreLesson(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            expected_version=expected_version(if_match),
            number=number,
        )
        return answer(request, await restore_lesson(command))
