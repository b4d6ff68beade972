"""Many reviews of one course at once: what they add up to is never lost; and what the tests would see."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.enrollment_rows import offer_of
from adapters.postgres.repositories.reviews import PostgresReviewRepository
from adapters.postgres.unit import PostgresUnit, begin_unit
from application.learning.review_ports import Standing
from domain.identity.user import User
from domain.learning.enrollment import Offer
from domain.shared.ids import CourseId, UserId
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.learning_invariants import broken_invariants
from tests.support.reviews import Reviews

SUMS = "the ratings of a course add up to something else"


async def joined(pool: Pool, learners: int) -> tuple[Syllabus, list[User]]:
    """A course, and who learns in it and completed it."""
    learning = Learning(partial(begin_unit, pool))
    users = await learning.add_users(learners)
    syllabus = a_syllabus(1)
    await syllabus.store(learning.begin)
    for user in users:
        await learning.enroll(user, syllabus.course)
        await learning.complete(user, syllabus.lessons[0])
    return syllabus, users


async def faults_of(*calls: Any) -> list[BaseException]:
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


async def broken(pool: Pool) -> set[str]:
    async with pool.connection() as connection:
        return await broken_invariants(connection)


async def opine_at_once(pool: Pool, reviews: Reviews) -> list[BaseException]:
    """Ten learners, each in many minds at the same time."""
    syllabus, users = await joined(pool, 10)
    course = syllabus.course
    calls: list[Any] = []
    for user in users:
        calls += [reviews.write(user, course, rating) for rating in (1, 5, 3, 2)]
        calls += [reviews.delete(user, course)] if user in users[:5] else []
        calls += [reviews.write(user, course, rating) for rating in (4, 5)]
    return await faults_of(*calls)


async def test_what_many_say_at_once_adds_up(empty_database: Pool):
    assert await opine_at_once(empty_database, Reviews(partial(begin_unit, empty_database))) == []
    assert await broken(empty_database) == set()
    async with empty_database.connection() as connection:
        # Who took theirs back last of all has none.
        assert 5 <= await connection.fetchval("SELECT rating_count FROM courses") <= 10


class WithoutLock(PostgresReviewRepository):
    """Negative control: what there was before is looked at while others change it."""

    async def course(self, course_id: CourseId) -> Offer:
        row = await self._connection.fetchrow("SELECT id AS course_id, * FROM courses WHERE id = $1", course_id)
        assert row is not None
        return offer_of(row)

    async def standing(self, course_id: CourseId, user_id: UserId) -> Standing | None:
        found = await super().standing(course_id, user_id)
        await asyncio.sleep(0.01)
        return found


class WrittenOver(PostgresReviewRepository):
    """Negative control: without the lock, and the sums are read, counted, and written as they were counted."""

    async def course(self, course_id: CourseId) -> Offer:
        row = await self._connection.fetchrow("SELECT id AS course_id, * FROM courses WHERE id = $1", course_id)
        assert row is not None
        self._sums = (row["rating_sum"], row["rating_count"])
        await asyncio.sleep(0.01)
        return offer_of(row)

    async def save(self, review: Any, *, before: int | None) -> None:
        await super().save(review, before=before)
        total, count = self._sums[0] + review.rating - (before or 0), self._sums[1] + (before is None)
        await self._connection.execute(
            "UPDATE courses SET rating_sum = $2, rating_count = $3 WHERE id = $1", review.course_id, total, count
        )


@asynccontextmanager
async def begin_with(repository: type[PostgresReviewRepository], pool: Pool) -> AsyncIterator[PostgresUnit]:
    async with begin_unit(pool) as unit:
        unit.reviews = repository(unit._connection)
        yield unit


async def test_without_the_lock_a_learner_in_many_minds_is_counted_wrongly(empty_database: Pool):
    await opine_at_once(empty_database, Reviews(partial(begin_with, WithoutLock, empty_database)))
    assert SUMS in await broken(empty_database)


async def test_sums_that_are_written_over_lose_reviews(empty_database: Pool):
    reviews = Reviews(partial(begin_with, WrittenOver, empty_database))
    syllabus, users = await joined(empty_database, 10)
    await faults_of(*(reviews.write(user, syllabus.course, 5) for user in users))
    assert SUMS in await broken(empty_database)


async def test_reviews_get_along_with_who_comes_leaves_learns_and_teaches(empty_database: Pool):
    syllabus, users = await joined(empty_database, 10)
    begin = partial(begin_unit, empty_database)
    learning, reviews = Learning(begin), Reviews(begin)
    newcomers = await learning.add_users(10)

    async def change_course() -> None:
        async with begin() as unit:
            course = await unit.courses.get(syllabus.course.id)
            course.version += 1
            await unit.courses.save(course)
            await unit.commit()

    async def come_and_learn(user: User) -> None:
        await learning.enroll(user, syllabus.course)
        await learning.complete(user, syllabus.lessons[0])
        await reviews.write(user, syllabus.course, 1)

    async def leave_and_return(user: User) -> None:
        await learning.withdraw(user, syllabus.course)
        await learning.enroll(user, syllabus.course)

    faults = await faults_of(
        *(reviews.write(user, syllabus.course, 5) for user in users[:5]),
        *(come_and_learn(user) for user in newcomers),
        *(leave_and_return(user) for user in users[5:]),
        *(change_course() for _ in range(5)),
        *(reviews.write(user, syllabus.course, 2) for user in users[:5]),
    )
    assert faults == []
    assert await broken(empty_database) - {"an enrollment is not audited once"} == set()
    async with empty_database.connection() as connection:
        assert await connection.fetchval("SELECT rating_count FROM courses") == 15
        assert await connection.fetchval("SELECT version FROM courses") == 6
