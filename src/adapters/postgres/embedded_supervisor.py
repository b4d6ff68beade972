"""The process between an owner and its PostgreSQL: `python -m adapters.postgres.embedded_supervisor DATA BINARIES`.

It holds the data folder's lock, starts the server, starts it again should it die, and shuts it down when standard input
ends, which the owner's end brings about however it comes. It needs the standard library alone. On standard output it
answers once: `ready URL`, `held` (somebody else has the lock) or `failed WHY`.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from adapters.postgres.embedded_cluster import (
    Cluster,
    ClusterFailed,
    accepts_connections,
    open_cluster,
    start,
    stop,
    write_private,
)
from adapters.postgres.embedded_lock import take_lock

LOCK = "postgresql.lock"
CONNECTION = "postgresql.url"

_ATTEMPTS = 20
_BETWEEN_ATTEMPTS = 0.25
_START_TAKES_AT_MOST = 60.0
_LOG_GROWS_TO = 10_000_000


def main() -> int:
    data, binaries = (Path(argument) for argument in sys.argv[1:3])
    owner_gone = _watch_owner()
    if take_lock(data / LOCK) is None:
        _answer("held")
        return 0
    try:
        _supervise(data, binaries, owner_gone)
    except (OSError, subprocess.SubprocessError, ClusterFailed) as fault:
        _answer(f"failed {' '.join(str(fault).split())}")
        return 1
    return 0


def _supervise(data: Path, binaries: Path, owner_gone: threading.Event) -> None:
    connection = data / CONNECTION
    connection.unlink(missing_ok=True)
    cluster = open_cluster(data, binaries)
    _end_forgotten_server(cluster)
    log = _log(data)
    server, port = _bring_up(cluster, log, None)
    try:
        write_private(connection, cluster.url(port))
        _answer(f"ready {cluster.url(port)}")
        while not owner_gone.wait(0.1):
            if server.poll() is not None:
                sys.stderr.write(f"embedded PostgreSQL ended with {server.returncode}; starting it again\n")
                server, _ = _bring_up(cluster, log, port)
    finally:
        connection.unlink(missing_ok=True)
        if server.poll() is None:
            stop(cluster, server)


def _bring_up(cluster: Cluster, log: Path, port: int | None) -> tuple[subprocess.Popen[bytes], int]:
    """Starts the server and waits till it accepts connections, at `port` or else at a free one.

    Tries again for a while: the port may be gone when the server asks for it, and what is left of a killed server
    takes a moment to end. Raises ClusterFailed.
    """
    read_from = log.stat().st_size if log.exists() else 0
    for _ in range(_ATTEMPTS):
        chosen = port or _free_port()
        server = start(cluster, chosen, log)
        if _comes_up(cluster, server):
            return server, chosen
        time.sleep(_BETWEEN_ATTEMPTS)
    said = log.read_bytes()[read_from:].decode(errors="replace").strip().splitlines()[-4:]
    raise ClusterFailed(f"PostgreSQL does not start: {' | '.join(said)} (more in {log})")


def _comes_up(cluster: Cluster, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_TAKES_AT_MOST
    while server.poll() is None:
        if accepts_connections(cluster, server):
            return True
        if time.monotonic() > deadline:
            stop(cluster, server)
        time.sleep(0.01)
    return False


def _end_forgotten_server(cluster: Cluster) -> None:
    """A server that outlived its supervisor is stopped; a pid file that names some other process is removed.

    PostgreSQL itself copes with a pid file whose process is gone, not with one whose number was given out again.
    """
    pid_file = cluster.folder / "postmaster.pid"
    if sys.platform == "win32" or not pid_file.exists():
        return
    pid = int(pid_file.read_bytes().split(maxsplit=1)[0])
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        for _ in range(100):
            if not _runs_on(cluster.folder, pid):
                break
            with suppress(ProcessLookupError):
                os.kill(pid, request)
            time.sleep(0.1)
    if _is_alive(pid):
        pid_file.unlink(missing_ok=True)


def _runs_on(folder: Path, pid: int) -> bool:
    """Whether the process is a PostgreSQL server on this data folder."""
    if sys.platform == "linux":
        try:
            # A server's working directory is its data folder.
            return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        except OSError:
            return False
    else:
        command = ["/bin/ps", "-p", str(pid), "-o", "command="]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - takes a number
        return f"-D {folder} " in answer.stdout


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _watch_owner() -> threading.Event:
    """Set when the owner is gone or somebody asks us to end."""
    gone = threading.Event()

    def wait_for_the_end() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        gone.set()

    signal.signal(signal.SIGTERM, lambda *_: gone.set())
    threading.Thread(target=wait_for_the_end, daemon=True).start()
    return gone


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _log(data: Path) -> Path:
    """The server's log; a long one makes room for a new one."""
    log = data / "log" / "postgresql.log"
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_GROWS_TO:
        log.replace(log.with_suffix(".log.1"))
    return log


def _answer(line: str) -> None:
    # An owner that is gone by now hears nothing, and standard input tells us so.
    with suppress(OSError):
        os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
