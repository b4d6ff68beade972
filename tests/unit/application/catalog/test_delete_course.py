import pytest

from application.catalog.delete_course import DeleteCourse
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseIsPrerequisite, CourseNotFound
from application.shared.version import VersionStale
from domain.catalog.course import CoursePublished, CourseStatus
from tests.support.catalog import a_course, a_draft
from tests.unit.application.catalog.conftest import Catalog


async def test_a_deleted_course_is_gone_and_the_audit_knows_what_it_was(catalog: Catalog):
    course = a_course("Basis Data", status=CourseStatus.ARCHIVED, created_by=catalog.author.id)
    catalog.add(course)

    await catalog.delete(DeleteCourse(actor=catalog.dosen, course_id=course.id, expected_version=1))

    assert not catalog.courses
    [entry] = catalog.audit
    assert (entry.action, entry.subject_id) == ("course.deleted", course.id)
    assert entry.changes == {"title": "Basis Data", "slug": course.slug, "external_id": None}


async def test_what_is_refused_leaves_everything(catalog: Catalog):
    author = catalog.author.id
    shown, draft, first = a_course(created_by=author), a_draft(created_by=author), a_draft(created_by=author)
    catalog.add(shown, draft, first, a_course(prerequisites=(first.id,)))

    for course, actor, version, refusal in (
        (shown, catalog.dosen, None, CoursePublished),
        (shown, catalog.stranger, None, CourseNotYours),
        (draft, catalog.stranger, None, CourseNotFound),
        (draft, catalog.dosen, 2, VersionStale),
        (first, catalog.dosen, None, CourseIsPrerequisite),
    ):
        with pytest.raises(refusal):
            await catalog.delete(DeleteCourse(actor=actor, course_id=course.id, expected_version=version))

    assert len(catalog.courses) == 4
    assert not catalog.audit
