import msgspec
import pytest

from application.catalog.change_capacity import ChangeCapacity, ChangeCapacityHandler
from application.catalog.permission import CourseNotYours
from application.catalog.queries import CourseView
from application.shared.actor import Actor
from application.shared.version import VersionStale
from domain.catalog.course import Course
from tests.support.catalog import a_course
from tests.unit.application.catalog.conftest import Catalog, new_id


async def limit(catalog: Catalog, course: Course, capacity: int | None, actor: Actor, version: int | None = None):
    handler = ChangeCapacityHandler(catalog.store.begin, catalog.clock, new_id)
    command = ChangeCapacity(actor=actor, course_id=course.id, expected_version=version, capacity=capacity)
    return msgspec.json.decode((await handler(command)).body, type=CourseView)


async def test_seats_are_limited_and_not_any_more(catalog: Catalog):
    course = a_course(created_by=catalog.author.id)
    catalog.add(course)
    limited = await limit(catalog, course, 20, catalog.dosen, version=1)
    again = await limit(catalog, course, 20, catalog.dosen, version=2)
    free = await limit(catalog, course, None, catalog.dosen)

    assert [(view.capacity, view.version) for view in (limited, again, free)] == [(20, 2), (20, 2), (None, 3)]
    assert [entry.changes for entry in catalog.audit] == [{"capacity": 20}, {"capacity": None}]
    assert catalog.courses[course.id].updated_at == catalog.clock.now


async def test_seats_are_the_owners_to_limit(catalog: Catalog):
    course = a_course(created_by=catalog.author.id)
    catalog.add(course)
    with pytest.raises(CourseNotYours):
        await limit(catalog, course, 20, catalog.stranger)
    with pytest.raises(VersionStale):
        await limit(catalog, course, 20, catalog.dosen, version=7)
    assert catalog.courses[course.id].capacity is None
