"""The whole application over a real database, in this process: what HTTP tests talk to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from litestar import Litestar

from adapters.clerk.development import DevelopmentIssuer
from application.identity.appoint_user import AppointUser
from domain.identity.profile import Role
from domain.identity.user import User
from entrypoints.container import Container, make_container
from entrypoints.http.app import make_app
from entrypoints.http.edge import Edge
from entrypoints.settings import Settings
from tests.support import quizzes

HOST = "tekun.test"


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in: their user as it was then, and the headers of their requests."""

    user: User
    clerk_id: str
    headers: dict[str, str]

    @property
    def id(self) -> str:
        return str(self.user.id)


class Platform:
    """A running application. `people` are made as somebody appointed by the operator, and sign in with real tokens."""

    def __init__(self, container: Container, app: Edge) -> None:
        self.container = container
        self.app = app
        self.issuer = DevelopmentIssuer.in_folder(container.settings().data_dir)

    @property
    def litestar(self) -> Litestar:
        """What is within the edge layer."""
        app: Litestar = self.app._app
        return app

    def client(self, *, address: str = "127.0.0.1", **options: Any) -> httpx.AsyncClient:
        """A client at this address. Faults of the application reach the client as answers, not as exceptions."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 4711))  # type: ignore[arg-type] # Litestar's own names for ASGI's types
        return httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", **options)

    def token(self, clerk_id: str, *, session_id: str | None = None, ago: timedelta = timedelta()) -> str:
        """A token of the development issuer that was made `ago` and lives for an hour from then."""
        session = session_id or f"sess_{uuid4().hex}"
        instant = datetime.now(UTC) - ago
        return self.issuer.issue_token(clerk_id, session_id=session, at=instant, lifetime=timedelta(hours=1))

    async def person(self, role: Role, name: str = "Budi Santoso") -> Person:
        clerk_id = f"user_{uuid4().hex}"
        appointment = AppointUser(clerk_id=clerk_id, name=name, email=f"{clerk_id}@example.ac.id", role=role)
        user: User = await self.container.appoint_user()(appointment)
        return Person(user, clerk_id, bearer(self.token(clerk_id)))

    async def make_course(self, owner: Person, title: str = "Struktur Data", **fields: Any) -> dict[str, Any]:
        """A new draft of the owner's, as its answer shows it."""
        async with self.client(headers=owner.headers) as client:
            body = {"title": title, "summary": "Wadah untuk data.", **fields}
            made = await client.post("/v1/courses", json=body)
        assert made.status_code == 201, made.text
        course: dict[str, Any] = made.json()
        return course

    async def publish(self, owner: Person, course: dict[str, Any]) -> dict[str, Any]:
        async with self.client(headers=owner.headers) as client:
            answer = await client.put(
                f"/v1/courses/{course['id']}/status", json={"status": "published"}, headers={"If-Match": "*"}
            )
        assert answer.status_code == 200, answer.text
        published: dict[str, Any] = answer.json()
        return published

    async def make_module(self, owner: Person, course: dict[str, Any], title: str = "Pendahuluan") -> dict[str, Any]:
        """A new module at the end of the course."""
        return await self._made(owner, f"/v1/courses/{course['id']}/modules", {"title": title})

    async def make_lesson(
        self, owner: Person, module: dict[str, Any], title: str = "Larik", *, status: str = "draft", **fields: Any
    ) -> dict[str, Any]:
        """A new article at the end of the module, unless it is given other content."""
        body = {"title": title, "content": {"kind": "article", "markdown": "Isi."}, **fields}
        lesson = await self._made(owner, f"/v1/modules/{module['id']}/lessons", body)
        return lesson if status == "draft" else await self.publish_lesson(owner, lesson, status=status)

    async def enroll(self, headers: dict[str, str], course_id: str) -> dict[str, Any]:
        """Whoever sends these headers learns in the course now."""
        async with self.client(headers=headers) as client:
            answer = await client.put(f"/v1/courses/{course_id}/enrollment")
        assert answer.status_code == 200, answer.text
        enrollment: dict[str, Any] = answer.json()
        return enrollment

    async def begin_attempt(self, headers: dict[str, str], lesson_id: str) -> dict[str, Any]:
        """Whoever sends these headers takes the quiz."""
        async with self.client(headers=headers) as client:
            answer = await client.post(f"/v1/quizzes/{lesson_id}/attempts")
        assert answer.status_code == 201, answer.text
        attempt: dict[str, Any] = answer.json()
        return attempt

    async def complete(self, headers: dict[str, str], lesson_id: str) -> None:
        """Whoever sends these headers, and is enrolled, is through with the lesson."""
        async with self.client(headers=headers) as client:
            answer = await client.put(f"/v1/lessons/{lesson_id}/completion")
        assert answer.status_code == 200, answer.text

    async def review(self, headers: dict[str, str], course_id: str, rating: int = 4) -> None:
        """Whoever sends these headers, and knows enough of the course, says what they think of it."""
        async with self.client(headers=headers) as client:
            answer = await client.put(f"/v1/courses/{course_id}/review", json={"rating": rating})
        assert answer.status_code == 200, answer.text

    async def hand_in_work(self, headers: dict[str, str], lesson_id: str) -> dict[str, Any]:
        """Whoever sends these headers hands in a text for the assignment."""
        async with self.client(headers=headers) as client:
            answer = await client.post(f"/v1/assignments/{lesson_id}/submissions", json={"text": "Jawaban."})
        assert answer.status_code == 201, answer.text
        submission: dict[str, Any] = answer.json()
        return submission

    async def award(self, owner: Person, learner: Person) -> dict[str, Any]:
        """The learner's certificate for a new course of the owner's that they completed."""
        course = await self.make_course(owner)
        lesson = await self.make_lesson(owner, await self.make_module(owner, course), status="published")
        await self.publish(owner, course)
        await self.enroll(learner.headers, course["id"])
        await self.complete(learner.headers, lesson["id"])
        async with self.client(headers=learner.headers) as client:
            listed = await client.get("/v1/me/certificates", params={"course_id": course["id"]})
        [certificate] = listed.json()["items"]
        awarded: dict[str, Any] = certificate
        return awarded

    async def draft_ruleset(self, **fields: Any) -> dict[str, Any]:
        """A new draft of some admin's: a copy of the built-in rules, unless it is given others."""
        admin = await self.person(Role.ADMIN)
        return await self._made(admin, "/v1/rulesets", fields or {"copy_of": 1})

    async def path_ids(self, owner: Person) -> dict[str, str]:
        """Something of the owner's for each parameter that a path may have."""
        course = await self.make_course(owner)
        module = await self.make_module(owner, course)
        lesson = await self.make_lesson(owner, module, status="published")
        ids = {"course_id": course["id"], "module_id": module["id"], "lesson_id": lesson["id"], "number": "1"}
        ids["version"] = "1"
        certificate = await self.award(owner, await self.person(Role.MAHASISWA))
        ids |= {"user_id": owner.id, "code": certificate["code"], "board": "week", "day": "2198-01-01"}
        return {**ids, **await self._work_ids(owner)}

    async def _work_ids(self, owner: Person) -> dict[str, str]:
        """An attempt of somebody's with one of its questions, and a submission, in a course of the owner's."""
        course = await self.publish(owner, await self.make_course(owner))
        module = await self.make_module(owner, course)
        quiz = await self.make_lesson(owner, module, status="published", content=quizzes.a_quiz())
        content = {"kind": "assignment", "markdown": "Tulis."}
        assignment = await self.make_lesson(owner, module, status="published", content=content)
        learner = await self.person(Role.MAHASISWA)
        await self.enroll(learner.headers, course["id"])
        attempt = await self.begin_attempt(learner.headers, quiz["id"])
        submission = await self.hand_in_work(learner.headers, assignment["id"])
        return {"attempt_id": attempt["id"], "question_id": "single", "submission_id": submission["id"]}

    async def publish_lesson(
        self, owner: Person, lesson: dict[str, Any], *, status: str = "published"
    ) -> dict[str, Any]:
        async with self.client(headers=owner.headers) as client:
            target = f"/v1/lessons/{lesson['id']}/status"
            answer = await client.put(target, json={"status": status}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed

    async def _made(self, owner: Person, target: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.client(headers=owner.headers) as client:
            answer = await client.post(target, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def settings_for(database_url: str, data_dir: Path, **given: str) -> Settings:
    """Settings that know nothing of this machine's environment; `given` by the names of the settings."""
    values = {"DATABASE_URL": database_url, "TEKUN_DATA_DIR": str(data_dir), **given}
    return Settings.model_validate({**_defaults(), **values})


def _defaults() -> dict[str, Any]:
    """Every default by its name, which leaves nothing for the environment to say."""
    return {_name(field.validation_alias): field.default for field in Settings.model_fields.values()}


def _name(alias: Any) -> str:
    return alias if isinstance(alias, str) else str(alias.choices[0])


@asynccontextmanager
async def running(settings: Settings, container: Container | None = None) -> AsyncIterator[Platform]:
    """The application between its lifespan's startup and shutdown."""
    made = container or make_container(settings)
    app = make_app(made)
    async with _lifespan(app):
        yield Platform(made, app)


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    """Speaks ASGI's lifespan protocol as a server does."""
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, asked.get, told.put))
    await asked.put({"type": "lifespan.startup"})
    await _told(told, "lifespan.startup.complete")
    try:
        yield
    finally:
        await asked.put({"type": "lifespan.shutdown"})
        await _told(told, "lifespan.shutdown.complete")
        await task


async def _told(told: asyncio.Queue[dict[str, str]], wanted: str) -> None:
    message = await asyncio.wait_for(told.get(), 20)
    assert message["type"] == wanted, message
