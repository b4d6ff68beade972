from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.tables.metadata import metadata

# What was asked is kept as it was: a version with attempts stays, and with it its lesson.
attempts = Table(
    "attempts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id", ondelete="CASCADE"), nullable=False),
    Column("lesson_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("lesson_version", Integer, nullable=False),
    Column("graded_version", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("question_ids", ARRAY(Text), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("deadline", DateTime(timezone=True)),
    Column("handed_in_at", DateTime(timezone=True)),
    Column("is_timed_out", Boolean, nullable=False),
    # Hundredths of points.
    Column("earned", Integer),
    Column("possible", Integer),
    ForeignKeyConstraint(
        ["lesson_id", "lesson_version"], ["lesson_versions.lesson_id", "lesson_versions.number"], ondelete="RESTRICT"
    ),
    UniqueConstraint("enrollment_id", "lesson_id", "number"),
    CheckConstraint("(handed_in_at IS NULL) = (earned IS NULL)", name="score"),
    CheckConstraint("(earned IS NULL) = (possible IS NULL)", name="points"),
)
_open = text("handed_in_at IS NULL")
Index("uq_attempts_open", attempts.c.enrollment_id, attempts.c.lesson_id, unique=True, postgresql_where=_open)
Index("ix_attempts_deadline", attempts.c.deadline, postgresql_where=_open)
Index("ix_attempts_of_lesson", attempts.c.lesson_id, attempts.c.started_at.desc(), attempts.c.id.desc())

answers = Table(
    "answers",
    metadata,
    Column("attempt_id", Uuid, ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    Column("question_id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    # Null for one that was left blank.
    Column("answer", JSONB),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("awarded", Integer),
)

quiz_extensions = Table(
    "quiz_extensions",
    metadata,
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True),
    Column("lesson_id", Uuid, ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("extra_seconds", Integer, nullable=False),
    CheckConstraint("extra_seconds > 0", name="extra_seconds"),
)
Index("ix_quiz_extensions_lesson_id", quiz_extensions.c.lesson_id)
