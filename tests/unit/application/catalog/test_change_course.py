from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.change_course import ChangeCourse
from application.catalog.course_changes import CourseChanges
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseNotFound
from application.catalog.queries import CourseView
from application.shared.actor import Actor
from application.shared.version import VersionStale
from domain.catalog.content import CourseInvalid, Level
from domain.catalog.course import Course, CourseStatus
from domain.catalog.prerequisites import PrerequisiteCycle
from domain.shared.ids import CourseId
from tests.support.catalog import a_course, a_draft, acting
from tests.unit.application.catalog.conftest import Catalog


async def change(catalog: Catalog, course: Course, actor: Actor | None = None, **changes: Any) -> CourseView:
    command = ChangeCourse(
        actor=actor or catalog.dosen,
        course_id=course.id,
        expected_version=changes.pop("expected_version", None),
        changes=CourseChanges(**changes),
    )
    return msgspec.json.decode((await catalog.change(command)).body, type=CourseView)


def owned(catalog: Catalog, **given: Any) -> Course:
    course = a_draft(created_by=catalog.author.id, **given)
    catalog.add(course)
    return course


async def test_absent_means_unchanged_and_null_clears(catalog: Catalog):
    course = owned(catalog, level="beginner", tags=["sql"], cover_url="https://a.org/b", description="D", language="en")

    view = await change(catalog, course, title="Basis Data", level=None, tags=None, cover_url=None, summary=None)

    assert (view.title, view.level, view.tags, view.cover_url, view.summary) == ("Basis Data", None, [], None, "")
    assert (view.description, view.language, view.version) == ("D", "en", 2)
    assert view.updated_at == catalog.clock.now


async def test_the_audit_tells_the_new_values_and_long_ones_in_short(catalog: Catalog):
    course = owned(catalog)
    first = a_course()
    catalog.add(first)

    await change(catalog, course, description="d" * 300, level="advanced", tags=["a"], prerequisites=[first.id])

    [entry] = catalog.audit
    assert entry.action == "course.changed"
    assert entry.changes == {
        "description": "d" * 199 + "…",
        "level": Level.ADVANCED,
        "tags": ["a"],
        "prerequisites": [str(first.id)],
    }


async def test_a_patch_without_a_difference_changes_nothing(catalog: Catalog):
    course = owned(catalog)

    assert (await change(catalog, course, title=course.content.title)).version == 1
    assert not catalog.audit


@pytest.mark.parametrize("field", ["title", "language"])
async def test_title_and_language_can_not_be_cleared(catalog: Catalog, field: str):
    with pytest.raises(CourseInvalid) as caught:
        await change(catalog, owned(catalog), **{field: None})

    assert [error.pointer for error in caught.value.errors] == [f"/{field}"]


async def test_another_version_is_stale(catalog: Catalog):
    course = owned(catalog, version=3)

    with pytest.raises(VersionStale):
        await change(catalog, course, title="T", expected_version=2)
    assert (await change(catalog, course, title="T", expected_version=3)).version == 4


async def test_only_the_author_and_admins_may(catalog: Catalog):
    course, shown = owned(catalog), a_course(created_by=catalog.author.id)
    catalog.add(shown)

    with pytest.raises(CourseNotFound):
        await change(catalog, course, catalog.stranger, title="T")
    with pytest.raises(CourseNotYours):
        await change(catalog, shown, catalog.stranger, title="T")
    # Nobody's course is not the course of somebody who is nobody.
    catalog.add(nobodys := a_course())
    with pytest.raises(CourseNotYours):
        await change(catalog, nobodys, acting(None), title="T")
    assert (await change(catalog, course, acting(catalog.other, is_admin=True), title="T")).title == "T"


async def test_what_is_not_there_is_not_found_before_its_version_is_asked(catalog: Catalog):
    with pytest.raises(CourseNotFound):
        await change(catalog, a_draft(), title="T", expected_version=9)
    with pytest.raises(CourseNotFound):
        await change(catalog, owned(catalog), catalog.stranger, title="T", expected_version=9)


async def test_a_cycle_is_refused_and_its_place_named(catalog: Catalog):
    a = owned(catalog)
    b = owned(catalog, prerequisites=(a.id,))
    c = owned(catalog, prerequisites=(b.id,))
    other = owned(catalog)

    with pytest.raises(PrerequisiteCycle) as caught:
        await change(catalog, a, prerequisites=[other.id, c.id])

    assert [error.pointer for error in caught.value.errors] == ["/prerequisites/1"]
    assert catalog.courses[a.id].prerequisites == ()


async def test_a_course_is_not_its_own_prerequisite(catalog: Catalog):
    course = owned(catalog)

    with pytest.raises(PrerequisiteCycle):
        await change(catalog, course, prerequisites=[course.id])


async def test_an_unknown_prerequisite_is_named_but_a_present_one_may_stay(catalog: Catalog):
    archived = a_course(status=CourseStatus.ARCHIVED)
    catalog.add(archived)
    course = owned(catalog, prerequisites=(archived.id,))

    with pytest.raises(CourseInvalid) as caught:
        await change(catalog, course, prerequisites=[archived.id, CourseId(uuid7())])
    assert [error.pointer for error in caught.value.errors] == ["/prerequisites/1"]
    assert (await change(catalog, course, title="T", prerequisites=[archived.id])).title == "T"
    assert (await change(catalog, course, prerequisites=None)).version == 3
    assert catalog.courses[course.id].prerequisites == ()
