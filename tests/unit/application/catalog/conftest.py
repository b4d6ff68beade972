from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from application.catalog.change_course import ChangeCourseHandler
from application.catalog.change_course_status import ChangeCourseStatusHandler
from application.catalog.create_course import CreateCourseHandler
from application.catalog.delete_course import DeleteCourseHandler
from application.catalog.import_courses import ImportCoursesHandler
from application.shared.actor import Actor
from domain.audit.entry import AuditEntry
from domain.catalog.course import Course
from domain.identity.user import User
from domain.shared.ids import CourseId
from tests.support.catalog import acting, render
from tests.support.clock import SettableClock
from tests.support.people import NOON, a_user


def new_id() -> UUID:
    return uuid7()


@dataclass
class Catalog:
    """The use cases over one memory. It is an hour past noon; courses of `tests.support.catalog` were made at noon."""

    author: User = field(default_factory=a_user)
    other: User = field(default_factory=a_user)
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOON + timedelta(hours=1)))

    def __post_init__(self) -> None:
        begin = self.store.begin
        self.store.tables.users |= {user.id: user for user in (self.author, self.other)}
        self.create = CreateCourseHandler(begin, self.clock, new_id, render)
        self.change = ChangeCourseHandler(begin, self.clock, new_id, render)
        self.change_status = ChangeCourseStatusHandler(begin, self.clock, new_id)
        self.delete = DeleteCourseHandler(begin, self.clock, new_id)
        self.take_over = ImportCoursesHandler(begin, self.clock, new_id, render)

    @property
    def dosen(self) -> Actor:
        return acting(self.author)

    @property
    def stranger(self) -> Actor:
        return acting(self.other)

    @property
    def courses(self) -> dict[CourseId, Course]:
        return self.store.tables.courses

    @property
    def audit(self) -> list[AuditEntry]:
        return self.store.tables.audit_entries

    def add(self, *courses: Course) -> None:
        self.store.tables.courses |= {course.id: course for course in courses}


@pytest.fixture
def catalog() -> Catalog:
    return Catalog()
