from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from application.catalog.ports import CourseHasLearners
from application.learning.ports import (
    CourseNotFound,
    EnrollmentRequired,
    LearnerNotFound,
    LessonNotFound,
    StepOvertaken,
)
from domain.catalog.course import CourseStatus
from domain.catalog.lesson import LessonStatus
from domain.identity.user import User
from domain.learning.enrollment import Enrollment, EnrollmentStatus, Offer
from domain.learning.progress import LessonProgress, Viewed, Watched
from domain.learning.unlocking import AfterModule, AfterPrevious, OutlineLesson, OutlineModule
from domain.shared.ids import CourseId, LessonId, UserId
from tests.contract.conftest import Persistence
from tests.support.learning import Syllabus, a_module, a_syllabus, a_video, an_enrollment
from tests.support.people import NOON, a_user

LATER = NOON + timedelta(hours=1)


async def stored(persistence: Persistence, syllabus: Syllabus, *users: User) -> None:
    await persistence.add_users(*users)
    await syllabus.store(persistence.begin)


async def enrolled(persistence: Persistence, *enrollments: Enrollment) -> None:
    async with persistence.begin() as unit:
        for enrollment in enrollments:
            await unit.enrollments.obtain(enrollment)
        await unit.commit()


async def test_an_offer_is_what_the_course_says(persistence: Persistence):
    owner = a_user()
    limited = a_syllabus(created_by=owner.id, capacity=20)
    await stored(persistence, limited, owner)
    archived = a_syllabus(status=CourseStatus.ARCHIVED)
    await archived.store(persistence.begin)
    async with persistence.begin() as unit:
        assert await unit.offers.get(limited.course.id) == Offer(
            course_id=limited.course.id, is_published=True, owner_id=owner.id, capacity=20
        )
        assert await unit.offers.get(archived.course.id) == Offer(
            course_id=archived.course.id, is_published=False, owner_id=None, capacity=None
        )
        with pytest.raises(CourseNotFound):
            await unit.offers.get(CourseId(uuid7()))


async def test_learners_are_live_users(persistence: Persistence):
    siti, gone = a_user(email="Siti@ugm.ac.id"), a_user(email="budi@ugm.ac.id")
    gone.bury(at=NOON)
    await persistence.add_users(siti, gone)
    async with persistence.begin() as unit:
        await unit.learners.assert_known(siti.id)
        for unknown in (gone.id, UserId(uuid7())):
            with pytest.raises(LearnerNotFound):
                await unit.learners.assert_known(unknown)
        found = await unit.learners.find_all(["siti@ugm.ac.id", str(siti.id), "budi@ugm.ac.id", str(gone.id), "x", ""])
    assert found == {"siti@ugm.ac.id": siti.id, str(siti.id): siti.id}


async def test_who_has_an_enrollment_gets_that_one(persistence: Persistence):
    syllabus, one, other = a_syllabus(), a_user(), a_user()
    await stored(persistence, syllabus, one, other)
    first = an_enrollment(syllabus.course, one, status=EnrollmentStatus.WITHDRAWN, withdrawn_at=LATER, version=3)
    await enrolled(persistence, first)
    second = an_enrollment(syllabus.course, other)
    async with persistence.begin() as unit:
        got = await unit.enrollments.obtain(an_enrollment(syllabus.course, one), second)
        assert sorted(got, key=lambda each: each.id) == sorted([first, second], key=lambda each: each.id)
        [alone] = await unit.enrollments.obtain(
            an_enrollment(syllabus.course, one), an_enrollment(syllabus.course, one)
        )
        assert alone == first


async def test_without_a_commit_nobody_is_enrolled(persistence: Persistence):
    syllabus, user = a_syllabus(), a_user()
    await stored(persistence, syllabus, user)
    async with persistence.begin() as unit:
        await unit.enrollments.obtain(an_enrollment(syllabus.course, user))
    async with persistence.begin() as unit:
        assert await unit.enrollments.find(syllabus.course.id, user.id) is None


async def test_what_was_found_is_a_copy_and_saving_replaces_it(persistence: Persistence):
    syllabus, user = a_syllabus(), a_user()
    await stored(persistence, syllabus, user)
    await enrolled(persistence, an_enrollment(syllabus.course, user))
    async with persistence.begin() as unit:
        enrollment = await unit.enrollments.find(syllabus.course.id, user.id)
        enrollment.withdraw(at=LATER)
        assert not (await unit.enrollments.find(syllabus.course.id, user.id)).is_withdrawn
        await unit.enrollments.save(enrollment)
        await unit.commit()
    async with persistence.begin() as unit:
        assert await unit.enrollments.find(syllabus.course.id, user.id) == enrollment


async def test_seats_are_taken_by_who_is_not_withdrawn(persistence: Persistence):
    syllabus, elsewhere = a_syllabus(), a_syllabus()
    users = [a_user() for _ in range(4)]
    await stored(persistence, syllabus, *users)
    await elsewhere.store(persistence.begin)
    states = [EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED, EnrollmentStatus.WITHDRAWN]
    here = [an_enrollment(syllabus.course, user, status=state) for user, state in zip(users, states, strict=False)]
    await enrolled(persistence, *here, an_enrollment(elsewhere.course, users[3]))
    async with persistence.begin() as unit:
        assert await unit.enrollments.seats_taken(syllabus.course.id, besides=[]) == 2
        assert await unit.enrollments.seats_taken(syllabus.course.id, besides=[here[0].id, here[2].id]) == 1


async def test_an_enrollment_is_found_by_the_lesson(persistence: Persistence):
    syllabus, learner, gone, stranger = a_syllabus(2), a_user(), a_user(), a_user()
    draft = syllabus.lessons[1]
    draft.status = LessonStatus.DRAFT
    await stored(persistence, syllabus, learner, gone, stranger)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment, an_enrollment(syllabus.course, gone, status=EnrollmentStatus.WITHDRAWN))
    lesson = syllabus.lessons[0].id
    async with persistence.begin() as unit:
        assert await unit.enrollments.at_lesson(lesson, learner.id) == enrollment
        for user in (gone, stranger):
            with pytest.raises(EnrollmentRequired):
                await unit.enrollments.at_lesson(lesson, user.id)
        for unknown in (draft.id, LessonId(uuid7())):
            with pytest.raises(LessonNotFound):
                await unit.enrollments.at_lesson(unknown, learner.id)


async def test_in_a_course_that_is_not_published_only_its_learners_find_lessons(persistence: Persistence):
    syllabus, learner, gone, stranger = a_syllabus(1, status=CourseStatus.ARCHIVED), a_user(), a_user(), a_user()
    await stored(persistence, syllabus, learner, gone, stranger)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment, an_enrollment(syllabus.course, gone, status=EnrollmentStatus.WITHDRAWN))
    lesson = syllabus.lessons[0].id
    async with persistence.begin() as unit:
        assert await unit.enrollments.at_lesson(lesson, learner.id) == enrollment
        with pytest.raises(EnrollmentRequired):
            await unit.enrollments.at_lesson(lesson, gone.id)
        with pytest.raises(LessonNotFound):
            await unit.enrollments.at_lesson(lesson, stranger.id)


async def test_a_lesson_at_hand_knows_progress_and_counts(persistence: Persistence):
    syllabus, learner = a_syllabus(2, 1), a_user()
    hidden = syllabus.lessons[1]
    hidden.status = LessonStatus.DRAFT
    video = a_video(syllabus.modules[1], "z", seconds=200)
    syllabus.lessons.append(video)
    await stored(persistence, syllabus, learner)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment)
    first, watched = syllabus.lessons[0].id, LessonProgress(lesson_id=video.id, watched_seconds=7, first_seen_at=NOON)
    done = [
        LessonProgress(lesson_id=lesson_id, completed_at=LATER, first_seen_at=NOON) for lesson_id in (first, hidden.id)
    ]
    async with persistence.begin() as unit:
        for step in (watched, *done):
            await unit.enrollments.save_step(enrollment, step, before=1)
        await unit.commit()
    async with persistence.begin() as unit:
        at_hand = await unit.enrollments.lesson_at_hand(enrollment, video.id)
        untouched = await unit.enrollments.lesson_at_hand(enrollment, syllabus.lessons[2].id)
        taken_back = await unit.enrollments.lesson_at_hand(enrollment, hidden.id)
        with pytest.raises(LessonNotFound):
            await unit.enrollments.lesson_at_hand(enrollment, LessonId(uuid7()))

    assert (at_hand.is_published, taken_back.is_published) == (True, False)
    assert (taken_back.lessons, taken_back.lessons_completed) == (3, 1)
    assert (at_hand.rule, at_hand.progress) == (Watched(180), watched)
    assert (at_hand.lessons, at_hand.lessons_completed) == (3, 1)
    assert (untouched.rule, untouched.progress) == (Viewed(), None)


async def test_what_rules_are_judged_by_is_the_published_course_in_its_order(persistence: Persistence):
    syllabus, learner = a_syllabus(2, 1, rules=[AfterPrevious()]), a_user()
    syllabus.lessons[1].status = LessonStatus.DRAFT
    empty = a_module(syllabus.course, "zz", rules=[AfterModule(syllabus.modules[0].id)])
    syllabus.modules.append(empty)
    await stored(persistence, syllabus, learner)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment)
    first, third = syllabus.lessons[0].id, syllabus.lessons[2].id
    async with persistence.begin() as unit:
        progress = LessonProgress(lesson_id=first, completed_at=NOON, first_seen_at=NOON)
        await unit.enrollments.save_step(enrollment, progress, before=1)
        at_hand = await unit.enrollments.lesson_at_hand(enrollment, third)

    rules = (AfterPrevious(),)
    assert at_hand.outline == [
        OutlineModule(syllabus.modules[0].id, (), (OutlineLesson(first, rules),)),
        OutlineModule(syllabus.modules[1].id, (), (OutlineLesson(third, rules),)),
        OutlineModule(empty.id, (AfterModule(syllabus.modules[0].id),), ()),
    ]
    assert at_hand.completed == {first}


async def test_progress_is_saved_with_its_enrollment(persistence: Persistence):
    syllabus, learner = a_syllabus(1), a_user()
    await stored(persistence, syllabus, learner)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment)
    lesson = syllabus.lessons[0].id
    seen = LessonProgress(lesson_id=lesson, watched_seconds=3, first_seen_at=NOON)
    finished = replace(seen, watched_seconds=9, completed_at=LATER)
    async with persistence.begin() as unit:
        await unit.enrollments.save_step(enrollment, seen, before=1)
        enrollment.complete(at=LATER)
        await unit.enrollments.save_step(enrollment, finished, before=1)
        await unit.commit()
    async with persistence.begin() as unit:
        assert await unit.enrollments.find(syllabus.course.id, learner.id) == enrollment
        assert (await unit.enrollments.lesson_at_hand(enrollment, lesson)).progress == finished


async def test_a_step_from_a_former_version_is_not_stored(persistence: Persistence):
    syllabus, learner = a_syllabus(1), a_user()
    await stored(persistence, syllabus, learner)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment)
    progress = LessonProgress(lesson_id=syllabus.lessons[0].id, watched_seconds=3, first_seen_at=NOON)
    async with persistence.begin() as unit:
        await unit.enrollments.save(replace(enrollment, version=2))
        await unit.commit()
    async with persistence.begin() as unit:
        with pytest.raises(StepOvertaken):
            await unit.enrollments.save_step(enrollment, progress, before=1)
        await unit.commit()
    async with persistence.begin() as unit:
        assert (await unit.enrollments.lesson_at_hand(enrollment, syllabus.lessons[0].id)).progress is None


async def test_of_seconds_watched_the_most_are_kept(persistence: Persistence):
    syllabus, learner = a_syllabus(1), a_user()
    await stored(persistence, syllabus, learner)
    enrollment = an_enrollment(syllabus.course, learner)
    await enrolled(persistence, enrollment)
    async with persistence.begin() as unit:
        for seconds in (3, 9, 5):
            step = LessonProgress(lesson_id=syllabus.lessons[0].id, watched_seconds=seconds, first_seen_at=NOON)
            await unit.enrollments.save_step(enrollment, step, before=1)
        found = await unit.enrollments.step_at_hand(syllabus.lessons[0].id, learner.id)
    assert (found.enrollment, found.lesson.progress) == (enrollment, replace(step, watched_seconds=9))


async def test_a_course_that_somebody_learned_in_is_not_deleted(persistence: Persistence):
    syllabus, learner = a_syllabus(1), a_user()
    await stored(persistence, syllabus, learner)
    await enrolled(persistence, an_enrollment(syllabus.course, learner, status=EnrollmentStatus.WITHDRAWN))

    async def delete() -> None:
        async with persistence.begin() as unit:
            await unit.courses.delete(syllabus.course)
            await unit.commit()

    with pytest.raises(CourseHasLearners):
        await delete()
