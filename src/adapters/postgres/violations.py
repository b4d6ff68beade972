"""From what the database refuses to what the domain says: the one table between constraint names and refusals."""

from collections.abc import Callable

import asyncpg

from application.catalog.content_ports import LessonHasWork, OrderChangedMeanwhile
from application.catalog.ports import CourseHasLearners, CourseIsPrerequisite, ExternalIdTaken
from application.identity.ports import EmailTaken, PseudonymTaken
from application.learning.ports import LessonNotFound
from domain.shared.errors import Conflict, Invalid, Refusal


class ValueOutOfRange(Invalid):
    """A value that PostgreSQL can't hold (SQLSTATE class 22): a NUL character, an integer too large."""

    code = "request.value_out_of_range"


class ChangedMeanwhile(Conflict):
    """Two changes got into each other's way (a deadlock, a serialization failure); trying again helps."""

    code = "request.changed_meanwhile"


REFUSALS: dict[str, Callable[[], Refusal]] = {
    # An invitation was being linked while the same person's first request made a row of its own.
    "uq_users_clerk_id": lambda: ChangedMeanwhile("This person signed up at this moment; try again."),
    "uq_users_email_live": lambda: EmailTaken("Another user has this email address."),
    "uq_users_pseudonym": lambda: PseudonymTaken("Another user has this pseudonym."),
    "uq_courses_external_id": lambda: ExternalIdTaken("Another course has this external id."),
    "uq_modules_course_id_position": lambda: OrderChangedMeanwhile("Somebody else put a module there; try again."),
    "uq_lessons_module_id_position": lambda: OrderChangedMeanwhile("Somebody else put a lesson there; try again."),
    "fk_enrollments_course_id": lambda: CourseHasLearners("Somebody learns in this course, or did."),
    "fk_attempts_lesson_id_lesson_version": lambda: LessonHasWork("Somebody took this quiz."),
    "fk_submissions_lesson_id": lambda: LessonHasWork("Somebody handed in work for this assignment."),
    # Whoever got past the version of a player by a fault of ours is stopped by the ledger itself.
    "uq_xp_ledger_number": lambda: ChangedMeanwhile("Another deed of this learner came in between; try again."),
    "uq_badge_awards_held": lambda: ChangedMeanwhile("Another deed of this learner came in between; try again."),
    "uq_xp_ledger_paid": lambda: ChangedMeanwhile("Another deed of this learner came in between; try again."),
    # The lesson was deleted at the moment in which somebody completed it.
    "fk_lesson_progress_lesson_id": lambda: LessonNotFound("There is no such lesson."),
    "fk_course_prerequisites_prerequisite_id": lambda: CourseIsPrerequisite("Another course builds on this one."),
}


def refusal_of(error: asyncpg.PostgresError) -> Refusal | None:
    """The refusal that a database error stands for; None where it stands for a fault of ours."""
    name = getattr(error, "constraint_name", None)
    if name in REFUSALS:
        return REFUSALS[name]()
    if isinstance(error, asyncpg.DataError):
        return ValueOutOfRange("A value is out of the range that can be stored.")
    if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
        return ChangedMeanwhile("Another change came in between; try again.")
    return None
