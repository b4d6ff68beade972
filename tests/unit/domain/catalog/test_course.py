from datetime import timedelta
from itertools import product

import pytest
from uuid_utils.compat import uuid7

from domain.catalog.course import (
    Course,
    CoursePublished,
    CourseStatus,
    CourseTransitionForbidden,
)
from domain.shared.ids import CourseId, UserId
from tests.support.catalog import a_content, a_course, a_draft
from tests.support.people import NOON

DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED = CourseStatus
LATER = NOON + timedelta(hours=1)
ALLOWED = {
    (DRAFT, IN_REVIEW): "submitted",
    (IN_REVIEW, DRAFT): "returned",
    (DRAFT, PUBLISHED): "published",
    (IN_REVIEW, PUBLISHED): "published",
    (PUBLISHED, ARCHIVED): "archived",
    (ARCHIVED, PUBLISHED): "published",
}


def test_a_new_course_is_a_draft_of_its_author():
    course_id, author, first = CourseId(uuid7()), UserId(uuid7()), CourseId(uuid7())

    course = Course.drafted(
        course_id, a_content("Basis Data"), external_id=None, created_by=author, at=NOON, prerequisites=[first, first]
    )

    assert course.status is DRAFT
    assert (course.created_by, course.created_at, course.updated_at, course.version) == (author, NOON, NOON, 1)
    assert course.prerequisites == (first,)
    assert course.slug.startswith("basis-data-")


@pytest.mark.parametrize(("old", "new"), list(product(CourseStatus, CourseStatus)))
def test_a_course_goes_only_the_ways_there_are(old: CourseStatus, new: CourseStatus):
    course = a_course(status=old, published_at=None)
    if (old, new) in ALLOWED:
        assert course.change_status(new, at=LATER) == ALLOWED[old, new]
        assert (course.status, course.version, course.updated_at) == (new, 2, LATER)
    else:
        with pytest.raises(CourseTransitionForbidden):
            course.change_status(new, at=LATER)
        assert (course.status, course.version, course.updated_at) == (old, 1, NOON)


def test_the_first_publication_is_remembered():
    course = a_draft()
    course.change_status(PUBLISHED, at=NOON)
    course.change_status(ARCHIVED, at=LATER)
    course.change_status(PUBLISHED, at=LATER)

    assert course.published_at == NOON


def test_a_revision_names_what_is_different():
    course = a_draft(tags=["sql"])
    first = CourseId(uuid7())
    slug = course.slug

    changed = course.revise(a_content("Basis Data", tags=["sql"], level="beginner"), prerequisites=[first], at=LATER)

    assert changed == ("title", "level", "prerequisites")
    assert (course.version, course.updated_at, course.slug) == (2, LATER, slug)


def test_a_revision_without_a_difference_is_none():
    first = CourseId(uuid7())
    course = a_draft(prerequisites=(first,))

    assert course.revise(course.content, prerequisites=[first], at=LATER) == ()
    assert course.revise(course.content, at=LATER) == ()
    assert (course.version, course.updated_at) == (1, NOON)


@pytest.mark.parametrize("status", CourseStatus)
def test_only_a_published_course_stays(status: CourseStatus):
    course = a_course(status=status)
    if status is PUBLISHED:
        with pytest.raises(CoursePublished):
            course.assert_deletable()
    else:
        course.assert_deletable()
