"""Everybody who may knock: each kind of principal, and each thing that they may ask for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from uuid_utils.compat import uuid7

from domain.identity.profile import Role
from domain.identity.user import Status
from tests.support import quizzes
from tests.support.platform import Person, Platform, bearer


class Kind(StrEnum):
    NOBODY = "no token"
    EXPIRED = "expired token"
    GARBAGE = "garbage for a token"
    DENIED = "admin whose session was ended"
    INACTIVE = "admin who was locked out"
    ERASED = "admin who was erased"
    PENDING = "mahasiswa without a verified address"
    MAHASISWA = "mahasiswa"
    DOSEN = "dosen"
    ADMIN = "admin"


ROLES = {
    Kind.PENDING: Role.MAHASISWA,
    Kind.MAHASISWA: Role.MAHASISWA,
    Kind.DOSEN: Role.DOSEN,
}
REFUSED_TOKENS = {Kind.EXPIRED, Kind.GARBAGE, Kind.DENIED}
SHUT_OUT = {Kind.INACTIVE, Kind.ERASED}


@dataclass(frozen=True)
class Caller:
    """`person` is who the token speaks of, also where it is no good; None for nobody."""

    kind: Kind
    person: Person | None
    headers: dict[str, str]

    @property
    def role(self) -> Role | None:
        return None if self.kind is Kind.NOBODY else ROLES.get(self.kind, Role.ADMIN)

    @property
    def may_enroll(self) -> bool:
        return self.role is not None and self.kind not in REFUSED_TOKENS | SHUT_OUT


async def caller(platform: Platform, kind: Kind) -> Caller:
    """Somebody new of that kind."""
    if kind is Kind.NOBODY:
        return Caller(kind, None, {})
    person = await platform.person(ROLES.get(kind, Role.ADMIN))
    headers = await _SPOILED[kind](platform, person) if kind in _SPOILED else person.headers
    return Caller(kind, person, headers)


async def _expired(platform: Platform, person: Person) -> dict[str, str]:
    return bearer(platform.token(person.clerk_id, ago=timedelta(hours=2)))


async def _garbage(_: Platform, person: Person) -> dict[str, str]:
    token = person.headers["Authorization"]
    return {"Authorization": token[:-8] + ("A" * 8 if not token.endswith("A" * 8) else "B" * 8)}


async def _denied(platform: Platform, person: Person) -> dict[str, str]:
    async with platform.client(headers=person.headers) as client:
        assert (await client.post("/v1/auth/logout")).status_code == 204
    return person.headers


async def _inactive(platform: Platform, person: Person) -> dict[str, str]:
    return await _changed(platform, person, lambda user, at: user.change_status(Status.INACTIVE, at=at))


async def _erased(platform: Platform, person: Person) -> dict[str, str]:
    return await _changed(platform, person, lambda user, at: user.bury(at=at))


async def _pending(platform: Platform, person: Person) -> dict[str, str]:
    """As their first request makes them: nothing but the token is known."""
    return bearer(platform.token(f"{person.clerk_id}new"))


async def _changed(platform: Platform, person: Person, change: Callable[..., bool]) -> dict[str, str]:
    async with platform.container.begin()() as unit:
        user = await unit.users.get(person.user.id)
        assert change(user, platform.container.clock()())
        await unit.users.save(user)
        await unit.commit()
    return person.headers


_SPOILED: dict[Kind, Callable[[Platform, Person], Awaitable[dict[str, str]]]] = {
    Kind.EXPIRED: _expired,
    Kind.GARBAGE: _garbage,
    Kind.DENIED: _denied,
    Kind.INACTIVE: _inactive,
    Kind.ERASED: _erased,
    Kind.PENDING: _pending,
}


@dataclass(frozen=True)
class Thing:
    """What a path points at: `ids` fill in its parameters in their order.

    `is_mine` is the caller's own, `is_public` is for everyone to see, `is_open` is for everyone to read as well.
    In a `is_joined` one the caller learns; what `is_own` they made there.
    `module_id` is of a lesson.
    """

    name: str
    ids: tuple[str, ...] = ()
    exists: bool = True
    is_mine: bool = False
    is_public: bool = False
    is_open: bool = False
    is_joined: bool = False
    is_own: bool = False
    module_id: str = ""


Make = Callable[[Platform, Caller, Person], Awaitable[Thing | None]]
"""A new thing for a request of this caller; the other person owns what is foreign. None where they have none."""


async def _missing(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("missing", (str(uuid7()),), exists=False)


async def _foreign_draft(platform: Platform, _: Caller, owner: Person) -> Thing | None:
    return Thing("foreign draft", ((await platform.make_course(owner))["id"],))


async def _foreign_published(platform: Platform, _: Caller, owner: Person) -> Thing | None:
    course = await platform.publish(owner, await platform.make_course(owner))
    return Thing("foreign published", (course["id"],), is_public=True)


async def _own_draft(platform: Platform, who: Caller, _: Person) -> Thing | None:
    if who.person is None or who.kind is not Kind.DOSEN:
        return None
    return Thing("own draft", ((await platform.make_course(who.person))["id"],), is_mine=True)


async def _own_published(platform: Platform, who: Caller, _: Person) -> Thing | None:
    if who.person is None or who.kind is not Kind.DOSEN:
        return None
    course = await platform.publish(who.person, await platform.make_course(who.person))
    return Thing("own published", (course["id"],), is_mine=True, is_public=True)


async def _foreign_user(platform: Platform, _: Caller, __: Person) -> Thing | None:
    return Thing("foreign", ((await platform.person(Role.MAHASISWA)).id,))


async def _themselves(_: Platform, who: Caller, __: Person) -> Thing | None:
    return None if who.person is None else Thing("themselves", (who.person.id,), is_mine=True)


async def _nothing(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("-")


async def _no_ruleset(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("no ruleset", ("999999",), exists=False)


async def _built_in_ruleset(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("built-in ruleset", ("1",))


async def _draft_ruleset(platform: Platform, _: Caller, __: Person) -> Thing | None:
    return Thing("draft of a ruleset", (str((await platform.draft_ruleset())["version"]),))


async def _asset(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("asset", ("start.js",), is_public=True)


async def _joined_course(platform: Platform, who: Caller, owner: Person) -> Thing | None:
    if not who.may_enroll:
        return None
    course = await platform.publish(owner, await platform.make_course(owner))
    lesson = await platform.make_lesson(owner, await platform.make_module(owner, course), status="published")
    await platform.enroll(who.headers, course["id"])
    await platform.complete(who.headers, lesson["id"])
    await platform.review(who.headers, course["id"])
    return Thing("joined course", (course["id"],), is_public=True, is_joined=True)


async def _joined_lesson(platform: Platform, who: Caller, owner: Person) -> Thing | None:
    if not who.may_enroll:
        return None
    course = await platform.make_course(owner)
    module = await platform.make_module(owner, course)
    await platform.publish(owner, course)
    lesson = await platform.make_lesson(owner, module, status="published")
    await platform.enroll(who.headers, course["id"])
    return Thing("joined lesson", (lesson["id"],), is_public=True, is_joined=True, module_id=module["id"])


def _attempt(*more_ids: str, is_own: bool, is_mine: bool) -> Make:
    """An attempt of the caller's, or of somebody's, at a quiz in a course of somebody's, or of the caller's."""

    async def make(platform: Platform, who: Caller, other: Person) -> Thing | None:
        owner = _owner(who, other, is_mine=is_mine)
        if owner is None or (is_own and not who.may_enroll):
            return None
        course = await platform.make_course(owner)
        module = await platform.make_module(owner, course)
        await platform.publish(owner, course)
        quiz = await platform.make_lesson(owner, module, status="published", content=quizzes.a_quiz())
        headers = who.headers if is_own else (await platform.person(Role.MAHASISWA)).headers
        await platform.enroll(headers, course["id"])
        attempt = await platform.begin_attempt(headers, quiz["id"])
        name = f"{'own' if is_own else 'foreign'} attempt, {'own' if is_mine else 'foreign'} course"
        return Thing(name, (attempt["id"], *more_ids), is_mine=is_mine, is_own=is_own)

    return make


def _attempts(*more_ids: str) -> list[Make]:
    async def missing(_: Platform, __: Caller, ___: Person) -> Thing | None:
        return Thing("missing", (str(uuid7()), *more_ids), exists=False)

    return [
        missing,
        _attempt(*more_ids, is_own=True, is_mine=False),
        _attempt(*more_ids, is_own=False, is_mine=False),
        _attempt(*more_ids, is_own=False, is_mine=True),
    ]


def _submission(*, is_own: bool, is_mine: bool) -> Make:
    """As `_attempt`, for an assignment."""

    async def make(platform: Platform, who: Caller, other: Person) -> Thing | None:
        owner = _owner(who, other, is_mine=is_mine)
        if owner is None or (is_own and not who.may_enroll):
            return None
        course = await platform.make_course(owner)
        module = await platform.make_module(owner, course)
        await platform.publish(owner, course)
        content = {"kind": "assignment", "markdown": "Tulis."}
        assignment = await platform.make_lesson(owner, module, status="published", content=content)
        headers = who.headers if is_own else (await platform.person(Role.MAHASISWA)).headers
        await platform.enroll(headers, course["id"])
        submission = await platform.hand_in_work(headers, assignment["id"])
        name = f"{'own' if is_own else 'foreign'} submission, {'own' if is_mine else 'foreign'} course"
        return Thing(name, (submission["id"],), is_mine=is_mine, is_own=is_own)

    return make


def _and_a_learner(make_course: Make) -> Make:
    async def make(platform: Platform, who: Caller, other: Person) -> Thing | None:
        course = await make_course(platform, who, other)
        learner = await platform.person(Role.MAHASISWA)
        return None if course is None else replace(course, ids=(*course.ids, learner.id))

    return make


def _module(*, is_mine: bool, is_public: bool) -> Make:
    """A module of a course that is published or not."""

    async def make(platform: Platform, who: Caller, other: Person) -> Thing | None:
        owner = _owner(who, other, is_mine=is_mine)
        if owner is None:
            return None
        course = await platform.make_course(owner)
        module = await platform.make_module(owner, course)
        if is_public:
            await platform.publish(owner, course)
        name = f"{'own' if is_mine else 'foreign'} module, {'published' if is_public else 'draft'}"
        return Thing(name, (module["id"],), is_mine=is_mine, is_public=is_public)

    return make


def _lesson(*more_ids: str, is_mine: bool, is_public: bool, is_open: bool = False) -> Make:
    """A lesson of a published course that has one version, and is published itself or not any more."""

    async def make(platform: Platform, who: Caller, other: Person) -> Thing | None:
        owner = _owner(who, other, is_mine=is_mine)
        if owner is None:
            return None
        course = await platform.make_course(owner)
        module = await platform.make_module(owner, course)
        await platform.publish(owner, course)
        lesson = await platform.make_lesson(owner, module, status="published", is_preview=is_open)
        if not is_public:
            await platform.publish_lesson(owner, lesson, status="draft")
        name = f"{'own' if is_mine else 'foreign'} {'preview' if is_open else 'lesson'}, {is_public=}"
        ids, module_id = (lesson["id"], *more_ids), module["id"]
        return Thing(name, ids, is_mine=is_mine, is_public=is_public, is_open=is_open, module_id=module_id)

    return make


def _owner(who: Caller, other: Person, *, is_mine: bool) -> Person | None:
    """Who owns what is made; None where the caller should and can own nothing."""
    if not is_mine:
        return other
    return who.person if who.kind is Kind.DOSEN else None


def _lessons(*more_ids: str) -> list[Make]:
    async def missing(_: Platform, __: Caller, ___: Person) -> Thing | None:
        return Thing("missing", (str(uuid7()), *more_ids), exists=False)

    return [
        missing,
        _lesson(*more_ids, is_mine=False, is_public=False),
        _lesson(*more_ids, is_mine=False, is_public=True),
        _lesson(*more_ids, is_mine=False, is_public=True, is_open=True),
        _lesson(*more_ids, is_mine=True, is_public=False),
        _lesson(*more_ids, is_mine=True, is_public=True),
    ]


async def _unknown_code(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("unknown number", ("TK-0000-0000-0000",), exists=False)


def _certificate(*, is_mine: bool) -> Make:
    """Of somebody who completed a course of somebody's, or of the caller's."""

    async def make(platform: Platform, who: Caller, other: Person) -> Thing | None:
        owner = _owner(who, other, is_mine=is_mine)
        if owner is None:
            return None
        certificate = await platform.award(owner, await platform.person(Role.MAHASISWA))
        name = f"certificate, {'own' if is_mine else 'foreign'} course"
        return Thing(name, (certificate["code"],), is_mine=is_mine, is_public=True)

    return make


async def _free_day(platform: Platform, _: Caller, __: Person) -> Thing | None:
    admin = await platform.person(Role.ADMIN)
    async with platform.client(headers=admin.headers) as client:
        (await client.put("/v1/free-days/2198-01-01", json={"name": "Libur"})).raise_for_status()
    return Thing("free day", ("2198-01-01",), is_public=True, is_open=True)


async def _week(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("this week's board", ("week",), is_public=True, is_open=True)


_COURSES: list[Make] = [
    _missing, _foreign_draft, _foreign_published, _own_draft, _own_published, _joined_course,
]  # fmt: skip
THINGS: dict[tuple[str, ...], list[Make]] = {
    ("course_id",): _COURSES,
    ("course_id", "user_id"): [_and_a_learner(make) for make in _COURSES],
    ("module_id",): [
        _missing,
        _module(is_mine=False, is_public=False),
        _module(is_mine=False, is_public=True),
        _module(is_mine=True, is_public=False),
        _module(is_mine=True, is_public=True),
    ],
    ("lesson_id",): [*_lessons(), _joined_lesson],
    ("lesson_id", "number"): _lessons("1"),
    ("lesson_id", "user_id"): [_and_a_learner(make) for make in [*_lessons(), _joined_lesson]],
    ("code",): [_unknown_code, _certificate(is_mine=False), _certificate(is_mine=True)],
    ("attempt_id",): _attempts(),
    ("submission_id",): [
        _missing,
        _submission(is_own=True, is_mine=False),
        _submission(is_own=False, is_mine=False),
        _submission(is_own=False, is_mine=True),
    ],
    ("attempt_id", "question_id"): _attempts("true_false"),
    ("version",): [_no_ruleset, _built_in_ruleset, _draft_ruleset],
    ("user_id",): [_missing, _foreign_user, _themselves],
    ("name",): [_missing, _asset],
    ("board",): [_week],
    ("day",): [_free_day],
    (): [_nothing],
}
"""By the names of a path's parameters: what each path of that kind is asked about, as everybody."""
