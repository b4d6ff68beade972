"""My events over HTTP: from whichever server, what was missed first, and an end when the server stops."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.identity.profile import Role
from tests.support.event_streams import EventStream, event_stream
from tests.support.live import live_server
from tests.support.platform import Person, Platform, settings_for


@pytest.fixture
def urls(http_database_url: str, data_dir: Path) -> Iterator[list[str]]:
    """Two servers on one database."""
    settings = settings_for(http_database_url, data_dir, TEKUN_EVENTS_HEARTBEAT_SECONDS="0.2")
    with live_server(settings) as one, live_server(settings) as other:
        yield [f"http://127.0.0.1:{port}" for port in (one, other)]


async def lessons_of(platform: Platform, owner: Person, *learners: Person, count: int = 3) -> list[str]:
    """So many lessons to complete, in a course of the owner's in which they learn."""
    course = await platform.make_course(owner)
    module = await platform.make_module(owner, course)
    lessons = [await platform.make_lesson(owner, module, status="published") for _ in range(count + 1)]
    await platform.publish(owner, course)
    for learner in learners:
        await platform.enroll(learner.headers, course["id"])
    return [lesson["id"] for lesson in lessons[:count]]


async def complete(url: str, who: Person, lesson: str) -> Any:
    async with httpx.AsyncClient(base_url=url, headers=who.headers) as client:
        answer = await client.put(f"/v1/lessons/{lesson}/completion")
    assert answer.status_code == 200, answer.text
    return answer.json()["reward"]


async def begun(stream: EventStream) -> None:
    """Until it has said that it lives: what happens from now on comes."""
    while not stream.comments:
        with pytest.raises(TimeoutError):
            await stream.next(0.5)


async def test_a_deed_on_one_server_is_seen_on_the_other(platform: Platform, dosen: Person, urls: list[str]):
    learner, other = await platform.person(Role.MAHASISWA), await platform.person(Role.MAHASISWA)
    lessons = await lessons_of(platform, dosen, learner, other)
    async with event_stream(urls[0], learner.headers) as stream, event_stream(urls[0], other.headers) as theirs:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        assert stream.answer.headers["cache-control"] == "no-store"
        rewards = [await complete(urls[1], learner, lesson) for lesson in lessons]
        events = [await stream.next() for _ in lessons]
        assert [(event.kind, event.data) for event in events if event] == [("reward", each) for each in rewards]
        await complete(urls[0], other, lessons[0])
        event = await theirs.next()
        assert event is not None
        assert event.data["xp_total"] == event.data["xp_granted"], "the first that they see is their own"


async def test_what_was_missed_comes_first(platform: Platform, dosen: Person, urls: list[str]):
    learner = await platform.person(Role.MAHASISWA)
    one, two, three = await lessons_of(platform, dosen, learner)
    async with event_stream(urls[0], learner.headers) as stream:
        await complete(urls[0], learner, one)
        event = await stream.next()
        assert event is not None
    missed = [await complete(urls[0], learner, lesson) for lesson in (two, three)]
    async with event_stream(urls[1], learner.headers, event.id) as stream:
        found = [await stream.next() for _ in missed]
    assert [each.data for each in found if each] == missed


async def test_who_was_away_for_too_long_is_told_to_begin_anew(platform: Platform, dosen: Person, urls: list[str]):
    learner = await platform.person(Role.MAHASISWA)
    [lesson] = await lessons_of(platform, dosen, learner, count=1)
    async with event_stream(urls[0], learner.headers, "999999999") as stream:
        event = await stream.next()
        assert event is not None
        assert (event.kind, event.data) == ("reset", {})
        reward = await complete(urls[0], learner, lesson)
        event = await stream.next()
        assert event is not None
        assert event.data == reward


async def test_silence_is_interrupted_by_signs_of_life(mahasiswa: Person, urls: list[str]):
    async with event_stream(urls[0], mahasiswa.headers) as stream:
        await begun(stream)
        assert stream.comments >= 1


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 19, "\u0661"])
async def test_an_id_that_was_never_sent_is_refused(client: httpx.AsyncClient, mahasiswa: Person, last: str):
    headers = {**mahasiswa.headers, "Last-Event-ID": last.encode()}
    answer = await client.get("/v1/me/events", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "events.last_id_invalid")


async def test_the_head_of_a_stream_ends_at_once(mahasiswa: Person, urls: list[str]):
    async with httpx.AsyncClient(base_url=urls[0], headers=mahasiswa.headers) as client:
        answer = await client.head("/v1/me/events", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_one_learner_has_ten_streams_and_no_more(mahasiswa: Person, urls: list[str]):
    async with httpx.AsyncClient(base_url=urls[0], headers=mahasiswa.headers, timeout=10) as client:
        streams = [client.stream("GET", "/v1/me/events") for _ in range(10)]
        answers = [await stream.__aenter__() for stream in streams]
        assert {answer.status_code for answer in answers} == {200}
        refused = await client.get("/v1/me/events")
        assert (refused.status_code, refused.json()["code"]) == (409, "events.too_many")
        gauge = (await client.get("/metrics")).text
        assert "tekun_live_streams 10.0" in gauge
        await streams[0].__aexit__(None, None, None)
        for _ in range(100):
            async with client.stream("GET", "/v1/me/events") as answer:
                if answer.status_code == 200:
                    break
            await asyncio.sleep(0.05)
        assert answer.status_code == 200, "one was closed"
        for stream in streams[1:]:
            await stream.__aexit__(None, None, None)


async def test_a_server_that_stops_ends_its_streams(http_database_url: str, data_dir: Path, mahasiswa: Person):
    with live_server(settings_for(http_database_url, data_dir)) as port:
        stream_of = event_stream(f"http://127.0.0.1:{port}", mahasiswa.headers)
        stream = await stream_of.__aenter__()
    # The server has stopped within its patience although the stream would have lasted for minutes.
    assert await stream.next() is None
    await stream_of.__aexit__(None, None, None)
