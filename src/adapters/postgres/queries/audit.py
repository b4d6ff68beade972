from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, select, tuple_

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.statement import Statement
from adapters.postgres.tables.audit import audit_entries
from application.audit.queries import AuditEntryView, AuditPage, AuditQueries, AuditQuestion
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor

_FILTERS = ("actor_id", "subject_id", "action")
_view = json_object({name: audit_entries.c[name] for name in AuditEntryView.__struct_fields__}).label("view")


class PostgresAuditQueries(AuditQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, question: AuditQuestion) -> Encoded[AuditPage]:
        asked = {name: value for name in _FILTERS if (value := getattr(question, name)) is not None}
        values: dict[str, Any] = {**asked, "limit": question.limit + 1}
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            values["after_at"], values["after_id"] = after
        statement = list_statement(frozenset(asked), has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, **values)
        shown = rows[: question.limit]
        last = shown[-1] if len(rows) > question.limit else None
        cursor = None if last is None else encode_cursor(asked, (last["at"], last["id"]))
        body = page_body([row["view"] for row in shown], cursor)
        return Encoded(body, content_tag(body))


@lru_cache
def list_statement(filters: frozenset[str], *, has_cursor: bool) -> Statement:
    """The list for this combination of filters, compiled once."""
    table = audit_entries
    statement = select(_view, table.c.at, table.c.id)
    for name in sorted(filters):
        statement = statement.where(table.c[name] == bindparam(name))
    if has_cursor:
        after = tuple_(bindparam("after_at", type_=table.c.at.type), bindparam("after_id", type_=table.c.id.type))
        statement = statement.where(tuple_(table.c.at, table.c.id) < after)
    statement = statement.order_by(table.c.at.desc(), table.c.id.desc())
    return Statement(statement.limit(bindparam("limit", type_=Integer)))
