"""What certificates need of the world."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.audit.ports import AuditLog
from application.shared.unit import Unit
from domain.learning.certificate import Certificate, read_code
from domain.learning.enrollment import Offer
from domain.shared.errors import NotFound


class CertificateNotFound(NotFound):
    code = "certificate.not_found"


def known_code(written: str) -> str:
    """The number as it is stored, however somebody wrote it. Raises CertificateNotFound where it can be none."""
    code = read_code(written)
    if code is None:
        raise CertificateNotFound("No certificate has such a number.")
    return code


class CertificateRepository(Protocol):
    """Certificates that were issued, which `EnrollmentRepository.save` does."""

    async def get(self, written: str) -> tuple[Certificate, Offer]:
        """The certificate with this number, however it is written, locked until the unit ends, and what its course is.

        Raises:
            CertificateNotFound
        """
        ...

    async def save(self, certificate: Certificate) -> None:
        """Stores whether it is revoked; nothing else of it ever changes."""
        ...


class CertificateUnit(Unit, Protocol):
    certificates: CertificateRepository
    audit: AuditLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a certificate says on paper, in one of the languages `id` and `en`. It can be checked at the address."""

    code: str
    learner_name: str
    course_title: str
    issued_at: datetime
    language: str
    address: str


class CertificatePrinter(Protocol):
    async def __call__(self, sheet: Sheet) -> bytes:
        """One page as PDF, the same bytes for the same sheet; a character that no font has is never an error."""
        ...
