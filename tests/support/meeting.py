"""For broken variants: they are to fail each time, and not only where one happens to come between."""

import asyncio


class Meeting:
    """Nobody goes on before so many have come; whoever comes later finds it over."""

    def __init__(self, expected: int) -> None:
        self._expected, self._is_over = expected, asyncio.Event()

    async def join(self) -> None:
        self._expected -= 1
        if self._expected <= 0:
            self._is_over.set()
        async with asyncio.timeout(10):
            await self._is_over.wait()
