"""The virtual environment in .venv: made from a lock file, and made again only when that changes."""

import hashlib
import importlib.util
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop.lock import exclusive

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUNTIME_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"  # holds all of the other one

_UV = "uv==0.13.9"
# The stamp says where a finished environment was made and from which locks; the other file says that it isn't finished.
_STAMP = VENV / "tekun-stamp.json"
_UNFINISHED = VENV / "tekun-unfinished"


def ensure_environment(lock: str) -> None:
    """Ends the program with advice where it can't be done. One that was cut off is made anew by the next call."""
    with exclusive(ROOT / "dev.py"):
        if is_made_from(lock):
            return
        if VENV.exists() and not _is_sound():
            shutil.rmtree(VENV)
        _make(lock)


def is_made_from(lock: str) -> bool:
    return _is_sound() and _stamp().get(lock) == _fingerprint(lock)


def _is_sound() -> bool:
    """Neither half made nor moved: its scripts and the link to our source hold the path it was made at."""
    return PYTHON.exists() and not _UNFINISHED.exists() and _stamp().get("root", str(ROOT)) == str(ROOT)


def _make(lock: str) -> None:
    try:
        VENV.mkdir(exist_ok=True)
    except OSError as fault:
        sys.exit(f"environment: {fault}\nwhat to do: run this as the owner of {ROOT}")
    _UNFINISHED.touch()
    _STAMP.unlink(missing_ok=True)
    if not PYTHON.exists():
        _say("making .venv")
        # Without pip, which takes seconds and which a Debian without python3-venv can't.
        _must([_base_python(), "-m", "venv", "--without-pip", VENV], "install Python's venv module")
    _install(lock)
    locks = (RUNTIME_LOCK, DEV_LOCK) if lock == DEV_LOCK else (lock,)
    _STAMP.write_text(json.dumps({"root": str(ROOT)} | {name: _fingerprint(name) for name in locks}), encoding="utf-8")
    _UNFINISHED.unlink()
    _say("ready")


def _install(lock: str) -> None:
    _say(f"installing what {lock} lists; the first time that takes up to a minute")
    pip = [*_find_pip(), "install", "--quiet", "--no-deps"]
    uv = _find_uv(pip)
    # The locks are complete and hashed, therefore no dependencies; the build backend of the second step is among them.
    for arguments in (["--require-hashes", "-r", str(ROOT / lock)], ["--no-build-isolation", "-e", str(ROOT)]):
        if uv and not _works([*uv, *arguments]):
            _say("uv does not manage here; going on with pip")
            uv = []
        if not uv:
            _must([*pip, *arguments], "read what pip says above; can this machine reach its package index?")


def _find_pip() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [_base_python(), "-m", "pip", "--python", str(PYTHON)]
    _must([PYTHON, "-m", "ensurepip"], "install pip (Debian, Ubuntu: apt install python3-pip)")
    return [str(PYTHON), "-m", "pip"]


def _find_uv(pip: list[str]) -> list[str]:
    """The start of an installing command of uv, which is several times faster; empty where there is no uv to be had."""
    uv = shutil.which("uv") or (str(BIN / "uv") if _works([*pip, "--only-binary", ":all:", _UV]) else None)
    return [uv, "pip", "install", "--quiet", "--no-deps", "--python", str(PYTHON)] if uv else []


def _base_python() -> str:
    """The Python behind this one, which may be that of .venv itself."""
    return str(getattr(sys, "_base_executable", sys.executable)) if Path(sys.prefix) == VENV else sys.executable


def _works(command: Sequence[str | Path]) -> bool:
    try:
        # The lock goes to the child: were we killed, it would go on writing to .venv for a while.
        return subprocess.run(command, cwd=ROOT, env=_variables(), close_fds=False, check=False).returncode == 0
    except OSError:
        return False


def _must(command: Sequence[str | Path], advice: str) -> None:
    if not _works(command):
        sys.exit(f"environment: this failed: {' '.join(map(str, command))}\nwhat to do: {advice}")


def _variables() -> dict[str, str]:
    """Ours, less what would send packages elsewhere or refuse them; a cache only where one can be written."""
    astray = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    variables = {name: value for name, value in os.environ.items() if name not in astray}
    variables |= {"PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    certificates = ssl.get_default_verify_paths().cafile
    if certificates:
        # uv brings certificates of its own, which know nothing of a company's proxy.
        variables.setdefault("SSL_CERT_FILE", certificates)
    cache = Path("~/.cache").expanduser()
    if not os.access(next(part for part in (cache, *cache.parents) if part.exists()), os.W_OK):
        variables |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
    return variables


def _stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _fingerprint(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _say(words: str) -> None:
    print(f"environment: {words}", file=sys.stderr, flush=True)
