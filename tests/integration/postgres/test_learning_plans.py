"""At 200,000 enrollments every question about learning is answered by indexes: what a learner costs doesn't grow."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.queries import certificates, game, learning, reviews
from adapters.postgres.queries import class_quests as class_quest_queries
from adapters.postgres.repositories import certificates as certificate_repository
from adapters.postgres.repositories import class_quests, enrollments, players, steps
from adapters.postgres.repositories import reviews as review_repository
from adapters.postgres.statement import Connection, Statement

COURSES, USERS, EACH = 500, 5_000, 40
BIG = {
    "certificates", "enrollments", "lesson_progress", "lessons", "modules", "players", "reviews", "users", "xp_ledger",
}  # fmt: skip

_ID = "('00000000-0000-7000-{}-' || lpad(({})::text, 12, '0'))::uuid"
GENERATED = (
    f"""INSERT INTO users (id, email_verified, role, status, time_zone, locale, created_at, updated_at, version)
    SELECT {_ID.format("9000", "n")}, true, 'mahasiswa', 'active', 'UTC', 'id', now(), now(), 1
    FROM generate_series(1, {USERS}) AS n""",
    f"""INSERT INTO courses (id, slug, title, title_key, summary, description, description_html, language, tags, status,
        created_at, updated_at, version, search)
    SELECT {_ID.format("8000", "n")}, 'course-' || n, 'Course', 'course', '', '', '', 'id', '{{}}', 'published', now(),
        now(), 1, '' FROM generate_series(1, {COURSES}) AS n""",
    f"""INSERT INTO modules (id, course_id, title, position, unlock, created_at, updated_at, version)
    SELECT {_ID.format("8001", "n")}, {_ID.format("8000", f"1 + n % {COURSES}")}, 'Module', n::text, '[]', now(), now(),
        1 FROM generate_series(1, {COURSES} * 4) AS n""",
    f"""INSERT INTO lessons (id, course_id, module_id, kind, title, position, status, is_preview, content, unlock,
        created_at, updated_at, version)
    SELECT {_ID.format("8002", "m.n * 10 + l")}, m.course_id, m.id, 'link', 'Lesson', l::text, 'published', false,
        '{{}}', '[]', now(), now(), 1
    FROM (SELECT id, course_id, row_number() OVER () AS n FROM modules) AS m, generate_series(0, 9) AS l""",
    "INSERT INTO players (user_id) SELECT id FROM users ON CONFLICT DO NOTHING",
    f"""INSERT INTO enrollments (id, course_id, user_id, status, enrolled_at, version)
    SELECT {_ID.format("8003", f"u * {EACH} + e")}, {_ID.format("8000", f"1 + (u * 7 + e) % {COURSES}")},
        {_ID.format("9000", "u")}, 'active', timestamptz '2025-01-01' + u * e * interval '1 minute', 1
    FROM generate_series(1, {USERS}) AS u, generate_series(0, {EACH - 1}) AS e""",
    """INSERT INTO lesson_progress (enrollment_id, lesson_id, watched_seconds, completed_at, first_seen_at)
    SELECT e.id, l.id, 0, now(), now() FROM enrollments e JOIN (
        SELECT DISTINCT ON (course_id) course_id, id FROM lessons) AS l ON l.course_id = e.course_id""",
    """INSERT INTO certificates (id, enrollment_id, code, learner_name, course_title, issued_at)
    SELECT id, id, id::text, 'Learner', 'Course', enrolled_at FROM enrollments""",
    """INSERT INTO reviews (course_id, user_id, rating, text, created_at, updated_at, version)
    SELECT course_id, user_id, 1 + extract(minute FROM enrolled_at)::int % 5, '', enrolled_at, enrolled_at, 1
    FROM enrollments""",
)
ASKED: dict[str, Statement] = {
    "my course": learning._of_course,
    "the course of a lesson": learning._of_lesson,
    "a lesson that is known": learning._known_lesson,
    "an enrollment for a lesson": enrollments._at_lesson,
    "a lesson at hand": enrollments._lesson_at_hand,
    "a step at hand": enrollments._step_at_hand,
    "an enrollment of a user": enrollments._of_users,
    "seats taken": enrollments._seats_taken,
    "many enrollments to save": enrollments._save,
    "a step to save": steps.step_statement(with_gains=False, with_rare=False),
    "a step to save with what it gains": steps.step_statement(with_gains=True, with_rare=False),
    "a step to save with certificate and badges": steps.step_statement(with_gains=True, with_rare=True),
    "a player": players._look,
    "a player to save": players._save,
    "my game": game._player,
    "quests of my classes": class_quest_queries._mine,
    "a week of a class": class_quests._lessons,
    "a page of my ledger": game.ledger_statement(has_cursor=True),
}
ASKED |= {
    f"my certificates, {has_course=}, {has_cursor=}": certificates.my_certificates_statement(
        has_course=has_course, has_cursor=has_cursor
    )
    for has_course in (False, True)
    for has_cursor in (False, True)
} | {"a certificate": certificates._detail, "a certificate to revoke": certificate_repository._by_code}
ASKED |= {"where a reviewer stands": review_repository._standing, "my review": reviews._mine}
LISTS = {
    "ix_enrollments_of_course": learning.learners_statement,
    "ix_enrollments_of_user": learning.my_courses_statement,
}
REVIEWS = {False: "ix_reviews_newest", True: "ix_reviews_rating_newest"}


@pytest.fixture(scope="module")
async def crowded(pool: Pool) -> AsyncIterator[Connection]:
    """A connection that alone sees all of this: it is made in its transaction, which never ends well."""
    async with pool.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            for setting in ("statement_timeout = 0", "plan_cache_mode = force_generic_plan"):
                await connection.execute(f"SET LOCAL {setting}")
            for statement in GENERATED:
                await connection.execute(statement)
                # Each time: the plans of foreign keys were made when these tables were small.
                await connection.execute(
                    "ANALYZE users, courses, modules, lessons, enrollments, lesson_progress, certificates, reviews"
                )
            yield connection
        finally:
            await transaction.rollback()


async def plan(connection: Connection, statement: Statement) -> list[dict[str, Any]]:
    """The nodes of the generic plan."""
    await connection.execute(f"PREPARE asked AS {statement.sql}")
    nothing = ", ".join("NULL" for _ in statement.names)
    answer = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked({nothing})")
    await connection.execute("DEALLOCATE asked")
    return list(_nodes(json.loads(answer)[0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def read_whole(nodes: list[dict[str, Any]]) -> set[str]:
    """The big tables that are read from end to end."""
    return {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"} & BIG


@pytest.mark.parametrize("name", ASKED)
async def test_nothing_big_is_read_from_end_to_end(crowded: Connection, name: str):
    assert read_whole(await plan(crowded, ASKED[name])) == set()


@pytest.mark.parametrize("index", LISTS)
async def test_a_page_is_read_off_its_index(crowded: Connection, index: str):
    for has_status in (False, True):
        for has_cursor in (False, True):
            nodes = await plan(crowded, LISTS[index](has_status=has_status, has_cursor=has_cursor))
            assert read_whole(nodes) == set()
            assert index in {node.get("Index Name") for node in nodes}


@pytest.mark.parametrize("has_rating", REVIEWS)
async def test_a_page_of_reviews_is_read_off_its_index(crowded: Connection, has_rating: bool):
    for has_cursor in (False, True):
        nodes = await plan(crowded, reviews.reviews_statement(has_rating=has_rating, has_cursor=has_cursor))
        assert read_whole(nodes) == set()
        assert REVIEWS[has_rating] in {node.get("Index Name") for node in nodes}


async def test_without_its_index_the_fault_is_found(crowded: Connection):
    savepoint = crowded.transaction()
    await savepoint.start()
    await crowded.execute("DROP INDEX ix_enrollments_of_user")
    await crowded.execute("ALTER TABLE enrollments DROP CONSTRAINT uq_enrollments_course_id_user_id CASCADE")
    found = read_whole(await plan(crowded, learning.my_courses_statement(has_status=False, has_cursor=False)))
    await savepoint.rollback()

    assert found == {"enrollments"}
