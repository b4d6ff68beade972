from dataclasses import dataclass

from application.audit.record import record
from application.learning.certificate_ports import CertificateUnit
from application.learning.revoke_certificate import assert_may_revoke
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateCertificate:
    """The actor, who teaches the course, takes the revocation back: no second certificate is ever issued instead."""

    actor: Actor
    code: str


class ReinstateCertificateHandler:
    """What isn't revoked is so without a deed."""

    def __init__(self, begin: Begin[CertificateUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ReinstateCertificate) -> None:
        """Raises CertificateNotFound, CourseNotYours."""
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            certificate, offer = await unit.certificates.get(command.code)
            assert_may_revoke(offer, actor)
            facts = {"code": certificate.code, "reason": certificate.revoked_reason}
            if certificate.reinstate():
                await unit.certificates.save(certificate)
                await record(
                    unit.audit, actor, "certificate.reinstated", certificate.id, changes=facts, new_id=self._new_id,
                    at=now,
                )  # fmt: skip
                await unit.commit()
