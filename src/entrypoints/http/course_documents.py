from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.catalog.course_document import CourseDocument, document_schema
from application.catalog.document_reading import read_document
from application.catalog.export_course import ExportCourse
from application.catalog.import_course import ImportCourse, ImportCourseHandler
from application.catalog.queries import CourseView
from application.shared.encoded import Encoded, content_tag
from domain.shared.ids import CourseId
from entrypoints.http.answers import answer, answer_created
from entrypoints.http.auth import actor_of
from entrypoints.http.courses import reader_of
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import IdempotencyHeader, idempotency_of

_SCHEMA_BODY = msgspec.json.encode(document_schema())
_SCHEMA: Encoded[Any] = Encoded(_SCHEMA_BODY, content_tag(_SCHEMA_BODY))


class CourseDocumentsController(Controller):
    path = "/v1"
    tags = ("Content",)

    @get(
        "/courses/{course_id:uuid}/export",
        operation_id="exportCourse",
        summary="A whole course as one document",
        responses=shows(CourseDocument),
    )
    async def export(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], export_course: Offered[ExportCourse]
    ) -> ASGIResponse:
        return answer(request, await export_course(CourseId(course_id), reader_of(request)))

    @post(
        "/courses/imports",
        operation_id="importCourse",
        summary="Make a new course of a document",
        responses=shows(CourseView, 201),
    )
    async def import_course(
        self,
        request: Request[Any, Any, Any],
        import_course: Offered[ImportCourseHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        """All of it, as a draft, or nothing: what is wrong is named by its place in the document."""
        command = ImportCourse(
            actor=actor_of(request),
            document=read_document(await request.json()),
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await import_course(command)
        return answer_created(request, created, f"/v1/courses/{created.id}")

    @get("/schemas/course.json", operation_id="getCourseSchema", summary="The JSON Schema of such a document",
         responses=shows(dict[str, Any]))  # fmt: skip
    async def schema(self, request: Request[Any, Any, Any]) -> ASGIResponse:
        return answer(request, _SCHEMA)
