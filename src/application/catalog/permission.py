"""Who may change a course: the one who made it, and admins. (The role is checked at the edge, by the policy table.)"""

from application.catalog.ports import CourseNotFound
from application.shared.actor import Actor
from application.shared.version import assert_version
from domain.catalog.course import Course, CourseStatus
from domain.shared.errors import Forbidden


class CourseNotYours(Forbidden):
    code = "course.not_yours"


def may_change(course: Course, actor: Actor) -> bool:
    return actor.is_admin or (actor.user_id is not None and course.created_by == actor.user_id)


def may_see(course: Course, actor: Actor) -> bool:
    return course.status is CourseStatus.PUBLISHED or may_change(course, actor)


def assert_may_change(course: Course, actor: Actor, *, expected_version: int | None) -> None:
    """Returns only if the actor may change this course, and knows its present version (None: doesn't care).

    Raises:
        CourseNotFound: it is not even theirs to know that it exists.
        CourseNotYours: it is published, and somebody else's.
        VersionStale: it has changed since they read it.
    """
    if not may_see(course, actor):
        raise CourseNotFound("There is no such course.")
    if not may_change(course, actor):
        raise CourseNotYours("Only who made this course, and admins, may change it.")
    assert_version(course.version, expected_version)
