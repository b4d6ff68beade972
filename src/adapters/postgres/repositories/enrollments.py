from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, array, insert

from adapters.postgres.arrays import unnested
from adapters.postgres.queries.learning import raise_not_learning
from adapters.postgres.queries.learning_views import DURATION, WATCH_SHARE, completed_count, lesson_count, structure
from adapters.postgres.repositories.certificate_issuing import AWARD as _AWARD
from adapters.postgres.repositories.certificate_issuing import issuing
from adapters.postgres.repositories.enrollment_rows import CHANGING as _CHANGING
from adapters.postgres.repositories.enrollment_rows import enrollment_of, offer_of
from adapters.postgres.repositories.enrollment_rows import values_of as enrollment_values
from adapters.postgres.repositories.players import at_hand_columns, player_at_hand_of
from adapters.postgres.repositories.steps import save_step
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lessons, modules
from adapters.postgres.tables.gamification import players
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import certificates, enrollments, lesson_progress
from application.gamification.ports import Gains
from application.learning.ports import (
    CourseNotFound,
    EnrollmentRepository,
    LearnerNotFound,
    Learners,
    LessonAtHand,
    LessonNotFound,
    LessonOffer,
    Offers,
    StepAtHand,
)
from application.learning.structure import StoredModule, completed_in, outline_of, rule_of, scores_in
from domain.audit.entry import AuditEntry
from domain.catalog.lesson_content import LessonKind
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment, Offer
from domain.learning.progress import LessonProgress
from domain.shared.ids import CourseId, EnrollmentId, LessonId, UserId

_MODULES = msgspec.json.Decoder(list[StoredModule])
_ENROLLMENT = "enrollment_"
_STATE = ("watched_seconds", "completed_at", "score", "first_seen_at")

# Against whoever changes the course, but not against others who enroll: seats are counted under a lock of their own.
_offer = Statement(
    select(courses.c.id.label("course_id"), courses.c.status, courses.c.created_by, courses.c.capacity)
    .where(courses.c.id == bindparam("course_id"))
    .with_for_update(read=True)
)
_offer_of_lesson = Statement(
    select(
        courses.c.id.label("course_id"),
        courses.c.status,
        courses.c.created_by,
        courses.c.capacity,
        lessons.c.status.label("lesson_status"),
    )
    .join(lessons, lessons.c.course_id == courses.c.id)
    .where(lessons.c.id == bindparam("lesson_id"))
    .with_for_update(read=True, of=courses)
)
_lock_seats = Statement(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(bindparam("claim", type_=Text), bindparam("seed", 0, type_=BigInteger))
        )
    )
)
_seats_taken = Statement(
    select(func.count().label("taken")).where(
        enrollments.c.course_id == bindparam("course_id"),
        enrollments.c.status != "withdrawn",
        enrollments.c.id != func.all(bindparam("besides", type_=ARRAY(Uuid))),
    )
)
_of_users = Statement(
    select(*enrollments.columns)
    .where(
        enrollments.c.course_id == bindparam("course_id"),
        enrollments.c.user_id == func.any(bindparam("user_ids", type_=ARRAY(Uuid))),
    )
    .order_by(enrollments.c.user_id)
    .with_for_update(key_share=True)
)
_at_lesson = Statement(
    select(*enrollments.columns)
    .join(lessons, lessons.c.course_id == enrollments.c.course_id)
    .where(
        lessons.c.id == bindparam("lesson_id"),
        lessons.c.status == "published",
        enrollments.c.user_id == bindparam("user_id"),
        enrollments.c.status != "withdrawn",
    )
    .with_for_update(key_share=True, of=enrollments)
)
_known_user = Statement(select(users.c.id).where(users.c.id == bindparam("user_id"), users.c.deleted_at.is_(None)))
_users_by_reference = Statement(
    select(users.c.id, func.lower(users.c.email).label("email")).where(
        users.c.deleted_at.is_(None),
        or_(
            users.c.id == func.any(bindparam("user_ids", type_=ARRAY(Uuid))),
            func.lower(users.c.email) == any_(bindparam("emails", type_=ARRAY(Text))),
        ),
    )
)


def _insertion() -> Statement:
    columns = list(enrollments.columns)
    given = unnested("given", columns, prefix="enrollment_")
    stored = insert(enrollments).from_select([column.name for column in columns], select(given).order_by("user_id"))
    stored = stored.on_conflict_do_nothing(index_elements=["course_id", "user_id"])
    # Who learns plays.
    joined = insert(players).from_select(["user_id"], select(given.c.user_id).order_by("user_id"))
    return Statement(stored.add_cte(joined.on_conflict_do_nothing().cte("joined")))


def _at_hand(enrollment_id: ColumnElement[UUID], *outer: FromClause) -> Select[Any]:
    """Lessons with one learner's progress in them; `modules` only where rules are to be judged."""
    is_theirs = and_(lesson_progress.c.lesson_id == lessons.c.id, lesson_progress.c.enrollment_id == enrollment_id)
    has_rules = or_(
        lessons.c.unlock != literal_column("'[]'::jsonb"), modules.c.unlock != literal_column("'[]'::jsonb")
    )
    outline = structure(lessons.c.course_id, enrollment_id, lessons, *outer)
    source = lessons.join(modules, modules.c.id == lessons.c.module_id)
    for table in outer:
        source = source.join(table, table.c.course_id == lessons.c.course_id)
    return (
        select(
            DURATION.label("duration_seconds"),
            WATCH_SHARE.label("watch_share"),
            lessons.c.kind,
            lessons.c.status,
            lessons.c.pass_percent,
            lesson_progress.c.watched_seconds,
            lesson_progress.c.completed_at,
            lesson_progress.c.score,
            lesson_progress.c.first_seen_at,
            lesson_count(lessons.c.course_id, lessons).label("lessons"),
            completed_count(enrollment_id, *outer).label("lessons_completed"),
            case((has_rules, outline)).cast(JSON).label("modules"),
        )
        .select_from(source.outerjoin(lesson_progress, is_theirs))
        .where(lessons.c.id == bindparam("lesson_id"))
    )


def _step_at_hand_statement() -> Select[Any]:
    """In one look, since each costs as much as the rules that are to be judged."""
    items = array([lessons.c.id.cast(Text), enrollments.c.course_id.cast(Text)])
    return (
        _at_hand(enrollments.c.id, enrollments)
        .add_columns(*(each.label(_ENROLLMENT + each.name) for each in enrollments.columns))
        .add_columns(*at_hand_columns(enrollments.c.course_id, items))
        .join(players, players.c.user_id == enrollments.c.user_id)
        .join(users, users.c.id == enrollments.c.user_id)
        .where(
            lessons.c.status == "published",
            enrollments.c.user_id == bindparam("user_id"),
            enrollments.c.status != "withdrawn",
        )
    )


def _saving() -> Statement:
    """Writes only the rows that are different: those of many enrollments, and their certificates."""
    given = unnested("given", enrollments.columns, prefix="enrollment_")
    present, wanted = (tuple_(*(table.c[name] for name in _CHANGING)) for table in (enrollments, given))
    saved = (
        update(enrollments)
        .values({name: given.c[name] for name in _CHANGING})
        .where(enrollments.c.id == given.c.id, present.is_distinct_from(wanted))
    )
    awards = unnested("awards", (certificates.c[name] for name in _AWARD), prefix="award_")
    return Statement(issuing({name: awards.c[name] for name in _AWARD}).add_cte(saved.cte("saved")))


_insert = _insertion()
_lesson_at_hand = Statement(_at_hand(bindparam("enrollment_id", type_=Uuid)))
_step_at_hand = Statement(_step_at_hand_statement())
_save = _saving()


class PostgresOffers(Offers):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, course_id: CourseId) -> Offer:
        row = await _offer.row(self._connection, course_id=course_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        offer = offer_of(row)
        if offer.capacity is not None:
            await _lock_seats.row(self._connection, claim=f"seats of {course_id}")
        return offer

    async def of_lesson(self, lesson_id: LessonId) -> LessonOffer:
        row = await _offer_of_lesson.row(self._connection, lesson_id=lesson_id)
        if row is None:
            raise LessonNotFound("There is no such lesson.")
        return LessonOffer(offer_of(row), row["lesson_status"] == "published")


class PostgresLearners(Learners):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def assert_known(self, user_id: UserId) -> None:
        if await _known_user.value(self._connection, user_id=user_id) is None:
            raise LearnerNotFound("There is no such user.")

    async def find_all(self, references: Iterable[str]) -> dict[str, UserId]:
        wanted = set(references)
        ids = [uuid for reference in wanted if (uuid := _uuid(reference)) is not None]
        rows = await _users_by_reference.rows(self._connection, user_ids=ids, emails=list(wanted))
        known = {key: UserId(row["id"]) for row in rows for key in (str(row["id"]), row["email"])}
        return {reference: known[reference] for reference in wanted if reference in known}


class PostgresEnrollmentRepository(EnrollmentRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def obtain(self, *enrollments: Enrollment) -> Sequence[Enrollment]:
        await _insert.run(self._connection, **enrollment_values(enrollments, prefix="enrollment_"))
        user_ids = [enrollment.user_id for enrollment in enrollments]
        rows = await _of_users.rows(self._connection, course_id=enrollments[0].course_id, user_ids=user_ids)
        return [enrollment_of(row) for row in rows]

    async def find(self, course_id: CourseId, user_id: UserId) -> Enrollment | None:
        row = await _of_users.row(self._connection, course_id=course_id, user_ids=[user_id])
        return None if row is None else enrollment_of(row)

    async def at_lesson(self, lesson_id: LessonId, user_id: UserId) -> Enrollment:
        row = await _at_lesson.row(self._connection, lesson_id=lesson_id, user_id=user_id)
        if row is None:
            await raise_not_learning(self._connection, user_id, lesson_id)
        return enrollment_of(row)

    async def lesson_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> LessonAtHand:
        # A statement of its own: what the one that waited for the lock sees besides is as old as its beginning.
        row = await _lesson_at_hand.row(self._connection, enrollment_id=enrollment.id, lesson_id=lesson_id)
        if row is None:
            raise LessonNotFound("There is no such lesson.")
        return _at_hand_of(row, lesson_id)

    async def step_at_hand(self, lesson_id: LessonId, user_id: UserId) -> StepAtHand:
        row = await _step_at_hand.row(self._connection, lesson_id=lesson_id, user_id=user_id)
        if row is None:
            await raise_not_learning(self._connection, user_id, lesson_id)
        return StepAtHand(
            enrollment=enrollment_of(row, prefix=_ENROLLMENT),
            lesson=_at_hand_of(row, lesson_id),
            player=player_at_hand_of(row),
        )

    async def seats_taken(self, course_id: CourseId, *, besides: Iterable[EnrollmentId]) -> int:
        taken: int = await _seats_taken.value(self._connection, course_id=course_id, besides=list(besides))
        return taken

    async def save(self, *enrollments: Enrollment, awards: Sequence[Award] = ()) -> None:
        issued = {f"award_{name}": [getattr(award, name) for award in awards] for name in _AWARD}
        await _save.run(self._connection, **enrollment_values(enrollments, prefix="enrollment_"), **issued)

    async def save_step(
        self,
        enrollment: Enrollment,
        progress: LessonProgress,
        *,
        before: int,
        award: Award | None = None,
        entries: Sequence[AuditEntry] = (),
        gains: Gains | None = None,
    ) -> None:
        await save_step(self._connection, enrollment, progress, before, award, entries, gains)


def _at_hand_of(row: Row, lesson_id: LessonId) -> LessonAtHand:
    stored = [] if row["modules"] is None else _MODULES.decode(row["modules"])
    return LessonAtHand(
        lesson_id=lesson_id,
        is_published=row["status"] == "published",
        rule=rule_of(LessonKind(row["kind"]), row["duration_seconds"], row["watch_share"], row["pass_percent"]),
        outline=outline_of(stored),
        completed=completed_in(stored),
        scores=scores_in(stored),
        progress=_progress_of(row, lesson_id),
        lessons=row["lessons"],
        lessons_completed=row["lessons_completed"],
    )


def _progress_of(row: Row, lesson_id: LessonId) -> LessonProgress | None:
    if row["first_seen_at"] is None:
        return None
    fields: dict[str, Any] = {name: row[name] for name in _STATE}
    return LessonProgress(lesson_id=lesson_id, **fields)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
