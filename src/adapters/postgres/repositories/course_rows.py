"""Between courses and the rows that hold them."""

from collections.abc import Sequence
from typing import Any

from adapters.postgres.search_terms import search_terms
from adapters.postgres.statement import Row
from domain.catalog.content import CourseContent, Level
from domain.catalog.course import Course, CourseStatus
from domain.catalog.naming import sort_key
from domain.shared.ids import CourseId, UserId
from domain.shared.rich_text import RichText

TAG_SEPARATOR = "\x1f"
"""In no tag: control characters are refused there."""


def values_of(courses: Sequence[Course]) -> dict[str, list[Any]]:
    """Columns of the rows by name, each a list with one value a course; and the pairs of the prerequisites."""
    rows = [_row(course) for course in courses]
    edges = [(course.id, prerequisite) for course in courses for prerequisite in course.prerequisites]
    return {name: [row[name] for row in rows] for name in rows[0]} | {
        "edge_course_id": [course_id for course_id, _ in edges],
        "edge_prerequisite_id": [prerequisite_id for _, prerequisite_id in edges],
    }


def course_of(row: Row) -> Course:
    return Course(
        id=CourseId(row["id"]),
        external_id=row["external_id"],
        slug=row["slug"],
        content=CourseContent(
            title=row["title"],
            summary=row["summary"],
            description=RichText(row["description"], row["description_html"]),
            language=row["language"],
            level=None if row["level"] is None else Level(row["level"]),
            tags=tuple(row["tags"]),
            cover_url=row["cover_url"],
        ),
        status=CourseStatus(row["status"]),
        prerequisites=tuple(sorted(CourseId(first) for first in row["prerequisites"] or ())),
        created_by=None if row["created_by"] is None else UserId(row["created_by"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        published_at=row["published_at"],
        version=row["version"],
        capacity=row["capacity"],
    )


def _row(course: Course) -> dict[str, Any]:
    content = course.content
    return {
        "id": course.id,
        "external_id": course.external_id,
        "slug": course.slug,
        "title": content.title,
        "title_key": sort_key(content.title),
        "summary": content.summary,
        "description": content.description.markdown,
        "description_html": content.description.html,
        "language": content.language,
        "level": content.level,
        "tags": TAG_SEPARATOR.join(content.tags),
        "cover_url": content.cover_url,
        "status": course.status,
        "created_by": course.created_by,
        "created_at": course.created_at,
        "updated_at": course.updated_at,
        "published_at": course.published_at,
        "version": course.version,
        "capacity": course.capacity,
        "title_terms": search_terms(content.title),
        "summary_terms": search_terms(f"{content.summary} {' '.join(content.tags)}"),
        "description_terms": search_terms(content.description.markdown),
    }
