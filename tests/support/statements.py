"""Every statement of the PostgreSQL adapter, found by walking its modules, and arguments to run it with."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Float, Integer, LargeBinary, Table, Uuid, bindparam, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

import adapters.postgres
from adapters.postgres.statement import DIALECT, Statement
from adapters.postgres.tables import metadata
from tests.support.people import NOON

ID = UUID("01960000-0000-7000-8000-000000000001")
OTHER_ID = UUID("01960000-0000-7000-8000-000000000002")
UNUSED_ID = UUID("01960000-0000-7000-8000-000000000004")

# Where any text won't do: what a constraint or a function wants, and what has to meet the row that is there.
BY_NAME: dict[str, Any] = {
    "role": "admin",
    "level": "beginner",
    "enrollment_status": "active",
    "kind": "video",
    "rule": "lesson.completed",
    "decision": "granted",
    "note": None,
    "tier": "bronze",
    "unlock_text": "[]",
    "rubric": {"isi": 1750},
    "time_zone": "Asia/Jakarta",
    "prerequisite_id": OTHER_ID,
    "edge_prerequisite_id": OTHER_ID,
    "state": "failed",
    "after": "",
    "deleted_at": None,
    "after_created_at": NOON + timedelta(days=1),
    "week_begins": NOON - timedelta(days=1),
    "week_ends": NOON + timedelta(days=2),
    "class_week": NOON.date() + timedelta(days=7),
    "after_at": NOON + timedelta(days=1),
    "now": NOON + timedelta(days=1),
    "due": NOON + timedelta(days=1),
    "instant": NOON + timedelta(days=1),
    "leaderboard": "name",
    "movement": "stayed",
    "result_movement": "stayed",
    "member_week": NOON.date() + timedelta(days=7),
    "revoked_reason": "reason",
    "audit": f'[{{"id": "{UUID(int=3)}", "at": "2025-04-10T12:00:00Z", "source": "http", "action": "user.deleted", '
    '"subject_type": "user", "changes": {"a": [1, null]}}]',
    "award_id": UUID(int=3),
    "award_code": "new",
    "ledger_rows": f'[{{"id": "{UUID(int=3)}", "user_id": "{ID}", "number": 2, "rule": "lesson.completed", '
    f'"source": "new", "course_id": "{ID}", "decision": "granted", "amount": 10, "at": "2025-04-10T12:00:00Z", '
    '"local_date": "2025-04-10", "ruleset": 1}]',
    "week_rows": '[{"week": "2025-04-07", "xp": 10, "reached_at": "2025-04-11T12:00:00Z"}]',
    "course_id_rows": f'[{{"course_id": "{ID}", "xp": 10, "reached_at": "2025-04-11T12:00:00Z"}}]',
    "told_body": '{"xp": 10}',
    "day_rows": '[{"day": "2025-04-11", "at": "2025-04-11T12:00:00Z"}]',
    "score_week": NOON.date() + timedelta(days=7),
    "score_course_id": OTHER_ID,
    "award_rows": f'[{{"id": "{UUID(int=3)}", "badge": "new", "tier": "bronze", "awarded_at": "2025-04-10T12:00Z"}}]',
    "ruleset_version": 2,
    "ruleset_status": "draft",
    "ruleset_published_at": None,
    "ruleset_published_by": None,
    "after_version": 0,
    "below_version": 9,
    "limit": 5,
    "rows": 5,
}
# What a row must not have in common with the one that is there.
NEW: dict[str, Any] = {
    "id": UUID(int=3),
    "clerk_id": "new",
    "email": "new@example.ac.id",
    "key": "new",
    "number": 2,
    "at": NOON + timedelta(days=1),
    "pseudonym": "new",
    "ruleset_version": 3,
}
# Of statements that store as many rows as there are: none is an example that collides with no row of the others.
MANY_ROWS = "bulk_"
# What others refer to: what is to be deleted is a row of its own, which nothing refers to.
CONTENT = {"courses", "modules", "lessons"}
STATUSES = {"users": "active", "courses": "published", "lessons": "published"}


def statements() -> dict[str, Statement]:
    """Those that stand in a module as they are, by module and name."""
    return {
        f"{module.__name__}.{name}": value
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, Statement)
    }


def builders() -> dict[str, Callable[..., Statement]]:
    """Functions that make a statement for what they are given, by module and name."""
    return {
        f"{module.__name__}.{name}": value
        for module in _modules()
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and _is_builder(value)
    }


def arguments_for(statement: Statement) -> dict[str, Any]:
    """One argument of the right type for each name."""
    if all(name.startswith(MANY_ROWS) for name in statement.names) and statement.names:
        return {name: [] for name in statement.names}
    binds = statement.expression.compile(dialect=DIALECT).binds
    values = {name: example(name, binds[name].type) for name in statement.names}
    is_plain_insert = (
        statement.expression.is_insert and getattr(statement.expression, "_post_values_clause", None) is None
    )
    if statement.expression.is_delete and statement.expression.table.name in CONTENT:  # type: ignore[attr-defined] # a Delete
        return values | {"id": UNUSED_ID}
    if not is_plain_insert:
        return values
    new = {name: value for name, value in NEW.items() if name in values}
    return values | {name: [value] if isinstance(values[name], list) else value for name, value in new.items()}


def example(name: str, type_: TypeEngine[Any], table: str = "") -> Any:
    if isinstance(type_, ARRAY):
        return [example(name, type_.item_type, "courses" if name == "status" else table)]
    if name == "status":
        return STATUSES.get(table, "active")
    if name == "tier" and isinstance(type_, Integer):
        return 1
    return BY_NAME.get(name, _of_type(type_))


def _of_type(type_: TypeEngine[Any]) -> Any:
    by_type: dict[type, Any] = {
        Uuid: ID,
        Boolean: True,
        Integer: 1,
        Float: 0.5,
        DateTime: NOON,
        Date: NOON.date(),
        LargeBinary: b"\x00\xff",
        JSONB: {"a": [1, None]},
    }
    return next((value for kind, value in by_type.items() if isinstance(type_, kind)), "text")


@cache
def seeds() -> list[tuple[Statement, dict[str, Any]]]:
    """Statements that put one row into each table, a course for the first to build on, and one that can be deleted."""
    seeds = []
    for table in metadata.sorted_tables:
        if table.name == "lessons":
            seeds.append(_seed(table, id=UNUSED_ID, module_id=UNUSED_ID, position="unused"))
        if table.name == "modules":
            seeds.append(_seed(table, id=UNUSED_ID, position="unused"))
        if table.name == "courses":
            seeds.append(_seed(table, id=OTHER_ID, slug="other", external_id="other"))
            seeds.append(_seed(table, id=UNUSED_ID, slug="unused", external_id="unused"))
        if table.name == "rulesets":
            seeds.append(_seed(table, version=2, status="draft", note="note", published_at=None))
            continue
        # Numbers that the database draws begin with 1.
        seeds.append(_seed(table, number=0) if table.name == "outbox" else _seed(table))
    return seeds


def _seed(table: Table, **given: Any) -> tuple[Statement, dict[str, Any]]:
    columns = [column for column in table.columns if column.computed is None]
    values = {column.name: bindparam(column.name, type_=column.type) for column in columns}
    examples = {column.name: example(column.name, column.type, table.name) for column in columns}
    return Statement(insert(table).values(values)), examples | given


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(adapters.postgres.__path__, "adapters.postgres."):
        yield import_module(found.name)


def _is_builder(value: object) -> bool:
    function = inspect.unwrap(value) if callable(value) else None
    if not inspect.isfunction(function):
        return False
    signature = inspect.signature(function)
    return bool(signature.parameters) and signature.return_annotation is Statement
