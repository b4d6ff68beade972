"""The document against the running server, with every check that schemathesis has; the same requests each time."""

import subprocess
import sys
from pathlib import Path

import pytest

from domain.identity.profile import Role
from tests.support.platform import Person, Platform

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# What takes its own rights away comes last: nothing after it would be more than a 401 or 403.
LAST = ["changeUser", "deleteUser", "logOut"]
EXAMPLES = "25"
# A key that was used before gets the first answer, also about what was deleted since; and who makes a course has not
# reviewed it. That what was made is found is tested elsewhere. (The configuration can't say it: `--checks all` wins.)
EXCLUDED = "ensure_resource_availability"


def run(port: int, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"
    command = [sys.executable, "-c", program, "--config-file", str(CONFIGURATION), "run"]
    command += [f"http://127.0.0.1:{port}/openapi.json", "--checks", "all", "--exclude-checks", EXCLUDED]
    command += ["--max-examples", EXAMPLES, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture
async def signed_in(platform: Platform) -> Person:
    """An admin of this run's own, not the last one, with a course of each kind."""
    person = await platform.person(Role.ADMIN)
    await platform.publish(person, await platform.make_course(person))
    await platform.make_course(person)
    return person


def of_all(names: list[str], option: str) -> list[str]:
    return [argument for name in names for argument in (option, name)]


def assert_true(finished: subprocess.CompletedProcess[str]) -> None:
    assert finished.returncode == 0, finished.stdout[-20_000:] + finished.stderr
    assert "No issues found" in finished.stdout or "Test cases:" in finished.stdout


def test_it_is_true_for_an_admin(port: int, signed_in: Person, tmp_path: Path) -> None:
    authorization = f"Authorization: {signed_in.headers['Authorization']}"
    assert_true(run(port, tmp_path, "-H", authorization, *of_all(LAST, "--exclude-operation-id")))


def test_it_is_true_of_what_ends_the_session(port: int, signed_in: Person, tmp_path: Path) -> None:
    authorization = f"Authorization: {signed_in.headers['Authorization']}"
    assert_true(run(port, tmp_path, "-H", authorization, *of_all(LAST, "--include-operation-id")))


def test_it_is_true_for_everybody(port: int, tmp_path: Path) -> None:
    assert_true(run(port, tmp_path))
