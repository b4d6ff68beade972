"""Serving: uvicorn with the fast loop and parser, and a stop that cuts nothing."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn

from entrypoints.container import Container
from entrypoints.http.app import make_app
from entrypoints.http.protocol import Protocol

# A request that is still running then is one that hangs.
LONGEST_STOP_SECONDS = 30
BACKLOG = 2048

logger = structlog.get_logger()


class Server(uvicorn.Server):
    """On SIGTERM readiness says 503 at once; after the drain no connection is taken, and running requests finish."""

    def __init__(self, container: Container, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self._pool = container.pool()
        self._readiness = container.readiness()
        self._live_feed = container.live_feed()
        self._drain_seconds = container.settings().drain_seconds
        self._listener = listener
        self._on_ready = on_ready
        config = uvicorn.Config(
            make_app(container),
            http=Protocol,
            ws="none",
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=LONGEST_STOP_SECONDS,
            backlog=BACKLOG,
        )
        super().__init__(config)

    def run_until_stopped(self) -> None:
        """Serves on the listener until it is told to stop.

        Raises:
            DatabaseUnavailable: the database can't be reached at the start.
            SystemExit: the start failed otherwise, which was logged.
        """
        self.run(sockets=[self._listener])
        if not self.started:
            raise SystemExit(1)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Before the application does: what it says of a failed start is a traceback, and this is for a person.
        await self._pool.open()
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # However it was told to stop: open streams would be waited for.
        self._live_feed.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 # uvicorn's signature
        """Unlike uvicorn's own, it doesn't raise the signal again at the end: who called still has parts to stop."""
        # Not here and now: the signal may have come in the middle of a log line, which a second one would wait for.
        asyncio.get_running_loop().call_soon_threadsafe(self._stop, sig)

    def _stop(self, sig: int) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        if sig == signal.SIGINT or self._drain_seconds == 0 or self._readiness.stopping:
            self.should_exit = True
        else:
            logger.info("stopping", drain_seconds=self._drain_seconds)
            asyncio.get_running_loop().call_later(self._drain_seconds, self._stop_taking)
        self._readiness.stopping = True
        # At once: their clients have the drain to find another server.
        self._live_feed.close()

    def _stop_taking(self) -> None:
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one.

    Raises:
        OSError: the port is taken, or the address isn't ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # At once: two servers can bind one port as long as neither listens.
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
