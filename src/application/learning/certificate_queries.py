"""Questions about certificates, and the views that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from domain.learning.certificate import Certificate
from domain.shared.ids import CourseId, UserId


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """Names are those of the day on which it was issued; `learner_name` is empty for who had none."""

    code: str
    learner_name: str
    course_title: str
    course_id: UUID
    issued_at: datetime
    revoked_at: datetime | None
    revoked_reason: str | None
    is_valid: bool

    @classmethod
    def of(cls, certificate: Certificate, course_id: CourseId) -> "CertificateView":
        return cls(
            code=certificate.code,
            learner_name=certificate.learner_name,
            course_title=certificate.course_title,
            course_id=course_id,
            issued_at=certificate.issued_at,
            revoked_at=certificate.revoked_at,
            revoked_reason=certificate.revoked_reason,
            is_valid=certificate.revoked_at is None,
        )


class CertificatePage(msgspec.Struct, frozen=True):
    items: Sequence[CertificateView]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateQuestion:
    """Which of one's certificates, newest first; with a course only the one for that."""

    course_id: CourseId | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class CertificateQueries(Protocol):
    """One query each, for everybody who knows a number, and for whose they are."""

    async def detail(self, written: str) -> Encoded[CertificateView]:
        """The certificate with this number, however it is written. Raises CertificateNotFound."""
        ...

    async def mine(self, user_id: UserId, question: CertificateQuestion) -> Encoded[CertificatePage]:
        """Also the revoked ones. Raises CursorInvalid."""
        ...
