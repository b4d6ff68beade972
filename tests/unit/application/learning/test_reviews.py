from datetime import timedelta

import pytest

from adapters.memory.review_queries import MemoryReviewQueries
from adapters.memory.unit import MemoryStore
from application.learning.ports import CourseNotFound, EnrollmentRequired
from application.learning.review_ports import ReviewNotFound
from domain.catalog.course import CourseStatus
from domain.identity.user import User
from domain.learning.review import ReviewOfOwnCourse, ReviewTooEarly
from tests.support.learning import Learning, Syllabus, a_lesson, a_syllabus
from tests.support.people import NOON, a_user
from tests.support.reviews import Reviews


class World:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.learning = Learning(self.store.begin)
        self.reviews = Reviews(self.store.begin, MemoryReviewQueries(self.store.committed), self.learning.clock)
        self.owner, self.learner, self.other = (a_user() for _ in range(3))
        self.store.tables.users |= {user.id: user for user in (self.owner, self.learner, self.other)}

    async def joined(self, lessons: int, completed: int) -> Syllabus:
        syllabus = a_syllabus(lessons, created_by=self.owner.id)
        await syllabus.store(self.store.begin)
        await self.learning.enroll(self.learner, syllabus.course)
        for lesson in syllabus.lessons[:completed]:
            await self.learning.complete(self.learner, lesson)
        return syllabus

    @property
    def entries(self) -> list[tuple[str, object]]:
        entries = self.store.tables.audit_entries
        return [(each.action, each.changes["rating"]) for each in entries if each.action.startswith("review.")]


@pytest.fixture
def world() -> World:
    return World()


async def test_written_changed_and_taken_back(world: World):
    syllabus = await world.joined(5, 1)
    first = await world.reviews.write(world.learner, syllabus.course, 4, "Baik.")
    world.learning.clock.advance(hours=1)
    assert await world.reviews.write(world.learner, syllabus.course, 4, "Baik.") == first
    second = await world.reviews.write(world.learner, syllabus.course, 2, "Kurang.")
    assert (second.rating, second.text, second.version) == (2, "Kurang.", 2)
    assert (second.created_at, second.updated_at) == (NOON, NOON + timedelta(hours=1))
    assert await world.reviews.mine(world.learner, syllabus.course) == second
    for _ in range(2):
        await world.reviews.delete(world.learner, syllabus.course)
    with pytest.raises(ReviewNotFound):
        await world.reviews.mine(world.learner, syllabus.course)
    assert world.entries == [("review.written", 4), ("review.changed", 2), ("review.deleted", 2)]


async def test_the_audit_names_the_enrollment_and_not_the_words(world: World):
    syllabus = await world.joined(1, 1)
    await world.reviews.write(world.learner, syllabus.course, 4, "Rahasia.")
    entry = world.store.tables.audit_entries[-1]
    [enrollment] = world.store.tables.enrollments.values()

    assert (entry.subject_type, entry.subject_id, entry.actor_id) == ("review", enrollment.id, world.learner.id)
    assert entry.changes == {
        "course_id": str(syllabus.course.id), "user_id": str(world.learner.id), "rating": 4,
    }  # fmt: skip


async def test_a_fifth_comes_first(world: World):
    syllabus = await world.joined(6, 1)
    with pytest.raises(ReviewTooEarly):
        await world.reviews.write(world.learner, syllabus.course)
    await world.learning.complete(world.learner, syllabus.lessons[1])
    await world.reviews.write(world.learner, syllabus.course, 3)


async def add_lessons(world: World, syllabus: Syllabus, count: int) -> None:
    async with world.store.begin() as unit:
        await unit.lessons.save(*(a_lesson(syllabus.modules[0], f"z{number}V") for number in range(count)))
        await unit.commit()


async def test_lessons_that_are_added_take_no_review_away_and_none_from_who_completed_the_course(world: World):
    begun, completed = await world.joined(2, 1), await world.joined(1, 1)
    await world.reviews.write(world.learner, begun.course, 5)
    for syllabus in (begun, completed):
        await add_lessons(world, syllabus, 20)
    await world.reviews.write(world.learner, begun.course, 1)
    await world.reviews.write(world.learner, completed.course, 1)
    await world.reviews.delete(world.learner, begun.course)
    with pytest.raises(ReviewTooEarly):
        await world.reviews.write(world.learner, begun.course, 1)


async def test_only_who_is_enrolled_reviews(world: World):
    syllabus = await world.joined(1, 1)
    with pytest.raises(EnrollmentRequired):
        await world.reviews.write(world.other, syllabus.course)
    await world.reviews.write(world.learner, syllabus.course, 4)
    await world.learning.withdraw(world.learner, syllabus.course)
    with pytest.raises(EnrollmentRequired):
        await world.reviews.write(world.learner, syllabus.course, 5)
    # What was written stays, and stays theirs to take back.
    assert (await world.reviews.mine(world.learner, syllabus.course)).rating == 4
    await world.reviews.delete(world.learner, syllabus.course)


async def test_who_owns_the_course_does_not_review_it(world: World):
    syllabus = await world.joined(1, 1)
    world.store.tables.courses[syllabus.course.id].created_by = world.learner.id
    with pytest.raises(ReviewOfOwnCourse):
        await world.reviews.write(world.learner, syllabus.course)


async def test_a_course_that_is_not_published_is_not_there_but_for_its_learners(world: World):
    syllabus = await world.joined(1, 1)
    world.store.tables.courses[syllabus.course.id].status = CourseStatus.ARCHIVED
    await world.reviews.write(world.learner, syllabus.course, 4)
    for deed in (world.reviews.write, world.reviews.delete):
        with pytest.raises(CourseNotFound):
            await deed(world.other, syllabus.course)
        with pytest.raises(CourseNotFound):
            await deed(world.learner, a_syllabus().course)
    await world.reviews.delete(world.learner, syllabus.course)


async def test_an_admin_removes_whose_they_like(world: World):
    syllabus = await world.joined(1, 1)
    await world.reviews.write(world.learner, syllabus.course, 1, "Kasar.")
    admin: User = world.other
    for _ in range(2):
        await world.reviews.delete(admin, syllabus.course, of=world.learner)
    await world.reviews.delete(admin, syllabus.course, of=world.owner)

    assert await world.reviews.listed(syllabus.course) == []
    assert world.entries == [("review.written", 1), ("review.deleted", 1)]
    assert world.store.tables.audit_entries[-1].actor_id == admin.id
