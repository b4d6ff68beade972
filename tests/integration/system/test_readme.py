"""The README's tour, copied and pasted."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

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
        assert shape(answer) == shape(example.strip())


def shape(text: str) -> object:
    """What must be the same from run to run: the fields of JSON, and for the rest all but ids."""
    if text.startswith("{"):
        return _fields(json.loads(text))
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)


def _fields(value: object) -> object:
    if isinstance(value, dict):
        return {name: _fields(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [_fields(inner) for inner in value[:1]]
    return None
