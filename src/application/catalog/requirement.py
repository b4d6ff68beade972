"""The steps by which a course gets new prerequisites."""

from collections.abc import Collection, Sequence

from application.catalog.permission import may_see
from application.catalog.ports import CourseRepository
from application.shared.actor import Actor
from domain.catalog.content import CourseInvalid
from domain.catalog.course import Course
from domain.catalog.prerequisites import PrerequisiteCycle, position_of_cycle
from domain.shared.errors import FieldError
from domain.shared.ids import CourseId

MAXIMUM_PREREQUISITES = 20


async def assert_usable(
    courses: CourseRepository, wanted: Sequence[CourseId], actor: Actor, *, present: Collection[CourseId] = ()
) -> None:
    """Returns only if each exists, and the actor may see it; those `present` already are not asked for again.

    Raises:
        CourseInvalid: with an error for each that doesn't, or for there being too many.
    """
    if len(wanted) > MAXIMUM_PREREQUISITES:
        detail = f"has more than {MAXIMUM_PREREQUISITES} courses"
        error = FieldError("/prerequisites", "prerequisites.too_many", detail)
        raise CourseInvalid("There are too many prerequisites.", errors=[error])
    fresh = [course_id for course_id in wanted if course_id not in present]
    found = {course.id for course in await courses.find_all(fresh) if may_see(course, actor)} if fresh else set()
    errors = [
        FieldError(f"/prerequisites/{place}", "prerequisite.unknown", "there is no such course")
        for place, course_id in enumerate(wanted)
        if course_id in fresh and course_id not in found
    ]
    if errors:
        raise CourseInvalid("A prerequisite does not exist.", errors=errors)


async def assert_acyclic(courses: CourseRepository, course: Course, wanted: Sequence[CourseId]) -> None:
    """Returns only if the course could be given these prerequisites. The graph is locked by now.

    Raises:
        PrerequisiteCycle: naming the first that leads back to the course.
    """
    place = position_of_cycle(course.id, wanted, await courses.prerequisites_from(wanted))
    if place is not None:
        detail = "must itself be learned after this course"
        error = FieldError(f"/prerequisites/{place}", PrerequisiteCycle.code, detail)
        raise PrerequisiteCycle("Prerequisites may not form a cycle.", errors=[error])
