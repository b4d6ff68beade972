from dataclasses import replace

from adapters.memory.learning import offer_of
from adapters.memory.tables import MemoryTables
from application.learning.certificate_ports import CertificateNotFound, CertificateRepository, known_code
from domain.learning.certificate import Certificate
from domain.learning.enrollment import Offer


def certificate_with(tables: MemoryTables, written: str) -> Certificate:
    """The stored one itself. Raises CertificateNotFound."""
    code = known_code(written)
    found = next((each for each in tables.certificates.values() if each.code == code), None)
    if found is None:
        raise CertificateNotFound("No certificate has such a number.")
    return found


class MemoryCertificateRepository(CertificateRepository):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def get(self, written: str) -> tuple[Certificate, Offer]:
        certificate = certificate_with(self._tables, written)
        enrollment = self._tables.enrollments[certificate.enrollment_id]
        return replace(certificate), offer_of(self._tables.courses[enrollment.course_id])

    async def save(self, certificate: Certificate) -> None:
        stored = self._tables.certificates[certificate.id]
        self._tables.certificates[certificate.id] = replace(
            stored,
            revoked_at=certificate.revoked_at,
            revoked_by=certificate.revoked_by,
            revoked_reason=certificate.revoked_reason,
        )
