"""Starters of the embedded PostgreSQL as processes of their own, and ways to look at what they started."""

import asyncio
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

SOURCE_ROOT = Path(__file__).resolve().parents[2] / "src"
NOBODY = 65534
STARTER = """
import sys
from pathlib import Path
from adapters.postgres.embedded import embedded_postgresql
with embedded_postgresql(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
needs_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another")


class Starter:
    """A process that asks for the server and keeps it until told otherwise."""

    def __init__(self, data: Path, python: tuple[str, ...] = (sys.executable,), **options: object) -> None:
        self.process = subprocess.Popen(
            [*python, "-c", STARTER, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **{"env": os.environ | {"PYTHONPATH": str(SOURCE_ROOT)}, **options},  # type: ignore[call-overload] # as given
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def url(self) -> str:
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline().decode().strip() if ready else ""
        assert line, "the starter said nothing within 60 s"
        return line

    def send(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(30)

    def end(self) -> None:
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait(10)
            self.process.stdout.close()


@contextmanager
def starting(data: Path, *python: str, **options: object) -> Iterator[Starter]:
    starter = Starter(data, python or (sys.executable,), **options)
    try:
        yield starter
    finally:
        starter.end()


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def server_pid(folder: Path) -> int | None:
    """The process that PostgreSQL's pid file below a folder names, while it lives."""
    for file in folder.glob("postgresql-*/postmaster.pid"):
        pid = int(file.read_text().split()[0])
        if Path(f"/proc/{pid}/cwd").exists() or (sys.platform != "linux" and is_alive(pid)):
            return pid
    return None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def ask(url: str, question: str) -> object:
    async def answer() -> object:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(answer())


def remember(url: str, word: str) -> None:
    ask(url, f"CREATE TABLE memory AS SELECT '{word}' AS word")


def eventually(url: str, question: str) -> object:
    """The answer of a server that is still coming up."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return ask(url, question)
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < deadline, "the server did not come back within 10 s"
            time.sleep(0.05)


@contextmanager
def bystander() -> Iterator[int]:
    """A process of the user whom PostgreSQL runs as, since it takes no notice of others."""
    as_postgresql = {"user": NOBODY} if os.geteuid() == 0 else {}
    process = subprocess.Popen(["sleep", "60"], **as_postgresql)
    try:
        yield process.pid
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


@contextmanager
def listening_stranger() -> Iterator[int]:
    """Answers as PostgreSQL does when it wants a password."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def answer() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection:
                        connection.sendall(b"R")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


def python_for_everybody() -> str | None:
    """An interpreter that a user other than root can run; root's own is often in root's closed home."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        with suppress(OSError):
            done = subprocess.run([candidate, "-c", check], user=NOBODY, group=NOBODY, extra_groups=[], check=False)
            if done.returncode == 0:
                return candidate
    return None
