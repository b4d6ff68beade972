"""A step in a lesson, the most frequent write of all, in one statement: progress, enrollment, certificate and audit."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import CTE, Integer, Select, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from adapters.postgres.repositories.audit import audit_insertion, audit_value
from adapters.postgres.repositories.certificate_issuing import AWARD, issuing
from adapters.postgres.repositories.enrollment_rows import CHANGING
from adapters.postgres.repositories.gains import gain_values, gain_writes
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.gamification import players
from adapters.postgres.tables.learning import certificates, enrollments, lesson_progress
from application.gamification.ports import Gains
from application.learning.ports import StepOvertaken
from domain.audit.entry import AuditEntry
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress

_STATE = ("watched_seconds", "completed_at", "score", "first_seen_at")
_NO_AWARD = {f"award_{name}": None for name in AWARD}


def _gate() -> Select[Any]:
    return (
        select(enrollments.c.id)
        .where(
            enrollments.c.id == bindparam("step_enrollment_id", type_=Uuid),
            enrollments.c.version == bindparam("before", type_=Integer),
        )
        .with_for_update(key_share=True, of=enrollments)
    )


def _gate_with_player() -> Select[Any]:
    """Locked in this order, as everywhere: the enrollment, then its player."""
    return (
        _gate()
        .add_columns(players.c.user_id)
        .join(players, players.c.user_id == enrollments.c.user_id)
        .where(players.c.version == bindparam("player_before", type_=Integer))
        .with_for_update(key_share=True, of=[enrollments, players])
    )


@cache
def step_statement(*, with_gains: bool, with_rare: bool) -> Statement:
    """Certificates, badges and a day's first deeds are rare, and a part of a statement costs though it writes nothing.

    Plain arguments and not arrays: cheaper to make, and the planner knows that it is one row each. All parts hang on
    `gate`, which locks what the step was taken from, and is empty where somebody was faster. The enrollment is written
    only where it is different: seconds watched leave it as it is.
    """
    gate = (_gate_with_player() if with_gains else _gate()).cte("gate")
    wanted = {name: bindparam(f"enrollment_{name}", type_=enrollments.c[name].type) for name in CHANGING}
    saved = (
        update(enrollments)
        .values(wanted)
        .where(enrollments.c.id == gate.c.id, enrollments.c.version != wanted["version"])
        .cte("saved")
    )
    parts = [saved, audit_insertion(gate).cte("audit"), _progress(gate).cte("stored")]
    if with_rare:
        parts.append(_certificate(gate).cte("issued"))
    if with_gains:
        parts += gain_writes(gate, with_rare=with_rare)
    return Statement(select(gate.c.id).add_cte(*parts))


def _certificate(gate: CTE) -> Insert:
    award = {name: bindparam(f"award_{name}", type_=certificates.c[name].type) for name in AWARD}
    return issuing({**award, "enrollment_id": gate.c.id})


def _progress(gate: CTE) -> Insert:
    """Two who report seconds watched are both right: the most counts, however they come."""
    given = {name: bindparam(f"step_{name}", type_=lesson_progress.c[name].type) for name in ("lesson_id", *_STATE)}
    stored = insert(lesson_progress).from_select(["enrollment_id", *given], select(gate.c.id, *given.values()))
    new = {name: stored.excluded[name] for name in _STATE}
    seconds = func.greatest(lesson_progress.c.watched_seconds, stored.excluded.watched_seconds)
    return stored.on_conflict_do_update(
        index_elements=["enrollment_id", "lesson_id"], set_=new | {"watched_seconds": seconds}
    )


async def save_step(
    connection: Connection,
    enrollment: Enrollment,
    progress: LessonProgress,
    before: int,
    award: Award | None,
    entries: Sequence[AuditEntry],
    gains: Gains | None,
) -> None:
    """As `EnrollmentRepository.save_step` says."""
    has_rare = award is not None or (gains is not None and bool(gains.awards or gains.days))
    statement = step_statement(with_gains=gains is not None, with_rare=has_rare)
    stored = await statement.value(
        connection,
        **({} if gains is None else gain_values(gains)),
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
