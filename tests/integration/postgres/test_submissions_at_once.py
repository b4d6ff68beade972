"""Submissions and grades when many come at once, with negative controls."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.submissions import PostgresSubmissionRepository
from adapters.postgres.unit import PostgresUnit, begin_unit
from application.catalog.content_ports import LessonHasWork
from application.learning.grade_submission import GradeSubmission, GradeSubmissionHandler
from application.learning.hand_in_work import HandInWork, HandInWorkHandler
from application.learning.ports import LessonNotFound, StepOvertaken
from application.learning.submission_ports import SubmissionAtHand
from application.shared.version import VersionStale
from domain.catalog.lesson_content import Assignment
from domain.learning.enrollment import Enrollment
from domain.learning.submission import Verdict, Work
from domain.shared.ids import LessonId, SubmissionId
from domain.shared.rich_text import RichText
from tests.support import documents
from tests.support.catalog import acting
from tests.support.learning import Learning, a_lesson, a_syllabus

TIMES = 20


class School:
    def __init__(self, pool: Pool, begin: Any = begin_unit) -> None:
        self.pool = pool
        self.begin = partial(begin, pool)
        self.learning = Learning(partial(begin_unit, pool))

    async def open(self) -> None:
        self.teacher, self.learner = await self.learning.add_users(2)
        syllabus = a_syllabus(0, created_by=self.teacher.id)
        content = Assignment(RichText("Tulis.", ""), documents.AN_ASSIGNMENT)
        self.assignment = a_lesson(syllabus.modules[0], content=content)
        syllabus.lessons.append(self.assignment)
        await syllabus.store(self.learning.begin)
        await self.learning.enroll(self.learner, syllabus.course)

    async def hand_in(self) -> SubmissionId:
        handler = HandInWorkHandler(self.begin, self.learning.clock, uuid7)
        command = HandInWork(actor=acting(self.learner), lesson_id=self.assignment.id, work=Work("Jawaban."))
        return SubmissionId((await handler(command)).id)

    async def grade(self, submission: SubmissionId, points: int) -> Any:
        handler = GradeSubmissionHandler(self.begin, self.learning.clock, uuid7)
        command = GradeSubmission(
            actor=acting(self.teacher), submission_id=submission, expected_version=1, verdict=Verdict(points=points)
        )
        return await handler(command)

    async def column(self, query: str) -> list[Any]:
        async with self.pool.connection() as connection:
            return [row[0] for row in await connection.fetch(query)]


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


@pytest.fixture
async def school(empty_database: Pool) -> School:
    school = School(empty_database)
    await school.open()
    return school


async def test_many_submissions_at_once_are_numbered_one_by_one(school: School):
    outcomes = await all_at_once(*(school.hand_in() for _ in range(TIMES)))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert await school.column("SELECT number FROM submissions ORDER BY number") == list(range(1, TIMES + 1))


async def test_of_graders_who_read_the_same_one_grades(school: School):
    submission = await school.hand_in()
    outcomes = await all_at_once(*(school.grade(submission, 100 * number) for number in range(TIMES)))

    assert sum(isinstance(outcome, VersionStale) for outcome in outcomes) == TIMES - 1
    assert await school.column("SELECT count(*) FROM audit_entries WHERE action = 'submission.graded'") == [1]
    assert await school.column("SELECT version FROM submissions") == [2]


async def test_a_lesson_that_is_deleted_while_work_comes_in(empty_database: Pool):
    for _ in range(10):
        school = School(empty_database)
        await school.open()

        async def delete(lesson: Any = school.assignment) -> None:
            async with begin_unit(empty_database) as unit:
                await unit.lessons.delete(lesson)
                await unit.commit()

        handed_in, deleted = await all_at_once(school.hand_in(), delete())

        told = [type(outcome) for outcome in (handed_in, deleted) if isinstance(outcome, Exception)]
        assert told in ([LessonNotFound], [LessonHasWork]), (handed_in, deleted)
        assert (told == [LessonHasWork]) == isinstance(deleted, LessonHasWork)


class Unlocked(PostgresSubmissionRepository):
    """Negative control: gives every lock back before it goes on."""

    async def percents(self, enrollment: Enrollment, lesson_id: LessonId) -> Mapping[int, int | None]:
        found = await super().percents(enrollment, lesson_id)
        await self._let_go()
        return found

    async def get(self, submission_id: SubmissionId) -> SubmissionAtHand:
        found = await super().get(submission_id)
        await self._let_go()
        return found

    async def _let_go(self) -> None:
        await self._connection.execute("COMMIT")
        await asyncio.sleep(0.01)
        await self._connection.execute("BEGIN")


@asynccontextmanager
async def begin_unlocked(pool: Pool) -> AsyncIterator[PostgresUnit]:
    async with begin_unit(pool) as unit:
        unit.submissions = Unlocked(unit._connection)
        yield unit


async def test_without_locks_numbers_would_collide_and_nobody_would_see_that_they_are_late(empty_database: Pool):
    school = School(empty_database, begin_unlocked)
    await school.open()
    submission = await school.hand_in()
    handed_in = await all_at_once(*(school.hand_in() for _ in range(TIMES)))
    graded = await all_at_once(*(school.grade(submission, 100 * number) for number in range(5)))

    assert [outcome for outcome in handed_in if isinstance(outcome, Exception)]
    # Only that the learner's enrollment has moved on keeps grades from overwriting each other.
    assert not [outcome for outcome in graded if isinstance(outcome, VersionStale)]
    assert [outcome for outcome in graded if isinstance(outcome, StepOvertaken)]
