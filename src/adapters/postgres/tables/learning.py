from sqlalchemy import (
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
)

from adapters.postgres.tables.metadata import metadata

# Who learns or has learned keeps both rows from being deleted: nobody's progress goes by accident.
enrollments = Table(
    "enrollments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="RESTRICT"), nullable=False),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    Column("status", Text, nullable=False),
    Column("enrolled_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("completed_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    UniqueConstraint("course_id", "user_id"),
    # Who learns plays: with the first enrollment comes the row that their XP are locked by.
    ForeignKeyConstraint(["user_id"], ["players.user_id"], name="fk_enrollments_player", ondelete="RESTRICT"),
    CheckConstraint("status IN ('active', 'withdrawn', 'completed')", name="status"),
)
Index("ix_enrollments_of_user", enrollments.c.user_id, enrollments.c.enrolled_at.desc(), enrollments.c.id.desc())
Index("ix_enrollments_of_course", enrollments.c.course_id, enrollments.c.enrolled_at.desc(), enrollments.c.id.desc())

lesson_progress = Table(
    "lesson_progress",
    metadata,
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True),
    Column("lesson_id", Uuid, ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("watched_seconds", Integer, nullable=False),
    Column("completed_at", DateTime(timezone=True)),
    Column("score", Integer),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    CheckConstraint("watched_seconds >= 0", name="watched_seconds"),
)
Index("ix_lesson_progress_lesson_id", lesson_progress.c.lesson_id)

# A certificate outlives whatever could be done to its enrollment: the row can't be deleted under it.
certificates = Table(
    "certificates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id", ondelete="RESTRICT"), nullable=False, unique=True),
    Column("code", Text, nullable=False, unique=True),
    Column("learner_name", Text, nullable=False),
    Column("course_title", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_by", Uuid, ForeignKey("users.id", ondelete="SET NULL")),
    Column("revoked_reason", Text),
    CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revocation"),
)
