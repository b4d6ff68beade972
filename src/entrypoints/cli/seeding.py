"""The demo: a catalog with content, and learners who have been here for some months. The same seed makes the same."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from application.catalog.import_courses import ImportCoursesHandler
from application.catalog.lesson_check import lesson_from
from application.learning.histories import History
from application.shared.unit import Begin
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, LessonStatus
from domain.catalog.module import Module
from domain.catalog.order import spread
from domain.gamification.deeds import Deed
from domain.identity.profile import Role
from domain.identity.user import User
from domain.learning.unlocking import AfterPrevious, rules_to_json
from domain.shared.ids import LessonId, ModuleId, UserId
from domain.shared.rich_text import Render
from entrypoints.cli.demo import course_ids, demo_courses
from entrypoints.cli.demo.game import play
from entrypoints.cli.demo.histories import DemoCourse, Diary
from entrypoints.cli.demo.people import LECTURERS, Learner, clerk_id, learner, lecturer
from entrypoints.cli.demo.syllabus import Syllabus, syllabi
from entrypoints.cli.tokens import DEMO_NAMES, demo_email, development_token
from entrypoints.container import Container

ENTRIES_AT_ONCE = 2_000
LONGEST_AGO = timedelta(days=110)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What to fill in. `now` is when its histories end."""

    seed: int = 1
    learners: int = 300
    now: datetime


def midnight(now: datetime) -> datetime:
    """The beginning of that day in UTC: a demo of the same day is the same demo."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def seed_demo(container: Container, demo: Demo) -> str:
    """Users of each role where the development issuer is in force, the catalog, and the learners; says what there is.

    What is there already stays as it is: courses by their external ids, people by their ids at Clerk.
    """
    owner = None
    if not container.settings().has_clerk:
        for role in DEMO_NAMES:
            await development_token(container, role)
        owner = demo_email(Role.DOSEN)
    sowing = _Sowing(container.begin(), container.render(), demo)
    created, courses = await sowing.courses(owner)
    told = f"{courses} courses, {created} of them new"
    # Where Clerk knows the users, nobody is to be made up beside them.
    if container.settings().has_clerk or demo.learners == 0:
        return told
    added = await sowing.learners()
    return f"{told}; {demo.learners} learners with their histories, {added} of them new"


class _Sowing:
    def __init__(self, begin: Begin[Any], render: Render, demo: Demo) -> None:
        self._begin = begin
        self._render = render
        self._demo = demo
        self._chance = random.Random(demo.seed)  # noqa: S311 # the same each time is what is wanted
        self._new_id = seeded_ids(demo.seed, demo.now - LONGEST_AGO)

    async def courses(self, owner: str | None) -> tuple[int, int]:
        """How many are new, and how many there are."""
        begun = self._demo.now - LONGEST_AGO - timedelta(days=30)
        handler = ImportCoursesHandler(self._begin, lambda: begun, self._new_id, self._render)
        report = await handler(demo_courses(owner=owner))
        async with self._begin() as unit:
            found = await unit.courses.find_by_external_ids(course_ids())
            plans = syllabi()
            for course in sorted(found, key=lambda each: each.external_id or ""):
                assert course.external_id is not None, "found by it"
                if not await unit.modules.order(course.id):
                    await self._fill(unit, course, plans[course.external_id], begun)
            await unit.commit()
        return report.created, report.created + report.changed + report.unchanged

    async def _fill(self, unit: Any, course: Course, syllabus: Syllabus, at: datetime) -> None:
        """Modules and lessons, all published; with rules in every third course."""
        in_order = self._chance.random() < 1 / 3
        unlock = tuple(rules_to_json((AfterPrevious(),))) if in_order else ()
        for place, (title, drafts) in zip(spread(len(syllabus)), syllabus, strict=True):
            module = Module(
                id=ModuleId(self._new_id()), course_id=course.id, title=title, position=place, created_at=at,
                updated_at=at,
            )  # fmt: skip
            lessons = []
            for number, draft in zip(spread(len(drafts)), drafts, strict=True):
                checked_title, content = lesson_from(draft, self._render)
                lesson = Lesson(
                    id=LessonId(self._new_id()), course_id=course.id, module_id=module.id, position=number,
                    title=checked_title, content=content, unlock=unlock, created_at=at, updated_at=at,
                )  # fmt: skip
                lesson.arrive(LessonStatus.PUBLISHED, at=at)
                lessons.append(lesson)
            await unit.modules.save(module)
            await unit.lessons.save(*lessons)
            versions = [lesson.next_version(None, by=course.created_by, at=at) for lesson in lessons]
            await unit.lessons.keep_versions(*(version for version in versions if version is not None))

    async def learners(self) -> int:
        """How many are new: all of them, or none where this seed was sown before."""
        demo = self._demo
        async with self._begin() as unit:
            if await unit.users.find_by_clerk_id(clerk_id(demo.seed, "mahasiswa", 0)) is not None:
                return 0
            courses = await self._with_owners(unit)
            people = [
                learner(number, self._chance, seed=demo.seed, new_id=self._new_id(), at=demo.now)
                for number in range(demo.learners)
            ]
            maya = await unit.users.find_by_clerk_id(f"user_demo{Role.MAHASISWA}")
            history = History()
            for person in people:
                await unit.users.add(person.user)
                self._study(person, courses, history)
            if maya is not None and not await _learns(unit, maya, courses):
                self._study(_diligent(maya, demo.now), courses, history)
            users = {person.user.id: person.user for person in people} | ({} if maya is None else {maya.id: maya})
            await self._store(unit, history, users)
            await unit.commit()
        return len(people)

    async def _with_owners(self, unit: Any) -> list[DemoCourse]:
        """Two of three courses go to lecturers of this seed, so that there is somebody else's course as well."""
        demo = self._demo
        people = [
            lecturer(number, seed=demo.seed, new_id=self._new_id(), at=demo.now - LONGEST_AGO)
            for number in range(len(LECTURERS))
        ]
        for person in people:
            await unit.users.add(person)
        found = sorted(await unit.courses.find_by_external_ids(course_ids()), key=lambda each: each.external_id or "")
        courses = []
        for place, course in enumerate(found):
            if place % 3 and course.created_by is not None and demo.seed == 1:
                course.created_by = people[place % len(people)].id
                await unit.courses.save(course)
            lessons = await _lessons(unit, course)
            # A long tail: few courses have most of the learners.
            courses.append(DemoCourse(course.id, course.created_by, lessons, 1 / (1 + self._chance.random() * 12)))
        return courses

    def _study(self, person: Learner, courses: Sequence[DemoCourse], history: History) -> None:
        demo = self._demo
        wanted = 1 + min(7, int(self._chance.expovariate(0.45)))
        chosen: list[DemoCourse] = []
        while len(chosen) < min(wanted, len(courses)):
            [course] = self._chance.choices(courses, weights=[each.popularity for each in courses])
            if course not in chosen and course.owner_id != person.user.id:
                chosen.append(course)
        for course in chosen:
            span = (demo.now - person.user.created_at).total_seconds()
            begun = person.user.created_at + timedelta(seconds=self._chance.uniform(0, 0.9) * span)
            diary = Diary(person, course, self._chance, self._new_id, demo.now)
            history.add(diary.write(begun))

    async def _store(self, unit: Any, history: History, users: Mapping[UserId, User]) -> None:
        await unit.histories.add(history)
        completed = [each for each in history.enrollments if each.completed_at is not None]
        if completed:
            await unit.enrollments.save(*completed, awards=history.awards)
        deeds: dict[UserId, list[tuple[datetime, Deed]]] = {}
        for at, user_id, deed in history.deeds:
            deeds.setdefault(user_id, []).append((at, deed))
        for user_id, theirs in deeds.items():
            await unit.players.save(play(users[user_id], theirs, new_id=self._new_id))
        for review in history.reviews:
            await unit.reviews.save(review, before=None)
        entries = sorted(history.entries, key=lambda entry: entry.at)
        for start in range(0, len(entries), ENTRIES_AT_ONCE):
            await unit.audit.record(*entries[start : start + ENTRIES_AT_ONCE])


async def _lessons(unit: Any, course: Course) -> list[Lesson]:
    """Published, in the order of the course."""
    found = []
    for module_id in await unit.modules.order(course.id):
        for lesson_id in await unit.lessons.order(module_id):
            lesson = await unit.lessons.get(lesson_id)
            if lesson.is_published:
                found.append(lesson)
    return found


async def _learns(unit: Any, user: User, courses: Sequence[DemoCourse]) -> bool:
    """Whether they have been in one of them already."""
    found = [await unit.enrollments.find(course.id, user.id) for course in courses]
    return any(found)


def _diligent(user: User, now: datetime) -> Learner:
    """Whoever signs in as the demo's mahasiswa finds courses midway."""
    begun = replace(user, created_at=now - timedelta(days=7))
    return Learner(user=begun, ability=1.2, diligence=0.3, stamina=1.0, evening=12.5)


def seeded_ids(seed: int, begin: datetime) -> Callable[[], UUID]:
    """UUIDv7 in ascending order (RFC 9562, 5.7): a millisecond each from the beginning on, the rest from the seed."""
    chance = random.Random(f"ids of {seed}")  # noqa: S311 # the same each time is what is wanted
    milliseconds = int(begin.timestamp() * 1000)

    def new_id() -> UUID:
        nonlocal milliseconds
        milliseconds += 1
        return UUID(int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))

    return new_id
