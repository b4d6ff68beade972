"""The embedded PostgreSQL under faults: real processes, killed as an impatient person or a full machine would."""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from adapters.postgres.embedded import EmbeddedPostgresqlFailed, embedded_postgresql
from tests.support.embedded import (
    ask,
    bystander,
    children_of,
    eventually,
    listening_stranger,
    needs_proc,
    parent_of,
    remember,
    server_pid,
    starting,
    wait_until,
)


def test_the_url_opens_a_database_fit_for_the_product(data: Path) -> None:
    with embedded_postgresql(data) as url:
        assert url.startswith("postgresql://tekun:")
        assert url.endswith("/tekun")
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SHOW timezone") == "UTC"
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(url, "SELECT datcollate FROM pg_database WHERE datname = 'tekun'") == "C"
    assert server_pid(data) is None


def test_the_password_is_asked_for_and_kept_private(data: Path) -> None:
    with embedded_postgresql(data) as url:
        password = (data / "postgresql.password").read_text()
        assert f":{password}@" in url
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(url.replace(password, "guess"), "SELECT 1")
        modes = {file.name: file.stat().st_mode & 0o777 for file in data.glob("postgresql.*")}
    assert modes == {"postgresql.password": 0o600, "postgresql.url": 0o600, "postgresql.lock": 0o600}


def test_a_second_start_shares_the_first_ones_server(data: Path) -> None:
    with starting(data) as owner:
        url = owner.url()
        first = server_pid(data)
        with embedded_postgresql(data) as shared:
            assert shared == url
        assert server_pid(data) == first
        assert ask(url, "SELECT 1") == 1


def test_two_folders_have_two_servers(data: Path) -> None:
    with embedded_postgresql(data / "one") as one, embedded_postgresql(data / "two") as two:
        remember(one, "of one")
        assert ask(two, "SELECT to_regclass('memory') IS NULL")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_end_of_the_owner_leaves_a_server_behind(data: Path, number: int) -> None:
    with starting(data) as owner:
        remember(owner.url(), "kept")
        owner.send(number)
        wait_until(lambda: server_pid(data) is None, "the server ends with its owner", 5)
    with embedded_postgresql(data) as url:
        assert ask(url, "SELECT word FROM memory") == "kept"


@needs_proc
@pytest.mark.parametrize("delay", [0.03, 0.2, 0.5])
def test_a_first_start_cut_off_anywhere_is_made_good(data: Path, delay: float) -> None:
    with starting(data) as owner:
        time.sleep(delay)
        for child in children_of(owner.pid):
            os.kill(int(child), signal.SIGKILL)
        owner.send(signal.SIGKILL)
    with embedded_postgresql(data) as url:
        assert ask(url, "SELECT 1") == 1
    assert not list(data.glob("*.new-*"))


@needs_proc
def test_a_killed_server_is_started_again_at_the_same_address(data: Path) -> None:
    with starting(data) as owner:
        url = owner.url()
        remember(url, "kept")
        for _ in range(2):
            killed = server_pid(data)
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda was=killed: server_pid(data) not in {None, was}, "a new server")
            assert eventually(url, "SELECT word FROM memory") == "kept"
        assert owner.process.poll() is None


@needs_proc
def test_a_killed_supervisor_takes_its_server_along(data: Path) -> None:
    with starting(data) as owner:
        remember(owner.url(), "kept")
        os.kill(parent_of(server_pid(data)), signal.SIGKILL)
        with embedded_postgresql(data) as url:
            assert ask(url, "SELECT word FROM memory") == "kept"


@needs_proc
def test_all_killed_at_once_the_next_start_recovers(data: Path) -> None:
    with starting(data) as owner:
        remember(owner.url(), "kept")
        server = server_pid(data)
        for pid in (parent_of(server), server, owner.pid):
            os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        with embedded_postgresql(data) as url:
            assert ask(url, "SELECT word FROM memory") == "kept"
        assert time.monotonic() - began < 5


@needs_proc
def test_of_six_starters_at_once_one_owns_and_five_share(data: Path) -> None:
    with ExitStack() as stack:
        starters = [stack.enter_context(starting(data)) for _ in range(6)]
        assert len({starter.url() for starter in starters}) == 1
        assert sorted(len(children_of(starter.pid)) for starter in starters) == [0, 0, 0, 0, 0, 1]
        log = (data / "log" / "postgresql.log").read_text()
        assert log.count("ready to accept connections") == 1


@needs_proc
def test_who_shared_becomes_the_owner_after_the_owners_end(data: Path) -> None:
    with starting(data) as first, starting(data) as second:
        assert first.url() == second.url()
        former = first if children_of(first.pid) else second
        former.send(signal.SIGKILL)
        with starting(data) as third:
            assert third.url()
            assert len(children_of(third.pid)) == 1


def test_stale_files_fool_nobody(data: Path) -> None:
    """A lock file nobody locks, a connection file that names a stranger's server, a pid file that names a bystander."""
    with embedded_postgresql(data) as url:
        remember(url, "kept")
    with listening_stranger() as port, bystander() as pid:
        stale = f"postgresql://tekun:old@127.0.0.1:{port}/tekun"
        (data / "postgresql.url").write_text(stale)
        cluster = next(data.glob("postgresql-*/"))
        (cluster / "postmaster.pid").write_text(f"{pid}\n{cluster}\n1\n5432\n\n127.0.0.1\n1 1\nready\n")
        with embedded_postgresql(data) as url:
            assert url != stale
            assert ask(url, "SELECT word FROM memory") == "kept"


def test_a_broken_cluster_is_refused_with_the_servers_own_words(data: Path) -> None:
    with embedded_postgresql(data):
        pass
    cluster = next(data.glob("postgresql-*/"))
    (cluster / "PG_VERSION").unlink()
    with pytest.raises(EmbeddedPostgresqlFailed, match=r"PG_VERSION.*postgresql\.log"), embedded_postgresql(data):
        pytest.fail("a cluster without a version was opened")
