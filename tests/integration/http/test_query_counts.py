"""How many statements each request costs: a number that grows is a decision, not an accident."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.gamification.leaderboard import Board, Scope
from domain.gamification.quests import monday_of
from domain.gamification.ruleset_document import document_of
from domain.identity.profile import Role
from domain.shared.ids import CourseId
from entrypoints.http.policy import POLICY
from entrypoints.settings import Settings
from tests.support import quizzes
from tests.support.documents import A_LESSON, a_document
from tests.support.platform import Person, Platform, running, settings_for
from tests.support.rulesets import with_price

ANONYMOUS: dict[str, int] = {
    "GET /v1/courses": 1,
    "GET /v1/courses?q=struktur": 1,
    "GET /v1/courses?tag=data&level=beginner&sort=title": 1,
    "GET /v1/courses/{published}": 1,
    "GET /v1/courses/{published}/modules": 1,
    "GET /v1/schemas/course.json": 0,
    "GET /v1/lessons/{preview}": 1,
    "GET /v1/courses/{published}/reviews": 1,
    "GET /v1/courses/{published}/reviews?rating=5": 1,
    "GET /v1/certificates/{certificate}": 1,
    "GET /v1/certificates/{certificate}/pdf": 1,
    "GET /health/live": 0,
    "GET /health/ready": 1,
    # What the last check of the ledger has found.
    "GET /metrics": 1,
    "GET /openapi.json": 0,
    "GET /docs": 0,
    "GET /nowhere": 0,
    "GET /v1/me": 0,
    "POST /v1/courses": 0,
}
"""By request; with nobody signed in."""

SIGNED_IN: dict[str, int] = {
    "GET /v1/me": 1 + 1,
    "GET /v1/courses": 1 + 1,
    "GET /v1/courses?q=struktur": 1 + 1,
    "GET /v1/courses?created_by=me": 1 + 1,
    "GET /v1/courses/{draft}": 1 + 1,
    "GET /v1/courses/{draft}/modules": 1 + 1,
    "GET /v1/courses/{draft}/export": 1 + 1,
    "GET /v1/courses/{draft}/enrollments": 1 + 1,
    "GET /v1/courses/{draft}/enrollments?status=active": 1 + 1,
    "GET /v1/lessons/{lesson}": 1 + 1,
    "GET /v1/lessons/{lesson}/versions": 1 + 1,
    "GET /v1/lessons/{lesson}/versions/1": 1 + 1,
    "GET /v1/lessons/{lesson}/versions/compare?from=1&to=2": 1 + 1,
    "GET /v1/users": 1 + 1,
    "GET /v1/users?q=budi&role=mahasiswa": 1 + 1,
    "GET /v1/users/{user}": 1 + 1,
    "GET /v1/audit": 1 + 1,
    "GET /v1/free-days?year=2026": 1 + 1,
    "GET /v1/rulesets": 1 + 1,
    "GET /v1/rulesets/{ruleset}": 1 + 1,
}
"""One statement more than for the answer: who asks, and whether their session was ended."""

# BEGIN and COMMIT are counted. A write reads what it locks, saves, records the audit and shows what it made.
WRITES: dict[str, tuple[int, Any]] = {
    "PATCH /v1/me": (6, {"display_name": "{new}"}),
    "POST /v1/users/{user}/corrections": (7, {"amount": 5, "note": "{new}"}),
    "PUT /v1/free-days/2197-01-01": (5, {"name": "{new}"}),
    "DELETE /v1/free-days/2196-01-01": (5, None),
    "POST /v1/auth/logout": (5, None),
    "POST /v1/users": (6, {"email": "{new}@example.org"}),
    "PATCH /v1/users/{user}": (8, {"status": "inactive"}),
    "DELETE /v1/users/{user}": (7, None),
    "POST /v1/courses": (6, {"title": "{new}"}),
    "PATCH /v1/courses/{draft}": (7, {"summary": "{new}"}),
    "PUT /v1/courses/{draft}/capacity": (7, {"capacity": 30}),
    "PUT /v1/courses/{published}/enrollments/{user}": (8, None),
    "POST /v1/courses/{published}/enrollments/imports": (8, "user_id\n{user}\n"),
    "PUT /v1/courses/{draft}/status": (7, {"status": "published"}),
    "DELETE /v1/courses/{draft}": (6, None),
    "DELETE /v1/courses/{reviewed}/reviews/{user}": (7, None),
    "PUT /v1/certificates/{certificate}/revocation": (6, {"reason": "{new}"}),
    "DELETE /v1/certificates/{revoked}/revocation": (6, None),
    # One at a time: held, read or numbered, stored, and written down.
    "POST /v1/rulesets": (7, {"copy_of": 1}),
    "PUT /v1/rulesets/{ruleset}": (7, {"rules": document_of(with_price("review.written", 7)), "note": "{new}"}),
    "DELETE /v1/rulesets/{ruleset}": (7, None),
    "POST /v1/rulesets/{ruleset}/publication": (8, None),
    # What a course holds is read with the course, which stays locked, and with the order that it goes into.
    "POST /v1/courses/{draft}/modules": (8, {"title": "{new}"}),
    "PATCH /v1/modules/{module}": (8, {"title": "{new}"}),
    "PUT /v1/modules/{module}/position": (9, {"after": None}),
    "DELETE /v1/modules/{empty}": (8, None),
    "POST /v1/modules/{module}/lessons": (9, {"title": "{new}", "content": {"kind": "article"}}),
    "PATCH /v1/lessons/{hidden}": (8, {"title": "{new}"}),
    "PUT /v1/lessons/{lesson}/position": (9, {"module_id": "{module}", "after": None}),
    # What learners see is compared with the version before, and kept as one.
    "PATCH /v1/lessons/{lesson}": (10, {"title": "{new}"}),
    "PUT /v1/lessons/{hidden}/status": (10, {"status": "published"}),
    "POST /v1/lessons/{lesson}/versions/1/restoration": (11, None),
    "DELETE /v1/lessons/{lesson}": (7, None),
    # A whole course, however large: one statement for all of its modules, one for its lessons, one for their versions.
    "POST /v1/courses/imports": (9, a_document([A_LESSON] * 20, [A_LESSON] * 20)),
}


# As somebody who learns in a course of two lessons and has completed neither; the video is enough for the course.
LEARNING: dict[str, tuple[int, Any]] = {
    "GET /v1/me/courses": (1 + 1, None),
    "GET /v1/me/courses?status=completed": (1 + 1, None),
    "GET /v1/me/courses/{taught}": (1 + 1, None),
    "GET /v1/me/game": (1 + 1, None),
    "GET /v1/me/xp": (1 + 1, None),
    "GET /v1/me/badges": (1 + 1, None),
    "GET /v1/me/quests": (1 + 2, None),
    # With names, where there is a group.
    "GET /v1/me/league": (1 + 1, None),
    "GET /v1/me/certificates": (1 + 1, None),
    "GET /v1/me/certificates?course_id={taught}": (1 + 1, None),
    "GET /v1/courses/{reviewed}/review": (1 + 1, None),
    "PUT /v1/courses/{reviewed}/review": (1 + 6, {"rating": 2, "text": "Cukup."}),
    "DELETE /v1/courses/{reviewed}/review": (1 + 6, None),
    "GET /v1/lessons/{read}/lock": (1 + 1, None),
    "PUT /v1/courses/{other}/enrollment": (8, None),
    "DELETE /v1/courses/{taught}/enrollment": (6, None),
    "PUT /v1/lessons/{read}/completion": (1 + 2, None),
    "PUT /v1/lessons/{only}/completion": (1 + 2, None),
    "PUT /v1/lessons/{video}/progress": (1 + 2, {"watched_seconds": 100}),
}


# As somebody who takes a quiz that is all of its course: handing it in completes both.
QUIZZES: dict[str, tuple[int, Any]] = {
    "GET /v1/quizzes/{quiz}/attempts": (1 + 1, None),
    "GET /v1/attempts/{attempt}": (1 + 1, None),
    # Enrollment, lesson, quiz with my attempts, the new one, its audit, its paper.
    "POST /v1/quizzes/{fresh}/attempts": (1 + 8, None),
    "PUT /v1/attempts/{attempt}/answers/{question}": (1 + 2, {"answer": True, "sequence": 1}),
    "PUT /v1/attempts/{attempt}/submission": (1 + 11, None),
    "GET /v1/assignments/{assignment}/submissions": (1 + 1, None),
    "GET /v1/submissions/{submission}": (1 + 1, None),
    # Enrollment, rules, lesson, former ones, the new one, its audit, its view.
    "POST /v1/assignments/{assignment}/submissions": (1 + 11, {"text": "Lagi."}),
}

# As who teaches it, after one attempt was handed in.
TEACHING: dict[str, tuple[int, Any]] = {
    "GET /v1/quizzes/{quiz}/results": (1 + 1, None),
    "GET /v1/quizzes/{quiz}/results?user_id={learner}": (1 + 1, None),
    "PUT /v1/quizzes/{quiz}/extensions/{learner}": (1 + 7, {"extra_seconds": 60}),
    "POST /v1/quizzes/{quiz}/regrade": (1 + 5, None),
    "GET /v1/courses/{course}/analytics": (1 + 1, None),
    "GET /v1/courses/{course}/analytics.csv": (1 + 1, None),
    "GET /v1/quizzes/{quiz}/items": (1 + 1, None),
    "GET /v1/assignments/{assignment}/results": (1 + 1, None),
    "GET /v1/assignments/{assignment}/grades.csv": (1 + 1, None),
    # The grade with its audit, and what follows of it for lesson and course with theirs.
    "PUT /v1/submissions/{submission}/grade": (1 + 11, {"points": 80}),
    "POST /v1/assignments/{assignment}/grades/imports": (1 + 12, "user_id,points\n{learner},80\n"),
}


def _alone(url: str, data_dir: Path) -> Settings:
    """One connection, which nothing uses by itself."""
    return settings_for(url, data_dir, TEKUN_DATABASE_POOL_SIZE="1", TEKUN_RULES_REFRESH_SECONDS="3600")


@pytest.fixture(scope="module")
async def counted(http_database_url: str, data_dir: Path) -> AsyncIterator[Platform]:
    """With a single connection, so that whatever is asked goes through it."""
    async with running(_alone(http_database_url, data_dir)) as platform:
        yield platform


@pytest.fixture(scope="module")
async def statements(counted: Platform) -> list[str]:
    """Everything that the database was asked, in order."""
    asked: list[str] = []
    async with counted.container.pool().connection() as connection:
        connection.add_query_logger(lambda record: asked.append(record.query))  # type: ignore[attr-defined] # asyncpg's own, beyond our protocol
    return asked


async def settled() -> None:
    """The driver tells of a statement in the loop's next round."""
    for _ in range(3):
        await asyncio.sleep(0)


async def count(
    platform: Platform, statements: list[str], request: str, body: Any, headers: dict[str, str]
) -> list[str]:
    method, _, path = request.partition(" ")
    async with platform.client(headers={**headers, "If-Match": "*"}) as client:
        await settled()
        statements.clear()
        csv = {"content": body, "headers": {"Content-Type": "text/csv"}}
        answer = await client.request(method, path, **(csv if isinstance(body, str) else {"json": body}))
        await settled()
    assert answer.status_code < 500, answer.text
    if headers:
        assert answer.status_code < 300, answer.text
    return list(statements)


@pytest.fixture
async def names(counted: Platform, admin: Person) -> dict[str, str]:
    """What stands for the names in the tables above: new ones each time, since writes use them up."""
    draft = await counted.make_course(admin)
    published = await counted.publish(admin, await counted.make_course(admin, tags=["data"], level="beginner"))
    user = await counted.person(Role.MAHASISWA)
    module, empty = [await counted.make_module(admin, draft) for _ in range(2)]
    preview = await counted.make_lesson(
        admin, await counted.make_module(admin, published), status="published", is_preview=True
    )
    hidden = await counted.make_lesson(admin, module)
    lesson = await counted.make_lesson(admin, module, status="published")
    async with counted.client(headers={**admin.headers, "If-Match": "*"}) as client:
        await client.patch(f"/v1/lessons/{lesson['id']}", json={"title": "Kedua"})
    certificate, revoked = [await counted.award(admin, user) for _ in range(2)]
    async with counted.client(headers=admin.headers) as client:
        await client.put(f"/v1/certificates/{revoked['code']}/revocation", json={"reason": "Keliru."})
        await client.put("/v1/free-days/2196-01-01", json={"name": "Libur"})
    await counted.review(user.headers, certificate["course_id"])
    content = {"module": module, "empty": empty, "preview": preview, "hidden": hidden, "lesson": lesson}
    return {name: thing["id"] for name, thing in content.items()} | {
        "draft": draft["id"],
        "published": published["id"],
        "user": user.id,
        "certificate": certificate["code"],
        "reviewed": certificate["course_id"],
        "revoked": revoked["code"],
        "ruleset": str((await counted.draft_ruleset())["version"]),
        "new": uuid4().hex,
    }


def filled(template: Any, names: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {name: filled(value, names) for name, value in template.items()}
    if not isinstance(template, str):
        return template
    for name, value in names.items():
        template = template.replace(f"{{{name}}}", value)
    return template


@pytest.mark.parametrize("request_line", ANONYMOUS)
async def test_anonymous(counted: Platform, statements: list[str], names: dict[str, str], request_line: str) -> None:
    asked = await count(counted, statements, filled(request_line, names), None, {})
    assert len(asked) == ANONYMOUS[request_line], asked


@pytest.mark.parametrize("request_line", SIGNED_IN)
async def test_signed_in(
    counted: Platform, statements: list[str], admin: Person, names: dict[str, str], request_line: str
) -> None:
    asked = await count(counted, statements, filled(request_line, names), None, admin.headers)
    assert len(asked) == SIGNED_IN[request_line], asked


@pytest.mark.parametrize("request_line", WRITES)
async def test_writes(counted: Platform, statements: list[str], names: dict[str, str], request_line: str) -> None:
    writer = await counted.person(Role.ADMIN)
    owned = {**names, "draft": (await counted.make_course(writer))["id"]}
    expected, body = WRITES[request_line]
    asked = await count(counted, statements, filled(request_line, owned), filled(body, owned), writer.headers)
    assert len(asked) == expected, asked
    assert [asked[1], asked[-1]] == ["BEGIN", "COMMIT"]


@pytest.fixture
async def lessons(counted: Platform, admin: Person) -> dict[str, str]:
    """Two published courses, one with a lesson to read and a video, the other with one lesson alone."""
    taught, other = [await counted.publish(admin, await counted.make_course(admin)) for _ in range(2)]
    module, alone = [await counted.make_module(admin, course) for course in (taught, other)]
    rules = [{"rule": "after_previous"}]
    read = await counted.make_lesson(admin, module, status="published", unlock=rules)
    content = {"kind": "video", "url": "https://example.org/v.mp4", "duration_seconds": 100}
    video = await counted.make_lesson(admin, module, status="published", content=content)
    only = await counted.make_lesson(admin, alone, status="published")
    things = {"taught": taught, "other": other, "read": read, "video": video, "only": only}
    return {name: thing["id"] for name, thing in things.items()}


@pytest.mark.parametrize("request_line", LEARNING)
async def test_learning(counted: Platform, statements: list[str], lessons: dict[str, str], request_line: str) -> None:
    learner = await counted.person(Role.MAHASISWA)
    await counted.enroll(learner.headers, lessons["taught"])
    if "{only}" in request_line:
        await counted.enroll(learner.headers, lessons["other"])
    if "{reviewed}" in request_line:
        await counted.enroll(learner.headers, lessons["other"])
        await counted.complete(learner.headers, lessons["only"])
        await counted.review(learner.headers, lessons["other"])
    expected, body = LEARNING[request_line]
    asked = await count(
        counted, statements, filled(request_line, {**lessons, "reviewed": lessons["other"]}), body, learner.headers
    )
    assert len(asked) == expected, asked


@pytest.fixture
async def taken(counted: Platform, admin: Person) -> tuple[Person, dict[str, str]]:
    """A learner with an open attempt at the one quiz of a course, and another quiz that they have not begun."""
    learner = await counted.person(Role.MAHASISWA)
    found: dict[str, str] = {"learner": learner.id, "question": "true_false"}
    for name in ("quiz", "fresh"):
        course = await counted.publish(admin, await counted.make_course(admin))
        module = await counted.make_module(admin, course)
        quiz = await counted.make_lesson(
            admin,
            module,
            status="published",
            content=quizzes.a_quiz(quizzes.a_bank([quizzes.TRUE_FALSE]), pass_percent=0),
        )
        await counted.enroll(learner.headers, course["id"])
        found[name] = quiz["id"]
    course = await counted.publish(admin, await counted.make_course(admin))
    module = await counted.make_module(admin, course)
    content = {"kind": "assignment", "markdown": "Tulis."}
    found["course"] = course["id"]
    found["assignment"] = (await counted.make_lesson(admin, module, status="published", content=content))["id"]
    await counted.enroll(learner.headers, course["id"])
    found["submission"] = (await counted.hand_in_work(learner.headers, found["assignment"]))["id"]
    found["attempt"] = (await counted.begin_attempt(learner.headers, found["quiz"]))["id"]
    return learner, found


@pytest.mark.parametrize("request_line", QUIZZES)
async def test_quizzes(
    counted: Platform, statements: list[str], taken: tuple[Person, dict[str, str]], request_line: str
) -> None:
    learner, found = taken
    expected, body = QUIZZES[request_line]
    asked = await count(counted, statements, filled(request_line, found), body, learner.headers)
    assert len(asked) == expected, asked


@pytest.mark.parametrize("request_line", TEACHING)
async def test_teaching(
    counted: Platform,
    statements: list[str],
    admin: Person,
    taken: tuple[Person, dict[str, str]],
    request_line: str,
) -> None:
    learner, found = taken
    async with counted.client(headers=learner.headers) as client:
        await client.put(f"/v1/attempts/{found['attempt']}/submission")
    expected, body = TEACHING[request_line]
    asked = await count(counted, statements, filled(request_line, found), filled(body, found), admin.headers)
    assert len(asked) == expected, asked


# Who asks, what has changed since the board was last asked, and the names that are shown now.
BOARDS: dict[str, int] = {
    "GET /v1/leaderboards/all-time": 3,
    "GET /v1/leaderboards/week?view=around": 3,
    "GET /v1/leaderboards/week?view=percentile": 2,
    # From SQL, whether there are projections or not.
    "GET /v1/leaderboards/week?view=improved": 3,
    # And whose it is.
    "GET /v1/leaderboards/course?course_id={course}": 4,
}


@pytest.mark.parametrize("request_line", BOARDS)
async def test_boards(counted: Platform, statements: list[str], dosen: Person, request_line: str) -> None:
    learner = await counted.person(Role.MAHASISWA)
    found = {"course": (await counted.award(dosen, learner))["course_id"]}
    leaderboards = counted.container.leaderboards()
    leaderboards._fresh_seconds = 0
    counted.container.first_places()._fresh_seconds = 0
    week = monday_of(counted.container.clock()())
    for board in (
        Board(scope=Scope.ALL_TIME), Board(scope=Scope.WEEK, week=week),
        Board(scope=Scope.COURSE, course_id=CourseId(UUID(found["course"]))),
    ):  # fmt: skip
        await leaderboards.build(board)
    # What is under way somewhere is looked at again, until it has ended.
    asked = [await count(counted, statements, filled(request_line, found), None, learner.headers) for _ in range(10)]
    assert min(len(each) for each in asked) == BOARDS[request_line], asked


async def test_the_counter_counts(counted: Platform, statements: list[str]) -> None:
    await settled()
    statements.clear()
    async with counted.container.pool().connection() as connection:
        await connection.fetchval("SELECT 1")
        await connection.execute("SELECT 2")
    await settled()
    assert statements == ["SELECT 1", "SELECT 2"]


def test_every_operation_is_counted() -> None:
    counted = {*ANONYMOUS, *SIGNED_IN, *WRITES, *LEARNING, *QUIZZES, *TEACHING, *BOARDS}
    pages = {"getDocsAsset", "getErrorCatalog"}
    webhook = {"receiveClerkWebhook"}
    # Reads on for as long as it lasts, once for all streams: the unit tests of feed and watch count that.
    streams = {"streamMyEvents", "watchLeaderboard"}
    simulation = {"simulateRuleset"}
    paths = {line.partition("?")[0] for line in counted if "nowhere" not in line}
    paths = {re.sub(r"(/leaderboards|/free-days)/.*", r"\1/{}", path) for path in paths}
    # Different things under one path are one operation.
    assert len({re.sub(r"{\w+}", "{}", path) for path in paths}) == len(
        POLICY.keys() - pages - webhook - streams - simulation
    )


async def test_to_try_rules_costs_ten_statements_for_a_hundred_learners(
    counted: Platform, statements: list[str], admin: Person, names: dict[str, str]
) -> None:
    path = f"POST /v1/rulesets/{names['ruleset']}/simulation"
    asked = await count(counted, statements, path, None, admin.headers)
    learners = sum(query.startswith("SELECT players.user_id") for query in asked)
    # Who asks, and the ruleset; then for each hundred: players, what is written of them, and what was published since.
    assert len(asked) == 2 + 10 * learners
    assert not [query for query in asked if query.startswith(("INSERT", "UPDATE", "DELETE", "COMMIT"))]
