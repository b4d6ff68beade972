from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from adapters.postgres.tables.metadata import metadata

courses = Table(
    "courses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("external_id", Text),
    Column("slug", Text, nullable=False),
    Column("title", Text, nullable=False),
    # Compared code point by code point: titles are sorted alike on every machine, whatever its locales.
    Column("title_key", Text(collation="C"), nullable=False),
    Column("summary", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("description_html", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("level", Text),
    Column("tags", ARRAY(Text), nullable=False),
    Column("cover_url", Text),
    Column("status", Text, nullable=False),
    Column("created_by", Uuid, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    # Seats; null for as many as come.
    Column("capacity", Integer),
    # Of its reviews, counted when they are written: a list needn't look at any.
    Column("rating_sum", Integer, nullable=False, server_default=text("0")),
    Column("rating_count", Integer, nullable=False, server_default=text("0")),
    Column("search", TSVECTOR, nullable=False),
    CheckConstraint("status IN ('draft', 'in_review', 'published', 'archived')", name="status"),
    CheckConstraint("level IN ('beginner', 'intermediate', 'advanced')", name="level"),
    CheckConstraint("capacity > 0", name="capacity"),
    CheckConstraint("rating_sum BETWEEN rating_count AND 5 * rating_count", name="rating"),
)
Index("uq_courses_slug", courses.c.slug, unique=True)
Index("uq_courses_external_id", courses.c.external_id, unique=True)
# New rows go into the index itself: a list of pending ones would be read from end to end by every search.
Index("ix_courses_search", courses.c.search, postgresql_using="gin", postgresql_with={"fastupdate": "off"})

# What the public list is filtered by, each in both of its orders: a page is read off an index and never sorted.
_newest = (courses.c.created_at.desc(), courses.c.id.desc())
_by_title = (courses.c.title_key, courses.c.id)
_published = text("status = 'published'")
Index("ix_courses_newest", *_newest, postgresql_where=_published)
Index("ix_courses_title", *_by_title, postgresql_where=_published)
Index("ix_courses_language_newest", courses.c.language, *_newest, postgresql_where=_published)
Index("ix_courses_language_title", courses.c.language, *_by_title, postgresql_where=_published)
Index("ix_courses_level_newest", courses.c.level, *_newest, postgresql_where=_published)
Index("ix_courses_level_title", courses.c.level, *_by_title, postgresql_where=_published)
# What authors and admins see besides.
_unpublished = text("status <> 'published'")
Index("ix_courses_created_by_newest", courses.c.created_by, *_newest)
Index("ix_courses_created_by_title", courses.c.created_by, *_by_title)
Index("ix_courses_status_newest", courses.c.status, *_newest, postgresql_where=_unpublished)
Index("ix_courses_status_title", courses.c.status, *_by_title, postgresql_where=_unpublished)

# The tags of courses once more, beside the values that lists are sorted by: no index on an array has an order.
course_tags = Table(
    "course_tags",
    metadata,
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("title_key", Text(collation="C"), nullable=False),
    Column("is_published", Boolean, nullable=False),
)
Index(
    "ix_course_tags_newest",
    course_tags.c.tag,
    course_tags.c.created_at.desc(),
    course_tags.c.course_id.desc(),
    postgresql_where=text("is_published"),
)
Index(
    "ix_course_tags_title",
    course_tags.c.tag,
    course_tags.c.title_key,
    course_tags.c.course_id,
    postgresql_where=text("is_published"),
)

course_prerequisites = Table(
    "course_prerequisites",
    metadata,
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("prerequisite_id", Uuid, ForeignKey("courses.id", ondelete="RESTRICT"), primary_key=True),
    CheckConstraint("course_id <> prerequisite_id", name="not_itself"),
)
Index("ix_course_prerequisites_prerequisite_id", course_prerequisites.c.prerequisite_id)
