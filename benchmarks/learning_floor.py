"""The floor of learning: each of its deeds as one SQL statement that a handler sends, with nothing around it.

The statements know what a benchmark's courses are like (no locks, quizzes of truth values), which the product can't.
"""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, put
from litestar.handlers import HTTPRouteHandler

_ME = """me AS (SELECT e.id, e.course_id, e.user_id, e.status FROM enrollments e JOIN users u ON u.id = e.user_id
    WHERE u.clerk_id = $2 AND u.status <> 'inactive' AND e.status <> 'withdrawn')"""
_MY_COURSE = f"""WITH {_ME} SELECT m.id AS module_id, m.title AS module, l.id, l.kind, l.title, p.completed_at,
    p.watched_seconds FROM me JOIN modules m ON m.course_id = me.course_id
    LEFT JOIN lessons l ON l.module_id = m.id AND l.status = 'published'
    LEFT JOIN lesson_progress p ON p.lesson_id = l.id AND p.enrollment_id = me.id
    WHERE me.course_id = $1 ORDER BY m.position, l.position"""
_COMPLETE = f"""WITH {_ME},
    step AS (SELECT me.id, me.course_id FROM me JOIN lessons l ON l.course_id = me.course_id WHERE l.id = $1),
    done AS (INSERT INTO lesson_progress (enrollment_id, lesson_id, watched_seconds, completed_at, first_seen_at)
        SELECT id, $1, 0, now(), now() FROM step ON CONFLICT DO NOTHING RETURNING enrollment_id),
    audited AS (INSERT INTO audit_entries (id, at, source, action, subject_type, subject_id, changes)
        SELECT gen_random_uuid(), now(), 'http', 'lesson.completed', 'lesson', $1, '{{}}' FROM done),
    player AS (UPDATE players p SET entries = p.entries + 1, xp = p.xp + 10, reached_at = now(), version = version + 1,
        streak_length = 1, streak_last_day = current_date, day = current_date, day_xp = p.day_xp + 10
        FROM me, done WHERE p.user_id = me.user_id RETURNING p.user_id, p.entries),
    paid AS (INSERT INTO xp_ledger (id, user_id, number, rule, source, course_id, decision, amount, at, local_date,
            ruleset) SELECT gen_random_uuid(), p.user_id, p.entries, 'lesson.completed', $1::text, step.course_id,
        'granted', 10, now(), current_date, 1 FROM player p, step),
    day AS (INSERT INTO active_days SELECT user_id, current_date, now() FROM player ON CONFLICT DO NOTHING),
    told AS (INSERT INTO outbox (user_id, kind, body, at) SELECT user_id, 'reward', '{{"xp": 10}}', now() FROM player),
    week AS (INSERT INTO week_scores SELECT date_trunc('week', now())::date, user_id, 10, now() FROM player
        ON CONFLICT (week, user_id) DO UPDATE SET xp = week_scores.xp + 10, reached_at = now()),
    scored AS (INSERT INTO course_scores SELECT step.course_id, p.user_id, 10, now() FROM player p, step
        ON CONFLICT (course_id, user_id) DO UPDATE SET xp = course_scores.xp + 10, reached_at = now()),
    counted AS (SELECT
        (SELECT count(*) FROM lessons l WHERE l.course_id = step.course_id AND l.status = 'published') AS lessons,
        (SELECT count(*) FROM lesson_progress p WHERE p.enrollment_id = step.id) + (SELECT count(*) FROM done) AS done
        FROM step),
    ended AS (UPDATE enrollments SET status = 'completed', completed_at = now(), version = version + 1
        FROM counted WHERE id = (SELECT id FROM step) AND counted.done = counted.lessons)
    SELECT lessons, done FROM counted"""
_SAVE = """INSERT INTO answers (attempt_id, question_id, sequence, answer, saved_at)
    SELECT a.id, $3, $4, $5::jsonb, now() FROM attempts a JOIN enrollments e ON e.id = a.enrollment_id
    JOIN users u ON u.id = e.user_id WHERE a.id = $1 AND u.clerk_id = $2 AND a.handed_in_at IS NULL FOR SHARE OF a
    ON CONFLICT (attempt_id, question_id) DO UPDATE SET sequence = excluded.sequence, answer = excluded.answer,
    saved_at = excluded.saved_at WHERE answers.sequence <= excluded.sequence RETURNING sequence"""
_HAND_IN = """WITH mine AS (SELECT a.id, a.enrollment_id, a.lesson_id, cardinality(a.question_ids) AS asked
        FROM attempts a JOIN enrollments e ON e.id = a.enrollment_id JOIN users u ON u.id = e.user_id
        WHERE a.id = $1 AND u.clerk_id = $2 FOR UPDATE OF a),
    marked AS (UPDATE answers w SET awarded = CASE WHEN w.answer = 'true' THEN 100 ELSE 0 END FROM mine
        WHERE w.attempt_id = mine.id RETURNING w.awarded),
    worth AS (SELECT sum(awarded)::int AS earned FROM marked),
    ended AS (UPDATE attempts a SET handed_in_at = now(), earned = worth.earned, possible = mine.asked * 100
        FROM mine, worth WHERE a.id = mine.id AND a.handed_in_at IS NULL RETURNING a.id),
    told AS (INSERT INTO audit_entries (id, at, source, action, subject_type, subject_id, changes)
        SELECT gen_random_uuid(), now(), 'http', 'attempt.handed_in', 'attempt', id, '{}' FROM ended),
    done AS (INSERT INTO lesson_progress (enrollment_id, lesson_id, watched_seconds, completed_at, first_seen_at, score)
        SELECT enrollment_id, lesson_id, 0, now(), now(), worth.earned / asked FROM mine, worth
        ON CONFLICT (enrollment_id, lesson_id) DO UPDATE SET score = excluded.score)
    SELECT earned FROM worth"""


class _Lesson(msgspec.Struct):
    id: UUID
    kind: str
    title: str
    completed_at: Any
    watched_seconds: int


class _Saved(msgspec.Struct):
    answer: Any
    sequence: int


def learning_handlers(pool: Any, subject: Any) -> list[HTTPRouteHandler]:
    """`pool` gives asyncpg's, `subject` who a request's token speaks of."""

    async def asked(statement: str, *arguments: Any) -> Any:
        async with pool().acquire() as connection:
            return await connection.fetch(statement, *arguments)

    @get("/v1/me/courses/{course_id:uuid}")
    async def my_course(request: Request[Any, Any, Any], course_id: UUID) -> Response[bytes]:
        modules: dict[UUID, Any] = {}
        for row in await asked(_MY_COURSE, course_id, subject(request)):
            module = modules.setdefault(row["module_id"], {"title": row["module"], "lessons": []})
            if row["id"] is not None:
                fields = (row["id"], row["kind"], row["title"], row["completed_at"], row["watched_seconds"] or 0)
                module["lessons"].append(_Lesson(*fields))
        return _answer(list(modules.values()))

    @put("/v1/lessons/{lesson_id:uuid}/completion")
    async def complete(request: Request[Any, Any, Any], lesson_id: UUID) -> Response[bytes]:
        [row] = await asked(_COMPLETE, lesson_id, subject(request))
        return _answer({"lessons": row["lessons"], "lessons_completed": row["done"]})

    @put("/v1/attempts/{attempt_id:uuid}/answers/{question_id:str}")
    async def save(request: Request[Any, Any, Any], attempt_id: UUID, question_id: str) -> Response[bytes]:
        sent = msgspec.json.decode(await request.body(), type=_Saved)
        answer = msgspec.json.encode(sent.answer).decode()
        [row] = await asked(_SAVE, attempt_id, subject(request), question_id, sent.sequence, answer)
        return _answer({"question_id": question_id, "saved": True, "sequence": row["sequence"]})

    @put("/v1/attempts/{attempt_id:uuid}/submission")
    async def hand_in(request: Request[Any, Any, Any], attempt_id: UUID) -> Response[bytes]:
        [row] = await asked(_HAND_IN, attempt_id, subject(request))
        return _answer({"earned": row["earned"]})

    return [my_course, complete, save, hand_in]


def _answer(view: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(view), media_type="application/json")
