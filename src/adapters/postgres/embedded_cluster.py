"""One PostgreSQL data folder and the server process on it: made once, started, stopped, as whoever may run it.

PostgreSQL refuses to run as root. As root, it alone is dropped to `nobody`, with programs and data where `nobody` gets.
"""

import ctypes
import hashlib
import locale
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.postgres.embedded_binaries import copy_binaries, major_version, program

# Root's own place, readable for all: it serves where the data folder's parents are closed to `nobody`.
_SHELF = Path("/var/lib/tekun")
_NOBODY = 65534
_FIRST_WITH_BUILTIN_LOCALES = 17
_LINUX_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>

_ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",  # a socket's path may have 107 bytes, a data folder's may have more
    "max_connections=100",
    "shared_buffers=64MB",
    "max_wal_size=256MB",
    "timezone=UTC",
    "log_timezone=UTC",
    "cluster_name=tekun",
)

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ClusterFailed(RuntimeError):
    """PostgreSQL could not be made ready; the message says what it said itself."""


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """`account` is None where PostgreSQL runs as the user we are."""

    binaries: Path
    folder: Path
    password: str
    account: Account | None

    def url(self, port: int) -> str:
        return f"postgresql://tekun:{self.password}@127.0.0.1:{port}/tekun"

    def spawn(self, arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Starts one of PostgreSQL's programs. It gets `account`, and on Linux the kernel ends it with this process."""
        if self.account is not None:
            options |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return subprocess.Popen(  # noqa: S603 - arguments are made here, the program comes from find_binaries
            [program(self.binaries, arguments[0]), *arguments[1:]],
            cwd=self.folder.parent,
            env=_environment(),
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 - calls prctl alone; our one other thread sleeps in read()
            **options,
        )


def open_cluster(data: Path, binaries: Path) -> Cluster:
    """The cluster of a data folder, made where there is none. The caller holds the folder's lock.

    Raises ClusterFailed, OSError.
    """
    major = major_version(binaries)
    folder, account = _place(data, f"postgresql-{major}")
    if account is not None and not _can(account, [program(binaries, "postgres"), "--version"]):
        _SHELF.mkdir(mode=0o755, parents=True, exist_ok=True)
        binaries = copy_binaries(binaries, _SHELF)
    cluster = Cluster(binaries, folder, _password(data), account)
    if not folder.exists():
        _create(cluster, major)
    if folder.parent != data:
        # `dev.py reset` reads it, and so may a person who looks for the data.
        (data / "postgresql-elsewhere").write_text(f"{folder.parent}\n", encoding="utf-8")
    return cluster


def start(cluster: Cluster, port: int, log: Path) -> subprocess.Popen[bytes]:
    settings = [part for setting in (*_SETTINGS, f"port={port}") for part in ("-c", setting)]
    with log.open("ab") as output:
        return cluster.spawn(
            ["postgres", "-D", str(cluster.folder), *settings],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def accepts_connections(cluster: Cluster, server: subprocess.Popen[bytes]) -> bool:
    """Reads the state that the server keeps in its pid file, as pg_ctl does: process id first, state on line 8."""
    try:
        lines = (cluster.folder / "postmaster.pid").read_bytes().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and int(lines[0]) == server.pid and lines[7].strip() == b"ready"  # noqa: PLR2004 - line 8


def stop(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    """The fast way (sessions cut, everything written), the immediate way after 20 s, the hard way after 5 more."""
    if sys.platform == "win32":
        cluster.spawn(["pg_ctl", "stop", "-m", "fast", "-D", str(cluster.folder)]).wait(25)
        return
    for request, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5)):
        server.send_signal(request)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
    server.kill()
    server.wait()


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and readable by its owner alone from the first byte on."""
    making = path.with_name(f"{path.name}.new")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    making.replace(path)


def _place(data: Path, name: str) -> tuple[Path, Account | None]:
    """Where the cluster is or shall be, and who is to run it.

    A cluster never moves: one that exists is taken where it is, and run by whoever owns it.
    """
    inside = data / name
    if sys.platform == "win32" or os.geteuid() != 0:
        return inside, None
    outside = _SHELF / hashlib.sha256(bytes(data)).hexdigest()[:16] / name
    for folder in (inside, outside):
        if folder.exists() and folder.stat().st_uid != 0:
            return folder, Account(folder.stat().st_uid, folder.stat().st_gid)
    nobody = _nobody()
    if _can(nobody, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(data)]):
        return inside, nobody
    outside.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    return outside, nobody


def _create(cluster: Cluster, major: int) -> None:
    """Made under another name, then renamed: what is cut off half-way is swept away here by the next start."""
    for leftover in cluster.folder.parent.glob(f"{cluster.folder.name}.new-*"):
        _sweep(leftover)
    making = Path(tempfile.mkdtemp(prefix=f"{cluster.folder.name}.new-", dir=cluster.folder.parent))
    if cluster.account is not None:
        os.chown(making, cluster.account.uid, cluster.account.gid)
    ctype = _character_types()
    locales = ["--encoding=UTF8", f"--locale={ctype}", "--lc-collate=C"]
    if major >= _FIRST_WITH_BUILTIN_LOCALES:
        locales += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # No server runs before the access file is replaced, so `trust` is never acted upon.
    _run(cluster, ["initdb", "-D", str(making), "-U", "tekun", "--auth=trust", *locales])
    (making / "pg_hba.conf").write_text(_ACCESS, encoding="ascii")
    _run(
        cluster,
        ["postgres", "--single", "-D", str(making), "-c", "exit_on_error=on", "postgres"],
        f"ALTER ROLE tekun PASSWORD '{cluster.password}';\nCREATE DATABASE tekun;\n",
    )
    making.rename(cluster.folder)


def _sweep(leftover: Path) -> None:
    """A program of the start that was cut off may be writing still; it ends soon, and is not worth failing for."""
    for _ in range(40):
        shutil.rmtree(leftover, ignore_errors=True)
        if not leftover.exists():
            return
        time.sleep(0.05)


def _run(cluster: Cluster, arguments: list[str], text: str = "") -> None:
    pipe = subprocess.PIPE
    with cluster.spawn(arguments, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as process:
        output, _ = process.communicate(text.encode(), timeout=120)
    if process.returncode:
        said = output.decode(errors="replace").strip().splitlines()[-5:]
        raise ClusterFailed(f"{arguments[0]} failed in {cluster.folder.parent}: {' | '.join(said)}")


def _password(data: Path) -> str:
    path = data / "postgresql.password"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8").strip()


def _character_types() -> str:
    """What counts as a letter in full-text search: C knows ASCII alone, and older systems have nothing else."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def _environment() -> dict[str, str]:
    """Ours without PG..., which would redirect PostgreSQL's programs."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}


def _end_with_parent() -> Callable[[], None] | None:
    if _libc is None:
        return None
    prctl, parent = _libc.prctl, os.getpid()

    def ask_the_kernel() -> None:
        # SIGINT is PostgreSQL's fast shutdown. A parent that died before this call has left us to another one already.
        prctl(_LINUX_SET_DEATH_SIGNAL, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def _nobody() -> Account:
    import pwd  # noqa: PLC0415 - POSIX only

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_NOBODY, _NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def _can(account: Account, command: list[str]) -> bool:
    """Asks by doing, since parents' modes, access lists and mounts all have a say."""
    try:
        done = subprocess.run(  # noqa: S603 - one of the two commands above
            command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0
