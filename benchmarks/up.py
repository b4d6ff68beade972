"""`dev.py up` as a newcomer meets it: a copy of this clone, without an environment and with empty package caches."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.report import Figure

_LEFT_OUT = shutil.ignore_patterns(".venv", ".tekun*", ".git", "__pycache__", ".*_cache", ".hypothesis", "node_modules")
_SECONDS = 300


def measure_up(folder: Path) -> list[Figure]:
    """Cold, with everything downloaded, and warm, each to the first 200."""
    clone = folder / "clone"
    shutil.copytree(ROOT, clone, ignore=_LEFT_OUT)
    names = {"DATABASE_URL", "TEKUN_DATA_DIR", "VIRTUAL_ENV", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"UV_CACHE_DIR": str(folder / "uv"), "PIP_CACHE_DIR": str(folder / "pip")}
    cold, warm = (_seconds_to_first_answer(clone, environment) for _ in range(2))
    return [
        Figure("`dev.py up` to the first 200, cold, with empty package caches", cold, "s", 30),
        Figure("`dev.py up` to the first 200, warm", warm, "s", 3),
    ]


def _seconds_to_first_answer(clone: Path, environment: dict[str, str]) -> float:
    python = getattr(sys, "_base_executable", sys.executable)
    begun = time.perf_counter()
    try:
        up = subprocess.run(
            [python, "dev.py", "up", "--detach", "--port", "0"],
            cwd=clone, env=environment, check=True, timeout=_SECONDS, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        url = next(line for line in up.stdout.splitlines() if line.startswith("ready ")).removeprefix("ready ")
        with urllib.request.urlopen(f"{url}/v1/courses", timeout=10) as answer:  # noqa: S310 # our own
            answer.read()
        return time.perf_counter() - begun
    finally:
        subprocess.run([python, "dev.py", "down"], cwd=clone, env=environment, check=True, stdout=subprocess.DEVNULL)
