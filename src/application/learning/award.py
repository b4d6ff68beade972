"""The certificate for who has just completed a course."""

from datetime import datetime

from application.shared.clock import NewId
from domain.learning.certificate import RANDOM_BITS, Award, code_of
from domain.learning.enrollment import Enrollment
from domain.shared.ids import CertificateId

_TAKEN = 28


def award_for(enrollment: Enrollment, *, new_id: NewId, at: datetime) -> Award:
    """With a number that nobody can guess."""
    return Award(
        id=CertificateId(new_id()),
        enrollment_id=enrollment.id,
        code=code_of(random_bits(new_id)),
        issued_at=at,
    )


def random_bits(new_id: NewId) -> int:
    """As many as a number takes, none of which tells of another.

    The last 32 bits of a UUIDv7 are random in each anew: counters take at most 42 of its 74 (RFC 9562, 6.2).
    """
    bits = 0
    for _ in range(0, RANDOM_BITS, _TAKEN):
        bits = bits << _TAKEN | new_id().int & (1 << _TAKEN) - 1
    return bits & (1 << RANDOM_BITS) - 1
