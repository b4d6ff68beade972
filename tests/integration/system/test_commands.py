"""The `tekun` command, as a person at a terminal or a script uses it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from entrypoints.cli.main import COMMANDS, main
from tests.support.database import cloned_database
from tests.support.running import Running, running, tekun

EVENT = {
    "type": "user.created",
    "object": "event",
    "data": {
        "id": "user_commands1",
        "object": "user",
        "first_name": "Wati",
        "last_name": "Perintah",
        "primary_email_address_id": "idn_1",
        "email_addresses": [
            {"id": "idn_1", "email_address": "wati@example.org", "verification": {"status": "verified"}}
        ],
        "public_metadata": {"role": "dosen"},
        "banned": False,
        "locked": False,
        "created_at": 1_750_000_000_000,
        "updated_at": 1_750_000_000_000,
    },
}


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with cloned_database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commands")


@pytest.fixture(scope="module")
def server(folder: Path, url: str) -> Iterator[Running]:
    with running(folder, "serve", "--port", "0", DATABASE_URL=url) as server:
        yield server


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


@pytest.mark.parametrize("path", list(commands(main)), ids=lambda path: " ".join(("tekun", *path)))
def test_help_says_what_it_does_with_an_example(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*path, "--help"], prog_name="tekun")
    assert done.exit_code == 0, done.output
    is_group_of_commands = bool(path) and "Commands:" in done.output
    if not is_group_of_commands:
        example = done.output.partition("Example")[2]
        assert re.search(rf"tekun {' '.join(path)}".rstrip(), example), done.output


def test_help_lists_every_command_at_once() -> None:
    done = CliRunner().invoke(main, ["-h"], prog_name="tekun")
    for name in COMMANDS:
        assert re.search(rf"^  {name}  +\S", done.output, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["serve", "--port", "99999"], ["token"], ["token", "--as", "root"], ["webhooks", "list", "--limit", "0"]],
)
def test_what_is_not_understood_is_told_with_exit_code_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, arguments, prog_name="tekun")
    assert done.exit_code == 2
    assert "Try 'tekun" in done.output


def test_the_document_needs_neither_database_nor_keys(tmp_path: Path) -> None:
    done = tekun(tmp_path, "openapi", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["openapi"].startswith("3.1")
    assert list(tmp_path.iterdir()) == []


def test_the_document_is_compared(tmp_path: Path) -> None:
    committed = tmp_path / "openapi.json"
    committed.write_text(tekun(tmp_path / "data", "openapi").stdout, encoding="utf-8")
    assert tekun(tmp_path / "data", "openapi", "--check", str(committed)).returncode == 0
    committed.write_text(committed.read_text(encoding="utf-8").replace("getMe", "getYou"), encoding="utf-8")
    done = tekun(tmp_path / "data", "openapi", "--check", str(committed))
    assert (done.returncode, "run `tekun openapi" in done.stderr) == (1, True)


@pytest.mark.parametrize("role", ["admin", "dosen", "mahasiswa"])
def test_token_prints_a_token_and_nothing_else(server: Running, folder: Path, url: str, role: str) -> None:
    done = tekun(folder, "token", "--as", role, DATABASE_URL=url)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", done.stdout)
    answer = server.get("/v1/me", headers={"Authorization": f"Bearer {done.stdout.strip()}"})
    assert (answer.status_code, answer.json()["role"], answer.json()["status"]) == (200, role, "active")


def test_token_for_somebody_in_particular(server: Running, folder: Path, url: str) -> None:
    done = tekun(folder, "token", "--as", "dosen", "--sub", "user_tertentu", DATABASE_URL=url)
    answer = server.get("/v1/me", headers={"Authorization": f"Bearer {done.stdout.strip()}"})
    assert (answer.json()["clerk_id"], answer.json()["role"]) == ("user_tertentu", "dosen")
    assert tekun(folder, "token", "--as", "dosen", "--sub", "tertentu", DATABASE_URL=url).returncode == 2


def test_token_is_not_for_where_a_clerk_is(folder: Path, url: str) -> None:
    clerk = {"CLERK_FRONTEND_API_URL": "http://127.0.0.1:1", "DATABASE_URL": url}
    done = tekun(folder, "token", "--as", "admin", **clerk)
    assert (done.returncode, done.stdout) == (1, "")
    assert "a Clerk is configured" in done.stderr


def test_a_webhook_on_its_whole_way(server: Running, folder: Path, url: str, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(EVENT), encoding="utf-8")
    for _ in range(2):
        sent = tekun(folder, "webhook", "send", str(file), "--id", "msg_first", DATABASE_URL=url)
        assert (sent.returncode, sent.stdout) == (0, "msg_first 204\n"), sent.stderr
    admin = tekun(folder, "token", "--as", "admin", DATABASE_URL=url).stdout.strip()
    found = server.get("/v1/users?q=wati", headers={"Authorization": f"Bearer {admin}"}).json()["items"]
    assert [(user["name"], user["role"], user["email"]) for user in found] == [
        ("Wati Perintah", "dosen", "wati@example.org")
    ]
    unusable = tekun(folder, "webhook", "send", "-", "--id", "msg_second", stdin=b"[]", DATABASE_URL=url)
    assert unusable.returncode == 0
    listed = tekun(folder, "webhooks", "list", "--json", DATABASE_URL=url)
    states = {entry["id"]: (entry["type"], entry["state"]) for entry in map(json.loads, listed.stdout.splitlines())}
    assert states["msg_first"] == ("user.created", "applied")
    assert states["msg_second"][1] in {"ignored", "dead", "failed"}
    plain = tekun(folder, "webhooks", "list", "--state", "applied", DATABASE_URL=url).stdout
    assert "msg_first" in plain
    assert "msg_second" not in plain
    shown = json.loads(tekun(folder, "webhooks", "show", "msg_first", DATABASE_URL=url).stdout)
    assert json.loads(shown["payload"]) == EVENT
    replayed = tekun(folder, "webhooks", "replay", "msg_first", DATABASE_URL=url)
    assert replayed.returncode == 0
    assert replayed.stdout.startswith("msg_first ")


@pytest.mark.parametrize("command", ["show", "replay"])
def test_a_webhook_that_there_is_not(folder: Path, url: str, command: str) -> None:
    done = tekun(folder, "webhooks", command, "msg_none", DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "webhook.not_found" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_webhook_to_nobody(tmp_path: Path, url: str) -> None:
    done = tekun(tmp_path, "webhook", "send", "-", stdin=b"{}", DATABASE_URL=url, TEKUN_PORT="1")
    assert done.returncode == 1
    assert "is the server running?" in done.stderr


def test_a_webhook_that_is_not_taken(server: Running, tmp_path: Path, url: str) -> None:
    target = f"{server.url}/webhooks/clerk"
    done = tekun(tmp_path, "webhook", "send", "-", "--url", target, stdin=b"{}", DATABASE_URL=url)
    assert (done.returncode, "webhook.signature_invalid" in done.stderr) == (1, True)
    assert httpx.get(f"{server.url}/health/live").status_code == 200
