"""Every table, so that migrations and tests see them all through `metadata`."""

from adapters.postgres.tables import (
    audit,
    catalog,
    content,
    gamification,
    identity,
    learning,
    operations,
    quizzes,
    reviews,
    submissions,
)
from adapters.postgres.tables.metadata import metadata

__all__ = [
    "audit",
    "catalog",
    "content",
    "gamification",
    "identity",
    "learning",
    "metadata",
    "operations",
    "quizzes",
    "reviews",
    "submissions",
]
