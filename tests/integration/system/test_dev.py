"""dev.py in a small project of its own: an environment that is made already, and a product that only says `ready`."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCK = "# nothing\n"
PRODUCT = """
import os, signal, sys, time
if os.environ.get("BROKEN"):
    sys.exit("the disk is on fire")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("a token", "ready http://127.0.0.1:1", "said after", sep="\\n", flush=True)
print(*sys.argv[1:], os.environ["TEKUN_DATA_DIR"], file=open("called", "w"))
time.sleep(60)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    shutil.copy(ROOT / "dev.py", tmp_path)
    shutil.copytree(ROOT / "workshop", tmp_path / "workshop")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True, timeout=60)
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "requirements-dev.lock").write_text(LOCK)
    made_from = {"root": str(tmp_path), "requirements.lock": hashlib.sha256(LOCK.encode()).hexdigest()}
    (tmp_path / ".venv" / "tekun-stamp.json").write_text(json.dumps(made_from))
    command = tmp_path / "entrypoints" / "cli"
    command.mkdir(parents=True)
    (command / "main.py").write_text(PRODUCT)
    yield tmp_path
    dev(tmp_path, "down")


def dev(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"TEKUN_DATA_DIR", "DATABASE_URL"}}
    return subprocess.run(
        [sys.executable, project / "dev.py", *arguments],
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def instance(project: Path) -> int:
    return int((project / ".tekun" / "up.pid").read_text().split()[0])


def runs(pid: int) -> bool:
    """A zombie that nobody has reaped does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(listed.strip()) and not listed.strip().startswith("Z")


def test_detached_it_says_all_up_to_ready_and_down_stops_it(project: Path) -> None:
    up = dev(project, "up", "--detach", "--port", "8123", "--no-demo")
    assert (up.returncode, up.stdout) == (0, "a token\nready http://127.0.0.1:1\n")
    pid = instance(project)
    assert runs(pid)
    again = dev(project, "up")
    assert again.returncode == 1
    assert f"process {pid}" in again.stderr
    assert dev(project, "down").stdout == f"stopped process {pid}\n"
    assert "nothing runs" in dev(project, "down").stdout
    called = (project / "called").read_text().split()
    data = str(project / ".tekun")
    assert called == ["up", "--port", "8123", "--no-demo", data]


def test_in_the_foreground_the_product_takes_the_place_of_dev(project: Path) -> None:
    with subprocess.Popen([sys.executable, project / "dev.py", "up"], stdout=subprocess.PIPE, text=True) as product:
        assert product.stdout is not None
        while not product.stdout.readline().startswith("ready"):
            assert product.poll() is None
        assert instance(project) == product.pid
        assert dev(project, "down").returncode == 0
        assert product.wait(10) == 0


def test_what_fails_ends_with_its_own_words_and_the_way_to_the_log(project: Path) -> None:
    up = dev(project, "up", "--detach", BROKEN="1")
    assert up.returncode == 1
    assert "the disk is on fire" in up.stderr
    assert str(project / ".tekun" / "log" / "up.log") in up.stderr
    assert not (project / ".tekun" / "up.pid").exists()


def test_down_spares_a_process_that_was_given_an_old_number(project: Path) -> None:
    (project / ".tekun").mkdir()
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (project / ".tekun" / "up.pid").write_text(f"{bystander.pid} 1\n")
        assert "nothing runs" in dev(project, "down").stdout
        time.sleep(0.2)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_after_a_kill_it_starts_again(project: Path) -> None:
    dev(project, "up", "--detach")
    os.kill(instance(project), signal.SIGKILL)
    assert dev(project, "up", "--detach").returncode == 0


def test_reset_removes_what_up_made_and_nothing_else(project: Path) -> None:
    dev(project, "up", "--detach")
    pid = instance(project)
    assert dev(project, "reset").returncode == 0
    assert not runs(pid)
    assert not (project / ".tekun").exists()
    assert not (project / ".venv").exists()
    (project / "photos").mkdir()
    refused = dev(project, "reset", "--data", str(project / "photos"))
    assert refused.returncode == 1
    assert (project / "photos").is_dir()


def test_reset_of_another_data_folder_leaves_the_environment(project: Path) -> None:
    other = project / "other"
    dev(project, "up", "--detach", "--data", str(other))
    assert dev(project, "reset", "--data", str(other)).returncode == 0
    assert not other.exists()
    assert (project / ".venv").exists()


def test_doctor_finds_a_taken_port(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = str(server.getsockname()[1])
        sick = dev(project, "doctor", "--port", taken, DATABASE_URL="postgresql://elsewhere/tekun")
        assert f"WRONG  port {taken}" in sick.stdout
        assert sick.returncode == 1
    well = dev(project, "doctor", "--port", taken, DATABASE_URL="postgresql://elsewhere/tekun")
    assert (well.returncode, "WRONG" in well.stdout) == (0, False)


def test_a_changed_lock_is_installed_and_a_failure_says_what_to_do(project: Path) -> None:
    (project / "requirements.lock").write_text(f"nothing-of-this-name==1 --hash=sha256:{'0' * 64}\n")
    offline = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    up = dev(project, "up", "--detach", **offline)
    assert up.returncode == 1
    assert "what to do:" in up.stderr
    # Half made as it is, it is not taken for finished, not even if the lock were what it was.
    (project / "requirements.lock").write_text(LOCK)
    assert "making .venv" in dev(project, "up", "--detach", **offline).stderr


def test_without_a_verb_it_teaches(project: Path) -> None:
    taught = dev(project)
    assert taught.returncode == 0
    for verb in ("up", "down", "test", "check", "bench", "reset", "doctor"):
        assert f"    {verb} " in taught.stdout
