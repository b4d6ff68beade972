from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, select, tuple_

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.statement import Statement
from adapters.postgres.tables.learning import certificates, enrollments
from application.learning.certificate_ports import CertificateNotFound, known_code
from application.learning.certificate_queries import (
    CertificatePage,
    CertificateQueries,
    CertificateQuestion,
    CertificateView,
)
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.shared.ids import UserId

_DERIVED = {"course_id": enrollments.c.course_id, "is_valid": certificates.c.revoked_at.is_(None)}
_view = json_object(
    {name: _DERIVED[name] if name in _DERIVED else certificates.c[name] for name in CertificateView.__struct_fields__}
).label("view")
_of_learner = enrollments.c.id == certificates.c.enrollment_id
_detail = Statement(
    select(_view).join_from(certificates, enrollments, _of_learner).where(certificates.c.code == bindparam("code"))
)


class PostgresCertificateQueries(CertificateQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def detail(self, written: str) -> Encoded[CertificateView]:
        code = known_code(written)
        async with self._pool.connection() as connection:
            body = await _detail.value(connection, code=code)
        if body is None:
            raise CertificateNotFound("No certificate has such a number.")
        return Encoded(body, content_tag(body))

    async def mine(self, user_id: UserId, question: CertificateQuestion) -> Encoded[CertificatePage]:
        asked = {"user_id": user_id, "course_id": question.course_id}
        values: dict[str, Any] = {**asked, "limit": question.limit + 1}
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            values["after_at"], values["after_id"] = after
        statement = my_certificates_statement(
            has_course=question.course_id is not None, has_cursor=question.cursor is not None
        )
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, **values)
        shown = rows[: question.limit]
        last = shown[-1] if len(rows) > question.limit else None
        cursor = None if last is None else encode_cursor(asked, (last["issued_at"], last["id"]))
        body = page_body([row["view"] for row in shown], cursor)
        return Encoded(body, content_tag(body))


@lru_cache
def my_certificates_statement(*, has_course: bool, has_cursor: bool) -> Statement:
    """Sorted from all of one's enrollments: nobody has so many that an index for it would pay."""
    place = (certificates.c.issued_at, certificates.c.id)
    statement = (
        select(_view, *place)
        .join_from(enrollments, certificates, _of_learner)
        .where(enrollments.c.user_id == bindparam("user_id"))
    )
    if has_course:
        statement = statement.where(enrollments.c.course_id == bindparam("course_id"))
    if has_cursor:
        after = (bindparam("after_at", type_=place[0].type), bindparam("after_id", type_=place[1].type))
        statement = statement.where(tuple_(*place) < tuple_(*after))
    statement = statement.order_by(*(column.desc() for column in place))
    return Statement(statement.limit(bindparam("limit", type_=Integer)))
