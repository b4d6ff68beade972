from dataclasses import fields

from sqlalchemy import bindparam, select, update

from adapters.postgres.repositories.enrollment_rows import offer_of
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.learning import certificates, enrollments
from application.learning.certificate_ports import CertificateNotFound, CertificateRepository, known_code
from domain.learning.certificate import Certificate
from domain.learning.enrollment import Offer

_FIELDS = tuple(field.name for field in fields(Certificate))
_REVOCATION = ("revoked_at", "revoked_by", "revoked_reason")

_by_code = Statement(
    select(
        *certificates.columns,
        courses.c.id.label("course_id"),
        courses.c.status,
        courses.c.created_by,
        courses.c.capacity,
    )
    .join_from(certificates, enrollments, enrollments.c.id == certificates.c.enrollment_id)
    .join(courses, courses.c.id == enrollments.c.course_id)
    .where(certificates.c.code == bindparam("code"))
    .with_for_update(key_share=True, of=certificates)
)
_revoke = Statement(
    update(certificates)
    .values({name: bindparam(name, type_=certificates.c[name].type) for name in _REVOCATION})
    .where(certificates.c.id == bindparam("certificate_id"))
)


class PostgresCertificateRepository(CertificateRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, written: str) -> tuple[Certificate, Offer]:
        row = await _by_code.row(self._connection, code=known_code(written))
        if row is None:
            raise CertificateNotFound("No certificate has such a number.")
        return Certificate(**{name: row[name] for name in _FIELDS}), offer_of(row)

    async def save(self, certificate: Certificate) -> None:
        changes = {name: getattr(certificate, name) for name in _REVOCATION}
        await _revoke.run(self._connection, certificate_id=certificate.id, **changes)
