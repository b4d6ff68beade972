"""attempts at quizzes, their answers, and more time for single learners"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lesson_version", sa.Integer(), nullable=False),
        sa.Column("graded_version", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("question_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_timed_out", sa.Boolean(), nullable=False),
        sa.Column("earned", sa.Integer(), nullable=True),
        sa.Column("possible", sa.Integer(), nullable=True),
        sa.CheckConstraint("(handed_in_at IS NULL) = (earned IS NULL)", name=op.f("ck_attempts_score")),
        sa.CheckConstraint("(earned IS NULL) = (possible IS NULL)", name=op.f("ck_attempts_points")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_attempts_enrollment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id", "lesson_version"],
            ["lesson_versions.lesson_id", "lesson_versions.number"],
            name=op.f("fk_attempts_lesson_id_lesson_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "enrollment_id", "lesson_id", "number", name=op.f("uq_attempts_enrollment_id_lesson_id_number")
        ),
    )
    is_open = sa.text("handed_in_at IS NULL")
    op.create_index("ix_attempts_deadline", "attempts", ["deadline"], unique=False, postgresql_where=is_open)
    op.create_index(
        "ix_attempts_of_lesson",
        "attempts",
        ["lesson_id", sa.literal_column("started_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_attempts_open", "attempts", ["enrollment_id", "lesson_id"], unique=True, postgresql_where=is_open
    )
    op.create_table(
        "answers",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_answers_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name=op.f("pk_answers")),
    )
    op.create_table(
        "quiz_extensions",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("extra_seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("extra_seconds > 0", name=op.f("ck_quiz_extensions_extra_seconds")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_quiz_extensions_enrollment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_quiz_extensions_lesson_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "lesson_id", name=op.f("pk_quiz_extensions")),
    )
    op.create_index("ix_quiz_extensions_lesson_id", "quiz_extensions", ["lesson_id"], unique=False)


def downgrade() -> None:
    op.drop_table("quiz_extensions")
    op.drop_table("answers")
    op.drop_table("attempts")
