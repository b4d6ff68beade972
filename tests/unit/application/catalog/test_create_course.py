import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.create_course import CreateCourse
from application.catalog.queries import CourseView
from application.shared.idempotency import IdempotencyKey, IdempotencyKeyReused
from domain.catalog.content import CourseInvalid, Draft
from domain.catalog.course import CourseStatus
from domain.shared.ids import CourseId
from tests.support.catalog import a_course, a_draft
from tests.unit.application.catalog.conftest import Catalog


async def test_a_new_course_is_a_draft_of_the_actor_and_audited(catalog: Catalog):
    first = a_course()
    catalog.add(first)
    draft = Draft(title="Basis Data", language="id", description="# Hai")

    created = await catalog.create(CreateCourse(actor=catalog.dosen, draft=draft, prerequisites=[first.id]))

    course = catalog.courses[CourseId(created.id)]
    assert (course.status, course.created_by, course.prerequisites) == (
        CourseStatus.DRAFT, catalog.author.id, (first.id,),
    )  # fmt: skip
    view = msgspec.json.decode(created.view.body, type=CourseView)
    assert (view.id, view.title, view.description_html) == (created.id, "Basis Data", "<p># Hai</p>")
    [entry] = catalog.audit
    assert (entry.action, entry.actor_id, entry.subject_id) == ("course.created", catalog.author.id, created.id)
    assert entry.changes["title"] == "Basis Data"


async def test_what_is_sent_twice_is_made_once(catalog: Catalog):
    key = IdempotencyKey(catalog.author.id, "k", "same")
    command = CreateCourse(actor=catalog.dosen, draft=Draft(title="Basis Data"), idempotency=key)

    assert await catalog.create(command) == await catalog.create(command)
    assert len(catalog.courses) == len(catalog.audit) == 1


async def test_a_key_stands_for_one_request(catalog: Catalog):
    def command(fingerprint: str) -> CreateCourse:
        key = IdempotencyKey(catalog.author.id, "k", fingerprint)
        return CreateCourse(actor=catalog.dosen, draft=Draft(title="Basis Data"), idempotency=key)

    await catalog.create(command("one"))
    with pytest.raises(IdempotencyKeyReused):
        await catalog.create(command("other"))


async def test_a_bad_field_is_named(catalog: Catalog):
    with pytest.raises(CourseInvalid) as caught:
        await catalog.create(CreateCourse(actor=catalog.dosen, draft=Draft(title="")))

    assert [error.pointer for error in caught.value.errors] == ["/title"]
    assert not catalog.courses


async def test_prerequisites_are_courses_that_the_actor_may_see(catalog: Catalog):
    shown, own, hidden = a_course(), a_draft(created_by=catalog.author.id), a_draft(created_by=catalog.other.id)
    catalog.add(shown, own, hidden)
    wanted = [shown.id, hidden.id, own.id, CourseId(uuid7())]

    with pytest.raises(CourseInvalid) as caught:
        await catalog.create(CreateCourse(actor=catalog.dosen, draft=Draft(title="T"), prerequisites=wanted))

    found = [(error.pointer, error.code) for error in caught.value.errors]
    assert found == [("/prerequisites/1", "prerequisite.unknown"), ("/prerequisites/3", "prerequisite.unknown")]


async def test_prerequisites_have_an_end(catalog: Catalog):
    wanted = [CourseId(uuid7()) for _ in range(21)]

    with pytest.raises(CourseInvalid) as caught:
        await catalog.create(CreateCourse(actor=catalog.dosen, draft=Draft(title="T"), prerequisites=wanted))

    assert [error.code for error in caught.value.errors] == ["prerequisites.too_many"]
