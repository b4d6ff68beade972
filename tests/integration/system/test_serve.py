"""`tekun serve` as a process of its own: how it starts, stops, and refuses to start."""

import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.database import cloned_database
from tests.support.live import body_of, status_of
from tests.support.running import Running, environment, running, tekun

PATIENCE = 20.0


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with cloned_database(server_url) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def token(folder: Path, url: str, role: str = "dosen") -> str:
    done = tekun(folder, "token", "--as", role, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class SlowRequest:
    """A new course whose body comes in two parts."""

    def __init__(self, server: Running, authorization: str) -> None:
        self.body = json.dumps({"title": "Kuliah panjang"}).encode()
        host, _, port = server.url.removeprefix("http://").partition(":")
        self.connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
        lines = [
            "POST /v1/courses HTTP/1.1",
            f"Host: {host}:{port}",
            f"Authorization: Bearer {authorization}",
            "Content-Type: application/json",
            f"Content-Length: {len(self.body)}",
        ]
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode() + self.body[:5])

    def finish(self) -> bytes:
        self.connection.sendall(self.body[5:])
        answer = b""
        while chunk := self.connection.recv(65536):
            answer += chunk
        self.connection.close()
        return answer


def wait_for(server: Running, path: str, status: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while server.get(path).status_code != status:
        assert time.monotonic() < deadline, f"{path} never answers {status}"
        time.sleep(0.02)


def test_a_stop_cuts_nothing(folder: Path, url: str) -> None:
    authorization = token(folder, url)
    with running(folder, "serve", "--port", "0", DATABASE_URL=url, TEKUN_DRAIN_SECONDS="1.5") as server:
        wait_for(server, "/health/ready", 200)
        slow = SlowRequest(server, authorization)
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        wait_for(server, "/health/ready", 503)
        assert time.monotonic() - told < 1, "readiness turns at once"
        assert server.get("/health/ready").json()["parts"]["process"] == "stopping"
        assert server.get("/v1/courses").status_code == 200, "requests that still come are answered"
        while time.monotonic() - told < 2.5:
            assert server.process.poll() is None, "it waits for the request that runs"
            time.sleep(0.05)
        with pytest.raises(httpx.ConnectError):
            server.get("/health/live")
        answer = slow.finish()
        assert server.process.wait(PATIENCE) == 0
    assert status_of(answer) == 201, answer
    assert json.loads(body_of(answer))["title"] == "Kuliah panjang"
    assert "Traceback" not in server.log.read_text()


def keep_asking(server: Running, answered: list[int], failed: list[Exception]) -> None:
    """Over one connection, until it is told that it ends, and never again then."""
    address = server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    try:
        while True:
            connection.request("GET", "/v1/courses")
            answer = connection.getresponse()
            answer.read()
            answered.append(answer.status)
            if answer.getheader("Connection") == "close":
                return
    except (OSError, http.client.HTTPException) as error:
        failed.append(error)
    finally:
        connection.close()


def test_a_stop_under_load_cuts_nothing(folder: Path, url: str) -> None:
    """Requests go on until readiness says no, as behind a load balancer; each is answered in full.

    One client keeps its connection and minds nothing but what it is told: answers during the drain say `close`.
    """
    answered: list[int] = []
    failed: list[Exception] = []
    unready = threading.Event()

    def ask(server: Running) -> None:
        while not unready.is_set():
            try:
                answered.append(server.get("/v1/courses").status_code)
            except httpx.HTTPError as error:
                failed.append(error)

    with running(folder, "serve", "--port", "0", DATABASE_URL=url, TEKUN_DRAIN_SECONDS="1") as server:
        threads = [threading.Thread(target=ask, args=(server,)) for _ in range(3)]
        threads.append(threading.Thread(target=keep_asking, args=(server, answered, failed)))
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        wait_for(server, "/health/ready", 503)
        unready.set()
        for thread in threads:
            thread.join(PATIENCE)
        assert server.process.wait(PATIENCE) == 0
    assert failed == []
    assert set(answered) == {200}
    assert len(answered) > 3


@pytest.mark.parametrize(
    "signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM], [signal.SIGTERM, signal.SIGINT]]
)
def test_who_insists_does_not_wait_for_the_drain(folder: Path, url: str, signals: list[signal.Signals]) -> None:
    with running(folder, "serve", "--port", "0", DATABASE_URL=url, TEKUN_DRAIN_SECONDS="60") as server:
        for one in signals:
            server.process.send_signal(one)
            time.sleep(0.3)
        assert server.process.wait(10) == 0


def test_a_second_interrupt_leaves_a_hanging_request_behind(folder: Path, url: str) -> None:
    authorization = token(folder, url)
    with running(folder, "serve", "--port", "0", DATABASE_URL=url) as server:
        slow = SlowRequest(server, authorization)
        time.sleep(0.2)
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        server.process.wait(10)
        slow.connection.close()


def test_a_port_that_is_taken(folder: Path, url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = tekun(folder, "serve", "--port", port, DATABASE_URL=url)
    assert done.returncode == 1
    assert f"127.0.0.1:{port} can't be had" in done.stderr
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_ours(folder: Path, url: str) -> None:
    done = tekun(folder, "serve", "--host", "192.0.2.1", "--port", "0", DATABASE_URL=url)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "192.0.2.1:0 can't be had" in done.stderr


@pytest.mark.parametrize("database", ["postgresql://tekun:kenari7381@127.0.0.1:1/none", "kenari7381://nowhere"])
def test_a_database_that_can_not_be_reached(folder: Path, database: str) -> None:
    done = tekun(folder, "serve", "--port", "0", DATABASE_URL=database)
    assert done.returncode == 1
    assert "kenari7381" not in done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "database" in done.stderr.lower()


def test_production_needs_everything_and_names_what_is_missing(folder: Path, url: str) -> None:
    done = tekun(folder, "serve", TEKUN_ENV="production", DATABASE_URL=url, CLERK_SECRET_KEY="sk_live_kenari7381")
    assert done.returncode == 1
    for name in (
        "CLERK_PUBLISHABLE_KEY", "CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_AUTHORIZED_PARTIES", "TEKUN_ALLOWED_HOSTS",
    ):  # fmt: skip
        assert name in done.stderr
    assert "CLERK_SECRET_KEY" not in done.stderr, "it is set"
    assert "kenari7381" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEKUN_PORT", "kenari7381"),
        ("TEKUN_ENV", "kenari7381"),
        ("CLERK_PUBLISHABLE_KEY", "pk_test_kenari7381"),
        ("CLERK_API_URL", "ftp://kenari7381"),
        ("TEKUN_TRUSTED_PROXIES", "kenari7381"),
        ("TEKUN_DRAIN_SECONDS", "-7381"),
    ],
)
def test_settings_that_are_no_good_are_named_and_not_shown(folder: Path, url: str, name: str, value: str) -> None:
    done = tekun(folder, "serve", "--port", "0", **{"DATABASE_URL": url, name: value})
    assert done.returncode == 1, done.stderr
    assert name in done.stderr
    assert "7381" not in done.stderr
    assert "Traceback" not in done.stderr


def test_what_it_says_at_its_start(folder: Path, url: str) -> None:
    with running(folder, "serve", "--port", "0", DATABASE_URL=url) as server:
        text = server.log.read_text()
        assert "development issuer" in text
        assert "Not for production" in text
        assert server.get("/health/ready").status_code == 200
    assert environment(folder)["TEKUN_DATA_DIR"] == str(folder)
    assert (folder / "development-issuer.pem").stat().st_mode & 0o077 == 0
