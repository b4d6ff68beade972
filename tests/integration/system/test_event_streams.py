"""A thousand open pages at one server: each gets its events, and nobody else waits for them."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import httpx

from adapters.clerk.development import DevelopmentIssuer
from adapters.postgres.pool import Pool
from adapters.postgres.unit import begin_unit
from tests.support.event_streams import EventStream, event_stream
from tests.support.learning import a_syllabus
from tests.support.quiz_taking import publish
from tests.support.running import running
from tests.support.signing_in import headers_of_somebody_new

LEARNERS, PAGES = 100, 10


async def test_a_thousand_streams(own_database_url: str, tmp_path: Path) -> None:
    pool = Pool(own_database_url, size=2)
    await pool.open()
    syllabus = a_syllabus(2)
    await publish(partial(begin_unit, pool), syllabus)
    await pool.close()
    issuer = DevelopmentIssuer.in_folder(tmp_path)
    headers = [headers_of_somebody_new(issuer) for _ in range(LEARNERS)]
    with running(tmp_path, "serve", "--port", "0", DATABASE_URL=own_database_url) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client, AsyncExitStack() as stack:
            for each in headers:
                (await client.put(f"/v1/courses/{syllabus.course.id}/enrollment", headers=each)).raise_for_status()
            streams: list[list[EventStream]] = []
            for each in headers:
                opened = [stack.enter_async_context(event_stream(server.url, each)) for _ in range(PAGES)]
                streams.append(list(await asyncio.gather(*opened)))
            metrics = (await client.get("/metrics")).text
            assert f"tekun_live_streams {LEARNERS * PAGES}.0" in metrics
            assert "tekun_database_connections_in_use 0.0" in metrics
            done = [
                await client.put(f"/v1/lessons/{syllabus.lessons[0].id}/completion", headers=each) for each in headers
            ]
            assert {answer.status_code for answer in done} == {200}
            for answer, pages in zip(done, streams, strict=True):
                events = await asyncio.gather(*(page.next() for page in pages))
                assert [event.data if event else None for event in events] == [answer.json()["reward"]] * PAGES
        assert server.stop() == 0
