from datetime import timedelta

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.course_queries import MemoryCourseQueries
from adapters.memory.review_queries import MemoryReviewQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.catalog import PostgresCourseQueries
from adapters.postgres.queries.reviews import PostgresReviewQueries
from application.catalog.queries import ANYBODY, CoursePage, CourseQueries, CourseView, RatingView
from application.catalog.question import CourseQuestion
from application.learning.ports import CourseNotFound, EnrollmentRequired
from application.learning.review_ports import ReviewNotFound
from application.learning.review_queries import LearnerReview, ReviewQueries, ReviewView
from application.shared.page import CursorInvalid
from domain.catalog.course import Course, CourseStatus
from domain.catalog.rating import bayesian_average
from domain.identity.user import User
from domain.learning.enrollment import Offer
from domain.learning.review import Review
from domain.shared.ids import CourseId
from tests.contract.conftest import Persistence
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.people import NOON, a_user
from tests.support.reviews import Reviews

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def reviews(persistence: Persistence) -> Reviews:
    place = persistence.place
    queries: ReviewQueries = (
        MemoryReviewQueries(place.committed) if isinstance(place, MemoryStore) else PostgresReviewQueries(place)
    )
    return Reviews(persistence.begin, queries)


@pytest.fixture
def learning(persistence: Persistence) -> Learning:
    return Learning(persistence.begin)


@pytest.fixture
def catalog(persistence: Persistence) -> CourseQueries:
    place = persistence.place
    return MemoryCourseQueries(place.committed) if isinstance(place, MemoryStore) else PostgresCourseQueries(place)


async def joined(persistence: Persistence, learning: Learning, syllabus: Syllabus, *users: User) -> None:
    """They all learn in the course, and have completed its first lesson."""
    await persistence.add_users(*users)
    await syllabus.store(persistence.begin)
    for user in users:
        await learning.enroll(user, syllabus.course)
        await learning.complete(user, syllabus.lessons[0])


async def rating_of(catalog: CourseQueries, course: Course) -> RatingView:
    """As the detail and the list show it, which is the same."""
    detail = msgspec.json.decode((await catalog.detail(course.id, ANYBODY)).body, type=CourseView, strict=True)
    page = msgspec.json.decode((await catalog.list(CourseQuestion(), ANYBODY)).body, type=CoursePage, strict=True)
    [listed] = [item for item in page.items if item.id == course.id]
    assert listed.rating == detail.rating
    return detail.rating


async def test_where_somebody_stands(persistence: Persistence, learning: Learning):
    owner, learner, stranger = a_user(), a_user(), a_user()
    await persistence.add_users(owner, stranger)
    syllabus = a_syllabus(3, created_by=owner.id, capacity=9)
    await joined(persistence, learning, syllabus, learner)
    course_id = syllabus.course.id
    async with persistence.begin() as unit:
        offer = await unit.reviews.course(course_id)
        assert offer == Offer(course_id=course_id, is_published=True, owner_id=owner.id, capacity=9)
        standing = await unit.reviews.standing(course_id, learner.id)
        assert standing.enrollment == await unit.enrollments.find(course_id, learner.id)
        assert (standing.lessons, standing.lessons_completed, standing.review) == (3, 1, None)
        assert await unit.reviews.standing(course_id, stranger.id) is None
        with pytest.raises(CourseNotFound):
            await unit.reviews.course(CourseId(uuid7()))


async def test_a_review_is_stored_changed_and_taken_out(
    persistence: Persistence, learning: Learning, catalog: CourseQueries
):
    learner = a_user()
    syllabus = a_syllabus(1)
    await joined(persistence, learning, syllabus, learner)
    review = Review.written(syllabus.course.id, learner.id, rating=2, text="Baik — 好.", at=NOON)

    async def standing() -> Review | None:
        async with persistence.begin() as unit:
            return (await unit.reviews.standing(syllabus.course.id, learner.id)).review

    async with persistence.begin() as unit:
        await unit.reviews.save(review, before=None)
    assert await standing() is None
    async with persistence.begin() as unit:
        await unit.reviews.save(review, before=None)
        await unit.commit()
    assert await standing() == review
    assert await rating_of(catalog, syllabus.course) == RatingView(3.25, 1)
    review.revise(rating=5, text="", at=LATER)
    assert await standing() != review
    async with persistence.begin() as unit:
        await unit.reviews.save(review, before=2)
        await unit.commit()
    assert await standing() == review
    assert await rating_of(catalog, syllabus.course) == RatingView(3.75, 1)
    async with persistence.begin() as unit:
        await unit.reviews.delete(review)
        await unit.commit()
    assert await standing() is None
    assert await rating_of(catalog, syllabus.course) == RatingView(None, 0)


async def test_the_catalog_shows_what_the_formula_says(
    persistence: Persistence, learning: Learning, reviews: Reviews, catalog: CourseQueries
):
    syllabus, other = a_syllabus(1), a_syllabus(1)
    learners = [a_user() for _ in range(12)]
    await joined(persistence, learning, syllabus, *learners)
    await other.store(persistence.begin)
    total = 0
    for count, learner in enumerate(learners, start=1):
        rating = 1 + count * 7 % 5
        total += rating
        await reviews.write(learner, syllabus.course, rating)
        assert await rating_of(catalog, syllabus.course) == RatingView(bayesian_average(total, count), count)
    assert await rating_of(catalog, other.course) == RatingView(None, 0)


async def test_a_change_of_the_course_keeps_its_rating(
    persistence: Persistence, learning: Learning, reviews: Reviews, catalog: CourseQueries
):
    learner = a_user()
    syllabus = a_syllabus(1)
    await joined(persistence, learning, syllabus, learner)
    before = await catalog.detail(syllabus.course.id, ANYBODY)
    async with persistence.begin() as unit:
        course = await unit.courses.get(syllabus.course.id)
    await reviews.write(learner, syllabus.course, 5)
    after = await catalog.detail(syllabus.course.id, ANYBODY)
    assert before.tag != after.tag
    assert before.tag.partition("-")[0] == after.tag.partition("-")[0]

    async with persistence.begin() as unit:
        await unit.courses.save(course)
        await unit.commit()
    assert await catalog.detail(syllabus.course.id, ANYBODY) == after


async def test_mine_is_for_who_enrolled_once(persistence: Persistence, learning: Learning, reviews: Reviews):
    learner, silent, stranger = a_user(), a_user(), a_user()
    await persistence.add_users(stranger)
    syllabus, draft = a_syllabus(1), a_syllabus(status=CourseStatus.DRAFT)
    await draft.store(persistence.begin)
    await joined(persistence, learning, syllabus, learner, silent)
    written = await reviews.write(learner, syllabus.course, 4, "Baik.")

    assert written == await reviews.mine(learner, syllabus.course)
    assert written == ReviewView(
        course_id=syllabus.course.id, user_id=learner.id, rating=4, text="Baik.", created_at=NOON, updated_at=NOON,
        version=1,
    )  # fmt: skip
    await learning.withdraw(learner, syllabus.course)
    assert written == await reviews.mine(learner, syllabus.course)
    with pytest.raises(ReviewNotFound):
        await reviews.mine(silent, syllabus.course)
    with pytest.raises(EnrollmentRequired):
        await reviews.mine(stranger, syllabus.course)
    with pytest.raises(CourseNotFound):
        await reviews.mine(stranger, draft.course)


async def test_the_list_is_for_who_sees_the_course(persistence: Persistence, learning: Learning, reviews: Reviews):
    owner, siti, gone = a_user(), a_user(name="Siti", display_name="Bu Siti"), a_user(name="Budi")
    await persistence.add_users(owner)
    syllabus = a_syllabus(1, created_by=owner.id)
    await joined(persistence, learning, syllabus, siti, gone)
    first = await reviews.write(siti, syllabus.course, 5, "Jelas.")
    reviews.clock.advance(hours=1)
    second = await reviews.write(gone, syllabus.course, 1)
    async with persistence.begin() as unit:
        user = await unit.users.get(gone.id)
        user.bury(at=NOON)
        await unit.users.save(user)
        await unit.commit()

    fields = [msgspec.structs.asdict(view) for view in (first, second)]
    assert await reviews.listed(syllabus.course) == [
        LearnerReview(**fields[1], learner=None), LearnerReview(**fields[0], learner="Bu Siti"),
    ]  # fmt: skip
    draft = a_syllabus(created_by=owner.id, status=CourseStatus.DRAFT)
    await draft.store(persistence.begin)
    assert await reviews.listed(draft.course, who=owner) == []
    assert await reviews.listed(draft.course, who=siti, is_admin=True) == []
    for reader in (None, siti):
        with pytest.raises(CourseNotFound):
            await reviews.listed(draft.course, who=reader)


async def test_pages_of_one_rating_neither_skip_nor_repeat(
    persistence: Persistence, learning: Learning, reviews: Reviews
):
    learners = [a_user() for _ in range(9)]
    syllabus = a_syllabus(1)
    await joined(persistence, learning, syllabus, *learners)
    for number, learner in enumerate(learners):
        await reviews.write(learner, syllabus.course, 5 if number % 3 else 2, str(number))
        reviews.clock.advance(hours=number % 2)

    for rating, expected in ((None, set(range(9))), (5, {1, 2, 4, 5, 7, 8}), (2, {0, 3, 6}), (1, set())):
        seen: list[LearnerReview] = []
        cursor = None
        for _ in range(20):
            page = await reviews.page(syllabus.course, rating=rating, limit=2, cursor=cursor)
            seen += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(int(item.text) for item in seen) == sorted(expected)
        places = [(item.created_at, item.user_id) for item in seen]
        assert places == sorted(places, reverse=True)
    cursor = (await reviews.page(syllabus.course, limit=2)).next_cursor
    with pytest.raises(CursorInvalid):
        await reviews.page(syllabus.course, rating=5, cursor=cursor)
