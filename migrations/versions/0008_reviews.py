"""reviews, and what they add up to beside each course"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("courses", sa.Column("rating_sum", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("courses", sa.Column("rating_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_check_constraint(
        op.f("ck_courses_rating"), "courses", "rating_sum BETWEEN rating_count AND 5 * rating_count"
    )
    op.create_table(
        "reviews",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_reviews_rating")),
        sa.ForeignKeyConstraint(
            ["course_id", "user_id"],
            ["enrollments.course_id", "enrollments.user_id"],
            name=op.f("fk_reviews_course_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("course_id", "user_id", name=op.f("pk_reviews")),
    )
    newest = [sa.literal_column("created_at DESC"), sa.literal_column("user_id DESC")]
    op.create_index("ix_reviews_newest", "reviews", ["course_id", *newest], unique=False)
    op.create_index("ix_reviews_rating_newest", "reviews", ["course_id", "rating", *newest], unique=False)


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_constraint(op.f("ck_courses_rating"), "courses", type_="check")
    op.drop_column("courses", "rating_count")
    op.drop_column("courses", "rating_sum")
