"""At 100,000 courses a page is read off an index, whatever it is filtered and sorted by: no scan, and no sort."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.queries.course_list import Shape, list_statement, shapes
from adapters.postgres.statement import Connection
from application.catalog.question import CourseSort
from domain.catalog.course import CourseStatus

COUNT = 100_000

GENERATED = f"""
INSERT INTO courses (id, slug, title, title_key, summary, description, description_html, language, level, tags,
    status, created_by, created_at, updated_at, version, search)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'course-' || n, 'Course ' || n,
    md5(n::text), 'Summary', '', '', (ARRAY['id', 'en', 'zh', 'de'])[1 + n % 4],
    (ARRAY['beginner', 'intermediate', 'advanced'])[1 + n % 3], ARRAY['tag' || n % 50, 'all'],
    CASE WHEN n % 20 = 0 THEN (ARRAY['draft', 'in_review', 'archived'])[1 + n % 3] ELSE 'published' END,
    ('00000000-0000-7000-9000-' || lpad((n % 200)::text, 12, '0'))::uuid,
    timestamptz '2025-01-01' + n * interval '1 minute', now(), 1,
    setweight(to_tsvector('simple', 'course number' || n || ' word' || n % 100 || ' rare' || n % 10000), 'A')
FROM generate_series(1, {COUNT}) AS n"""
TAGGED = """
INSERT INTO course_tags (course_id, tag, created_at, title_key, is_published)
SELECT id, unnest(tags), created_at, title_key, status = 'published' FROM courses"""
AUTHORS = """
INSERT INTO users (id, email_verified, role, status, time_zone, locale, created_at, updated_at, version)
SELECT ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, true, 'dosen', 'active', 'UTC', 'id', now(),
    now(), 1
FROM generate_series(0, 19999) AS n"""


@pytest.fixture(scope="module")
async def crowded(pool: Pool) -> AsyncIterator[Connection]:
    """A connection that alone sees the courses: they are made in its transaction, which never ends well."""
    async with pool.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            for statement in (
                "SET LOCAL statement_timeout = 0",
                "SET LOCAL plan_cache_mode = force_generic_plan",
                AUTHORS,
                GENERATED,
                TAGGED,
            ):
                await connection.execute(statement)
            await connection.execute("ANALYZE users, courses, course_tags")
            yield connection
        finally:
            await transaction.rollback()


async def plan(connection: Connection, shape: Shape) -> list[dict[str, Any]]:
    """The nodes of the generic plan, which knows no argument: what a prepared statement ends up with."""
    statement = list_statement(shape)
    await connection.execute(f"PREPARE asked AS {statement.sql}")
    nothing = ", ".join("NULL" for _ in statement.names)
    answer = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked({nothing})")
    await connection.execute("DEALLOCATE asked")
    return list(_nodes(json.loads(answer)[0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _is_plain(shape: Shape) -> bool:
    return len(shape.filters) <= 1 and shape.status in {None, CourseStatus.PUBLISHED}


def faults(nodes: list[dict[str, Any]], shape: Shape) -> list[str]:
    """What is not as it should be in a plan."""
    found = []
    if any(node["Node Type"] == "Seq Scan" for node in nodes):
        found.append("a table is read from end to end")
    # A search may sort its candidates, a thousand at most, and what narrows down one author's courses those.
    may_sort = shape.is_search or ("created_by" in shape.filters and not _is_plain(shape))
    if not may_sort and any("Sort" in node["Node Type"] for node in nodes):
        found.append("rows are sorted")
    # Which thousand are looked at must be the same on every page: those that come first in the table.
    if any("Gather" in node["Node Type"] for node in nodes):
        found.append("rows come in no order from several workers")
    indexes = {node.get("Index Name") for node in nodes}
    if shape.is_search and not indexes & {"ix_courses_search", "ix_courses_created_by_newest"}:
        found.append("words are looked for without an index")
    return found


@pytest.mark.parametrize("sort", CourseSort)
@pytest.mark.parametrize("status", [None, *CourseStatus], ids=str)
async def test_a_page_is_read_off_an_index(crowded: Connection, sort: CourseSort, status: CourseStatus | None):
    asked = [shape for shape in shapes() if shape.sort is sort and shape.status is status]
    wrong = {shape: found for shape in asked if (found := faults(await plan(crowded, shape), shape))}

    assert len(asked) >= 16
    assert wrong == {}


async def test_without_its_index_the_fault_is_found(crowded: Connection):
    shape = Shape(CourseSort.NEWEST, CourseStatus.PUBLISHED, frozenset(), is_search=False, is_continued=True)
    assert faults(await plan(crowded, shape), shape) == []
    savepoint = crowded.transaction()
    await savepoint.start()
    await crowded.execute("DROP INDEX ix_courses_newest")
    found = faults(await plan(crowded, shape), shape)
    await savepoint.rollback()

    assert "rows are sorted" in found


async def test_without_the_index_of_words_the_fault_is_found(crowded: Connection):
    shape = Shape(CourseSort.RELEVANCE, CourseStatus.PUBLISHED, frozenset(), is_search=True, is_continued=False)
    savepoint = crowded.transaction()
    await savepoint.start()
    await crowded.execute("DROP INDEX ix_courses_search")
    found = faults(await plan(crowded, shape), shape)
    await savepoint.rollback()

    assert "words are looked for without an index" in found
