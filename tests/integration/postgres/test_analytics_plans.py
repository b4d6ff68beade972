"""What analytics ask of the database grows with what there is to count, and not with what lies beside it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.queries.item_analysis import quiz_items
from adapters.postgres.statement import Connection, Statement
from tests.integration.postgres.test_learning_plans import _ID, _nodes, plan

LEARNERS, ASKED, BANK, VERSIONS, QUIZZES = 100, 10, 100, 4, 5
ANSWERS = LEARNERS * ASKED
QUIZ = "00000000-0000-7000-8002-000000000001"

_QUESTION = {"kind": "single", "prompt": "?", "points": 1, "options": [], "correct": "a"}
_BANK = json.dumps([{"id": f"q{n}", **_QUESTION} for n in range(1, BANK + 1)])
_CONTENT = f"""'{{"quiz": {{"pass_percent": 60}}, "banks": [{{"questions": {_BANK}}}]}}'::jsonb"""
GENERATED = (
    f"""INSERT INTO users (id, email_verified, role, status, time_zone, locale, created_at, updated_at, version)
    SELECT {_ID.format("9000", "n")}, true, 'mahasiswa', 'active', 'UTC', 'id', now(), now(), 1
    FROM generate_series(1, {LEARNERS}) AS n""",
    f"""INSERT INTO courses (id, slug, title, title_key, summary, description, description_html, language, tags, status,
        created_at, updated_at, version, search)
    VALUES ({_ID.format("8000", "1")}, 'course', 'Course', 'course', '', '', '', 'id', '{{}}', 'published', now(),
        now(), 1, '')""",
    f"""INSERT INTO modules (id, course_id, title, position, unlock, created_at, updated_at, version)
    SELECT {_ID.format("8001", "1")}, id, 'Module', 'V', '[]', now(), now(), 1 FROM courses""",
    f"""INSERT INTO lessons (id, course_id, module_id, kind, title, position, status, is_preview, content, unlock,
        created_at, updated_at, version)
    SELECT {_ID.format("8002", "n")}, course_id, id, 'quiz', 'Quiz', n::text, 'published', false, {_CONTENT}, '[]',
        now(), now(), 1 FROM modules, generate_series(1, {QUIZZES}) AS n""",
    f"""INSERT INTO lesson_versions (lesson_id, number, title, content, published_at)
    SELECT id, n, title, content, now() FROM lessons, generate_series(1, {VERSIONS}) AS n""",
    "INSERT INTO players (user_id) SELECT id FROM users ON CONFLICT DO NOTHING",
    """INSERT INTO enrollments (id, course_id, user_id, status, enrolled_at, version)
    SELECT gen_random_uuid(), courses.id, users.id, 'active', now(), 1 FROM courses, users""",
    f"""INSERT INTO attempts (id, enrollment_id, lesson_id, number, lesson_version, graded_version, seed, question_ids,
        started_at, handed_in_at, is_timed_out, earned, possible)
    SELECT gen_random_uuid(), enrollments.id, lessons.id, 1, 1, {VERSIONS}, 1,
        ARRAY(SELECT 'q' || n FROM generate_series(1, {ASKED}) AS n), now(), now(), false, 500, 1000
    FROM enrollments, lessons""",
    """INSERT INTO answers (attempt_id, question_id, sequence, answer, saved_at, awarded)
    SELECT id, question_id, 1, '"a"', now(), 100 FROM attempts, unnest(question_ids) AS question_id""",
)


@pytest.fixture(scope="module")
async def taken(pool: Pool) -> AsyncIterator[Connection]:
    """A connection that alone sees all of this: it is made in its transaction, which never ends well."""
    async with pool.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            for setting in ("statement_timeout = 0", "plan_cache_mode = force_generic_plan"):
                await connection.execute(f"SET LOCAL {setting}")
            for statement in GENERATED:
                await connection.execute(statement)
            await connection.execute("ANALYZE")
            yield connection
        finally:
            await transaction.rollback()


async def rows_handled(connection: Connection, statement: Statement, **values: Any) -> float:
    """By all nodes together: a measure of the work that no clock tells."""
    arguments = statement.arguments(values)
    answer = await connection.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.sql}", *arguments)
    return sum(_handled(node) for node in _nodes(json.loads(answer)[0]["Plan"]))


def _handled(node: dict[str, Any]) -> float:
    removed = sum(node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Join Filter", "Index Recheck"))
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])


async def test_items_cost_what_there_are_answers_however_large_the_bank_is(taken: Connection):
    assert await rows_handled(taken, quiz_items, lesson_id=QUIZ) < 30 * ANSWERS


async def test_questions_that_are_searched_for_each_answer_would_be_found(taken: Connection):
    savepoint = taken.transaction()
    await savepoint.start()
    for kind in ("hashjoin", "mergejoin"):
        await taken.execute(f"SET LOCAL enable_{kind} = off")
    handled = await rows_handled(taken, quiz_items, lesson_id=QUIZ)
    await savepoint.rollback()

    assert handled > 100 * ANSWERS


async def read_whole(connection: Connection) -> set[str]:
    """The tables with learners' work that are read from end to end."""
    nodes = await plan(connection, quiz_items)
    return {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"} & {"answers"}


async def test_answers_to_other_quizzes_are_left_alone(taken: Connection):
    assert await read_whole(taken) == set()


async def test_without_their_index_that_would_be_found(taken: Connection):
    savepoint = taken.transaction()
    await savepoint.start()
    await taken.execute("ALTER TABLE answers DROP CONSTRAINT pk_answers")
    found = await read_whole(taken)
    await savepoint.rollback()

    assert found == {"answers"}
