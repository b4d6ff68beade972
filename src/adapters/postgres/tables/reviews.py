from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKeyConstraint, Index, Integer, Table, Text, Uuid

from adapters.postgres.tables.metadata import metadata

# The key is the promise that there is one for a learner and a course; and only who enrolled has one.
reviews = Table(
    "reviews",
    metadata,
    Column("course_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("rating", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(
        ["course_id", "user_id"], ["enrollments.course_id", "enrollments.user_id"], ondelete="RESTRICT"
    ),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
)
Index("ix_reviews_newest", reviews.c.course_id, reviews.c.created_at.desc(), reviews.c.user_id.desc())
Index(
    "ix_reviews_rating_newest",
    reviews.c.course_id,
    reviews.c.rating,
    reviews.c.created_at.desc(),
    reviews.c.user_id.desc(),
)
