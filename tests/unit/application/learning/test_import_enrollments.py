from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.learning.admission import CourseNotYours
from application.learning.import_enrollments import MOST_ERRORS
from application.learning.learner_table import LearnerRow, RowsInvalid, TableUnreadable, read_learners
from application.learning.ports import CourseNotFound
from application.learning.queries import EnrollmentImportReport
from domain.catalog.course import CourseStatus
from domain.learning.enrollment import CourseFull, EnrollmentClosed
from tests.support.learning import a_syllabus
from tests.unit.application.learning.test_learning import World


@pytest.fixture
def world() -> World:
    return World()


def report(enrolled: int = 0, resumed: int = 0, unchanged: int = 0, *ignored: str) -> EnrollmentImportReport:
    return EnrollmentImportReport(enrolled=enrolled, resumed=resumed, unchanged=unchanged, ignored_columns=ignored)


async def test_learners_are_brought_in_by_address_or_id_and_the_same_table_again_changes_nothing(world: World):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id))
    table = f"\ufeffname,email,user_id\r\nA,{world.learner.email},\r\n\r\nB,,{world.other.id}\r\n".encode()
    assert await world.learning.take_over(world.owner, syllabus.course, table) == report(2, 0, 0, "name")
    await world.learning.withdraw(world.learner, syllabus.course)
    assert await world.learning.take_over(world.owner, syllabus.course, table) == report(0, 1, 1, "name")
    assert await world.learning.take_over(world.owner, syllabus.course, table) == report(0, 0, 2, "name")

    assert {each.user_id for each in world.store.tables.enrollments.values()} == {world.learner.id, world.other.id}
    assert world.actions == ["enrollment.begun", "enrollment.begun", "enrollment.withdrawn", "enrollment.resumed"]


async def test_somebody_named_twice_comes_once(world: World):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id))
    email = (world.learner.email or "").upper()
    table = f"email,user_id\n{email},\n,{world.learner.id}\n{email},\n".encode()
    assert await world.learning.take_over(world.owner, syllabus.course, table) == report(1)


async def test_a_bad_row_is_told_by_line_and_column_and_nobody_comes_in(world: World):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id))
    lines = [
        "email,note",
        f"{world.learner.email},ok",
        '"two\nlines",',
        "too,many,cells",
        " ,x",
        f"{world.owner.email},",
    ]
    with pytest.raises(RowsInvalid) as refused:
        await world.learning.take_over(world.owner, syllabus.course, "\n".join(lines).encode())

    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        ("/3/email", "text.character"),
        ("/5", "row.cells"),
        ("/6/email", "text.empty"),
        ("/7/email", "enrollment.own_course"),
    ]
    assert refused.value.errors[1].detail == "line 5: has 3 cells where the header has 2"
    assert not world.store.tables.enrollments


async def test_of_very_many_errors_the_first_are_told(world: World):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id))
    table = "email\n" + "".join(f"nobody-{number}@example.org\n" for number in range(1000))
    with pytest.raises(RowsInvalid) as refused:
        await world.learning.take_over(world.owner, syllabus.course, table.encode())

    assert refused.value.errors[0].detail == "line 2, column email: nobody is known by this"
    assert len(refused.value.errors) == MOST_ERRORS
    assert "1000 rows" in refused.value.detail


async def test_seats_are_for_all_of_a_table_or_for_none(world: World):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id, capacity=1))
    table = f"user_id\n{world.learner.id}\n{world.other.id}\n".encode()
    with pytest.raises(CourseFull):
        await world.learning.take_over(world.owner, syllabus.course, table)
    assert not world.store.tables.enrollments


async def test_who_may_bring_in_and_where(world: World):
    shown = world.add(a_syllabus(1, created_by=world.owner.id))
    draft = world.add(a_syllabus(1, created_by=world.owner.id, status=CourseStatus.DRAFT))
    table = f"user_id\n{world.learner.id}\n".encode()
    with pytest.raises(CourseNotYours):
        await world.learning.take_over(world.other, shown.course, table)
    with pytest.raises(CourseNotFound):
        await world.learning.take_over(world.other, draft.course, table)
    with pytest.raises(EnrollmentClosed):
        await world.learning.take_over(world.owner, draft.course, table)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "columns are none"),
        (b"name,mail\nA,b@c\n", "columns are name, mail"),
        (b"email,email\n", "More than one column is email"),
        (b"email\na@b\n\xff@c\n", "Line 3 is not UTF-8"),
        (b'email\n"never closed\n', "is not CSV"),
        (b"email\n" + b"x" * 200_000, "is not CSV"),
        ("email\n".encode("utf-16"), "Line 1 is not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(source: bytes, words: str):
    with pytest.raises(TableUnreadable) as refused:
        read_learners(source)
    assert words in refused.value.detail


def test_a_header_alone_brings_nobody():
    assert read_learners(b"email\n").rows == ()


@given(st.lists(st.emails(), max_size=8))
def test_every_row_names_its_line(emails: list[str]):
    quoted = [email.lower().replace('"', '""') for email in emails]
    table = read_learners(("email\n" + "".join(f'"{email}"\n\n' for email in quoted)).encode())

    expected = [LearnerRow(2 + 2 * place, "email", email.lower()) for place, email in enumerate(emails)]
    assert list(table.rows) == expected
    assert table.errors == ()


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(source: bytes):
    with suppress(TableUnreadable):
        table = read_learners(b"email\n" + source)
        assert all(row.reference for row in table.rows)
