from typing import Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from application.catalog.change_module import ChangeModule, ChangeModuleHandler
from application.catalog.content_queries import ContentQueries, CourseStructure, ModuleView
from application.catalog.create_module import CreateModule, CreateModuleHandler
from application.catalog.delete_module import DeleteModule, DeleteModuleHandler
from application.catalog.move_module import MoveModule, MoveModuleHandler
from domain.shared.ids import CourseId, ModuleId
from entrypoints.http.answers import answer, answer_created, expected_version
from entrypoints.http.auth import actor_of
from entrypoints.http.content_bodies import ModulePatch, ModulePlace, NewModule
from entrypoints.http.courses import reader_of
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import IdempotencyHeader, IfMatch, idempotency_of


class ModulesController(Controller):
    path = "/v1"
    tags = ("Content",)

    @get(
        "/courses/{course_id:uuid}/modules",
        operation_id="getCourseStructure",
        summary="The modules and lessons of a course, in their order",
        responses=shows(CourseStructure),
    )
    async def structure(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], content: Offered[ContentQueries]
    ) -> ASGIResponse:
        return answer(request, await content.structure(CourseId(course_id), reader_of(request)))

    @post(
        "/courses/{course_id:uuid}/modules",
        operation_id="createModule",
        summary="Add a module to the end of a course",
        responses=shows(ModuleView, 201),
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        data: JSONBody[NewModule],
        create_module: Offered[CreateModuleHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        command = CreateModule(
            actor=actor_of(request),
            course_id=CourseId(course_id),
            title=data.title,
            unlock=data.unlock,
            idempotency=await idempotency_of(request, idempotency_key),
        )
        return answer_created(request, await create_module(command), f"/v1/courses/{course_id}/modules")

    @patch(
        "/modules/{module_id:uuid}",
        operation_id="changeModule",
        summary="Change a module",
        responses=shows(ModuleView),
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        module_id: FromPath[UUID],
        data: JSONBody[ModulePatch],
        change_module: Offered[ChangeModuleHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = ChangeModule(
            actor=actor_of(request),
            module_id=ModuleId(module_id),
            expected_version=expected_version(if_match),
            **data.model_dump(exclude_unset=True),
        )
        return answer(request, await change_module(command))

    @put(
        "/modules/{module_id:uuid}/position",
        operation_id="moveModule",
        summary="Move a module within its course",
        responses=shows(ModuleView),
    )
    async def move(
        self,
        request: Request[Any, Any, Any],
        module_id: FromPath[UUID],
        data: JSONBody[ModulePlace],
        move_module: Offered[MoveModuleHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = MoveModule(
            actor=actor_of(request),
            module_id=ModuleId(module_id),
            expected_version=expected_version(if_match),
            after=None if data.after is None else ModuleId(data.after),
        )
        return answer(request, await move_module(command))

    @delete(
        "/modules/{module_id:uuid}",
        operation_id="deleteModule",
        summary="Delete a module without lessons",
        status_code=204,
        responses=shows(None, 204),
    )
    async def delete_module(
        self,
        request: Request[Any, Any, Any],
        module_id: FromPath[UUID],
        delete_module: Offered[DeleteModuleHandler],
        if_match: IfMatch = None,
    ) -> None:
        version = expected_version(if_match)
        await delete_module(
            DeleteModule(actor=actor_of(request), module_id=ModuleId(module_id), expected_version=version)
        )
