from dataclasses import dataclass

from application.audit.record import record
from application.learning.admission import CourseNotYours, teaches
from application.learning.certificate_ports import CertificateUnit
from application.learning.certificate_queries import CertificateView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.learning.enrollment import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """The actor, who teaches the course, says that the certificate with this number is not valid any more."""

    actor: Actor
    code: str
    reason: str


class RevokeCertificateHandler:
    """Again and again leads to one revocation; with another reason, that is put right."""

    def __init__(self, begin: Begin[CertificateUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: RevokeCertificate) -> CertificateView:
        """The certificate as it is now. Raises CertificateNotFound, CourseNotYours."""
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            certificate, offer = await unit.certificates.get(command.code)
            assert_may_revoke(offer, actor)
            if certificate.revoke(command.reason, by=actor.user_id, at=now):
                await unit.certificates.save(certificate)
                facts = {"code": certificate.code, "reason": command.reason}
                await record(
                    unit.audit, actor, "certificate.revoked", certificate.id, changes=facts, new_id=self._new_id, at=now
                )
                await unit.commit()
        return CertificateView.of(certificate, offer.course_id)


def assert_may_revoke(offer: Offer, actor: Actor) -> None:
    """Raises CourseNotYours: that there is such a certificate is no secret."""
    if not teaches(offer, actor):
        raise CourseNotYours("Only who owns its course, and admins, may do this.")
