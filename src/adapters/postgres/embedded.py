"""A PostgreSQL of one's own, without installing or asking anything: for development, demos and tests.

The first process that asks for a data folder's server owns it; others that ask while it runs share it. When the owner
ends, in good order or killed, the server is shut down, also under those who share it; who asks next owns the next one.
"""

import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from adapters.postgres.embedded_binaries import find_binaries
from adapters.postgres.embedded_lock import lock_is_held
from adapters.postgres.embedded_supervisor import CONNECTION, LOCK

_SOURCE_ROOT = Path(__file__).resolve().parents[2]
_START_TAKES_AT_MOST = 180.0
_STOP_TAKES_AT_MOST = 40.0
_PROTOCOL_3_0 = 196608


class EmbeddedPostgresqlFailed(RuntimeError):
    """The server can't be had; the message says why and, where known, what to do."""


@contextmanager
def embedded_postgresql(data: Path) -> Iterator[str]:
    """The URL (postgresql://user:password@127.0.0.1:port/tekun) of the data folder's server, running and ready.

    Raises EmbeddedPostgresqlFailed, BinariesNotFound.
    """
    data = data.resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
        url, supervisor = _join_or_own(data)
    except PermissionError as fault:
        raise EmbeddedPostgresqlFailed(
            f"{fault.filename} belongs to another user: choose a folder of your own, or start as that user"
        ) from fault
    try:
        yield url
    finally:
        if supervisor is not None:
            _dismiss(supervisor)


def _join_or_own(data: Path) -> tuple[str, subprocess.Popen[bytes] | None]:
    deadline = time.monotonic() + _START_TAKES_AT_MOST
    while time.monotonic() < deadline:
        if not lock_is_held(data / LOCK):
            supervisor, answer = _start_supervisor(data)
            if answer.startswith("ready "):
                return answer.removeprefix("ready "), supervisor
            _dismiss(supervisor)
            if answer != "held":
                raise EmbeddedPostgresqlFailed(answer.removeprefix("failed ") or "the supervisor ended without a word")
        url = _running(data)
        time.sleep(0.05)
        # Asked twice, since an owner that was killed a moment ago takes its server along.
        if url and url == _running(data):
            return url, None
    raise EmbeddedPostgresqlFailed(f"another process is starting or stopping the server in {data} and does not finish")


def _start_supervisor(data: Path) -> tuple[subprocess.Popen[bytes], str]:
    """In a session of its own, so that Ctrl-C in a terminal reaches the owner and not the server under it."""
    supervisor = subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
        # -P and -S: the standard library and our own source, nothing from the working directory or site-packages.
        [sys.executable, "-P", "-S", "-m", "adapters.postgres.embedded_supervisor", data, find_binaries()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(_SOURCE_ROOT)},
        start_new_session=True,
    )
    assert supervisor.stdout is not None
    return supervisor, supervisor.stdout.readline().decode().strip()


def _dismiss(supervisor: subprocess.Popen[bytes]) -> None:
    for pipe in (supervisor.stdin, supervisor.stdout):
        if pipe is not None:
            pipe.close()
    try:
        supervisor.wait(_STOP_TAKES_AT_MOST)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _running(data: Path) -> str | None:
    """Where the folder's server is, if there is one: a connection file counts while its writer holds the lock."""
    try:
        url = (data / CONNECTION).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return url if lock_is_held(data / LOCK) and _accepts_connections(url) else None


def _accepts_connections(url: str) -> bool:
    """Asks for a session and takes the server's first byte: R asks for the password, E says that it starts or stops."""
    address = urlsplit(url)
    wish = b"user\0tekun\0database\0tekun\0\0"
    try:
        with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
            connection.sendall(struct.pack("!ii", 8 + len(wish), _PROTOCOL_3_0) + wish)
            return connection.recv(1024)[:1] == b"R"
    except OSError:
        return False
