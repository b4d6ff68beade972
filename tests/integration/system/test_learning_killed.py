"""The server is killed again and again while learners learn: what was answered is there, and nothing is half done."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from adapters.clerk.development import DevelopmentIssuer
from adapters.postgres.pool import Pool
from adapters.postgres.statement import Connection
from adapters.postgres.unit import begin_unit
from adapters.system.clock import SystemClock
from application.gamification.rulebook import Rulebook
from application.gamification.verify_ledger import VerifyLedgerHandler
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import LessonKind
from domain.learning.unlocking import AfterPrevious
from tests.support import quizzes
from tests.support.learning import Syllabus, a_syllabus
from tests.support.learning_invariants import INVARIANTS, broken_invariants
from tests.support.quiz_taking import a_quiz_lesson, publish
from tests.support.running import running

LEARNERS, SEATS, KILLS = 14, 10, 3
IN_LOAD = (0.1, 0.35)


class Learner:
    """Goes through the course as often as it takes.

    `told` is what the server has answered with success, `answered` the attempts in which it has taken the right answer.
    """

    def __init__(self, issuer: DevelopmentIssuer, syllabus: Syllabus) -> None:
        self.clerk_id = f"user_{uuid4().hex}"
        token = issuer.issue_token(self.clerk_id, session_id=f"sess_{uuid4().hex}", at=SystemClock()())
        self._headers = {"Authorization": f"Bearer {token}"}
        self._syllabus = syllabus
        self.told: set[str] = set()
        self.answered: set[str] = set()
        self.is_done = False

    async def learn(self, url: str) -> None:
        """Until the course is completed, no seat is left, or the server goes away."""
        async with httpx.AsyncClient(base_url=url, headers=self._headers, timeout=10) as client:
            course = f"/v1/courses/{self._syllabus.course.id}"
            answer = await client.put(f"{course}/enrollment")
            if answer.status_code == 409:
                self.is_done = answer.json()["code"] == "enrollment.full"
                return
            assert answer.status_code == 200, answer.text
            for lesson in self._syllabus.lessons:
                if lesson.kind is LessonKind.QUIZ:
                    await self._take(client, lesson)
                    continue
                # Twice at once, as impatient people do.
                calls = (client.put(f"/v1/lessons/{lesson.id}/completion") for _ in range(2))
                for done in await asyncio.gather(*calls):
                    assert done.status_code == 200, done.text
                    self.told.add(str(lesson.id))
            opinions = (client.put(f"{course}/review", json={"rating": rating}) for rating in (2, 5))
            for done in await asyncio.gather(*opinions):
                assert done.status_code == 200, done.text
            self.is_done = True

    async def _take(self, client: httpx.AsyncClient, quiz: Lesson) -> None:
        """From where it was cut off: an open attempt is gone on with."""
        attempt = (await client.post(f"/v1/quizzes/{quiz.id}/attempts")).json()
        target = f"/v1/attempts/{attempt['id']}"
        for sequence, answer in enumerate((False, True), start=1):
            saved = await client.put(f"{target}/answers/true_false", json={"answer": answer, "sequence": sequence})
            assert saved.status_code == 200, saved.text
        self.answered.add(attempt["id"])
        for done in await asyncio.gather(*(client.put(f"{target}/submission") for _ in range(2))):
            assert done.status_code == 200, done.text
            assert done.json()["attempt"]["score"]["percent"] == 100
            self.told.add(str(quiz.id))

    async def learn_until_it_goes_away(self, url: str) -> None:
        try:
            await self.learn(url)
        except httpx.TransportError:
            return


@pytest.fixture
async def own_pool(own_database_url: str) -> AsyncIterator[Pool]:
    pool = Pool(own_database_url, size=2)
    await pool.open()
    yield pool
    await pool.close()


async def lost(connection: Connection, learners: list[Learner]) -> list[str]:
    """What was answered with success and isn't there."""
    rows = await connection.fetch(
        "SELECT u.clerk_id, p.lesson_id FROM lesson_progress p JOIN enrollments e ON e.id = p.enrollment_id "
        "JOIN users u ON u.id = e.user_id WHERE p.completed_at IS NOT NULL"
    )
    there = {(row["clerk_id"], str(row["lesson_id"])) for row in rows}
    told = {(learner.clerk_id, lesson) for learner in learners for lesson in learner.told}
    answers = await connection.fetch("SELECT attempt_id FROM answers WHERE sequence = 2 AND answer = 'true'")
    answered = {attempt for learner in learners for attempt in learner.answered}
    return sorted(map(str, told - there)) + sorted(answered - {str(row["attempt_id"]) for row in answers})


async def test_killed_under_load(own_pool: Pool, own_database_url: str, tmp_path: Path) -> None:
    syllabus = a_syllabus(3, 3, rules=[AfterPrevious()], capacity=SEATS)
    quiz = a_quiz_lesson(syllabus.modules[1], "zz", quizzes.TRUE_FALSE)
    syllabus.lessons.append(quiz)
    await publish(partial(begin_unit, own_pool), syllabus)
    issuer = DevelopmentIssuer.in_folder(tmp_path)
    learners = [Learner(issuer, syllabus) for _ in range(LEARNERS)]
    moments = random.Random(7)  # noqa: S311 # when to kill, not a secret
    cut_short = 0
    for round_ in range(KILLS + 1):
        with running(tmp_path, "serve", "--port", "0", DATABASE_URL=own_database_url) as server:
            going = [asyncio.create_task(each.learn_until_it_goes_away(server.url)) for each in learners]
            if round_ < KILLS:
                await asyncio.sleep(moments.uniform(*IN_LOAD))
                cut_short += sum(not task.done() for task in going)
                server.process.kill()
                server.process.wait(20)
            await asyncio.gather(*going)
        async with own_pool.connection() as connection:
            assert await broken_invariants(connection) == set()
            assert await lost(connection, learners) == []
    assert cut_short > KILLS, "nobody was in the middle of anything: the test proves nothing"
    assert all(learner.is_done for learner in learners)
    async with own_pool.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM enrollments WHERE status = 'completed'") == SEATS
        assert await connection.fetchval("SELECT count(*) FROM reviews") == SEATS
        assert (await VerifyLedgerHandler(partial(begin_unit, own_pool), Rulebook())()).drifts == []
        await assert_the_checker_sees(connection)


async def assert_the_checker_sees(connection: Connection) -> None:
    """Negative control: each thing that could be half done is found, and nothing is left of it afterwards."""
    faults = {
        "more seats are taken than there are": "UPDATE courses SET capacity = capacity - 1",
        "an enrollment is not audited once": "DELETE FROM audit_entries WHERE action = 'enrollment.begun'",
        "an entry speaks of no enrollment": "DELETE FROM reviews; DELETE FROM certificates; DELETE FROM enrollments",
        "a completed lesson is not audited once": "DELETE FROM audit_entries WHERE action = 'lesson.completed'",
        "an entry speaks of a lesson that isn't completed": "UPDATE lesson_progress SET completed_at = NULL",
        "a course is completed, but not all of its lessons": "DELETE FROM lesson_progress",
        "all lessons are completed, but not their course": "UPDATE enrollments SET status='active', completed_at=NULL",
        "a completed course is not audited once": "DELETE FROM audit_entries WHERE action = 'enrollment.completed'",
        "an attempt that was handed in is not audited once": "DELETE FROM audit_entries WHERE action LIKE 'attempt%'",
        "points of an attempt are not those of its answers": "DELETE FROM answers",
        "an attempt that was handed in does not count": "UPDATE lesson_progress SET score = NULL",
        "a completed course has no certificate": "DELETE FROM certificates",
        "a certificate is of no completed course": "UPDATE enrollments SET status = 'active', completed_at = NULL",
        "a certificate is not audited once": "DELETE FROM audit_entries WHERE action = 'certificate.issued'",
        "the ratings of a course add up to something else": "UPDATE courses SET rating_sum = rating_sum - 1",
        "a review is not audited once": "DELETE FROM audit_entries WHERE action = 'review.written'",
        "a completed lesson is not in the ledger once": "UPDATE lesson_progress SET completed_at = NULL",
        "the entries of a player are not numbered without a gap": "UPDATE players SET entries = entries + 1",
        "the XP of a player are not those of the ledger": "UPDATE players SET xp = xp + 1",
        "status and time of completion contradict each other": "UPDATE enrollments SET status = 'active'",
    }
    assert faults.keys() == INVARIANTS.keys()
    for name, fault in faults.items():
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(fault)
        found = await broken_invariants(connection)
        await transaction.rollback()
        assert name in found, name
    assert await broken_invariants(connection) == set()
