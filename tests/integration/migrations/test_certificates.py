"""Who had completed a course before there were certificates has one afterwards."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from uuid_utils.compat import uuid7

from adapters.postgres.migrations import configuration
from domain.learning.certificate import read_code
from tests.support.database import empty_database as database_without_tables

REVISION = "0007"
COMPLETED_AT = datetime(2026, 3, 9, 4, tzinfo=UTC)

COURSE = """INSERT INTO courses (id, slug, title, title_key, summary, description, description_html, language, tags,
    status, created_at, updated_at, version, search)
    VALUES ($1, 'aljabar', 'Aljabar', 'aljabar', '', '', '', 'id', '{}', 'published', now(), now(), 1, '')"""
USER = """INSERT INTO users (id, name, display_name, email_verified, role, status, time_zone, locale, created_at,
    updated_at, version) VALUES ($1, $2, $3, true, 'mahasiswa', 'active', 'UTC', 'id', now(), now(), 1)"""
ENROLLMENT = """INSERT INTO enrollments (id, course_id, user_id, status, enrolled_at, completed_at, version)
    VALUES ($1, $2, $3, $4, now(), $5, 1)"""
PEOPLE = (
    ("Siti", "Bu Siti", "completed", COMPLETED_AT),
    ("Budi", None, "withdrawn", COMPLETED_AT),
    (None, None, "completed", COMPLETED_AT),
    ("Rina", None, "active", None),
)


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with database_without_tables(server_url) as url:
        yield url


async def fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    course = uuid7()
    await connection.execute(COURSE, course)
    for name, display_name, status, completed_at in PEOPLE:
        user = uuid7()
        await connection.execute(USER, user, name, display_name)
        await connection.execute(ENROLLMENT, uuid7(), course, user, status, completed_at)
    await connection.close()


async def issued(url: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT * FROM certificates ORDER BY learner_name")
    await connection.close()
    return list(rows)


def test_who_had_completed_a_course_gets_a_certificate(url: str):
    config = configuration(url)
    below = ScriptDirectory.from_config(config).get_revision(REVISION).down_revision
    command.upgrade(config, below)
    asyncio.run(fill(url))
    command.upgrade(config, REVISION)
    rows = asyncio.run(issued(url))

    assert [row["learner_name"] for row in rows] == ["", "Bu Siti", "Budi"]
    assert len({row["code"] for row in rows}) == 3
    for row in rows:
        assert read_code(row["code"]) == row["code"]
        assert (row["course_title"], row["issued_at"], row["revoked_at"]) == ("Aljabar", COMPLETED_AT, None)
