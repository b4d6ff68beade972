"""What a learner is given for a completed course: once, with a number that anybody can check. It may be revoked."""

from dataclasses import dataclass
from datetime import datetime

from domain.shared.errors import Conflict
from domain.shared.ids import CertificateId, EnrollmentId, UserId

RANDOM_BITS = 55
REASON_LENGTH = 500

# Crockford's base 32: no I, L, O and U, which are taken for digits or make words.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"O": 0, "I": 1, "L": 1}
_PREFIX = "TK"
_LENGTH = 12
_GROUP = 4
_SEPARATORS = dict.fromkeys(map(ord, " -_.\u2010\u2011\u2012\u2013\u2014\u2212"))
_LONGEST_WRITTEN = 64


class CertificateRevoked(Conflict):
    """It is not valid any more; who looks it up is told why."""

    code = "certificate.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A certificate that is to be issued: names are added where it is stored, as they are at that moment."""

    id: CertificateId
    enrollment_id: EnrollmentId
    code: str
    issued_at: datetime


@dataclass(slots=True, kw_only=True)
class Certificate:
    """One for an enrollment. Names stay as they were when it was issued; `revoked_at` is None while it is valid."""

    id: CertificateId
    enrollment_id: EnrollmentId
    code: str
    learner_name: str
    course_title: str
    issued_at: datetime
    revoked_at: datetime | None = None
    revoked_by: UserId | None = None
    revoked_reason: str | None = None

    def revoke(self, reason: str, *, by: UserId | None, at: datetime) -> bool:
        """Says whether that is new. Since when it is revoked, and by whom, stays; the reason may be put right."""
        if self.revoked_reason == reason:
            return False
        if self.revoked_at is None:
            self.revoked_at, self.revoked_by = at, by
        self.revoked_reason = reason
        return True

    def reinstate(self) -> bool:
        """Takes the revocation back; says whether there was one."""
        if self.revoked_at is None:
            return False
        self.revoked_at = self.revoked_by = self.revoked_reason = None
        return True


def code_of(bits: int) -> str:
    """A number to be read aloud and typed, `TK-4F7Z-0M3Q-K9XA`: 55 bits in base 32, and a digit that checks them.

    The check digit is that of a Reed-Solomon code over GF(32) with one parity symbol ("Polynomial codes over certain
    finite fields", 1960): one wrong digit, or two that changed places, are always found.
    """
    values = [bits >> shift & 31 for shift in range(RANDOM_BITS - 5, -1, -5)]
    digits = "".join(_DIGITS[value] for value in [*values, _times_x(_at_x(values))])
    return "-".join([_PREFIX, *(digits[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))])


def read_code(written: str) -> str | None:
    """The number as `code_of` writes it, however somebody wrote it; None where it is none, or has a slip in it.

    Case doesn't matter, nor hyphens and blanks; O is read as 0, I and L as 1, and the prefix may be missing.
    """
    if len(written) > _LONGEST_WRITTEN:
        return None
    digits = written.translate(_SEPARATORS).upper()
    if len(digits) == len(_PREFIX) + _LENGTH:
        digits = digits.removeprefix(_PREFIX)
    values = [_VALUES[digit] for digit in digits if digit in _VALUES]
    if len(values) != _LENGTH or len(digits) != _LENGTH or _at_x(values):
        return None
    return code_of(sum(value << 5 * place for place, value in enumerate(reversed(values[:-1]))))


def _at_x(values: list[int]) -> int:
    """The polynomial with these coefficients at the field's generator; 0 of a number without a slip."""
    total = 0
    for value in values:
        total = _times_x(total) ^ value
    return total


def _times_x(value: int) -> int:
    """In GF(32), the polynomials over GF(2) modulo x^5 + x^2 + 1; its generator x has order 31."""
    return value << 1 ^ (0b100101 if value & 16 else 0)
