"""A step in a lesson, the most frequent write of all, in one statement: progress, enrollment, certificate and audit."""

from collections.abc import Sequence

from sqlalchemy import bindparam, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.repositories.audit import audit_insertion
from adapters.postgres.repositories.audit import values_of as entry_values
from adapters.postgres.repositories.certificate_issuing import AWARD, issuing
from adapters.postgres.repositories.enrollment_rows import CHANGING
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.learning import certificates, enrollments, lesson_progress
from domain.audit.entry import AuditEntry
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress

_STATE = ("watched_seconds", "completed_at", "score", "first_seen_at")
_NO_AWARD = {f"award_{name}": None for name in AWARD}


def _statement() -> Statement:
    """Plain arguments and not arrays: cheaper to make, and the planner knows that it is one row each.

    The enrollment is written only where it is different: most steps leave it as it is.
    """
    wanted = {name: bindparam(f"enrollment_{name}", type_=enrollments.c[name].type) for name in CHANGING}
    present = tuple_(*(enrollments.c[name] for name in CHANGING))
    saved = (
        update(enrollments)
        .values(wanted)
        .where(
            enrollments.c.id == bindparam("step_enrollment_id", type_=enrollments.c.id.type),
            present.is_distinct_from(tuple_(*wanted.values())),
        )
    )
    names = ("enrollment_id", "lesson_id", *_STATE)
    stored = insert(lesson_progress).values(
        {name: bindparam(f"step_{name}", type_=lesson_progress.c[name].type) for name in names}
    )
    stored = stored.on_conflict_do_update(
        index_elements=["enrollment_id", "lesson_id"], set_={name: stored.excluded[name] for name in _STATE}
    )
    issued = issuing({name: bindparam(f"award_{name}", type_=certificates.c[name].type) for name in AWARD})
    audited = audit_insertion("audit_")
    return Statement(stored.add_cte(saved.cte("saved"), issued.cte("issued"), audited.cte("audit")))


_save = _statement()


async def save_step(
    connection: Connection,
    enrollment: Enrollment,
    progress: LessonProgress,
    award: Award | None,
    entries: Sequence[AuditEntry],
) -> None:
    """As `EnrollmentRepository.save_step` says."""
    await _save.run(
        connection,
        step_enrollment_id=enrollment.id,
        step_lesson_id=progress.lesson_id,
        **{f"step_{name}": getattr(progress, name) for name in _STATE},
        **{f"enrollment_{name}": getattr(enrollment, name) for name in CHANGING},
        **(_NO_AWARD if award is None else {f"award_{name}": getattr(award, name) for name in AWARD}),
        **entry_values(entries, "audit_"),
    )
