from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, bindparam, func, literal_column, select, tuple_

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.identity import denied_sessions, users
from application.identity.ports import Principal, Principals, UserNotFound
from application.identity.queries import UserPage, UserQueries, UserQuestion, UserView
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.identity.profile import Role
from domain.identity.user import Status
from domain.shared.ids import UserId

_view = json_object({name: users.c[name] for name in UserView.__struct_fields__}).label("view")
_detail = Statement(select(_view, users.c.version).where(users.c.id == bindparam("id"), users.c.deleted_at.is_(None)))
_principal = Statement(
    select(
        users.c.id,
        users.c.role,
        users.c.status,
        users.c.deleted_at.is_not(None).label("is_deleted"),
        select(denied_sessions.c.session_id)
        .where(denied_sessions.c.session_id == bindparam("session_id"))
        .exists()
        .label("is_session_denied"),
    ).where(users.c.clerk_id == bindparam("clerk_id"))
)


async def user_detail(connection: Connection, user_id: UserId) -> Encoded[UserView]:
    """Raises UserNotFound."""
    row = await _detail.row(connection, id=user_id)
    if row is None:
        raise UserNotFound("There is no such user.")
    return Encoded(row["view"], str(row["version"]))


class PostgresPrincipals(Principals):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, clerk_id: str, session_id: str) -> Principal | None:
        async with self._pool.connection() as connection:
            row = await _principal.row(connection, clerk_id=clerk_id, session_id=session_id)
        if row is None:
            return None
        return Principal(
            user_id=UserId(row["id"]),
            clerk_id=clerk_id,
            session_id=session_id,
            role=Role(row["role"]),
            status=Status(row["status"]),
            is_deleted=row["is_deleted"],
            is_session_denied=row["is_session_denied"],
        )


class PostgresUserQueries(UserQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def detail(self, user_id: UserId) -> Encoded[UserView]:
        async with self._pool.connection() as connection:
            return await user_detail(connection, user_id)

    async def list(self, question: UserQuestion) -> Encoded[UserPage]:
        filters = {"q": question.words, "role": question.role, "status": question.status}
        asked = {name: value for name, value in filters.items() if value is not None}
        values: dict[str, Any] = {**asked, "limit": question.limit + 1}
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            values["after_created_at"], values["after_id"] = after
        if "q" in asked:
            values["q"] = prefix_query(asked["q"])
        statement = list_statement(frozenset(asked), has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, **values)
        shown = rows[: question.limit]
        last = shown[-1] if len(rows) > question.limit else None
        cursor = None if last is None else encode_cursor(asked, (last["created_at"], last["id"]))
        body = page_body([row["view"] for row in shown], cursor)
        return Encoded(body, content_tag(body))


def prefix_query(words: str) -> str:
    """The words as a text search query for their beginnings; '' (which finds nothing) where there are none."""
    letters = "".join(character if character.isalnum() else " " for character in words)
    return " & ".join(f"{word}:*" for word in letters.split())


@lru_cache
def list_statement(filters: frozenset[str], *, has_cursor: bool) -> Statement:
    """The list for this combination of filters, compiled once."""
    statement = select(_view, users.c.created_at, users.c.id).where(users.c.deleted_at.is_(None))
    for name in sorted(filters - {"q"}):
        statement = statement.where(users.c[name] == bindparam(name))
    if "q" in filters:
        query = func.to_tsquery(literal_column("'simple'::regconfig"), bindparam("q", type_=Text))
        statement = statement.where(users.c.search.op("@@")(query))
    if has_cursor:
        after = tuple_(
            bindparam("after_created_at", type_=users.c.created_at.type), bindparam("after_id", type_=users.c.id.type)
        )
        statement = statement.where(tuple_(users.c.created_at, users.c.id) < after)
    statement = statement.order_by(users.c.created_at.desc(), users.c.id.desc())
    return Statement(statement.limit(bindparam("limit", type_=Integer)))
