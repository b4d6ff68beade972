"""Leaderboards over HTTP: four views, names by choice, and nobody who hides."""

import asyncio
from typing import Any

import pytest

from domain.identity.profile import Role
from tests.support.platform import Person, Platform


async def ask(platform: Platform, person: Person, path: str, status: int = 200) -> Any:
    async with platform.client(headers=person.headers) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def change(platform: Platform, person: Person, body: dict[str, Any], status: int = 200) -> Any:
    async with platform.client(headers=person.headers) as client:
        answer = await client.patch("/v1/me", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def race(platform: Platform, dosen: Person) -> tuple[str, list[Person]]:
    """A course, and three learners who completed 3, 2 and 1 of its lessons."""
    course = await platform.make_course(dosen)
    module = await platform.make_module(dosen, course)
    lessons = [await platform.make_lesson(dosen, module, status="published") for _ in range(4)]
    await platform.publish(dosen, course)
    learners = [await platform.person(Role.MAHASISWA, name) for name in ("Siti", "Budi", "Ayu")]
    for learner, count in zip(learners, (3, 2, 1), strict=True):
        await platform.enroll(learner.headers, course["id"])
        for lesson in lessons[:count]:
            await platform.complete(learner.headers, lesson["id"])
    return course["id"], learners


async def test_the_top_of_a_course(platform: Platform, race: tuple[str, list[Person]]):
    course, [first, second, third] = race
    path = f"/v1/leaderboards/course?course_id={course}"
    assert await ask(platform, second, path) == {
        "scope": "course",
        "view": "top",
        "week": None,
        "course_id": course,
        "items": [
            {"rank": 1, "name": "Siti", "xp": 30, "gain": None, "is_me": False},
            {"rank": 2, "name": "Budi", "xp": 20, "gain": None, "is_me": True},
            {"rank": 3, "name": "Ayu", "xp": 10, "gain": None, "is_me": False},
        ],
        "me": None,
    }
    assert [row["name"] for row in (await ask(platform, first, f"{path}&limit=1"))["items"]] == ["Siti"]
    around = await ask(platform, third, f"{path}&view=around&neighbors=1")
    assert [(row["rank"], row["is_me"]) for row in around["items"]] == [(2, False), (3, True)]
    for person, rank, percent in ((first, 1, 100), (second, 2, 50), (third, 3, 0)):
        found = await ask(platform, person, f"{path}&view=percentile")
        assert found["me"] == {"rank": rank, "percentile": percent, "participants": 3}


async def soon_first(platform: Platform, person: Person, path: str, name: str) -> bool:
    """Whether that is the name of the first one within a second, which is how old an answer may be."""
    for _ in range(12):
        if (await ask(platform, person, path))["items"][0]["name"] == name:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_all_time_and_the_week(platform: Platform, race: tuple[str, list[Person]], admin: Person):
    _, [first, *_] = race
    # Ahead of whoever else is there, so that they are among the hundred who improved most.
    async with platform.client(headers=admin.headers) as client:
        body = {"amount": 50_000, "note": "Lomba nasional."}
        assert (await client.post(f"/v1/users/{first.id}/corrections", json=body)).status_code == 201
    for scope in ("all-time", "week"):
        found = await ask(platform, first, f"/v1/leaderboards/{scope}?view=around&neighbors=25")
        [mine] = [row for row in found["items"] if row["is_me"]]
        assert mine["xp"] == (await ask(platform, first, "/v1/me/game"))["xp_total"]
        assert (found["week"] is not None) == (scope == "week")
        place = (await ask(platform, first, f"/v1/leaderboards/{scope}?view=percentile"))["me"]
        assert place["rank"] == mine["rank"]
    improved = (await ask(platform, first, "/v1/leaderboards/week?view=improved&limit=100"))["items"]
    [mine] = [row for row in improved if row["is_me"]]
    assert mine["gain"] == mine["xp"]


async def test_a_pseudonym_instead_of_the_name(platform: Platform, race: tuple[str, list[Person]]):
    course, [first, second, _] = race
    path = f"/v1/leaderboards/course?course_id={course}"
    refused = await change(platform, first, {"leaderboard": "pseudonym"}, 400)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("user.pseudonym_missing", "/pseudonym")
    me = await change(platform, first, {"leaderboard": "pseudonym", "pseudonym": "Elang Rajin"})
    assert (me["leaderboard"], me["pseudonym"]) == ("pseudonym", "Elang Rajin")
    assert await soon_first(platform, second, path, "Elang Rajin")
    taken = await change(platform, second, {"pseudonym": "elang rajin"}, 409)
    assert taken["code"] == "user.pseudonym_taken"
    for wrong in ("ab", "a" * 41, " abc"):
        assert (await change(platform, second, {"pseudonym": wrong}, 400))["errors"][0]["pointer"] == "/pseudonym"
    still_needed = await change(platform, first, {"pseudonym": None}, 400)
    assert still_needed["code"] == "user.pseudonym_missing"
    await change(platform, first, {"leaderboard": "name", "pseudonym": None})
    assert await soon_first(platform, second, path, "Siti")


async def test_who_hides_is_nowhere(platform: Platform, race: tuple[str, list[Person]]):
    course, [first, second, _] = race
    path = f"/v1/leaderboards/course?course_id={course}"
    await change(platform, first, {"leaderboard": "hidden"})
    assert await soon_first(platform, second, path, "Budi")
    assert [row["name"] for row in (await ask(platform, second, path))["items"]] == ["Budi", "Ayu"]
    assert (await ask(platform, first, f"{path}&view=around"))["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "code", "pointer"),
    [
        ("/v1/leaderboards/nowhere", 404, "leaderboard.scope_unknown", None),
        ("/v1/leaderboards/week?view=sideways", 400, "request.invalid", "view"),
        ("/v1/leaderboards/week?limit=101", 400, "request.invalid", "limit"),
        ("/v1/leaderboards/week?limit=0", 400, "request.invalid", "limit"),
        ("/v1/leaderboards/week?view=around&neighbors=26", 400, "request.invalid", "neighbors"),
        ("/v1/leaderboards/course", 400, "leaderboard.question_invalid", "course_id"),
        ("/v1/leaderboards/course?course_id=x", 400, "request.invalid", "course_id"),
        (
            "/v1/leaderboards/week?course_id=01960000-0000-7000-8000-000000000001",
            400, "leaderboard.question_invalid", "course_id",
        ),
        ("/v1/leaderboards/all-time?view=improved", 400, "leaderboard.question_invalid", "view"),
        ("/v1/leaderboards/course?course_id=01960000-0000-7000-8000-000000000001", 404, "course.not_found", None),
        ("/v1/leaderboards/week?k=3", 400, "request.unknown_parameter", None),
    ],
)  # fmt: skip
async def test_what_makes_no_sense(
    platform: Platform, mahasiswa: Person, path: str, status: int, code: str, pointer: str | None
):
    found = await ask(platform, mahasiswa, path, status)
    assert found["code"] == code
    if pointer is not None:
        assert pointer in found["errors"][0]["pointer"]


async def test_a_course_of_others(platform: Platform, race: tuple[str, list[Person]], admin: Person):
    course, _ = race
    stranger = await platform.person(Role.DOSEN)
    path = f"/v1/leaderboards/course?course_id={course}"
    assert (await ask(platform, stranger, path, 403))["code"] == "leaderboard.forbidden"
    assert len((await ask(platform, admin, path))["items"]) == 3
