"""The live feed of one process: each open page gets its learner's notices, each once and in order.

Notices are read from the outbox, whichever process wrote them. A page that comes back says what it had last, and gets
what it missed first.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from application.gamification.outbox_ports import OutboxQueries, Told
from domain.shared.errors import Conflict, Unavailable
from domain.shared.ids import UserId

PERIOD_SECONDS = 0.2
MOST_MISSED = 500
"""Notices that are sent again; who missed more is told to look at everything anew."""
MOST_WAITING = 100
"""Notices that a page may lag behind; a slower one is cut off, and comes back for what it missed."""
MOST_PAGES = 10
"""Open pages of one learner in one process."""


class TooManyPages(Conflict):
    code = "events.too_many"


class FeedClosed(Unavailable):
    code = "service.stopping"


@dataclass(slots=True, eq=False)
class Page:
    """One open page. `is_reset` says that it missed what can't be sent any more."""

    queue: asyncio.Queue[Told | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    last: int = 0
    is_reset: bool = False
    missed: list[Told] = field(default_factory=list)

    async def next(self) -> Told | None:
        """The next notice; None once the page is to be closed."""
        while True:
            told = self.missed.pop(0) if self.missed else await self.queue.get()
            if told is None:
                return None
            # What was missed may also have come live.
            if told.number > self.last:
                self.last = told.number
                return told

    def close(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class LiveFeed:
    """`run` reads the outbox for as long as there are pages; it has to be running while pages are open."""

    def __init__(self, outbox: OutboxQueries, *, period: float = PERIOD_SECONDS) -> None:
        self._outbox = outbox
        self._period = period
        self._pages: defaultdict[UserId, set[Page]] = defaultdict(set)
        self._position: int | None = None
        self._placing = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._closing = asyncio.Event()
        self.open_pages = 0

    @asynccontextmanager
    async def page(self, user_id: UserId, last: int | None) -> AsyncIterator[Page]:
        """A page that had that notice last; None: it begins with what comes from now on.

        Raises:
            TooManyPages: this learner has as many as there may be.
            FeedClosed: this process is about to stop.
        """
        if self._closing.is_set():
            raise FeedClosed("This server is about to stop; connect again.")
        if len(self._pages[user_id]) >= MOST_PAGES:
            raise TooManyPages(f"There are {MOST_PAGES} streams open already; close one.")
        page = Page()
        self._pages[user_id].add(page)
        self.open_pages += 1
        try:
            # In this order: what is committed after the position comes live, and before it, is found now.
            await self._place()
            await self._catch_up(user_id, page, last)
            yield page
        finally:
            self.open_pages -= 1
            self._pages[user_id].discard(page)
            if not self._pages[user_id]:
                del self._pages[user_id]

    async def run(self) -> None:
        """Until cancelled. A database that is away is waited for: pages stay open, and nothing is missed."""
        while True:
            await self._wanted.wait()
            try:
                await self._deliver()
            except Unavailable:
                await asyncio.sleep(1)
            await asyncio.sleep(self._period)

    def close(self) -> None:
        """Ends all pages; they will connect to another process."""
        self._closing.set()
        for pages in self._pages.values():
            for page in pages:
                page.close()

    async def closes_within(self, seconds: float) -> bool:
        """Waits for so long, or for the end of all pages: streams of other kinds end with them."""
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _place(self) -> None:
        async with self._placing:
            if self._position is None:
                self._position = (await self._outbox.tail(None)).position
                self._wanted.set()

    async def _catch_up(self, user_id: UserId, page: Page, last: int | None) -> None:
        if last is None:
            page.last = await self._outbox.newest(user_id)
            return
        found = list(await self._outbox.since(user_id, last, limit=MOST_MISSED + 2))
        is_known = last == 0 or (bool(found) and found[0].number == last)
        missed = [told for told in found if told.number > last]
        if is_known and len(missed) <= MOST_MISSED:
            page.last, page.missed = last, missed
        else:
            page.last, page.is_reset = await self._outbox.newest(user_id), True

    async def _deliver(self) -> None:
        async with self._placing:
            if not self._pages:
                self._position = None
                self._wanted.clear()
                return
            tail = await self._outbox.tail(self._position)
            self._position = tail.position
        for told in tail.notices:
            for page in self._pages.get(told.user_id, ()):
                _hand_over(told, page)


def _hand_over(told: Told, page: Page) -> None:
    try:
        page.queue.put_nowait(told)
    except asyncio.QueueFull:
        page.close()
