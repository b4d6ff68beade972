from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from application.learning.admission import CourseNotYours
from application.learning.ports import CourseNotFound, EnrollmentRequired, LearnerNotFound, LessonNotFound
from domain.catalog.course import CourseStatus
from domain.identity.user import User
from domain.learning.enrollment import CourseFull, EnrollmentClosed, EnrollmentStatus, OwnCourse
from domain.learning.progress import LessonLocked
from domain.learning.unlocking import AfterPrevious
from domain.shared.ids import UserId
from tests.support.catalog import acting
from tests.support.learning import Learning, Syllabus, a_lesson, a_syllabus, a_video
from tests.support.people import NOON, a_user


class World:
    """The use cases over one memory, with an owner and learners."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.learning = Learning(self.store.begin)
        self.owner, self.learner, self.other = (a_user() for _ in range(3))
        self.store.tables.users |= {user.id: user for user in (self.owner, self.learner, self.other)}

    def add(self, syllabus: Syllabus) -> Syllabus:
        tables = self.store.tables
        tables.courses[syllabus.course.id] = syllabus.course
        tables.modules |= {module.id: module for module in syllabus.modules}
        tables.lessons |= {lesson.id: lesson for lesson in syllabus.lessons}
        return syllabus

    def change_status(self, syllabus: Syllabus, status: CourseStatus) -> None:
        self.store.tables.courses[syllabus.course.id].status = status

    @property
    def actions(self) -> list[str]:
        return [entry.action for entry in self.store.tables.audit_entries]


@pytest.fixture
def world() -> World:
    return World()


async def test_a_learner_enrolls_once_leaves_and_comes_back_to_where_they_were(world: World):
    syllabus = world.add(a_syllabus(2))
    first = await world.learning.enroll(world.learner, syllabus.course)
    again = await world.learning.enroll(world.learner, syllabus.course)
    assert first == again
    await world.learning.complete(world.learner, syllabus.lessons[0])
    world.learning.clock.advance(hours=1)
    await world.learning.withdraw(world.learner, syllabus.course)
    await world.learning.withdraw(world.learner, syllabus.course)
    with pytest.raises(EnrollmentRequired):
        await world.learning.complete(world.learner, syllabus.lessons[1])
    back = await world.learning.enroll(world.learner, syllabus.course)

    assert (back.id, back.status, back.enrolled_at) == (first.id, EnrollmentStatus.ACTIVE, NOON)
    assert (back.withdrawn_at, back.version) == (None, 4)
    done = await world.learning.complete(world.learner, syllabus.lessons[1])
    assert (done.lessons_completed, done.percent, done.status) == (2, 100, EnrollmentStatus.COMPLETED)
    assert world.actions == [
        "enrollment.begun", "lesson.completed", "enrollment.withdrawn", "enrollment.resumed", "lesson.completed",
        "enrollment.completed", "certificate.issued",
    ]  # fmt: skip


async def test_who_completed_and_left_comes_back_as_completed(world: World):
    syllabus = world.add(a_syllabus(1))
    await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.complete(world.learner, syllabus.lessons[0])
    await world.learning.withdraw(world.learner, syllabus.course)
    back = await world.learning.enroll(world.learner, syllabus.course)

    assert (back.status, back.completed_at) == (EnrollmentStatus.COMPLETED, NOON)


async def test_the_audit_says_who_learns_what(world: World):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id))
    view = await world.learning.bring(world.owner, world.learner, syllabus.course)
    [entry] = world.store.tables.audit_entries

    assert (entry.actor_id, entry.subject_type, entry.subject_id) == (world.owner.id, "enrollment", view.id)
    assert entry.changes == {"course_id": str(syllabus.course.id), "user_id": str(world.learner.id)}


async def test_nobody_new_comes_into_an_archived_course_and_its_learners_go_on(world: World):
    syllabus = world.add(a_syllabus(2, created_by=world.owner.id))
    view = await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.enroll(world.other, syllabus.course)
    await world.learning.withdraw(world.other, syllabus.course)
    world.change_status(syllabus, CourseStatus.ARCHIVED)

    assert await world.learning.enroll(world.learner, syllabus.course) == view
    assert (await world.learning.complete(world.learner, syllabus.lessons[0])).percent == 50
    with pytest.raises(EnrollmentClosed):
        await world.learning.enroll(world.other, syllabus.course)
    with pytest.raises(CourseNotFound):
        await world.learning.enroll(a_user(), syllabus.course)
    with pytest.raises(EnrollmentClosed):
        await world.learning.bring(world.owner, world.other, syllabus.course)


@pytest.mark.parametrize("status", [CourseStatus.DRAFT, CourseStatus.IN_REVIEW])
async def test_a_course_that_was_never_published_is_unknown_to_learners(world: World, status: CourseStatus):
    syllabus = world.add(a_syllabus(1, created_by=world.owner.id, status=status))
    with pytest.raises(CourseNotFound):
        await world.learning.enroll(world.learner, syllabus.course)
    with pytest.raises(CourseNotFound):
        await world.learning.withdraw(world.learner, syllabus.course)
    with pytest.raises(EnrollmentClosed):
        await world.learning.bring(world.owner, world.learner, syllabus.course)
    with pytest.raises(EnrollmentClosed):
        await world.learning.enroll(acting(world.learner, is_admin=True), syllabus.course)
    with pytest.raises(LessonNotFound):
        await world.learning.complete(world.learner, syllabus.lessons[0])
    assert not world.store.tables.enrollments


async def test_who_owns_a_course_does_not_learn_in_it(world: World):
    own, foreign = world.add(a_syllabus(1, created_by=world.owner.id)), world.add(a_syllabus(1))
    with pytest.raises(OwnCourse):
        await world.learning.enroll(world.owner, own.course)
    with pytest.raises(OwnCourse):
        await world.learning.bring(acting(world.other, is_admin=True), world.owner, own.course)
    await world.learning.enroll(world.owner, foreign.course)


async def test_only_who_teaches_brings_somebody_in(world: World):
    shown = world.add(a_syllabus(1, created_by=world.owner.id))
    hidden = world.add(a_syllabus(1, created_by=world.owner.id, status=CourseStatus.DRAFT))
    with pytest.raises(CourseNotYours):
        await world.learning.bring(world.other, world.learner, shown.course)
    with pytest.raises(CourseNotFound):
        await world.learning.bring(world.other, world.learner, hidden.course)
    with pytest.raises(LearnerNotFound):
        await world.learning.bring(world.owner, UserId(uuid7()), shown.course)
    view = await world.learning.bring(world.owner, world.learner, shown.course)
    assert await world.learning.bring(world.owner, world.learner, shown.course) == view


async def test_a_seat_is_for_who_has_not_withdrawn(world: World):
    syllabus = world.add(a_syllabus(1, capacity=1))
    await world.learning.enroll(world.learner, syllabus.course)
    with pytest.raises(CourseFull):
        await world.learning.enroll(world.other, syllabus.course)
    await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.withdraw(world.learner, syllabus.course)
    await world.learning.enroll(world.other, syllabus.course)
    with pytest.raises(CourseFull):
        await world.learning.enroll(world.learner, syllabus.course)
    seated = [each.user_id for each in world.store.tables.enrollments.values() if not each.is_withdrawn]
    assert seated == [world.other.id]


async def test_lessons_in_sequence_open_one_after_the_other(world: World):
    syllabus = world.add(a_syllabus(2, 1, rules=[AfterPrevious()]))
    first, second, third = syllabus.lessons
    await world.learning.enroll(world.learner, syllabus.course)
    for lesson in (third, second):
        with pytest.raises(LessonLocked):
            await world.learning.complete(world.learner, lesson)
    for lesson in (first, second, third):
        done = await world.learning.complete(world.learner, lesson)
    assert done.status is EnrollmentStatus.COMPLETED
    # Completed lessons stay open, whatever is put before them.
    world.store.tables.lessons[first.id].unlock = ({"rule": "not_before", "at": "2099-01-01T00:00:00Z"},)
    assert (await world.learning.complete(world.learner, first)).completed_at == NOON


async def test_a_refused_step_leaves_no_trace(world: World):
    syllabus = world.add(a_syllabus(2, rules=[AfterPrevious()]))
    await world.learning.enroll(world.learner, syllabus.course)
    with pytest.raises(LessonLocked):
        await world.learning.complete(world.learner, syllabus.lessons[1])

    assert not world.store.tables.lesson_progress
    assert world.actions == ["enrollment.begun"]


async def test_a_video_is_completed_at_its_share_and_never_goes_back(world: World):
    syllabus = a_syllabus(0)
    video = a_video(syllabus.modules[0], seconds=100, share=0.9)
    syllabus.lessons.append(video)
    world.add(syllabus)
    await world.learning.enroll(world.learner, syllabus.course)
    assert (await world.learning.watch(world.learner, video, 0)).first_seen_at == NOON
    world.learning.clock.advance(minutes=1)
    half = await world.learning.watch(world.learner, video, 50)
    assert (half.watched_seconds, half.required_seconds, half.completed_at) == (50, 90, None)
    assert (await world.learning.watch(world.learner, video, 10)).watched_seconds == 50
    done = await world.learning.watch(world.learner, video, 90)
    assert (done.completed_at, done.first_seen_at) == (NOON + timedelta(minutes=1), NOON)
    assert done.course_completed_at == done.completed_at
    assert (await world.learning.complete(world.learner, video)).completed_at == done.completed_at
    assert world.actions == ["enrollment.begun", "lesson.completed", "enrollment.completed", "certificate.issued"]


async def test_a_lesson_added_later_takes_no_completion_away(world: World):
    syllabus = world.add(a_syllabus(1))
    await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.complete(world.learner, syllabus.lessons[0])
    later = a_lesson(syllabus.modules[0], "zz")
    world.store.tables.lessons[later.id] = later
    world.learning.clock.advance(hours=1)
    done = await world.learning.complete(world.learner, syllabus.lessons[0])

    assert (done.status, done.course_completed_at) == (EnrollmentStatus.COMPLETED, NOON)
    assert (done.lessons, done.lessons_completed, done.percent) == (2, 1, 50)
    done = await world.learning.complete(world.learner, later)
    assert (done.percent, done.course_completed_at) == (100, NOON)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3)), max_size=30), st.data())
async def test_any_order_of_any_learners_steps_leads_to_one_state(steps: list[tuple[int, int]], data: st.DataObject):
    world = World()
    syllabus = world.add(a_syllabus(2, 2))
    learners: list[User] = [world.learner, world.other]
    for learner in learners:
        await world.learning.enroll(learner, syllabus.course)
    needed = [(who, lesson) for who in range(2) for lesson in range(4)]
    for who, lesson in data.draw(st.permutations([*needed, *steps])):
        await world.learning.complete(learners[who], syllabus.lessons[lesson])

    assert {each.status for each in world.store.tables.enrollments.values()} == {EnrollmentStatus.COMPLETED}
    assert len(world.store.tables.lesson_progress) == 8
    assert all(progress.completed_at == NOON for progress in world.store.tables.lesson_progress.values())
    assert [world.actions.count(f"{thing}.completed") for thing in ("lesson", "enrollment")] == [8, 2]
