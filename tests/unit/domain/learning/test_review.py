from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.learning.review import Review, ReviewTooEarly, assert_knows_enough
from domain.shared.ids import CourseId, UserId
from tests.support.people import NOON

LATER = NOON + timedelta(hours=1)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_fifth_of_the_lessons_is_enough_and_one_at_least(lessons: int, completed: int):
    if completed >= 1 and completed * 5 >= lessons:
        assert_knows_enough(lessons=lessons, completed=completed)
    else:
        with pytest.raises(ReviewTooEarly):
            assert_knows_enough(lessons=lessons, completed=completed)


def test_who_comes_too_early_is_told_how_much_is_missing():
    with pytest.raises(ReviewTooEarly) as refusal:
        assert_knows_enough(lessons=12, completed=1)
    assert refusal.value.detail == "1 of 12 lessons are completed; 2 more are needed."


def test_a_review_is_changed_only_by_another_opinion():
    review = Review.written(CourseId(uuid7()), UserId(uuid7()), rating=4, text="Baik.", at=NOON)
    assert not review.revise(rating=4, text="Baik.", at=LATER)
    assert (review.version, review.updated_at) == (1, NOON)
    assert review.revise(rating=5, text="Baik.", at=LATER)
    assert (review.rating, review.version, review.created_at, review.updated_at) == (5, 2, NOON, LATER)
