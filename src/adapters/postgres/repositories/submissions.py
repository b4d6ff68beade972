from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Uuid, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from adapters.postgres.queries.json import json_object
from adapters.postgres.queries.submission_views import summaries
from adapters.postgres.repositories.enrollment_rows import enrollment_of
from adapters.postgres.repositories.submission_rows import GRADE, row_of, submission_of
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lessons
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.submissions import submissions
from application.learning.submission_ports import (
    NoAssignment,
    SubmissionAtHand,
    SubmissionNotFound,
    SubmissionRepository,
    rules_of_settings,
)
from application.learning.submission_views import SubmissionView
from application.shared.assignment_document import AssignmentSettings
from application.shared.encoded import Encoded, content_tag
from domain.learning.assignment import AssignmentRules
from domain.learning.enrollment import Enrollment, Offer
from domain.learning.submission import Submission
from domain.shared.ids import CourseId, LessonId, SubmissionId, UserId

_read_settings = msgspec.json.Decoder(AssignmentSettings).decode

_settings = Statement(
    select(lessons.c.content.op("->")(literal_column("'assignment'")).cast(JSON).label("settings")).where(
        lessons.c.id == bindparam("lesson_id"), lessons.c.kind == "assignment"
    )
)
_of_learner = Statement(
    select(submissions)
    .where(submissions.c.enrollment_id == bindparam("enrollment_id"), submissions.c.lesson_id == bindparam("lesson_id"))
    .order_by(submissions.c.number)
)
_at_hand = (
    select(
        *enrollments.columns,
        *(each.label(f"submission_{each.name}") for each in submissions.columns),
        courses.c.created_by,
        courses.c.status.label("course_status"),
    )
    .join_from(enrollments, submissions, submissions.c.enrollment_id == enrollments.c.id)
    .join(courses, courses.c.id == enrollments.c.course_id)
    .with_for_update(key_share=True, of=[enrollments, submissions])
)
_get = Statement(_at_hand.where(submissions.c.id == bindparam("submission_id")))
_later = submissions.alias("later")
_newest = Statement(
    _at_hand.where(
        submissions.c.lesson_id == bindparam("lesson_id"),
        enrollments.c.user_id == func.any(bindparam("user_ids", type_=ARRAY(Uuid))),
        ~select(_later.c.id)
        .where(
            _later.c.enrollment_id == submissions.c.enrollment_id,
            _later.c.lesson_id == submissions.c.lesson_id,
            _later.c.number > submissions.c.number,
        )
        .exists(),
    ).order_by(enrollments.c.user_id)
)
_add = Statement(
    insert(submissions).values({each.name: bindparam(each.name, type_=each.type) for each in submissions.columns})
)
_save = Statement(
    update(submissions)
    .where(submissions.c.id == bindparam("submission_id"))
    .values({name: bindparam(f"new_{name}", type_=submissions.c[name].type) for name in (*GRADE, "version")})
)


def _viewing() -> Statement:
    one = summaries().where(submissions.c.id == bindparam("submission_id")).subquery("one")
    fields = {name: one.c[name] for name in SubmissionView.__struct_fields__}
    return Statement(select(json_object(fields).label("view"), one.c.version).select_from(one))


_view = _viewing()


class PostgresSubmissionRepository(SubmissionRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rules(self, lesson_id: LessonId) -> AssignmentRules:
        row = await _settings.row(self._connection, lesson_id=lesson_id)
        if row is None:
            raise NoAssignment("This lesson is no assignment.")
        return rules_of_settings(_read_settings(row["settings"]))

    async def of_learner(self, enrollment: Enrollment, lesson_id: LessonId) -> Sequence[Submission]:
        rows = await _of_learner.rows(self._connection, enrollment_id=enrollment.id, lesson_id=lesson_id)
        return [submission_of(row) for row in rows]

    async def get(self, submission_id: SubmissionId) -> SubmissionAtHand:
        row = await _get.row(self._connection, submission_id=submission_id)
        if row is None:
            raise SubmissionNotFound("There is no such submission.")
        return _found(row)

    async def newest(self, lesson_id: LessonId, user_ids: Iterable[UserId]) -> Mapping[UserId, SubmissionAtHand]:
        rows = await _newest.rows(self._connection, lesson_id=lesson_id, user_ids=list(user_ids))
        return {UserId(row["user_id"]): _found(row) for row in rows}

    async def add(self, submission: Submission) -> None:
        await _add.run(self._connection, **row_of(submission))

    async def save(self, submission: Submission) -> None:
        row = row_of(submission)
        changes = {f"new_{name}": row[name] for name in (*GRADE, "version")}
        await _save.run(self._connection, submission_id=submission.id, **changes)

    async def view(self, submission_id: SubmissionId) -> Encoded[SubmissionView]:
        row = await _view.row(self._connection, submission_id=submission_id)
        if row is None:
            raise SubmissionNotFound("There is no such submission.")
        return Encoded(row["view"], f"{row['version']}-{content_tag(row['view'])}")


def _found(row: Row) -> SubmissionAtHand:
    owner = row["created_by"]
    course = Offer(
        course_id=CourseId(row["course_id"]),
        is_published=row["course_status"] == "published",
        owner_id=None if owner is None else UserId(owner),
        capacity=None,
    )
    return SubmissionAtHand(enrollment_of(row), submission_of(row, prefix="submission_"), course)
