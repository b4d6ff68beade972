from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.memory.certificates import certificate_with
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.certificate_queries import (
    CertificatePage,
    CertificateQueries,
    CertificateQuestion,
    CertificateView,
)
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.learning.certificate import Certificate
from domain.shared.ids import UserId


class MemoryCertificateQueries(CertificateQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def detail(self, written: str) -> Encoded[CertificateView]:
        tables = self._committed()
        return _encoded(_view(tables, certificate_with(tables, written)))

    async def mine(self, user_id: UserId, question: CertificateQuestion) -> Encoded[CertificatePage]:
        tables = self._committed()
        asked = {"user_id": user_id, "course_id": question.course_id}
        chosen = [each for each in tables.certificates.values() if _is_asked(tables, each, user_id, question)]
        chosen.sort(key=_place, reverse=True)
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            chosen = [certificate for certificate in chosen if _place(certificate) < after]
        shown = chosen[: question.limit]
        cursor = encode_cursor(asked, _place(shown[-1])) if len(chosen) > len(shown) else None
        return _encoded(CertificatePage([_view(tables, certificate) for certificate in shown], cursor))


def _is_asked(tables: MemoryTables, certificate: Certificate, user_id: UserId, question: CertificateQuestion) -> bool:
    enrollment = tables.enrollments[certificate.enrollment_id]
    return enrollment.user_id == user_id and question.course_id in {None, enrollment.course_id}


def _place(certificate: Certificate) -> tuple[datetime, UUID]:
    return (certificate.issued_at, certificate.id)


def _view(tables: MemoryTables, certificate: Certificate) -> CertificateView:
    return CertificateView.of(certificate, tables.enrollments[certificate.enrollment_id].course_id)


def _encoded(view: Any) -> Encoded[Any]:
    body = msgspec.json.encode(view)
    return Encoded(body, content_tag(body))
