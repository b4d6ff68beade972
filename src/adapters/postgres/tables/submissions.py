from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata

# Nobody's work goes by accident: an assignment with submissions stays.
submissions = Table(
    "submissions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id", ondelete="CASCADE"), nullable=False),
    Column("lesson_id", Uuid, ForeignKey("lessons.id", ondelete="RESTRICT"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text),
    Column("link", Text),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("late_seconds", Integer, nullable=False),
    # Hundredths of points, before the deduction.
    Column("earned", Integer),
    Column("deducted", Integer),
    Column("percent", Integer),
    Column("comment", Text),
    Column("rubric", JSONB(none_as_null=True)),
    Column("graded_at", DateTime(timezone=True)),
    # No reference: who it was stays known when they are gone.
    Column("graded_by", Uuid),
    Column("version", Integer, nullable=False),
    UniqueConstraint("enrollment_id", "lesson_id", "number"),
    CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    CheckConstraint("(graded_at IS NULL) = (percent IS NULL)", name="grade"),
)
_newest = (submissions.c.submitted_at.desc(), submissions.c.id.desc())
Index("ix_submissions_of_lesson", submissions.c.lesson_id, *_newest)
