"""Work that is handed in and graded, in any store."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.submissions import MemorySubmissionQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.submissions import PostgresSubmissionQueries
from application.catalog.content_ports import LessonHasWork
from application.learning.admission import CourseNotYours
from application.learning.grade_submission import GradeSubmission, GradeSubmissionHandler
from application.learning.hand_in_work import HandInWork, HandInWorkHandler
from application.learning.import_grades import ImportGrades, ImportGradesHandler
from application.learning.learner_table import RowsInvalid, TableUnreadable
from application.learning.ports import EnrollmentRequired, LessonNotFound
from application.learning.submission_ports import NoAssignment, SubmissionNotFound
from application.learning.submission_queries import SubmissionQuestion
from application.learning.submission_views import (
    GradeImportReport,
    GradeRow,
    GradeView,
    SubmissionPage,
    SubmissionView,
)
from application.shared.page import CursorInvalid
from application.shared.version import VersionStale
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import Assignment
from domain.identity.user import User
from domain.learning.assignment import AssignmentClosed
from domain.learning.enrollment import EnrollmentStatus
from domain.learning.submission import Verdict, Work
from domain.shared.ids import LessonId, SubmissionId
from domain.shared.rich_text import RichText
from tests.contract.conftest import Persistence
from tests.support import documents
from tests.support.catalog import acting
from tests.support.clock import SettableClock
from tests.support.learning import Learning, a_lesson, a_syllabus
from tests.support.people import NOON

HOUR = timedelta(hours=1)


class School:
    """A course of one assignment, its teacher, and two learners."""

    def __init__(self, persistence: Persistence) -> None:
        place = persistence.place
        self.queries = (
            MemorySubmissionQueries(place.committed)
            if isinstance(place, MemoryStore)
            else PostgresSubmissionQueries(place)
        )
        self.begin = persistence.begin
        self.clock = SettableClock(NOON)
        self.learning = Learning(persistence.begin, clock=self.clock)
        made = (persistence.begin, self.clock, uuid7)
        self._hand_in, self._grade = HandInWorkHandler(*made), GradeSubmissionHandler(*made)
        self._import = ImportGradesHandler(*made)

    async def open(self, **settings: Any) -> None:
        self.teacher, self.learner, self.other, self.stranger = await self.learning.add_users(4)
        self.syllabus = a_syllabus(0, created_by=self.teacher.id)
        content = Assignment(RichText("Tulis.", "<p>Tulis.</p>"), {**documents.AN_ASSIGNMENT, **settings})
        self.assignment = a_lesson(self.syllabus.modules[0], content=content)
        self.syllabus.lessons.append(self.assignment)
        await self.syllabus.store(self.begin)
        for who in (self.learner, self.other):
            await self.learning.enroll(who, self.syllabus.course)

    async def hand_in(self, who: User, text: str = "Jawaban.") -> SubmissionView:
        command = HandInWork(actor=acting(who), lesson_id=self.assignment.id, work=Work(text))
        return msgspec.json.decode((await self._hand_in(command)).view.body, type=SubmissionView)

    async def grade(self, who: User, submission: SubmissionView, version: int | None = None, **verdict: Any) -> Any:
        command = GradeSubmission(
            actor=acting(who),
            submission_id=SubmissionId(submission.id),
            expected_version=version,
            verdict=Verdict(**verdict),
        )
        return msgspec.json.decode((await self._grade(command)).body, type=SubmissionView)

    async def take_over(self, who: User, table: str) -> GradeImportReport:
        source = table.encode()
        return await self._import(ImportGrades(actor=acting(who), lesson_id=self.assignment.id, source=source))

    async def show(self, who: User, submission: SubmissionView) -> SubmissionView:
        encoded = await self.queries.submission(SubmissionId(submission.id), acting(who))
        assert encoded.tag.startswith(f"{msgspec.json.decode(encoded.body)['version']}-")
        return msgspec.json.decode(encoded.body, type=SubmissionView)

    async def mine(self, who: User, **question: Any) -> SubmissionPage:
        encoded = await self.queries.mine(who.id, self.assignment.id, SubmissionQuestion(**question))
        return msgspec.json.decode(encoded.body, type=SubmissionPage)

    async def all(self, who: User, **question: Any) -> list[int]:
        question_ = SubmissionQuestion(**question)
        encoded = await self.queries.of_assignment(self.assignment.id, question_, acting(who))
        return [each.number for each in msgspec.json.decode(encoded.body, type=SubmissionPage).items]

    async def enrollment(self, who: User) -> Any:
        async with self.begin() as unit:
            return await unit.enrollments.find(self.syllabus.course.id, who.id)


@pytest.fixture
def school(persistence: Persistence) -> School:
    return School(persistence)


async def test_work_is_handed_in_graded_and_completes_the_course(school: School):
    await school.open(pass_percent=50)
    made = await school.hand_in(school.learner)
    assert (made.number, made.text, made.grade, made.version) == (1, "Jawaban.", None, 1)
    assert (made.learner, made.course_id) == (
        school.learner.display_name or school.learner.name,
        school.syllabus.course.id,
    )
    school.clock.advance(hours=1)
    graded = await school.grade(school.teacher, made, 1, points=8750, comment="Bagus.")

    assert graded.grade == GradeView(
        points=87.5, deducted=0.0, percent=87, comment="Bagus.", rubric={}, graded_at=NOON + HOUR,
        graded_by=school.teacher.id,
    )  # fmt: skip
    assert graded.version == 2
    assert await school.show(school.learner, made) == await school.show(school.teacher, made) == graded
    assert (await school.enrollment(school.learner)).status is EnrollmentStatus.COMPLETED


async def test_a_grade_below_what_is_asked_for_completes_nothing_until_a_better_one(school: School):
    await school.open(pass_percent=50)
    first = await school.hand_in(school.learner)
    await school.grade(school.teacher, first, points=4900)
    assert (await school.enrollment(school.learner)).status is EnrollmentStatus.ACTIVE
    second = await school.hand_in(school.learner, "Lebih baik.")
    await school.grade(school.teacher, second, points=7000)
    assert (await school.enrollment(school.learner)).status is EnrollmentStatus.COMPLETED
    # Grading the former once more doesn't count against the newer one.
    await school.grade(school.teacher, first, points=0)
    async with school.begin() as unit:
        enrollment = await unit.enrollments.find(school.syllabus.course.id, school.learner.id)
        lesson = await unit.enrollments.lesson_at_hand(enrollment, school.assignment.id)
    assert lesson.progress.score == 70


async def test_a_rubric_and_lateness(school: School):
    rubric = [{"id": "isi", "title": "Isi", "points": 20}, {"id": "gaya", "title": "Gaya", "points": 10}]
    await school.open(points=30, rubric=rubric, due_at="2025-04-10T11:00:00Z", late="deduct")
    made = await school.hand_in(school.learner)
    assert made.late_seconds == 3600
    graded = await school.grade(school.teacher, made, rubric={"isi": 1750, "gaya": 800})

    assert (graded.grade.points, graded.grade.deducted, graded.grade.percent) == (25.5, 2.55, 76)
    assert graded.grade.rubric == {"isi": 17.5, "gaya": 8.0}


async def test_two_graders_never_overwrite_each_other_unknowingly(school: School):
    await school.open()
    made = await school.hand_in(school.learner)
    await school.grade(school.teacher, made, 1, points=5000)
    with pytest.raises(VersionStale):
        await school.grade(school.teacher, made, 1, points=6000)
    assert (await school.grade(school.teacher, made, 2, points=5000)).version == 2


async def test_only_who_teaches_grades_and_only_who_learns_hands_in(school: School):
    await school.open()
    made = await school.hand_in(school.learner)
    for who in (school.learner, school.other, school.stranger):
        with pytest.raises(SubmissionNotFound):
            await school.grade(who, made, points=10_000)
    for who in (school.other, school.stranger):
        with pytest.raises(SubmissionNotFound):
            await school.show(who, made)
    for who in (school.stranger, school.teacher):
        with pytest.raises(EnrollmentRequired):
            await school.hand_in(who)
    with pytest.raises(SubmissionNotFound):
        await school.grade(school.teacher, msgspec.structs.replace(made, id=uuid7()), points=1)


async def test_what_is_closed_or_no_assignment_takes_nothing(school: School):
    await school.open(closes_at="2025-04-10T12:30:00Z")
    await school.hand_in(school.learner)
    school.clock.advance(hours=1)
    with pytest.raises(AssignmentClosed):
        await school.hand_in(school.learner)
    link = a_lesson(school.syllabus.modules[0], "b")
    async with school.begin() as unit:
        await unit.lessons.save(link)
        await unit.commit()
    school.assignment = link
    with pytest.raises(NoAssignment):
        await school.hand_in(school.learner)
    with pytest.raises(NoAssignment):
        await school.mine(school.learner)
    with pytest.raises(NoAssignment):
        await school.queries.grades(link.id, acting(school.teacher))


async def test_who_has_withdrawn_gets_the_grade_and_no_completion(school: School):
    await school.open()
    made = await school.hand_in(school.learner)
    await school.learning.withdraw(school.learner, school.syllabus.course)
    graded = await school.grade(school.teacher, made, points=10_000)

    assert graded.grade.percent == 100
    assert (await school.enrollment(school.learner)).status is EnrollmentStatus.WITHDRAWN
    assert len((await school.mine(school.learner)).items) == 1


async def test_what_was_taken_back_can_still_be_graded_and_seen(school: School):
    await school.open()
    made = await school.hand_in(school.learner)
    school.assignment.change_status(LessonStatus.DRAFT, at=NOON)
    async with school.begin() as unit:
        await unit.lessons.save(school.assignment)
        await unit.commit()
    await school.grade(school.teacher, made, points=10_000)

    assert [each.number for each in (await school.mine(school.learner)).items] == [1]
    with pytest.raises(LessonNotFound):
        await school.mine(school.other)
    with pytest.raises(LessonNotFound):
        await school.hand_in(school.learner)


async def test_lists_are_pages_newest_first(school: School):
    await school.open()
    for number in range(3):
        made = await school.hand_in(school.learner, f"Jawaban {number}")
        school.clock.advance(minutes=1)
    await school.hand_in(school.other)
    await school.grade(school.teacher, made, points=1)
    page = await school.mine(school.learner, limit=2)
    assert [each.number for each in page.items] == [3, 2]
    rest = await school.mine(school.learner, limit=2, cursor=page.next_cursor)
    assert ([each.number for each in rest.items], rest.next_cursor) == ([1], None)
    with pytest.raises(CursorInvalid):
        await school.mine(school.other, cursor=page.next_cursor)
    assert await school.all(school.teacher) == [1, 3, 2, 1]
    assert await school.all(school.teacher, graded=True) == [3]
    assert await school.all(school.teacher, graded=False) == [1, 2, 1]
    with pytest.raises(CourseNotYours):
        await school.all(school.learner)
    with pytest.raises(LessonNotFound):
        await school.queries.of_assignment(LessonId(uuid7()), SubmissionQuestion(), acting(school.teacher))


async def test_the_table_of_grades_has_everybody_who_learns(school: School):
    await school.open()
    first = await school.hand_in(school.learner)
    await school.grade(school.teacher, first, points=9000, comment="=1+1")
    rows = {row.user_id: row for row in await school.queries.grades(school.assignment.id, acting(school.teacher))}

    assert rows.keys() == {school.learner.id, school.other.id}
    assert rows[school.learner.id] == GradeRow(
        user_id=school.learner.id, email=school.learner.email,
        learner=school.learner.display_name or school.learner.name, number=1, submitted_at=NOON, late_seconds=0,
        points=90.0, deducted=0.0, percent=90, comment="=1+1",
    )  # fmt: skip
    assert (rows[school.other.id].number, rows[school.other.id].points) == (None, None)
    with pytest.raises(CourseNotYours):
        await school.queries.grades(school.assignment.id, acting(school.learner))


async def test_a_table_grades_the_newest_and_again_changes_nothing(school: School):
    await school.open()
    for who in (school.learner, school.learner, school.other):
        made = await school.hand_in(who)
    table = f'user_id,name,points,comment\n{school.learner.id},Ani,"87,5",\'=Bagus\n{school.other.id},Budi,,\n'
    report = await school.take_over(school.teacher, table)
    assert report == GradeImportReport(graded=1, unchanged=0, ignored_columns=("name",))
    assert (await school.take_over(school.teacher, "\ufeff" + table)).unchanged == 1
    newest, former = (await school.mine(school.learner)).items
    assert (newest.grade.points, newest.grade.comment, former.grade) == (87.5, "=Bagus", None)
    assert (await school.show(school.teacher, made)).grade is None


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("{learner},101", [("/2/points", "number.range")]),
        ("{learner},x", [("/2/points", "number.invalid")]),
        ("{learner},1.005", [("/2/points", "number.invalid")]),
        ("{learner},nan", [("/2/points", "number.invalid")]),
        ("{learner},1\n{learner},2", [("/3/user_id", "row.repeated")]),
        ("{other},1", [("/2/user_id", "submission.not_found")]),
        ("{stranger},1\nnobody,1", [("/2/user_id", "submission.not_found"), ("/3/user_id", "user.not_found")]),
        ("{learner},90\n{other},1", [("/3/user_id", "submission.not_found")]),
        ("{learner}", [("/2", "row.cells")]),
    ],
)
async def test_one_row_that_cannot_be_taken_means_none_is(school: School, rows: str, found: list[tuple[str, str]]):
    await school.open()
    await school.hand_in(school.learner)
    ids = {"learner": school.learner.id, "other": school.other.id, "stranger": school.stranger.id}
    with pytest.raises(RowsInvalid) as caught:
        await school.take_over(school.teacher, "user_id,points\n" + rows.format(**ids))

    assert [(error.pointer, error.code) for error in caught.value.errors] == found
    assert (await school.mine(school.learner)).items[0].grade is None


@pytest.mark.parametrize("table", ["", "user_id\n", "points\n", "user_id,points,points\n", 'user_id,points\n"x'])
async def test_what_is_no_table_of_grades_is_refused(school: School, table: str):
    await school.open()
    with pytest.raises(TableUnreadable):
        await school.take_over(school.teacher, table)
    with pytest.raises(CourseNotYours):
        await school.take_over(school.learner, table)


async def test_an_assignment_with_work_is_not_deleted(school: School):
    await school.open()
    await school.hand_in(school.learner)

    async def delete() -> None:
        async with school.begin() as unit:
            await unit.lessons.delete(school.assignment)
            await unit.commit()

    with pytest.raises(LessonHasWork):
        await delete()
