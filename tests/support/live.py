"""The server itself, on a loopback port, in a thread of its own; and a client that sends whatever bytes it is given."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from entrypoints.container import make_container
from entrypoints.http.server import Server, listen
from entrypoints.settings import Settings

PATIENCE = 20.0


@contextmanager
def live_server(settings: Settings) -> Iterator[int]:
    """Serves for the length of the block; the port."""
    listener = listen("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    ready = threading.Event()
    server = Server(make_container(settings), listener, ready.set)
    thread = threading.Thread(target=server.run_until_stopped, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE), "the server didn't start"
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the server didn't stop"


def exchange(port: int, request: bytes) -> bytes:
    """Everything that the server sends back until it closes, or has been silent for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        # Where it has heard enough, what it says of that is there to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        connection.settimeout(1.0)
        return _received(connection)


def _received(connection: socket.socket) -> bytes:
    received = b""
    while not _is_complete(received):
        try:
            chunk = connection.recv(65536)
        except (TimeoutError, ConnectionResetError):
            break
        if not chunk:
            break
        received += chunk
    return received


def _is_complete(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return bool(separator) and len(body) >= int(line.partition(b":")[2])
    return bool(separator) and b" 204 " in head.partition(b"\r\n")[0]


def status_of(answer: bytes) -> int:
    """0 for an answer that isn't one."""
    parts = answer.split(b" ", 2)
    return int(parts[1]) if len(parts) == 3 and parts[0].startswith(b"HTTP/1.") else 0


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]
