"""The rules of the game in a process that lives long: looked at now and then, so that no deed waits for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from entrypoints.container import Container

logger = structlog.get_logger()


@asynccontextmanager
async def rules_kept_fresh(container: Container) -> AsyncIterator[None]:
    """Within the block this process plays by the newest published rules, or by those of some seconds ago.

    Raises:
        DatabaseUnavailable: at the start; later on the rules that are known stay in force.
    """
    await _refresh(container)
    task = asyncio.create_task(_keep(container))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep(container: Container) -> None:
    while True:
        await asyncio.sleep(container.settings().rules_refresh_seconds)
        try:
            await _refresh(container)
        except Exception as fault:  # whatever it is: the next look may succeed
            logger.warning("rules not looked at", version=container.rulebook().current.version, exc_info=fault)


async def _refresh(container: Container) -> None:
    await container.rulebook().refresh(container.rulesets())
