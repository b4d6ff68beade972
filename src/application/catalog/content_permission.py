"""Who may change what a course holds: whoever may change the course."""

from application.catalog.permission import CourseNotYours, may_change, may_see
from application.shared.actor import Actor
from domain.catalog.course import Course
from domain.shared.errors import NotFound


def assert_may_edit(course: Course, actor: Actor, missing: NotFound, *, is_shown: bool = True) -> None:
    """Returns only if the actor may change what the course holds.

    Raises:
        The refusal given as `missing`: it is not even theirs to know that it exists, e.g. a draft (not `is_shown`).
        CourseNotYours: it can be seen, and is somebody else's.
    """
    if may_change(course, actor):
        return
    if is_shown and may_see(course, actor):
        raise CourseNotYours("Only who made this course, and admins, may change what it holds.")
    raise missing
