"""The worker: a loop over periodic jobs, each of which begins once a period however many workers there are."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from application.shared.idempotency import KEPT_FOR
from domain.shared.errors import Refusal, Unavailable
from entrypoints.cli.running import opened
from entrypoints.container import Container
from entrypoints.rules import rules_kept_fresh
from entrypoints.settings import Settings

TICK_SECONDS = 1.0
WEBHOOKS_KEPT_FOR = timedelta(days=30)
NOTICES_KEPT_FOR = timedelta(days=7)
LEDGER_CHECKS_KEPT_FOR = timedelta(days=90)

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A long one runs beside the others, which are not to wait for it."""

    name: str
    every: timedelta
    run: Callable[[Container], Awaitable[dict[str, object]]]
    is_long: bool = False


async def _retry_webhooks(container: Container) -> dict[str, object]:
    return {"tried": await container.retry_webhooks()()}


async def _synchronize_users(container: Container) -> dict[str, object]:
    drift = await container.synchronize_users()()
    return {
        "scanned": drift.scanned,
        "created": drift.created,
        "changed": drift.changed,
        "deleted": drift.deleted,
        "conflicts": len(drift.conflicts),
    }


async def _complete_newcomers(container: Container) -> dict[str, object]:
    return {"completed": await container.complete_newcomers()()}


async def _sweep_attempts(container: Container) -> dict[str, object]:
    return {"handed_in": await container.sweep_attempts()()}


async def _run_leagues(container: Container) -> dict[str, object]:
    closed, joined = await container.run_leagues()()
    return {"closed": closed, "joined": joined}


async def _run_class_quests(container: Container) -> dict[str, object]:
    closed, paid = await container.run_class_quests()()
    return {"closed": closed, "paid": paid}


async def _check_ledger(container: Container) -> dict[str, object]:
    check = await container.check_ledger()()
    if check.drifts:
        logger.error("the ledger has drifted", drifts=check.drifts, players=check.players)
    return {"players": check.players, "entries": check.entries, "drifts": check.drifts}


async def _grant_badges(container: Container) -> dict[str, object]:
    return {"granted": await container.grant_badges()()}


async def _forget(container: Container) -> dict[str, object]:
    now = container.clock()()
    async with container.begin()() as unit:
        forgotten: dict[str, object] = {
            "idempotency_keys": await unit.idempotency.forget_before(now - KEPT_FOR),
            "webhooks": await unit.inbox.forget_before(now - WEBHOOKS_KEPT_FOR),
            "ledger_checks": await unit.ledger_checks.forget_before(now - LEDGER_CHECKS_KEPT_FOR),
            "notices": await unit.outbox.forget_before(now - NOTICES_KEPT_FOR),
            "denied_sessions": await unit.denied_sessions.forget_before(now),
        }
        await unit.commit()
    return forgotten


def jobs_of(container: Container) -> list[Job]:
    """What there is to do with these settings: whom the development issuer speaks for, no Clerk knows."""
    settings: Settings = container.settings()
    jobs = [
        Job("retry_webhooks", timedelta(seconds=1), _retry_webhooks),
        Job("sweep_attempts", timedelta(seconds=5), _sweep_attempts),
        Job("run_leagues", timedelta(seconds=10), _run_leagues),
        Job("run_class_quests", timedelta(minutes=5), _run_class_quests, is_long=True),
        Job("check_ledger", timedelta(days=1), _check_ledger, is_long=True),
        Job("grant_badges", timedelta(hours=1), _grant_badges, is_long=True),
        Job("forget", timedelta(minutes=10), _forget),
    ]
    if settings.has_clerk and container.directory() is not None:
        jobs.append(Job("complete_newcomers", timedelta(seconds=5), _complete_newcomers))
        jobs.append(Job("synchronize_users", timedelta(minutes=settings.users_sync_minutes), _synchronize_users))
    return jobs


async def run_due(container: Container, jobs: list[Job]) -> None:
    """Runs each job whose period is over and that nobody else has claimed; one that fails stops none of the rest."""
    for job in jobs:
        await _run_if_due(container, job)


async def run_beside(container: Container, jobs: list[Job], *, once: bool) -> None:
    """Long jobs, one after the other, until cancelled."""
    while True:
        await run_due(container, jobs)
        if once:
            return
        await asyncio.sleep(TICK_SECONDS)


async def _run_if_due(container: Container, job: Job) -> None:
    try:
        if await container.claim_run()(job.name, every=job.every, now=container.clock()()):
            result = await job.run(container)
            if any(result.values()):
                logger.info("job done", job=job.name, **result)
    except Unavailable as unavailable:
        logger.warning("job put off", job=job.name, code=unavailable.code)
    except Refusal as refusal:
        logger.exception("job refused", job=job.name, code=refusal.code)
    except Exception:
        logger.exception("job failed", job=job.name)


def run_worker(settings: Settings, *, once: bool, with_parent: bool) -> None:
    """Works until SIGTERM or SIGINT, or until the parent has ended; what is running then is finished first."""
    asyncio.run(_work(settings, once=once, with_parent=with_parent))


async def _work(settings: Settings, *, once: bool, with_parent: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if with_parent:
        threading.Thread(target=_await_end_of_input, args=(loop, stop), daemon=True).start()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    async with opened(settings) as container, rules_kept_fresh(container):
        jobs = jobs_of(container)
        beside = asyncio.create_task(run_beside(container, [job for job in jobs if job.is_long], once=once))
        try:
            await _until_stopped(container, [job for job in jobs if not job.is_long], stop, once=once)
            if once:
                await beside
        finally:
            # What is half done is done again, by the next run: none of them minds.
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)


async def _until_stopped(container: Container, jobs: list[Job], stop: asyncio.Event, *, once: bool) -> None:
    while not stop.is_set():
        await run_due(container, jobs)
        if once:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_SECONDS)


def _await_end_of_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """However the parent ends, killed included, its end of the pipe closes."""
    # Not by way of the buffer: this thread would hold its lock, which the interpreter wants at its own end.
    while os.read(sys.stdin.fileno(), 1):
        pass
    loop.call_soon_threadsafe(stop.set)
