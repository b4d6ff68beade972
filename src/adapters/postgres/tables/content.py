from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
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

# Positions are compared code point by code point, and may meet in the middle of a change: only its end counts.
modules = Table(
    "modules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    Column("position", Text(collation="C"), nullable=False),
    Column("unlock", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("course_id", "position", deferrable=True, initially="DEFERRED"),
)

_NEEDED_PERCENT = "COALESCE(content #>> '{quiz,pass_percent}', content #>> '{assignment,pass_percent}')::integer"
lessons = Table(
    "lessons",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="CASCADE"), nullable=False),
    Column("module_id", Uuid, ForeignKey("modules.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("position", Text(collation="C"), nullable=False),
    Column("status", Text, nullable=False),
    Column("is_preview", Boolean, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("unlock", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    # Beside the content, which may be large: what completes a lesson is asked for on every page of a course.
    Column("pass_percent", Integer, Computed(_NEEDED_PERCENT, persisted=True)),
    UniqueConstraint("module_id", "position", deferrable=True, initially="DEFERRED"),
    CheckConstraint("kind IN ('article', 'video', 'file', 'link', 'quiz', 'assignment')", name="kind"),
    CheckConstraint("status IN ('draft', 'published')", name="status"),
)
Index("ix_lessons_course_id", lessons.c.course_id)

lesson_versions = Table(
    "lesson_versions",
    metadata,
    Column("lesson_id", Uuid, ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    # No reference: who it was stays known when they are gone.
    Column("published_by", Uuid),
)
