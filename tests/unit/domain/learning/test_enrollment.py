from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.learning.enrollment import (
    CourseFull,
    Enrollment,
    EnrollmentClosed,
    EnrollmentStatus,
    Offer,
    OwnCourse,
)
from domain.shared.ids import CourseId, EnrollmentId, UserId
from tests.support.people import NOON

OWNER, LEARNER = UserId(uuid7()), UserId(uuid7())
COURSE = CourseId(uuid7())


def an_offer(*, is_published: bool = True, capacity: int | None = None) -> Offer:
    return Offer(course_id=COURSE, is_published=is_published, owner_id=OWNER, capacity=capacity)


def begun() -> Enrollment:
    return Enrollment.begun(EnrollmentId(uuid7()), COURSE, LEARNER, at=NOON)


def test_a_published_course_admits_others_than_its_owner():
    an_offer().assert_admits(LEARNER, seats_taken=10_000)
    with pytest.raises(OwnCourse):
        an_offer().assert_admits(OWNER, seats_taken=0)
    with pytest.raises(EnrollmentClosed):
        an_offer(is_published=False).assert_admits(LEARNER, seats_taken=0)


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_nobody_gets_a_seat_that_is_not_there(capacity: int, taken: int):
    offer = an_offer(capacity=capacity)
    if taken < capacity:
        offer.assert_admits(LEARNER, seats_taken=taken)
    else:
        with pytest.raises(CourseFull):
            offer.assert_admits(LEARNER, seats_taken=taken)


STEPS = st.lists(st.sampled_from(["withdraw", "resume", "complete"]), max_size=12)


@given(STEPS)
def test_whatever_happens_completion_stays_and_versions_count_changes(steps: list[str]):
    enrollment = begun()
    completed_at = None
    for number, step in enumerate(steps):
        at = NOON + timedelta(hours=number)
        before, version = enrollment.status, enrollment.version
        changed = enrollment.resume() if step == "resume" else getattr(enrollment, step)(at=at)
        if step == "complete" and changed:
            assert completed_at is None
            completed_at = at
        assert enrollment.completed_at == completed_at
        assert changed == (enrollment.status is not before)
        assert enrollment.version == version + changed
        assert enrollment.is_withdrawn == (enrollment.withdrawn_at is not None)
        expected = EnrollmentStatus.ACTIVE if completed_at is None else EnrollmentStatus.COMPLETED
        assert enrollment.is_withdrawn or enrollment.status is expected
