"""The servers under measure, as processes of their own, and what the kernel says of them (Linux: from /proc)."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
TEKUN = [sys.executable, "-m", "entrypoints.cli.main"]
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_START_SECONDS = 60
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_megabytes(self) -> float:
        """Resident set; what is shared with others counts in full."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def cores() -> int:
    return len(os.sched_getaffinity(0))


@contextmanager
def product(environment: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """`tekun serve` as anybody starts it, its log in a file; the limits are off, since they would stop the load."""
    log = folder / "product.log"
    with _process(
        [*TEKUN, "serve", "--port", "0"], {**environment, "TEKUN_RATE_LIMIT_ENABLED": "false"}, log
    ) as server:
        url = _line_after("ready ", server, log)
        yield Server("product", server.pid, urlsplit(url).port or 0)


@contextmanager
def floor(environment: Mapping[str, str], folder: Path, port: int) -> Iterator[Server]:
    log = folder / "floor.log"
    with _process([sys.executable, "-m", "benchmarks.floor", str(port)], environment, log) as server:
        _until_answered(f"http://127.0.0.1:{port}/v1/courses", server, log)
        yield Server("floor", server.pid, port)


@contextmanager
def redis_process(folder: Path) -> Iterator[str]:
    """The URL of a Redis of one's own. Raises RuntimeError where there is no redis-server."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("this is measured with a redis-server, and there is none")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    log = folder / "redis.log"
    with _process(command, {}, log) as process:
        for _ in _waiting(process, log):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
        yield f"redis://127.0.0.1:{port}/0"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def seconds_to_first_answer(environment: Mapping[str, str], folder: Path) -> float:
    """From the start of `tekun serve` to the first 200."""
    log = folder / "start.log"
    begun = time.perf_counter()
    with _process([*TEKUN, "serve", "--port", "0"], environment, log) as server:
        url = _line_after("ready ", server, log)
        _until_answered(f"{url}/v1/courses", server, log)
        return time.perf_counter() - begun


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What it prints. Raises CalledProcessError."""
    return subprocess.run(
        command, env={**os.environ, **environment}, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _line_after(prefix: str, process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in _waiting(process, log):
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
            if line.startswith(prefix) and line.endswith("\n"):
                return line.removeprefix(prefix).strip()
    raise AssertionError("waiting ends with an error")


def _until_answered(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in _waiting(process, log):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 # an address of our own
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError):
            continue


def _waiting(process: subprocess.Popen[bytes], log: Path) -> Iterator[None]:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        yield
        time.sleep(0.005)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"{process.args!r} does not serve\n{said}")
