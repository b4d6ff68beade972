from typing import Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from application.catalog.change_lesson import ChangeLesson, ChangeLessonHandler
from application.catalog.change_lesson_status import ChangeLessonStatus, ChangeLessonStatusHandler
from application.catalog.content_queries import ContentQueries, LessonView
from application.catalog.create_lesson import CreateLesson, CreateLessonHandler
from application.catalog.delete_lesson import DeleteLesson, DeleteLessonHandler
from application.catalog.lesson_changes import LessonChanges
from application.catalog.move_lesson import MoveLesson, MoveLessonHandler
from domain.catalog.lesson_content import LessonDraft
from domain.shared.ids import LessonId, ModuleId
from entrypoints.http.answers import answer, answer_created, expected_version
from entrypoints.http.auth import actor_of
from entrypoints.http.content_bodies import LessonPatch, LessonPlace, LessonStatusChange, NewLesson
from entrypoints.http.courses import reader_of
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import IdempotencyHeader, IfMatch, idempotency_of


class LessonsController(Controller):
    path = "/v1"
    tags = ("Content",)

    @post(
        "/modules/{module_id:uuid}/lessons",
        operation_id="createLesson",
        summary="Add a lesson to the end of a module",
        responses=shows(LessonView, 201),
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        module_id: FromPath[UUID],
        data: JSONBody[NewLesson],
        create_lesson: Offered[CreateLessonHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        command = CreateLesson(
            actor=actor_of(request),
            module_id=ModuleId(module_id),
            draft=LessonDraft(title=data.title, **data.content.model_dump()),
            is_preview=data.is_preview,
            unlock=data.unlock,
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await create_lesson(command)
        return answer_created(request, created, f"/v1/lessons/{created.id}")

    @get(
        "/lessons/{lesson_id:uuid}",
        operation_id="getLesson",
        summary="One lesson in full",
        responses=shows(LessonView),
    )
    async def detail(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], content: Offered[ContentQueries]
    ) -> ASGIResponse:
        return answer(request, await content.lesson(LessonId(lesson_id), reader_of(request)))

    @patch(
        "/lessons/{lesson_id:uuid}",
        operation_id="changeLesson",
        summary="Change a lesson",
        responses=shows(LessonView),
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        data: JSONBody[LessonPatch],
        change_lesson: Offered[ChangeLessonHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = ChangeLesson(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            expected_version=expected_version(if_match),
            changes=LessonChanges(**data.model_dump(exclude_unset=True)),
        )
        return answer(request, await change_lesson(command))

    @put(
        "/lessons/{lesson_id:uuid}/position",
        operation_id="moveLesson",
        summary="Move a lesson within its course",
        responses=shows(LessonView),
    )
    async def move(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        data: JSONBody[LessonPlace],
        move_lesson: Offered[MoveLessonHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = MoveLesson(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            expected_version=expected_version(if_match),
            module_id=ModuleId(data.module_id),
            after=None if data.after is None else LessonId(data.after),
        )
        return answer(request, await move_lesson(command))

    @put(
        "/lessons/{lesson_id:uuid}/status",
        operation_id="changeLessonStatus",
        summary="Publish a lesson, or take it back",
        responses=shows(LessonView),
    )
    async def change_status(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        data: JSONBody[LessonStatusChange],
        change_lesson_status: Offered[ChangeLessonStatusHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = ChangeLessonStatus(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            expected_version=expected_version(if_match),
            status=data.status,
        )
        return answer(request, await change_lesson_status(command))

    @delete(
        "/lessons/{lesson_id:uuid}",
        operation_id="deleteLesson",
        summary="Delete a lesson with all that was published of it",
        status_code=204,
        responses=shows(None, 204),
    )
    async def delete_lesson(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        delete_lesson: Offered[DeleteLessonHandler],
        if_match: IfMatch = None,
    ) -> None:
        version = expected_version(if_match)
        await delete_lesson(
            DeleteLesson(actor=actor_of(request), lesson_id=LessonId(lesson_id), expected_version=version)
        )
