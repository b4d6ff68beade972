from io import BytesIO
from typing import Any

import pytest

from application.catalog.import_courses import ImportCourses, ImportReport, OwnerNotFound
from domain.catalog.course import Course, CourseStatus
from tests.support.catalog import a_course, a_draft
from tests.unit.application.catalog.conftest import Catalog

HEADER = "external_id,title,summary,tags,prerequisite_ids\n"


async def take_over(catalog: Catalog, rows: str, header: str = HEADER, **options: Any) -> ImportReport:
    return await catalog.take_over(ImportCourses(source=BytesIO((header + rows).encode()), **options))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.refused


def known(catalog: Catalog, external_id: str) -> Course:
    return next(course for course in catalog.courses.values() if course.external_id == external_id)


async def test_new_courses_are_published_and_audited(catalog: Catalog):
    report = await take_over(catalog, "1,A,S,sql,\n2,B,,,\n", owner=catalog.author.email)

    assert (counts(report), report.imported) == ((2, 0, 0, 0), True)
    course = known(catalog, "1")
    assert (course.status, course.published_at, course.created_by) == (
        CourseStatus.PUBLISHED, catalog.clock.now, catalog.author.id,
    )  # fmt: skip
    assert (course.content.tags, course.content.language) == (("sql",), "und")
    assert [(entry.action, entry.source) for entry in catalog.audit] == [("course.imported", "command")] * 2


async def test_they_may_come_as_drafts(catalog: Catalog):
    await take_over(catalog, "1,A,S,,\n", status=CourseStatus.DRAFT)

    assert (known(catalog, "1").status, known(catalog, "1").published_at) == (CourseStatus.DRAFT, None)


async def test_the_same_again_changes_nothing(catalog: Catalog):
    rows = "1,A,S,sql;data,2\n2,B,,,\n"
    await take_over(catalog, rows)
    before, entries = dict(catalog.courses), len(catalog.audit)

    assert counts(await take_over(catalog, rows)) == (0, 0, 2, 0)
    assert catalog.courses == before
    assert len(catalog.audit) == entries


async def test_only_what_is_different_changes(catalog: Catalog):
    await take_over(catalog, "1,A,S,,\n2,B,S,,\n")

    assert counts(await take_over(catalog, "1,A,S,,\n2,B2,S,,\n3,C,S,,\n")) == (1, 1, 1, 0)
    assert (known(catalog, "1").version, known(catalog, "2").version) == (1, 2)


async def test_a_course_keeps_what_the_file_does_not_speak_of(catalog: Catalog):
    catalog.add(a_draft(external_id="1", level="advanced", description="D", created_by=catalog.author.id))

    await take_over(catalog, "1,A\n", header="external_id,title\n")

    course = known(catalog, "1")
    assert (course.content.title, course.content.level, course.content.description.markdown) == ("A", "advanced", "D")
    assert (course.status, course.created_by) == (CourseStatus.DRAFT, catalog.author.id)


async def test_one_bad_row_keeps_everything_out(catalog: Catalog):
    report = await take_over(catalog, "1,A,S,,\n2,,S,,\n")

    assert (counts(report), report.imported) == ((1, 0, 0, 1), False)
    assert [str(error) for error in report.errors] == ["line 3, column title: is empty"]
    assert not catalog.courses
    assert not catalog.audit


async def test_unless_it_shall_go_on(catalog: Catalog):
    report = await take_over(catalog, "1,A,S,,\n2,,S,,\n,C,S,,\n", go_on=True)

    assert (counts(report), report.imported) == ((1, 0, 0, 2), True)
    assert [error.line for error in report.errors] == [3, 4]
    assert len(catalog.courses) == 1


async def test_a_rehearsal_stores_nothing(catalog: Catalog):
    report = await take_over(catalog, "1,A,S,,\n", dry_run=True)

    assert (counts(report), report.imported) == ((1, 0, 0, 0), False)
    assert not catalog.courses


async def test_prerequisites_stand_anywhere_in_the_file_or_the_catalog(catalog: Catalog):
    catalog.add(first := a_course(external_id="0"))
    report = await take_over(catalog, "1,A,S,,2;0\n2,B,S,,\n")

    assert counts(report) == (2, 0, 0, 0)
    assert set(known(catalog, "1").prerequisites) == {known(catalog, "2").id, first.id}


async def test_prerequisites_that_change_are_a_change(catalog: Catalog):
    await take_over(catalog, "1,A,S,,2\n2,B,S,,\n")

    assert counts(await take_over(catalog, "1,A,S,,\n2,B,S,,\n")) == (0, 1, 1, 0)
    assert known(catalog, "1").prerequisites == ()


async def test_an_unknown_prerequisite_and_a_cycle_are_told(catalog: Catalog):
    report = await take_over(catalog, "1,A,S,,2\n2,B,S,,3\n3,C,S,,1\n4,D,S,,nope\n", go_on=True)

    assert [str(error) for error in report.errors] == [
        "line 4, column prerequisite_ids: 1 must itself be learned after this course",
        "line 5, column prerequisite_ids: no course has the external id nope",
    ]
    assert len(catalog.courses) == 4
    assert known(catalog, "3").prerequisites == ()


async def test_errors_of_a_field_are_told_by_its_column(catalog: Catalog):
    report = await take_over(
        catalog, f"1,A,{'x' * 41}\n", header="external_id,title,bidang\n", mapping={"bidang": "tags"}
    )

    assert [str(error) for error in report.errors] == ["line 2, column bidang: is longer than 40 characters"]


async def test_an_owner_is_somebody(catalog: Catalog):
    with pytest.raises(OwnerNotFound):
        await take_over(catalog, "1,A,S,,\n", owner="nobody@example.ac.id")


async def test_many_batches_are_one_import(catalog: Catalog):
    rows = "".join(f"{number},Kuliah {number},S,,{number - 1 if number else ''}\n" for number in range(520))

    assert counts(await take_over(catalog, rows)) == (520, 0, 0, 0)
    assert counts(await take_over(catalog, rows + "x,,,,\n")) == (0, 0, 520, 1)
