"""quizzes and assignments as kinds of lessons, and what learners scored in them"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEEDED_PERCENT = "COALESCE(content #>> '{quiz,pass_percent}', content #>> '{assignment,pass_percent}')::integer"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_lessons_kind"), "lessons", type_="check")
    op.create_check_constraint(
        op.f("ck_lessons_kind"), "lessons", "kind IN ('article', 'video', 'file', 'link', 'quiz', 'assignment')"
    )
    op.add_column(
        "lessons", sa.Column("pass_percent", sa.Integer(), sa.Computed(_NEEDED_PERCENT, persisted=True), nullable=True)
    )
    op.add_column("lesson_progress", sa.Column("score", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_lesson_progress_score"), "lesson_progress", "score BETWEEN 0 AND 100")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_lesson_progress_score"), "lesson_progress", type_="check")
    op.drop_column("lesson_progress", "score")
    op.drop_column("lessons", "pass_percent")
    # Quizzes and assignments can't be told in the former kinds, and their learners' progress goes with them.
    op.execute("DELETE FROM lessons WHERE kind IN ('quiz', 'assignment')")
    op.drop_constraint(op.f("ck_lessons_kind"), "lessons", type_="check")
    op.create_check_constraint(op.f("ck_lessons_kind"), "lessons", "kind IN ('article', 'video', 'file', 'link')")
