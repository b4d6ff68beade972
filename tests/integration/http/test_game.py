"""One's own game over HTTP: what a deed brings, and where it can be seen afterwards."""

from typing import Any

from domain.identity.profile import Role
from tests.support.platform import Person, Platform


async def get(platform: Platform, person: Person, path: str) -> Any:
    async with platform.client(headers=person.headers) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_lesson_brings_xp_that_the_ledger_explains(platform: Platform):
    owner, learner = await platform.person(Role.DOSEN), await platform.person(Role.MAHASISWA)
    before = await get(platform, learner, "/v1/me/game")
    assert (before["xp_total"], before["level"]["number"], before["streak"]["length"]) == (0, 1, 0)
    await platform.award(owner, learner)

    game = await get(platform, learner, "/v1/me/game")
    ledger = (await get(platform, learner, "/v1/me/xp"))["items"]
    assert game["xp_total"] == game["xp_this_week"] == sum(entry["amount"] for entry in ledger) >= 110
    assert game["xp_towards_cap"] == game["xp_total"] - 100
    assert {entry["rule"] for entry in ledger} >= {"lesson.completed", "course.completed"}
    assert game["level"]["begins_at"] <= game["xp_total"] < game["level"]["ends_at"]
    assert (game["streak"]["length"], game["streak"]["is_today_done"]) == (1, True)
    badges = (await get(platform, learner, "/v1/me/badges"))["items"]
    assert sum(len(badge["held"]) for badge in badges) == game["badges_held"] >= 2
    quests = await get(platform, learner, "/v1/me/quests")
    assert quests["items"] == game["quests"]
    assert len(quests["items"]) == 3


async def test_the_reward_comes_with_the_deed_and_once(platform: Platform):
    owner, learner = await platform.person(Role.DOSEN), await platform.person(Role.MAHASISWA)
    certificate = await platform.award(owner, learner)
    path = f"/v1/courses/{certificate['course_id']}/review"
    async with platform.client(headers=learner.headers) as client:
        first = (await client.put(path, json={"rating": 5, "text": "Baik."})).json()
        again = (await client.put(path, json={"rating": 4, "text": "Baik."})).json()
    assert first["reward"]["xp"][0] == {
        "rule": "review.written", "decision": "granted", "amount": 5, "reason": None, "eligible_at": None,
    }  # fmt: skip
    assert again["reward"] is None
