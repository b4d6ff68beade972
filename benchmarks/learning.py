"""Learners to measure with: the same number for product and floor, so that neither finds done what the other did."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, product
from pathlib import Path

import asyncpg
import msgspec

from adapters.clerk.development import DevelopmentIssuer
from benchmarks.load import request

MODULES, LESSONS = 6, 8
"""Modules of the course, and lessons of each."""
QUIZZES, QUESTIONS = 20, 10

_SETTINGS = {"pass_percent": 60, "scoring": "best", "shuffle_options": True}
_QUESTION = {"kind": "true_false", "prompt": "?", "explanation": "", "points": 1, "correct": True}
_CONTENT = {
    "quiz": _SETTINGS,
    "question_count": QUESTIONS,
    "banks": [
        {"id": "b", "title": "", "draw": None, "questions": [{"id": f"q{n}", **_QUESTION} for n in range(QUESTIONS)]}
    ],
    "html": {f"q{n}": {"prompt": "<p>?</p>", "explanation": ""} for n in range(QUESTIONS)},
}
_FILL = (
    """INSERT INTO courses (id, slug, title, title_key, summary, description, description_html, language, tags, status,
        created_at, updated_at, published_at, version, search)
       SELECT md5('course' || n)::uuid, 'bench-' || n, 'Kursus', 'kursus', '', '', '', 'id', '{}', 'published', now(),
        now(), now(), 1, '' FROM generate_series(1, 2) n""",
    """INSERT INTO modules (id, course_id, title, position, unlock, created_at, updated_at, version)
       SELECT md5('module' || n)::uuid, md5('course' || (1 + n / $1))::uuid, 'Modul ' || n, chr(65 + n), '[]', now(),
        now(), 1        FROM generate_series(0, $1) n""",
    """INSERT INTO lessons (id, course_id, module_id, kind, title, position, status, is_preview, content, unlock,
        created_at, updated_at, published_at, version)
       SELECT md5('lesson' || m || '-' || n)::uuid, md5('course1')::uuid, md5('module' || m)::uuid, 'link',
        'Pelajaran ' || n, chr(65 + n), 'published', false, '{"url": "https://example.org/"}', '[]', now(), now(),
        now(), 1 FROM generate_series(0, $1 - 1) m, generate_series(0, $2 - 1) n""",
    """INSERT INTO lessons (id, course_id, module_id, kind, title, position, status, is_preview, content, unlock,
        created_at, updated_at, published_at, version)
       SELECT md5('quiz' || n)::uuid, md5('course2')::uuid, md5('module' || $1::int)::uuid, 'quiz', 'Kuis ' || n,
        chr(65 + n), 'published', false, $3::jsonb, '[]', now(), now(), now(), 1 FROM generate_series(0, $2 - 1) n""",
    """INSERT INTO lesson_versions (lesson_id, number, title, content, published_at)
       SELECT id, 1, title, content, now() FROM lessons WHERE kind = 'quiz'""",
    """INSERT INTO users (id, clerk_id, name, email, email_verified, role, status, time_zone, locale, created_at,
        updated_at, version)
       SELECT md5('user' || n)::uuid, 'user_bench' || n, 'Peserta ' || n, 'peserta' || n || '@example.org', true,
        'mahasiswa', 'active', 'Asia/Jakarta', 'id', now(), now(), 1 FROM generate_series(0, $1 - 1) n""",
    "INSERT INTO players (user_id) SELECT id FROM users ON CONFLICT DO NOTHING",
    """INSERT INTO enrollments (id, course_id, user_id, status, enrolled_at, version)
       SELECT md5('enrollment' || c || '-' || n)::uuid, md5('course' || c)::uuid, md5('user' || n)::uuid, 'active',
        now(), 1 FROM generate_series(1, 2) c, generate_series(0, $1 - 1) n""",
    """INSERT INTO attempts (id, enrollment_id, lesson_id, number, lesson_version, graded_version, seed, question_ids,
        started_at, is_timed_out)
       SELECT md5('attempt' || u || '-' || q)::uuid, md5('enrollment2-' || u)::uuid, md5('quiz' || q)::uuid, 1, 1, 1, 7,
        (SELECT array_agg('q' || k ORDER BY k) FROM generate_series(0, $3 - 1) k), now(), false
       FROM generate_series(0, $1 - 1) u, generate_series(0, $2 - 1) q""",
    """INSERT INTO answers (attempt_id, question_id, sequence, answer, saved_at)
       SELECT a.id, k, 1, 'true'::jsonb, now() FROM attempts a, unnest(a.question_ids) k""",
    # Who went before: plans that are made for tables without a row are no plans of a platform in use.
    """INSERT INTO users (id, clerk_id, email_verified, role, status, time_zone, locale, created_at, updated_at,
        version)
       SELECT md5('former' || n)::uuid, 'user_former' || n, true, 'mahasiswa', 'active', 'Asia/Jakarta', 'id', now(),
        now(), 1 FROM generate_series(1, 500) n""",
    "INSERT INTO players (user_id) SELECT id FROM users ON CONFLICT DO NOTHING",
    """INSERT INTO enrollments (id, course_id, user_id, status, enrolled_at, completed_at, version)
       SELECT md5('former' || n)::uuid, md5('course1')::uuid, md5('former' || n)::uuid, 'completed', now(), now(), 1
       FROM generate_series(1, 500) n""",
    """INSERT INTO lesson_progress (enrollment_id, lesson_id, watched_seconds, completed_at, first_seen_at)
       SELECT md5('former' || n)::uuid, l.id, 0, now(), now() FROM generate_series(1, 500) n, lessons l
       WHERE l.course_id = md5('course1')::uuid""",
    """INSERT INTO xp_ledger (id, user_id, number, rule, source, course_id, decision, amount, at, local_date, ruleset)
       SELECT gen_random_uuid(), e.user_id, row_number() OVER (PARTITION BY e.user_id ORDER BY p.lesson_id),
        'lesson.completed', p.lesson_id::text, e.course_id, 'granted', 10, now(), current_date, 1
       FROM lesson_progress p JOIN enrollments e ON e.id = p.enrollment_id""",
    """UPDATE players SET entries = paid.entries, xp = paid.xp, reached_at = now(), streak_length = 1,
        streak_longest = 1, streak_last_day = current_date, day = current_date, day_xp = paid.xp,
        tallies = jsonb_build_object('lesson.completed', paid.entries)
       FROM (SELECT user_id, count(*) AS entries, sum(amount) AS xp FROM xp_ledger GROUP BY user_id) paid
       WHERE paid.user_id = players.user_id""",
    "INSERT INTO active_days (user_id, day, at) SELECT user_id, day, now() FROM players WHERE day IS NOT NULL",
    """INSERT INTO week_scores (week, user_id, xp, reached_at)
       SELECT date_trunc('week', now())::date, user_id, xp, now() FROM players WHERE xp > 0""",
    """INSERT INTO course_scores (course_id, user_id, xp, reached_at)
       SELECT md5('course1')::uuid, user_id, xp, now() FROM players WHERE xp > 0""",
    """INSERT INTO certificates (id, enrollment_id, code, learner_name, course_title, issued_at)
       SELECT id, id, id::text, '', '', now() FROM enrollments WHERE status = 'completed'""",
)
_ARGUMENTS: tuple[tuple[str, ...], ...] = (
    (), ("modules",), ("modules", "lessons"), ("modules", "quizzes", "content"), (), ("learners",), (), ("learners",),
    ("learners", "quizzes", "questions"), (), (), (), (), (), (), (), (), (), (), (),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """The requests of one side's learners. Each completion and each hand-in is there once, in an order of its own."""

    completions: Iterator[bytes]
    my_course: Iterator[bytes]
    answers: Iterator[bytes]
    hand_ins: Iterator[bytes]


async def fill(url: str, learners: int) -> None:
    """Two courses, one of lessons and one of quizzes, and so many learners with an open attempt at each quiz."""
    values = {
        "modules": MODULES, "lessons": LESSONS, "quizzes": QUIZZES, "questions": QUESTIONS, "learners": learners,
        "content": msgspec.json.encode(_CONTENT).decode(),
    }  # fmt: skip
    connection = await asyncpg.connect(url)
    try:
        for statement, names in zip(_FILL, _ARGUMENTS, strict=True):
            await connection.execute(statement, *(values[name] for name in names))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def ids(url: str, kind: str, names: list[str]) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [str(await connection.fetchval("SELECT md5($1)::uuid", kind + name)) for name in names]
    finally:
        await connection.close()


def sides(url: str, data: Path, learners: int) -> tuple[Side, Side]:
    """Two halves of the learners that `fill` made."""
    issuer, now = DevelopmentIssuer.in_folder(data), datetime.now(UTC)
    tokens = [
        issuer.issue_token(f"user_bench{n}", session_id=f"sess_bench{n}", at=now, lifetime=timedelta(hours=2))
        for n in range(learners)
    ]
    half = learners // 2
    return _side(url, tokens, range(half)), _side(url, tokens, range(half, 2 * half))


def _side(url: str, tokens: list[str], learners: range) -> Side:
    chance = random.Random(1)  # noqa: S311 # the same in every run is what is wanted
    [course] = asyncio.run(ids(url, "course", ["1"]))
    places = [f"{module}-{lesson}" for module, lesson in product(range(MODULES), range(LESSONS))]
    lessons = asyncio.run(ids(url, "lesson", places))
    taken = [(learner, quiz) for learner, quiz in product(learners, range(QUIZZES))]
    attempts = asyncio.run(ids(url, "attempt", [f"{learner}-{quiz}" for learner, quiz in taken]))
    steps = list(product(learners, lessons))
    ends = list(zip((learner for learner, _ in taken), attempts, strict=True))
    chance.shuffle(steps)
    chance.shuffle(ends)

    def saved() -> Iterator[bytes]:
        for sequence in count(2):
            for number, (learner, attempt) in enumerate(ends):
                path = f"/v1/attempts/{attempt}/answers/q{number % QUESTIONS}"
                body = b'{"answer":true,"sequence":%d}' % sequence
                yield request(path, tokens[learner], method="PUT", body=body)

    return Side(
        completions=cycle(
            [request(f"/v1/lessons/{lesson}/completion", tokens[learner], method="PUT") for learner, lesson in steps]
        ),
        my_course=cycle([request(f"/v1/me/courses/{course}", tokens[learner]) for learner in learners]),
        answers=saved(),
        hand_ins=cycle([request(f"/v1/attempts/{each}/submission", tokens[who], method="PUT") for who, each in ends]),
    )
