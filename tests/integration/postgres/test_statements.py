"""Every statement says the same to PostgreSQL by way of asyncpg as by way of SQLAlchemy's own execution."""

import json
from collections.abc import AsyncIterator
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import JSON, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import NullType

from adapters.postgres.pool import Pool
from adapters.postgres.queries import (
    attempts,
    audit,
    certificates,
    course_list,
    game,
    leaderboards,
    learning,
    reviews,
    submissions,
    users,
)
from adapters.postgres.repositories import steps
from adapters.postgres.statement import Statement
from adapters.postgres.unit import begin_unit
from domain.gamification.leaderboard import Scope
from tests.support.statements import arguments_for, builders, seeds, statements

# What is another from one transaction to the next.
MOVING = {"horizon"}
Outcome = list[dict[str, Any]] | int

FILTERS = (frozenset[str](), frozenset({"tag"}), frozenset(course_list.FILTERS))

# What each builder is asked for here. One that is missing fails a test below.
BUILT: dict[str, list[Statement]] = {
    "adapters.postgres.queries.users.list_statement": [
        users.list_statement(frozenset(filters), has_cursor=has_cursor)
        for size in range(4)
        for filters in combinations(("q", "role", "status"), size)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.audit.list_statement": [
        audit.list_statement(frozenset(filters), has_cursor=has_cursor)
        for size in range(4)
        for filters in combinations(("actor_id", "subject_id", "action"), size)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.certificates.my_certificates_statement": [
        certificates.my_certificates_statement(has_course=has_course, has_cursor=has_cursor)
        for has_course in (False, True)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.game.ledger_statement": [
        game.ledger_statement(has_cursor=has_cursor) for has_cursor in (False, True)
    ],
    **{
        f"adapters.postgres.queries.leaderboards.{name}_statement": [
            getattr(leaderboards, f"{name}_statement")(scope) for scope in Scope
        ]
        for name in ("top", "around", "place", "standings", "all")
    },
    "adapters.postgres.repositories.steps.step_statement": [
        steps.step_statement(with_gains=with_gains, with_rare=with_rare)
        for with_gains in (False, True)
        for with_rare in (False, True)
    ],
    "adapters.postgres.queries.reviews.reviews_statement": [
        reviews.reviews_statement(has_rating=has_rating, has_cursor=has_cursor)
        for has_rating in (False, True)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.attempts.my_attempts_statement": [
        attempts.my_attempts_statement(has_cursor=has_cursor) for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.attempts.attempts_statement": [
        attempts.attempts_statement(has_user=has_user, has_cursor=has_cursor)
        for has_user in (False, True)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.submissions.my_submissions_statement": [
        submissions.my_submissions_statement(has_cursor=has_cursor) for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.submissions.submissions_statement": [
        submissions.submissions_statement(graded=graded, has_cursor=has_cursor)
        for graded in (None, False, True)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.learning.learners_statement": [
        learning.learners_statement(has_status=has_status, has_cursor=has_cursor)
        for has_status in (False, True)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.learning.my_courses_statement": [
        learning.my_courses_statement(has_status=has_status, has_cursor=has_cursor)
        for has_status in (False, True)
        for has_cursor in (False, True)
    ],
    "adapters.postgres.queries.course_list.list_statement": [
        course_list.list_statement(shape)
        for shape in course_list.shapes()
        if shape.status in (None, "published") and shape.filters in FILTERS
    ],
}
ALL = statements() | {f"{name}-{number}": one for name, some in BUILT.items() for number, one in enumerate(some)}


@pytest.fixture(scope="module")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(
        database_url.replace("postgresql://", "postgresql+asyncpg://", 1), enable_from_linting=False
    )
    yield engine
    await engine.dispose()


async def by_asyncpg(pool: Pool, statement: Statement, values: dict[str, Any]) -> Outcome:
    async with begin_unit(pool) as unit:
        for seed, row in seeds():
            await seed.run(unit._connection, **row)
        if not _returns_rows(statement):
            return await statement.run(unit._connection, **values)
        return [dict(row) for row in await statement.rows(unit._connection, **values)]


async def by_sqlalchemy(engine: AsyncEngine, statement: Statement, values: dict[str, Any]) -> Outcome:
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SET LOCAL timezone TO 'UTC'")
        for seed, row in seeds():
            await connection.execute(seed.expression, row)
        result = await connection.execute(statement.expression, values)
        outcome = [dict(row) for row in result.mappings()] if result.returns_rows else result.rowcount
        await connection.rollback()
    return outcome


def _returns_rows(statement: Statement) -> bool:
    return bool(getattr(statement.expression, "exported_columns", ()))


def plain(statement: Statement, outcome: Outcome) -> Outcome:
    """With JSON decoded: one way hands it over as bytes, the other as text or as values."""
    if isinstance(outcome, int):
        return outcome
    columns = statement.expression.exported_columns
    is_json = {column.name for column in columns if isinstance(column.type, JSON | NullType)}
    return [
        {name: _decoded(value) if name in is_json else value for name, value in row.items() if name not in MOVING}
        for row in outcome
    ]


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) and value[:1] in ("{", b"{", "[", b"[") else value


@pytest.mark.parametrize("name", ALL)
async def test_both_ways_give_the_same(pool: Pool, engine: AsyncEngine, name: str):
    statement = ALL[name]
    values = arguments_for(statement)

    one = plain(statement, await by_asyncpg(pool, statement, values))
    other = plain(statement, await by_sqlalchemy(engine, statement, values))

    assert one == other


def test_no_statement_and_no_builder_is_forgotten():
    assert len(statements()) > 30
    assert set(BUILT) == set(builders())


async def test_most_statements_meet_a_row(pool: Pool):
    """Two empty answers are equal whatever the statement says; so at least most must find something."""
    met = 0
    for statement in statements().values():
        met += bool(await by_asyncpg(pool, statement, arguments_for(statement)))
    assert met >= 0.8 * len(statements())


async def test_a_difference_is_noticed(pool: Pool, engine: AsyncEngine):
    """Negative control: a statement whose SQL is not that of its expression."""
    statement = Statement(select((literal_column("1") + bindparam("n", 0)).label("sum")))
    statement.sql = statement.sql.replace("1 +", "2 +")
    one, other = await by_asyncpg(pool, statement, {"n": 5}), await by_sqlalchemy(engine, statement, {"n": 5})

    assert plain(statement, one) != plain(statement, other)


def test_constants_stand_in_the_sql_and_names_are_arguments():
    statement = Statement(select(func.lower("ABC")).where(literal_column("1") == bindparam("n", type_=None)))

    assert "'ABC'" in statement.sql
    assert statement.names == ("n",)
    with pytest.raises(KeyError):
        Statement(select(bindparam("missing", required=True))).arguments({})
