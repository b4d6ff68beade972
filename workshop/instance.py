"""The product that `up` started on a data folder: found again by its process id and the moment it started."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

WINDOWS = os.name == "nt"
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has none, and its SIGTERM is as hard


def note_instance(data: Path, pid: int) -> None:
    _note(data).write_text(f"{pid} {_started(pid)}\n", encoding="utf-8")


def running_instance(data: Path) -> int | None:
    """The process that was noted, while it lives; a later one that was given its number is not taken for it."""
    try:
        pid, _, since = _note(data).read_text(encoding="utf-8").strip().partition(" ")
    except OSError:
        return None
    return int(pid) if since and _started(int(pid)) == since else None


def stop_instance(data: Path) -> int | None:
    """Asks it to end, and no longer asks after 30 s. Returns its process id, None where nothing runs."""
    pid = running_instance(data)
    if pid is not None and not _end(data, pid, signal.SIGTERM):
        _end(data, pid, _KILL)
    _note(data).unlink(missing_ok=True)
    return pid


def _end(data: Path, pid: int, request: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, request)
    deadline = time.monotonic() + 30
    while running_instance(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _note(data: Path) -> Path:
    return data / "up.pid"


def _started(pid: int) -> str:
    """When a process started, in whatever words this system has for it; empty where it is dead."""
    if sys.platform == "linux":
        try:
            state, *fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return ""
        else:
            # Field 22 of proc(5). A zombie is dead; where nobody reaps, it stays one for ever.
            return "" if state in "ZX" else fields[18]
    elif sys.platform == "win32":
        said = _ask("tasklist", "/NH", "/FO", "CSV", "/FI", f"PID eq {pid}")
        return "running" if f'"{pid}"' in said else ""
    else:
        return " ".join(_ask("ps", "-o", "lstart=", "-p", str(pid)).split())


def _ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
