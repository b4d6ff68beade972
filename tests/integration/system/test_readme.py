"""The README's tour, copied and pasted."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import ROOT, environment, running

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def tour() -> list[tuple[str, str]]:
    """The tour's blocks: language and text."""
    text = (ROOT / "README.md").read_text()
    part = text[text.index("## Five minutes") : text.index("## With your own Clerk")]
    return [(language, body) for language, body in _BLOCK.findall(part)]


def test_every_block_of_the_tour_gives_what_it_shows(data: Path, tmp_path: Path) -> None:
    if not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("the tour is written for bash and curl")
    blocks = tour()
    commands = [body for language, body in blocks if language == "bash"]
    shown = [body for language, body in blocks if language != "bash"]
    with running(data, "up", "--port", "0") as up:
        script = "\necho; echo ----\n".join(commands)
        script = script.replace("http://127.0.0.1:8000", up.url)
        script = script.replace(".venv/bin/tekun", f"{sys.executable} -m entrypoints.cli.main")
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            cwd=tmp_path,
            env=environment(data),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    answers = [answer.strip() for answer in done.stdout.split("----\n")]
    assert len(answers) == len(shown)
    for answer, example in zip(answers, shown, strict=True):
        assert alike(answer, example.strip()), (answer, example)


def alike(answer: str, example: str) -> bool:
    """The same but for what is different from run to run: the values of JSON, and in all other texts ids."""
    if example.startswith("{"):
        return _has_fields_of(json.loads(answer), json.loads(example))
    without_ids = (re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text) for text in (answer, example))
    return len(set(without_ids)) == 1


def _has_fields_of(value: Any, example: Any) -> bool:
    """The fields of lists are those of their first items; a list may be empty on one day and not on another."""
    if isinstance(example, dict) and isinstance(value, dict):
        return value.keys() == example.keys() and all(_has_fields_of(value[name], example[name]) for name in value)
    if isinstance(example, list) and isinstance(value, list):
        return all(_has_fields_of(*pair) for pair in zip(value[:1], example[:1], strict=False))
    return isinstance(value, dict | list) == isinstance(example, dict | list)


def test_what_is_not_alike_is_seen() -> None:
    assert alike('{"a": [{"b": 1}], "c": null}', '{"a": [{"b": 2}], "c": "x"}')
    assert not alike('{"a": [{"b": 1}]}', '{"a": [{"c": 1}]}')
    assert not alike('{"a": {}}', '{"a": 1}')
    assert not alike("200 application/pdf", "404 application/problem+json")
