"""`tekun ruleset`: rules checked, shown, and tried on the demo's history."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_document import document_of
from tests.support.database import cloned_database
from tests.support.running import tekun


@pytest.fixture(scope="module")
def url(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cloned_database(server_url) as url:
        seeded = tekun(tmp_path_factory.mktemp("seed"), "seed", "--learners", "40", DATABASE_URL=url)
        assert seeded.returncode == 0, seeded.stderr
        yield url


def test_a_file_is_checked_without_a_database(tmp_path: Path) -> None:
    rules, file = document_of(RULESET_1), tmp_path / "rules.json"
    file.write_text(json.dumps(rules), encoding="utf-8")
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    good = tekun(tmp_path, "ruleset", "check", str(file), **nowhere)
    assert (good.returncode, good.stdout) == (0, ""), good.stderr
    rules["levels"] = {"base": 0, "factor": "1.3"}
    del rules["badges"][4]["names"]["en"]
    bad = tekun(tmp_path, "ruleset", "check", "-", stdin=json.dumps(rules).encode(), **nowhere)
    assert bad.returncode == 1
    assert "/levels/base: is less than 1" in bad.stderr
    assert "/badges/4/names/en: is missing" in bad.stderr
    broken = tekun(tmp_path, "ruleset", "check", "-", stdin=b"{", **nowhere)
    assert (broken.returncode, "is not JSON" in broken.stderr, "Traceback" in broken.stderr) == (1, True, False)


def test_those_in_force_are_shown_as_they_are_checked(tmp_path: Path, url: str) -> None:
    shown = tekun(tmp_path, "ruleset", "show", DATABASE_URL=url)
    assert json.loads(shown.stdout) == document_of(RULESET_1)
    assert "version 1, published, in force" in shown.stderr
    missing = tekun(tmp_path, "ruleset", "show", "7", DATABASE_URL=url)
    assert (missing.returncode, "ruleset.not_found" in missing.stderr) == (1, True)


def test_the_demo_is_what_its_rules_say_and_something_else_under_others(tmp_path: Path, url: str) -> None:
    same = json.loads(tekun(tmp_path, "ruleset", "simulate", "1", "--json", DATABASE_URL=url).stdout)
    assert (same["learners"], same["learners_changed"], same["changes"]) == (41, 0, [])
    file = tmp_path / "rules.json"
    prices = {**document_of(RULESET_1)["prices"], "lesson.completed": 20}
    file.write_text(json.dumps({**document_of(RULESET_1), "prices": prices}), encoding="utf-8")
    other = tekun(tmp_path, "ruleset", "simulate", str(file), "--limit", "3", DATABASE_URL=url)
    assert other.returncode == 0, other.stderr
    assert "  lesson.completed: " in other.stdout
    assert other.stdout.count(" XP would be ") == 3
    assert tekun(tmp_path, "ledger", "verify", DATABASE_URL=url).returncode == 0
    assert tekun(tmp_path, "ruleset", "simulate", "none.json", DATABASE_URL=url).returncode != 0
