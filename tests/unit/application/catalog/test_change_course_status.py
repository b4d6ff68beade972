import msgspec
import pytest

from application.catalog.change_course_status import ChangeCourseStatus
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseNotFound
from application.catalog.queries import CourseView
from application.shared.actor import Actor
from application.shared.version import VersionStale
from domain.catalog.course import Course, CourseStatus, CourseTransitionForbidden
from tests.support.catalog import a_course, a_draft
from tests.unit.application.catalog.conftest import Catalog


async def move(
    catalog: Catalog,
    course: Course,
    status: CourseStatus,
    actor: Actor | None = None,
    expected_version: int | None = None,
) -> CourseView:
    command = ChangeCourseStatus(
        actor=actor or catalog.dosen, course_id=course.id, expected_version=expected_version, status=status
    )
    return msgspec.json.decode((await catalog.change_status(command)).body, type=CourseView)


async def test_a_course_goes_its_way_and_every_step_is_audited(catalog: Catalog):
    course = a_draft(created_by=catalog.author.id)
    catalog.add(course)
    steps = [CourseStatus.IN_REVIEW, CourseStatus.DRAFT, CourseStatus.PUBLISHED, CourseStatus.ARCHIVED]
    for step in steps:
        view = await move(catalog, course, step)

    assert (view.status, view.version, view.published_at) == (CourseStatus.ARCHIVED, 5, catalog.clock.now)
    actions = ["course.submitted", "course.returned", "course.published", "course.archived"]
    assert [entry.action for entry in catalog.audit] == actions
    assert catalog.audit[-1].changes == {"status": CourseStatus.ARCHIVED}


async def test_what_is_refused_leaves_no_trace(catalog: Catalog):
    course = a_draft(created_by=catalog.author.id)
    shown = a_course(created_by=catalog.author.id)
    catalog.add(course, shown)

    with pytest.raises(CourseTransitionForbidden):
        await move(catalog, course, CourseStatus.ARCHIVED)
    with pytest.raises(VersionStale):
        await move(catalog, course, CourseStatus.PUBLISHED, expected_version=2)
    with pytest.raises(CourseNotFound):
        await move(catalog, course, CourseStatus.PUBLISHED, catalog.stranger)
    with pytest.raises(CourseNotYours):
        await move(catalog, shown, CourseStatus.ARCHIVED, catalog.stranger)

    assert not catalog.audit
    assert catalog.courses[course.id] == course
