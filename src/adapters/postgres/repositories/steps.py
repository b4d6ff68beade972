"""A step in a lesson, the most frequent write of all, in one statement: progress, enrollment, certificate and audit."""

from collections.abc import Sequence

from sqlalchemy import CTE, Integer, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from adapters.postgres.repositories.audit import audit_insertion, audit_value
from adapters.postgres.repositories.certificate_issuing import AWARD, issuing
from adapters.postgres.repositories.enrollment_rows import CHANGING
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.learning import certificates, enrollments, lesson_progress
from application.learning.ports import StepOvertaken
from domain.audit.entry import AuditEntry
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress

_STATE = ("watched_seconds", "completed_at", "score", "first_seen_at")
_NO_AWARD = {f"award_{name}": None for name in AWARD}


def _statement() -> Statement:
    """Plain arguments and not arrays: cheaper to make, and the planner knows that it is one row each.

    All parts hang on `gate`, which locks the enrollment and is empty where somebody was faster. The enrollment is
    written only where it is different: seconds watched leave it as it is.
    """
    gate = (
        select(enrollments.c.id)
        .where(
            enrollments.c.id == bindparam("step_enrollment_id", type_=Uuid),
            enrollments.c.version == bindparam("before", type_=Integer),
        )
        .with_for_update(key_share=True)
        .cte("gate")
    )
    wanted = {name: bindparam(f"enrollment_{name}", type_=enrollments.c[name].type) for name in CHANGING}
    saved = (
        update(enrollments)
        .values(wanted)
        .where(enrollments.c.id == gate.c.id, enrollments.c.version != wanted["version"])
        .cte("saved")
    )
    award = {name: bindparam(f"award_{name}", type_=certificates.c[name].type) for name in AWARD}
    issued = issuing({**award, "enrollment_id": gate.c.id}).cte("issued")
    audited = audit_insertion(gate).cte("audit")
    stored = _progress(gate).cte("stored")
    return Statement(select(gate.c.id).add_cte(saved, issued, audited, stored))


def _progress(gate: CTE) -> Insert:
    """Two who report seconds watched are both right: the most counts, however they come."""
    given = {name: bindparam(f"step_{name}", type_=lesson_progress.c[name].type) for name in ("lesson_id", *_STATE)}
    stored = insert(lesson_progress).from_select(["enrollment_id", *given], select(gate.c.id, *given.values()))
    new = {name: stored.excluded[name] for name in _STATE}
    seconds = func.greatest(lesson_progress.c.watched_seconds, stored.excluded.watched_seconds)
    return stored.on_conflict_do_update(
        index_elements=["enrollment_id", "lesson_id"], set_=new | {"watched_seconds": seconds}
    )


_save = _statement()


async def save_step(
    connection: Connection,
    enrollment: Enrollment,
    progress: LessonProgress,
    before: int,
    award: Award | None,
    entries: Sequence[AuditEntry],
) -> None:
    """As `EnrollmentRepository.save_step` says."""
    stored = await _save.value(
        connection,
        before=before,
        step_enrollment_id=enrollment.id,
        step_lesson_id=progress.lesson_id,
        **{f"step_{name}": getattr(progress, name) for name in _STATE},
        **{f"enrollment_{name}": getattr(enrollment, name) for name in CHANGING},
        **(_NO_AWARD if award is None else {f"award_{name}": getattr(award, name) for name in AWARD}),
        audit=audit_value(entries),
    )
    if stored is None:
        raise StepOvertaken("Another step of this learner came first; try again.")
