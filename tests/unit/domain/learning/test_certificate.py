from datetime import timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.learning.certificate import RANDOM_BITS, Certificate, code_of, read_code
from domain.shared.ids import CertificateId, EnrollmentId, UserId
from tests.support.people import NOON

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PLACES = [place for place, digit in enumerate("TK-0000-0000-0000") if digit == "0"]

bits = st.integers(0, 2**RANDOM_BITS - 1)


@given(bits, bits)
def test_a_number_is_of_its_bits_alone(one: int, other: int):
    code = code_of(one)
    assert len(code) == 17
    assert set(code.removeprefix("TK")) <= set(DIGITS) | {"-"}
    assert (code_of(other) == code) == (other == one)


@given(bits, st.randoms(use_true_random=False))
def test_a_number_is_read_however_it_is_written(number: int, random: Random):
    code = code_of(number)
    spoilt = "".join(random.choice([each, each.lower()]) for each in code)
    spoilt = spoilt.replace("0", random.choice("0oO")).replace("1", random.choice("1iIlL"))
    spoilt = spoilt.replace("-", random.choice(["", "-", " ", "–", " - "]))
    assert read_code(spoilt) == code
    assert read_code(spoilt.lstrip("TtKk-– ") if code[3] not in "TK" else code) == code


@pytest.mark.parametrize(
    "written",
    ["", "TK", "TK-", "TK-0000-0000-000", "TK-0000-0000-00000", "XX-0000-0000-0000", "TK-0000-0000-000U", "ŧ" * 12,
     "TK-0000-0000-0000-0000", "TKTK-0000-0000-0000", "-" * 65, "0" * 10**6, "TK-0000-0000-\x00000", "０" * 12],
)  # fmt: skip
def test_what_is_no_number_is_none(written: str):
    assert read_code(written) is None


@settings(max_examples=40)
@given(bits)
def test_every_single_slip_is_found(number: int):
    code = code_of(number)
    for place in PLACES:
        for digit in DIGITS:
            if digit != code[place]:
                assert read_code(code[:place] + digit + code[place + 1 :]) is None
    for one, other in combinations(PLACES, 2):
        swapped = list(code)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert (read_code("".join(swapped)) is None) == (code[one] != code[other])


def a_certificate() -> Certificate:
    return Certificate(
        id=CertificateId(uuid7()),
        enrollment_id=EnrollmentId(uuid7()),
        code=code_of(7),
        learner_name="Maya",
        course_title="Aljabar",
        issued_at=NOON,
    )


def test_a_revocation_keeps_its_time_and_takes_a_better_reason():
    teacher, admin, later = UserId(uuid7()), UserId(uuid7()), NOON + timedelta(days=1)
    certificate = a_certificate()
    assert certificate.revoke("Keliru.", by=teacher, at=NOON)
    assert not certificate.revoke("Keliru.", by=admin, at=later)
    assert (certificate.revoked_at, certificate.revoked_by, certificate.revoked_reason) == (NOON, teacher, "Keliru.")
    assert certificate.revoke("Plagiat.", by=admin, at=later)
    assert (certificate.revoked_at, certificate.revoked_by, certificate.revoked_reason) == (NOON, teacher, "Plagiat.")


def test_a_revocation_that_is_taken_back_leaves_nothing():
    certificate = a_certificate()
    untouched = a_certificate()
    assert not certificate.reinstate()
    certificate.revoke("Keliru.", by=None, at=NOON)
    assert certificate.reinstate()
    untouched.id, untouched.enrollment_id = certificate.id, certificate.enrollment_id
    assert certificate == untouched
