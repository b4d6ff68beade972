"""Two learners race over HTTP while a third watches; the server is killed in the middle, and no number changes."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clerk.development import DevelopmentIssuer
from adapters.postgres.pool import Pool
from adapters.postgres.unit import begin_unit
from tests.support.event_streams import EventStream, event_stream
from tests.support.learning import Syllabus, a_syllabus
from tests.support.quiz_taking import publish
from tests.support.running import Running, running, tekun
from tests.support.signing_in import headers_of_somebody_new

LESSONS = 8


@pytest.fixture
async def course(own_database_url: str) -> AsyncIterator[Syllabus]:
    pool = Pool(own_database_url, size=2)
    await pool.open()
    syllabus = a_syllabus(LESSONS + 1)
    await publish(partial(begin_unit, pool), syllabus)
    yield syllabus
    await pool.close()


class Race:
    """`total` is each racer's XP by the last answer that they got."""

    def __init__(self, folder: Path, syllabus: Syllabus) -> None:
        issuer = DevelopmentIssuer.in_folder(folder)
        self.racers = [headers_of_somebody_new(issuer), headers_of_somebody_new(issuer)]
        self.watcher = headers_of_somebody_new(issuer)
        self.total = [0, 0]
        self._syllabus = syllabus
        self.board = f"/v1/leaderboards/course/events?course_id={syllabus.course.id}"

    async def enroll(self, url: str) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            for headers in (*self.racers, self.watcher):
                path = f"/v1/courses/{self._syllabus.course.id}/enrollment"
                (await client.put(path, headers=headers)).raise_for_status()

    async def complete(self, url: str, who: int, lesson: int) -> None:
        """A second time brings nothing more."""
        async with httpx.AsyncClient(base_url=url, headers=self.racers[who], timeout=30) as client:
            answer = await client.put(f"/v1/lessons/{self._syllabus.lessons[lesson].id}/completion")
            assert answer.status_code == 200, answer.text
            if reward := answer.json()["reward"]:
                self.total[who] = reward["xp_total"]

    async def board_now(self, url: str) -> Any:
        async with httpx.AsyncClient(base_url=url, headers=self.watcher, timeout=30) as client:
            await asyncio.sleep(1)
            return (await client.get(self.board.replace("/events", ""))).json()["items"]


async def seen(stream: EventStream, *xp: int) -> list[Any]:
    """Looks on until the board shows these scores."""
    while True:
        event = await stream.next(15)
        assert event is not None
        if [row["xp"] for row in event.data["items"]] == sorted(xp, reverse=True):
            return list(event.data["items"])


async def test_a_race(own_database_url: str, course: Syllabus, tmp_path: Path) -> None:
    race = Race(tmp_path, course)
    serve = partial(running, tmp_path, "serve", "--port", "0", DATABASE_URL=own_database_url)
    with serve() as server:
        await race.enroll(server.url)
        async with event_stream(server.url, race.watcher, path=race.board) as stream:
            event = await stream.next()
            assert event is not None
            assert (event.kind, event.data["items"]) == ("leaderboard", [])
            before = await _first_half(race, server, stream)
            # In the middle of both racers' next step.
            steps = [asyncio.create_task(race.complete(server.url, who, LESSONS // 2)) for who in (0, 1)]
            await asyncio.sleep(0.005)
            server.process.kill()
            server.process.wait(20)
            await asyncio.gather(*steps, return_exceptions=True)
    with serve() as server:
        after = await race.board_now(server.url)
        assert len(after) == len(before) == 2
        for row, former in zip(after, before, strict=True):
            assert row["xp"] >= former["xp"], "nobody's place is worth less"
        for told, total in zip(race.total, await _totals(race, server.url), strict=True):
            assert total >= told, "nothing that was answered is gone"
        async with event_stream(server.url, race.watcher, path=race.board) as stream:
            for lesson in range(LESSONS // 2, LESSONS):
                await asyncio.gather(*(race.complete(server.url, who, lesson) for who in (0, 1)))
            shown = await seen(stream, *await _course_totals(race, server.url))
            assert [row["is_me"] for row in shown] == [False, False], "the third only looks on"
        assert await race.board_now(server.url) == shown
        assert server.stop() == 0
    verified = tekun(tmp_path, "ledger", "verify", DATABASE_URL=own_database_url)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "0 drift" in verified.stdout


async def _first_half(race: Race, server: Running, stream: EventStream) -> list[Any]:
    for lesson in range(LESSONS // 2):
        await asyncio.gather(*(race.complete(server.url, who, lesson) for who in (0, 1)))
    return await seen(stream, *await _course_totals(race, server.url))


async def _totals(race: Race, url: str) -> list[int]:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        games = [await client.get("/v1/me/game", headers=headers) for headers in race.racers]
    return [game.json()["xp_total"] for game in games]


async def _course_totals(race: Race, url: str) -> list[int]:
    """What each racer's own ledger says of the course: quests are of no course."""
    totals = []
    for headers in race.racers:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
            entries = (await client.get("/v1/me/xp?limit=100")).json()["items"]
            totals.append(sum(entry["amount"] for entry in entries if entry["course_id"] is not None))
            game = (await client.get("/v1/me/game")).json()
            assert game["xp_total"] == sum(entry["amount"] for entry in entries)
    return totals
