"""What may be wrong with a machine or a clone, found without changing either."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from workshop.environment import DEV_LOCK, PYTHON, ROOT, RUNTIME_LOCK, VENV, is_made_from
from workshop.instance import running_instance

_SPACE_NEEDED = 1.0  # gigabytes: the environment with all tools, and a database with room to grow
_FIND_BINARIES = "from adapters.postgres.embedded_binaries import find_binaries; print(find_binaries())"


class Finding(NamedTuple):
    fine: bool
    what: str
    advice: str = ""


def examine(data: Path, port: int) -> list[Finding]:
    running = running_instance(data)
    return [
        Finding(fine=True, what=f"Python {sys.version.split()[0]}"),
        _environment(),
        _database(),
        _folder(data),
        *(_space(folder) for folder in {_existing_part(data): None, ROOT: None}),
        Finding(fine=True, what=f"it runs, as process {running}") if running else _port(port),
    ]


def _environment() -> Finding:
    if is_made_from(RUNTIME_LOCK):
        tools = "with" if is_made_from(DEV_LOCK) else "without"
        return Finding(fine=True, what=f"the environment is up to date, {tools} the tools of test and check")
    able = bool(importlib.util.find_spec("pip") or importlib.util.find_spec("ensurepip"))
    state = "out of date" if VENV.exists() else "not made yet"
    if able:
        return Finding(fine=True, what=f"the environment is {state}; up and test see to that")
    return Finding(
        fine=False,
        what=f"the environment is {state}, and this Python has no pip to make it with",
        advice="install pip (Debian, Ubuntu: apt install python3-pip)",
    )


def _database() -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding(fine=True, what="PostgreSQL is the one that DATABASE_URL names")
    if not is_made_from(RUNTIME_LOCK):
        return Finding(fine=True, what="PostgreSQL comes with the environment")
    asked = subprocess.run([PYTHON, "-c", _FIND_BINARIES], capture_output=True, text=True, check=False, cwd=ROOT)
    words = (asked.stdout or asked.stderr).strip().splitlines() or ["no answer"]
    return Finding(
        fine=asked.returncode == 0,
        what=f"PostgreSQL: {words[-1]}",
        advice="python3 dev.py reset makes all anew; or set DATABASE_URL to a server of your own",
    )


def _folder(data: Path) -> Finding:
    part = _existing_part(data)
    return Finding(
        fine=part.is_dir() and os.access(part, os.W_OK),
        what=f"data folder {data}",
        advice=f"{part} can't be written to; name another folder with --data",
    )


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free / 1e9
    return Finding(
        fine=free > _SPACE_NEEDED,
        what=f"{free:.1f} GB free in {folder}",
        advice=f"{_SPACE_NEEDED:.0f} GB is needed; make room, or name another folder with --data",
    )


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    return Finding(
        fine=not taken,
        what=f"port {port} is {'taken by another program' if taken else 'free'}",
        advice=f"choose another: python3 dev.py up --port {port + 1}",
    )


def _existing_part(path: Path) -> Path:
    return next(part for part in (path, *path.parents) if part.exists())
