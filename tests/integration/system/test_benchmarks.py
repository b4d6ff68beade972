"""The bench in its quick form: that it ends and reports. Never how fast anything was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bench looks into /proc")


def bench(server_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": server_url}
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)


def test_the_quick_bench_ends_and_reports(server_url: str, tmp_path: Path):
    page = tmp_path / "performance.md"
    done = bench(server_url, "--quick", "--date", "2026-01-02", "--output", str(page))
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert text.strip() == done.stdout.strip()
    assert "on 2026-01-02" in text
    for title in ("Beside the floor", "Tails", "One process", "Lists and search", "Imports and starts"):
        assert f"\n## {title}\n" in text
    duels = ("course detail", "course list", "me", "my course with progress", "complete a lesson", "save an answer")
    for what in (*duels, "hand in a quiz", "search, a word of every course"):
        assert f"\n| {what} |" in text


def test_what_cannot_be_measured_is_a_fault_and_not_a_figure(tmp_path: Path):
    page = tmp_path / "performance.md"
    done = bench("postgresql://tekun@127.0.0.1:1/tekun", "--quick", "--output", str(page))
    assert done.returncode != 0
    assert not page.exists()


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server on this machine")
def test_the_quick_bench_of_leaderboards_finds_the_same_everywhere(server_url: str):
    done = bench(server_url, "--quick", "--leaderboards")
    assert done.returncode == 0, done.stderr
    assert "equal" in done.stdout
    for what in ("top 100, Redis", "my rank of how many, SQL", "around me"):
        assert f"\n| {what} |" in done.stdout
