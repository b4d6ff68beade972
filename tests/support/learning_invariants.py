"""What must hold of enrollments, progress and attempts whatever was killed before, while courses stay as they are."""

from adapters.postgres.statement import Connection

_ENTRIES = "(SELECT count(*) FROM audit_entries a WHERE a.action = '{}' AND a.subject_id = {})"
_OPEN_LESSON = """EXISTS (
    SELECT FROM lessons l LEFT JOIN lesson_progress p ON p.lesson_id = l.id AND p.enrollment_id = e.id
    WHERE l.course_id = e.course_id AND l.status = 'published' AND p.completed_at IS NULL)"""

INVARIANTS = {
    "more seats are taken than there are": """
        SELECT c.id FROM courses c WHERE c.capacity < (
            SELECT count(*) FROM enrollments e WHERE e.course_id = c.id AND e.status <> 'withdrawn')""",
    "an enrollment is not audited once": f"""
        SELECT e.id FROM enrollments e WHERE {_ENTRIES.format("enrollment.begun", "e.id")} <> 1""",
    "an entry speaks of no enrollment": """
        SELECT a.id FROM audit_entries a LEFT JOIN enrollments e ON e.id = a.subject_id
        WHERE a.action LIKE 'enrollment.%' AND e.id IS NULL""",
    "a completed lesson is not audited once": """
        SELECT p.lesson_id FROM lesson_progress p WHERE p.completed_at IS NOT NULL AND 1 <> (
            SELECT count(*) FROM audit_entries a WHERE a.action = 'lesson.completed' AND a.subject_id = p.lesson_id
            AND a.changes ->> 'enrollment_id' = p.enrollment_id::text)""",
    "an entry speaks of a lesson that isn't completed": """
        SELECT a.id FROM audit_entries a LEFT JOIN lesson_progress p
            ON p.lesson_id = a.subject_id AND p.enrollment_id::text = a.changes ->> 'enrollment_id'
        WHERE a.action = 'lesson.completed' AND p.completed_at IS NULL""",
    "a course is completed, but not all of its lessons": f"""
        SELECT e.id FROM enrollments e WHERE e.completed_at IS NOT NULL AND {_OPEN_LESSON}""",
    "all lessons are completed, but not their course": f"""
        SELECT e.id FROM enrollments e WHERE e.completed_at IS NULL AND NOT {_OPEN_LESSON}
        AND EXISTS (SELECT FROM lessons l WHERE l.course_id = e.course_id AND l.status = 'published')""",
    "a completed course is not audited once": f"""
        SELECT e.id FROM enrollments e
        WHERE (e.completed_at IS NOT NULL)::int <> {_ENTRIES.format("enrollment.completed", "e.id")}""",
    "an attempt that was handed in is not audited once": f"""
        SELECT t.id FROM attempts t
        WHERE (t.handed_in_at IS NOT NULL)::int <> {_ENTRIES.format("attempt.handed_in", "t.id")}""",
    "points of an attempt are not those of its answers": """
        SELECT a.id FROM attempts a WHERE a.handed_in_at IS NOT NULL AND (
            a.earned <> (SELECT coalesce(sum(w.awarded), 0) FROM answers w WHERE w.attempt_id = a.id)
            OR cardinality(a.question_ids) <> (SELECT count(w.awarded) FROM answers w WHERE w.attempt_id = a.id))""",
    "an attempt that was handed in does not count": """
        SELECT a.id FROM attempts a LEFT JOIN lesson_progress p
            ON p.enrollment_id = a.enrollment_id AND p.lesson_id = a.lesson_id
        WHERE a.handed_in_at IS NOT NULL AND p.score IS DISTINCT FROM (
            SELECT max(b.earned * 100 / b.possible) FROM attempts b
            WHERE b.enrollment_id = a.enrollment_id AND b.lesson_id = a.lesson_id)""",
    "a completed course has no certificate": """
        SELECT e.id FROM enrollments e LEFT JOIN certificates t ON t.enrollment_id = e.id
        WHERE e.completed_at IS NOT NULL AND t.id IS NULL""",
    "a certificate is of no completed course": """
        SELECT t.id FROM certificates t JOIN enrollments e ON e.id = t.enrollment_id
        WHERE e.completed_at IS DISTINCT FROM t.issued_at""",
    "a certificate is not audited once": f"""
        SELECT t.id FROM certificates t WHERE {_ENTRIES.format("certificate.issued", "t.id")} <> 1""",
    "the ratings of a course add up to something else": """
        SELECT c.id FROM courses c WHERE (c.rating_sum, c.rating_count) <> (
            SELECT coalesce(sum(r.rating), 0), count(*) FROM reviews r WHERE r.course_id = c.id)""",
    "a review is not audited once": f"""
        SELECT e.id FROM reviews r JOIN enrollments e USING (course_id, user_id)
        WHERE {_ENTRIES.format("review.written", "e.id")} - {_ENTRIES.format("review.deleted", "e.id")} <> 1""",
    "a completed lesson is not in the ledger once": """
        SELECT p.lesson_id FROM lesson_progress p JOIN enrollments e ON e.id = p.enrollment_id
        WHERE (p.completed_at IS NOT NULL)::int <> (SELECT count(*) FROM xp_ledger x WHERE x.user_id = e.user_id
            AND x.rule = 'lesson.completed' AND x.source = p.lesson_id::text)""",
    "the entries of a player are not numbered without a gap": """
        SELECT y.user_id FROM players y WHERE (y.entries, y.entries) <> (
            SELECT count(*), coalesce(max(x.number), 0) FROM xp_ledger x WHERE x.user_id = y.user_id)""",
    "the XP of a player are not those of the ledger": """
        SELECT y.user_id FROM players y WHERE y.xp <> (
            SELECT coalesce(sum(x.amount), 0) FROM xp_ledger x WHERE x.user_id = y.user_id)""",
    "status and time of completion contradict each other": """
        SELECT e.id FROM enrollments e WHERE (e.status = 'completed' AND e.completed_at IS NULL)
        OR (e.status = 'active' AND e.completed_at IS NOT NULL)""",
}


async def broken_invariants(connection: Connection) -> set[str]:
    return {name for name, query in INVARIANTS.items() if await connection.fetch(query)}
