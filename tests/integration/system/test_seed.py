"""The demo: the same from the same seed, true to every rule, and worth looking at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.database import cloned_database
from tests.support.learning_invariants import broken_invariants
from tests.support.running import tekun

SMALL = ("seed", "--learners", "40", "--now", "2026-06-01")
_OF_DEMO = "JOIN users u ON u.id = l.user_id WHERE u.clerk_id LIKE 'user_demo1%'"
WHAT_THE_SEED_DECIDES = (
    "SELECT id, title, status FROM courses ORDER BY id",
    "SELECT id, position, title, content::text FROM lessons ORDER BY id",
    "SELECT id, name, email, time_zone, created_at FROM users WHERE clerk_id LIKE 'user_demo1%' ORDER BY id",
    "SELECT id, course_id, status, enrolled_at, completed_at FROM enrollments ORDER BY id",
    "SELECT * FROM lesson_progress ORDER BY enrollment_id, lesson_id",
    "SELECT * FROM attempts ORDER BY id",
    "SELECT * FROM answers ORDER BY attempt_id, question_id",
    "SELECT id, text, percent, submitted_at FROM submissions ORDER BY id",
    "SELECT id, code, issued_at FROM certificates ORDER BY id",
    "SELECT * FROM reviews ORDER BY course_id, user_id",
    # But for those who sign in: their ids are new on each platform, and with them their quests.
    f"SELECT l.* FROM xp_ledger l {_OF_DEMO} ORDER BY l.user_id, l.number",
    f"SELECT l.* FROM players l {_OF_DEMO} ORDER BY l.user_id",
    f"SELECT l.* FROM badge_awards l {_OF_DEMO} ORDER BY l.id",
)
# What must hold of histories that somebody believes; each finds what is wrong.
IMPLAUSIBLE = {
    "a deed before the enrollment": """
        SELECT e.id FROM enrollments e JOIN lesson_progress p ON p.enrollment_id = e.id
        WHERE p.first_seen_at < e.enrolled_at""",
    "an enrollment before the account": """
        SELECT e.id FROM enrollments e JOIN users u ON u.id = e.user_id
        WHERE u.clerk_id LIKE 'user_demo1%' AND e.enrolled_at < u.created_at""",
    "an attempt that ends after its deadline": "SELECT id FROM attempts WHERE handed_in_at > deadline",
    "a deed in the future": "SELECT enrollment_id FROM lesson_progress WHERE completed_at > '2026-06-02'",
    "somebody in their own course": """
        SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id WHERE c.created_by = e.user_id""",
    "a quiz that everybody answers alike": """
        SELECT lesson_id FROM attempts GROUP BY lesson_id HAVING count(*) > 20 AND stddev(earned) = 0""",
    "a review before a fifth of the course": """
        SELECT r.user_id FROM reviews r JOIN enrollments e USING (course_id, user_id)
        WHERE 5 * (SELECT count(*) FROM lesson_progress p
            WHERE p.enrollment_id = e.id AND p.completed_at <= r.created_at)
            < (SELECT count(*) FROM lessons l WHERE l.course_id = e.course_id)""",
    "a course completed before one of its lessons": """
        SELECT e.id FROM enrollments e JOIN lesson_progress p ON p.enrollment_id = e.id
        WHERE p.completed_at > e.completed_at""",
    "a lesson begun that was locked": """
        SELECT p.lesson_id FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id
        JOIN modules m ON m.id = l.module_id
        WHERE l.unlock <> '[]' AND EXISTS (SELECT FROM lessons b JOIN modules n ON n.id = b.module_id
            LEFT JOIN lesson_progress q ON q.lesson_id = b.id AND q.enrollment_id = p.enrollment_id
            WHERE b.course_id = l.course_id AND (n.position, b.position) < (m.position, l.position)
            AND (q.completed_at IS NULL OR q.completed_at > p.first_seen_at))""",
    "a course without lessons": """
        SELECT c.id FROM courses c WHERE NOT EXISTS (SELECT FROM lessons l WHERE l.course_id = c.id)""",
}


@pytest.fixture
def databases(server_url: str) -> Iterator[tuple[str, str]]:
    with cloned_database(server_url) as one, cloned_database(server_url) as other:
        yield one, other


def seeded(data: Path, url: str, *arguments: str) -> str:
    done = tekun(data, *arguments, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return done.stderr


async def rows(url: str, *queries: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [[tuple(row) for row in await connection.fetch(query)] for query in queries]
    finally:
        await connection.close()


async def test_the_same_seed_makes_the_same_demo_and_once(databases: tuple[str, str], tmp_path: Path) -> None:
    one, other = databases
    assert "30 courses, 30 of them new; 40 learners with their histories, 40 of them new" in seeded(
        tmp_path / "one", one, *SMALL
    )
    seeded(tmp_path / "other", other, *SMALL)
    first, second = [await rows(url, *WHAT_THE_SEED_DECIDES) for url in databases]
    assert first == second
    assert all(found for found in first)

    assert "0 of them new; 40 learners with their histories, 0 of them new" in seeded(tmp_path / "one", one, *SMALL)
    assert await rows(one, *WHAT_THE_SEED_DECIDES) == first
    # Another seed brings other people into the same courses.
    others = ("seed", "--seed", "2", "--learners", "5", "--now", "2026-06-01")
    assert "0 of them new; 5 learners" in seeded(tmp_path / "one", one, *others)
    connection = await asyncpg.connect(one)
    try:
        assert await broken_invariants(connection) == set()
        assert {name for name, query in IMPLAUSIBLE.items() if await connection.fetch(query)} == set()
        late = "UPDATE attempts SET handed_in_at = deadline + interval '1 s' WHERE deadline IS NOT NULL"
        await connection.execute(late)
        await connection.execute("UPDATE enrollments SET enrolled_at = enrolled_at + interval '1 day'")
        found = {name for name, query in IMPLAUSIBLE.items() if await connection.fetch(query)}
        assert found >= {"an attempt that ends after its deadline", "a deed before the enrollment"}
        await connection.execute("UPDATE lesson_progress SET completed_at = completed_at + interval '90 days'")
        found = {name for name, query in IMPLAUSIBLE.items() if await connection.fetch(query)}
        assert found >= {"a course completed before one of its lessons", "a lesson begun that was locked"}
    finally:
        await connection.close()


async def test_the_ledger_is_verified_and_mended(databases: tuple[str, str], tmp_path: Path) -> None:
    url, _ = databases
    seeded(tmp_path, url, *SMALL)
    assert ledger(tmp_path, url, "verify") == (0, "0 drift")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE players SET xp = xp + 5, streak_freezes = 9 WHERE xp > 100")
        await connection.execute("DELETE FROM course_scores")
    finally:
        await connection.close()
    code, told = ledger(tmp_path, url, "verify")
    assert code == 1
    assert int(told.split()[0]) > 10
    assert ledger(tmp_path, url, "rebuild") == (0, told.replace("drift", "mended"))
    assert ledger(tmp_path, url, "verify") == (0, "0 drift")


def ledger(data: Path, url: str, verb: str) -> tuple[int, str]:
    """The exit code, and the end of the last line."""
    done = tekun(data, "ledger", verb, DATABASE_URL=url)
    return done.returncode, done.stdout.strip().rpartition(", ")[2]
