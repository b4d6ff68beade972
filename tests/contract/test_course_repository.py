from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.ports import CourseIsPrerequisite, CourseNotFound, ExternalIdTaken
from application.catalog.queries import ANYBODY, CourseView, PrerequisiteView, RatingView, Reader
from domain.catalog.course import Course, CourseStatus
from domain.shared.ids import CourseId, UserId
from tests.contract.conftest import Persistence
from tests.support.catalog import a_content, a_course, a_draft
from tests.support.people import NOON, a_user

Begin = Callable[[], Any]


async def save(begin: Begin, *courses: Course) -> None:
    async with begin() as unit:
        await unit.courses.save(*courses)
        await unit.commit()


async def stored(begin: Begin, course_id: CourseId) -> Course:
    async with begin() as unit:
        return await unit.courses.get(course_id)


async def test_what_was_saved_is_there_after_the_commit(persistence: Persistence):
    author = a_user()
    await persistence.add_users(author)
    first = a_course("Dasar")
    course = a_draft(
        description="# Hai", level="advanced", tags=["sql", "basis data"], cover_url="https://example.org/a.png",
        external_id="X-1", created_by=author.id, prerequisites=(first.id,), version=7,
    )  # fmt: skip
    await save(persistence.begin, first, course)

    assert await stored(persistence.begin, course.id) == course


async def test_without_a_commit_nothing_was(begin: Begin):
    course = a_course()
    async with begin() as unit:
        await unit.courses.save(course)

    with pytest.raises(CourseNotFound):
        await stored(begin, course.id)


async def test_what_was_loaded_is_a_copy(begin: Begin):
    course = a_draft()
    await save(begin, course)
    loaded = await stored(begin, course.id)
    loaded.change_status(CourseStatus.IN_REVIEW, at=NOON)

    assert (await stored(begin, course.id)).status is CourseStatus.DRAFT


async def test_save_replaces_the_whole_course(begin: Begin):
    first, second, third = a_course("1"), a_course("2"), a_course("3")
    course = a_draft(tags=["a", "b"], prerequisites=tuple(sorted([first.id, second.id])))
    await save(begin, first, second, third, course)
    course.revise(a_content("Lain", tags=["b", "c"]), prerequisites=[second.id, third.id], at=NOON + timedelta(hours=1))
    course.change_status(CourseStatus.PUBLISHED, at=NOON + timedelta(hours=2))
    await save(begin, course)

    assert await stored(begin, course.id) == course


async def test_courses_of_one_save_may_build_on_each_other(begin: Begin):
    second = a_course("2")
    first = a_course("1", prerequisites=(second.id,))
    await save(begin, first, second)

    assert await stored(begin, first.id) == first


async def test_an_external_id_is_taken_once(begin: Begin):
    await save(begin, a_course(external_id="X-1"), a_course(external_id=None), a_course(external_id=None))

    with pytest.raises(ExternalIdTaken):
        await save(begin, a_course(external_id="X-1"))


async def test_courses_are_found_by_what_others_call_them(begin: Begin):
    one, other = a_course(external_id="X-1"), a_course(external_id="X-2")
    await save(begin, one, other, a_course())
    async with begin() as unit:
        assert list(await unit.courses.find_by_external_ids(["X-2", "X-3"])) == [other]
        assert list(await unit.courses.find_by_external_ids([])) == []


async def test_only_those_that_exist_are_found(begin: Begin):
    one, other = a_course(), a_course()
    await save(begin, one, other)
    async with begin() as unit:
        found = await unit.courses.find_all([one.id, CourseId(uuid7())])

    assert list(found) == [one]


async def test_a_deleted_course_is_gone_with_all_that_hangs_on_it(begin: Begin):
    first = a_course()
    course = a_draft(tags=["sql"], prerequisites=(first.id,))
    await save(begin, first, course)
    async with begin() as unit:
        await unit.courses.delete(course)
        await unit.courses.delete(first)
        await unit.commit()

    for gone in (first, course):
        with pytest.raises(CourseNotFound):
            await stored(begin, gone.id)


async def test_what_others_build_on_is_not_deleted(begin: Begin):
    first = a_draft()
    await save(begin, first, a_course(prerequisites=(first.id,)))

    async def delete() -> None:
        async with begin() as unit:
            await unit.courses.delete(first)
            await unit.commit()

    with pytest.raises(CourseIsPrerequisite):
        await delete()

    assert await stored(begin, first.id) == first


async def test_the_graph_is_all_that_a_course_leads_to(begin: Begin):
    a, b = a_course("A"), a_course("B")
    c = a_course("C", prerequisites=tuple(sorted([a.id, b.id])))
    d = a_course("D", prerequisites=(c.id,))
    e = a_course("E", prerequisites=(a.id,))
    await save(begin, a, b, c, d, e)
    async with begin() as unit:
        await unit.courses.lock_prerequisites()
        graph = await unit.courses.prerequisites_from([d.id])
        nothing = await unit.courses.prerequisites_from([a.id])

    assert {course: set(first) for course, first in graph.items()} == {c.id: {a.id, b.id}, d.id: {c.id}}
    assert dict(nothing) == {}


async def test_the_view_shows_what_this_unit_saved(persistence: Persistence):
    author = a_user(name="Siti", display_name="Bu Siti")
    await persistence.add_users(author)
    shown, hidden = a_course("Terlihat"), a_draft("Tersembunyi")
    course = a_draft(
        description="*Hai*", tags=["sql"], level="beginner", created_by=author.id, external_id="X-1",
        prerequisites=tuple(sorted([shown.id, hidden.id])), version=3,
    )  # fmt: skip
    async with persistence.begin() as unit:
        await unit.courses.save(shown, hidden, course)
        view = await unit.courses.view(course.id, Reader(author.id))
        for_admins = await unit.courses.view(course.id, Reader(None, is_admin=True))
        for stranger in (ANYBODY, Reader(UserId(uuid7()))):
            with pytest.raises(CourseNotFound):
                await unit.courses.view(course.id, stranger)

    seen = msgspec.json.decode(view.body, type=CourseView, strict=True)
    assert seen == CourseView(
        id=course.id,
        slug=course.slug,
        title="Struktur Data",
        summary="Wadah untuk data.",
        language="id",
        level=course.content.level,
        tags=["sql"],
        cover_url=None,
        status=CourseStatus.DRAFT,
        created_by=author.id,
        author="Bu Siti",
        rating=RatingView(None, 0),
        created_at=NOON,
        updated_at=NOON,
        published_at=None,
        version=3,
        external_id="X-1",
        capacity=None,
        description="*Hai*",
        description_html="<p>*Hai*</p>",
        prerequisites=[PrerequisiteView(shown.id, shown.slug, "Terlihat")],
    )
    assert view.tag.startswith("3-")
    assert len(msgspec.json.decode(for_admins.body)["prerequisites"]) == 2


async def test_the_tag_follows_what_the_body_shows_of_others(persistence: Persistence):
    first = a_course("Dasar")
    course = a_course(prerequisites=(first.id,))
    await save(persistence.begin, first, course)
    async with persistence.begin() as unit:
        before = await unit.courses.view(course.id, ANYBODY)
        same = await unit.courses.view(course.id, ANYBODY)
        await unit.courses.save(replace(first, content=a_content("Dasar-dasar")))
        after = await unit.courses.view(course.id, ANYBODY)

    assert before == same
    assert before.tag != after.tag
    assert before.tag.partition("-")[0] == after.tag.partition("-")[0] == "1"


async def test_owners_are_found_by_id_and_by_address(persistence: Persistence):
    owner, gone = a_user(email="Siti@ugm.ac.id"), a_user(email="budi@ugm.ac.id")
    gone.bury(at=NOON)
    await persistence.add_users(owner, gone)
    async with persistence.begin() as unit:
        assert await unit.owners.find(str(owner.id)) == owner.id
        assert await unit.owners.find("siti@UGM.ac.id") == owner.id
        for reference in (str(gone.id), "budi@ugm.ac.id", "", "nobody"):
            assert await unit.owners.find(reference) is None
