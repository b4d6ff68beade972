from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.identity.change_user import ChangeUser, ChangeUserHandler
from application.identity.delete_user import DeleteUser, DeleteUserHandler
from application.identity.invite_user import InviteUser, InviteUserHandler
from application.identity.queries import UserPage, UserQueries, UserQuestion, UserView
from application.shared.page import DEFAULT_LIMIT
from application.shared.unchanged import UNCHANGED
from domain.identity.profile import Role
from domain.identity.user import Status
from domain.shared.ids import UserId
from entrypoints.http.answers import answer, answer_created, expected_version
from entrypoints.http.auth import actor_of
from entrypoints.http.bodies import Body, MergePatch, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, IdempotencyHeader, IfMatch, Limit, idempotency_of

# Not a full grammar (RFC 5322 has no sane one): one @, something on both sides, no blanks. The mail is the proof.
# Control characters and U+FEFF are named, since languages differ in what they take for blank.
_BLANK = r"\s\x00-\x1f\x7f-\x9f\uFEFF"
_EMAIL = rf"^[^{_BLANK}@]{{1,64}}@[^{_BLANK}@]{{1,253}}$"


class Invitation(Body):
    # The pattern twice: after a validator of ours pydantic checks it, but doesn't tell it to the document.
    email: Annotated[Text, Field(pattern=_EMAIL, max_length=254, json_schema_extra={"pattern": _EMAIL})]
    role: Role = Field(default=Role.MAHASISWA, description="The role that they will have.")


class UserChanges(MergePatch):
    """Merge patch: absent means unchanged."""

    role: Role = Field(default=Role.MAHASISWA)
    status: Status = Field(default=Status.ACTIVE, description="`inactive` bans, `active` reinstates.")


class UsersController(Controller):
    path = "/v1/users"
    tags = ("Users",)

    @get(operation_id="listUsers", summary="List and search users", responses=shows(UserPage))
    async def list_users(
        self,
        request: Request[Any, Any, Any],
        users: Offered[UserQueries],
        q: Annotated[
            str | None,
            QueryParameter(max_length=200, required=False, description="Beginnings of words of name or address."),
        ] = None,
        role: FromQuery[Role | None] = None,
        status: FromQuery[Status | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        question = UserQuestion(q=q, role=role, status=status, limit=limit, cursor=cursor)
        return answer(request, await users.list(question))

    @post(operation_id="inviteUser", summary="Invite somebody", responses=shows(UserView, 201))
    async def invite(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Invitation],
        invite_user: Offered[InviteUserHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        key = await idempotency_of(request, idempotency_key)
        command = InviteUser(actor=actor_of(request), email=data.email, role=data.role, idempotency=key)
        created = await invite_user(command)
        return answer_created(request, created, f"/v1/users/{created.id}")

    @get("/{user_id:uuid}", operation_id="getUser", summary="One user", responses=shows(UserView))
    async def detail(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], users: Offered[UserQueries]
    ) -> ASGIResponse:
        return answer(request, await users.detail(UserId(user_id)))

    @patch("/{user_id:uuid}", operation_id="changeUser", summary="Change role or status", responses=shows(UserView))
    async def change(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        data: JSONBody[UserChanges],
        change_user: Offered[ChangeUserHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        sent = data.model_fields_set
        command = ChangeUser(
            actor=actor_of(request),
            user_id=UserId(user_id),
            expected_version=expected_version(if_match),
            role=data.role if "role" in sent else UNCHANGED,
            status=data.status if "status" in sent else UNCHANGED,
        )
        return answer(request, await change_user(command))

    @delete(
        "/{user_id:uuid}",
        operation_id="deleteUser",
        summary="Delete a user",
        status_code=204,
        responses=shows(None, 204),
    )
    async def delete_user(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        delete_user: Offered[DeleteUserHandler],
        if_match: IfMatch = None,
    ) -> None:
        version = expected_version(if_match)
        await delete_user(DeleteUser(actor=actor_of(request), user_id=UserId(user_id), expected_version=version))
