"""The product as a process of its own, as a person starts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
TEKUN = [sys.executable, "-m", "entrypoints.cli.main"]
READY = "ready http://"


def environment(data: Path, **variables: str) -> dict[str, str]:
    """This process's environment without settings of its own, and with that data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEKUN_", "CLERK_", "DATABASE_"))}
    return kept | {"TEKUN_DATA_DIR": str(data)} | variables


def tekun(
    data: Path, *arguments: str, stdin: bytes | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end."""
    done = subprocess.run(
        [*TEKUN, *arguments],
        cwd=ROOT,
        env=environment(data, **variables),
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


class Running:
    """A `tekun up` or `tekun serve` that has said `ready`."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self.log = log

    def get(self, path: str, **options: object) -> httpx.Response:
        return httpx.get(self.url + path, timeout=10, **options)  # type: ignore[arg-type] # as given

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def running(data: Path, *arguments: str, **variables: str) -> Iterator[Running]:
    """Starts it, waits for `ready`, and stops it at the end, if it still runs then."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "test.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*TEKUN, *arguments], cwd=ROOT, env=environment(data, **variables), stdout=output, stderr=output
        )
    try:
        yield Running(process, _ready_url(process, log), log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def _ready_url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith(READY):
                return line.removeprefix("ready ")
        assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.05)
    raise AssertionError(f"not ready in time:\n{log.read_text(errors='replace')}")
