"""One run: a catalog is made, product and floor are started, and everything is measured in its turn."""

import asyncio
import json
import random
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from statistics import median

import msgspec

from application.catalog.queries import CoursePage, CourseView
from application.identity.queries import UserView
from benchmarks.catalog import COMMON, HUNDREDTH, RARE, TENTH, bring_in, generate
from benchmarks.database import column, execute, own_database
from benchmarks.duel import Plan, fight
from benchmarks.learning import fill, sides
from benchmarks.load import put_load, request
from benchmarks.processes import TEKUN, Server, floor, free_port, product, run, seconds_to_first_answer
from benchmarks.report import Figure, Findings
from benchmarks.up import measure_up

DEEP_PAGE = 400
PAGE = 20
LEARNERS = 3600
"""Of product and floor together: enough that no step is taken twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    plan: Plan
    rows: int
    is_quick: bool
    real_data: Path | None
    with_up: bool


def measure(server_url: str, folder: Path, wishes: Wishes) -> Findings:
    findings = Findings()
    with own_database(server_url) as url:
        environment = {"DATABASE_URL": url, "TEKUN_DATA_DIR": str(folder / "data"), "TEKUN_ENV": "development"}
        _fill(environment, folder, wishes, findings)
        token = run([*TEKUN, "token", "--as", "mahasiswa"], environment).strip()
        with product(environment, folder) as ours, floor(environment, folder, free_port()) as bare:
            _compare_answers(ours, bare, token, url)
            findings.process.append(Figure("memory of one worker at rest", ours.memory_megabytes(), "MB", 180))
            _measure_duels(ours, bare, token, url, wishes.plan, findings)
            findings.process.append(Figure("the same after the load", ours.memory_megabytes(), "MB"))
            _measure_catalog(ours, wishes, findings)
            _measure_learning(ours, bare, url, folder / "data", wishes, findings)
        starts = [seconds_to_first_answer(environment, folder) for _ in range(1 if wishes.is_quick else 5)]
        findings.process.append(Figure("`tekun serve` to the first 200, warm", median(starts), "s", 2))
    if wishes.real_data:
        _measure_real_import(server_url, folder, wishes.real_data, findings)
    if wishes.with_up:
        findings.imports += measure_up(folder)
    return findings


def _fill(environment: Mapping[str, str], folder: Path, wishes: Wishes, findings: Findings) -> None:
    _say(f"making {wishes.rows:,} courses")
    run([*TEKUN, "migrate"], environment)
    files = generate(folder, wishes.rows)
    begun = time.perf_counter()
    bring_in(files, environment)
    seconds = time.perf_counter() - begun
    what = f"`tekun courses import` of {wishes.rows:,} generated courses"
    findings.imports.append(Figure(what, wishes.rows / seconds, "rows a second"))
    asyncio.run(execute(environment["DATABASE_URL"], "VACUUM ANALYZE"))


def _measure_duels(ours: Server, bare: Server, token: str, url: str, plan: Plan, findings: Findings) -> None:
    paths = [f"/v1/courses/{course}" for course in asyncio.run(column(url, "SELECT id FROM courses"))]
    random.Random(1).shuffle(paths)  # noqa: S311 # the same in every run is what is wanted
    operations = (
        ("course detail", [request(path) for path in paths], 32, 0.90),
        ("course list", [request("/v1/courses")], 32, 0.90),
        ("course detail, signed in", [request(path, token) for path in paths], 32, None),
        ("course list, signed in", [request("/v1/courses", token)], 32, None),
        ("me", [request("/v1/me", token)], 32, 1.30),
        ("course detail", [request(path) for path in paths], 64, None),
        ("course list", [request("/v1/courses")], 64, None),
    )
    for name, requests, connections, target in operations:
        _say(f"{name}, {connections} connections")
        sources = (cycle(requests), cycle(requests))
        duel = fight(name, sources, ours, bare, replace(plan, connections=connections))
        findings.duels.append((duel, target))


def _measure_learning(ours: Server, bare: Server, url: str, data: Path, wishes: Wishes, findings: Findings) -> None:
    learners = 20 if wishes.is_quick else LEARNERS
    _say(f"{learners} learners")
    asyncio.run(fill(url, learners))
    product_side, floor_side = sides(url, data, learners)
    operations = (
        ("my course with progress", "my_course", 0.70),
        ("complete a lesson", "completions", 0.50),
        ("save an answer", "answers", 0.70),
        ("hand in a quiz", "hand_ins", None),
    )
    for name, source, target in operations:
        _say(name)
        requests = (getattr(product_side, source), getattr(floor_side, source))
        findings.duels.append((fight(name, requests, ours, bare, wishes.plan), target))


def _measure_catalog(ours: Server, wishes: Wishes, findings: Findings) -> None:
    last = min(DEEP_PAGE, wishes.rows // PAGE)
    paths = {"the first page": "/v1/courses", f"page {last}, by its cursor": _page(ours, last)}
    shares = ((COMMON, "every course"), (TENTH, "one in 10"), (HUNDREDTH, "one in 100"), (RARE, "one of all"))
    paths |= {f"search, a word of {share}": f"/v1/courses?q={word}" for word, share in shares}
    for name, path in paths.items():
        _say(name)
        load = put_load(ours.port, cycle([request(path)]), connections=1, seconds=wishes.plan.seconds)
        findings.catalog.append((name, load))


def _page(ours: Server, number: int) -> str:
    path = "/v1/courses"
    for _ in range(number - 1):
        path = f"/v1/courses?cursor={json.loads(_get(ours, path))['next_cursor']}"
    return path


def _measure_real_import(server_url: str, folder: Path, data: Path, findings: Findings) -> None:
    _say("importing the real course file")
    with own_database(server_url) as url:
        environment = {"DATABASE_URL": url, "TEKUN_DATA_DIR": str(folder / "data")}
        run([*TEKUN, "migrate"], environment)
        begun = time.perf_counter()
        bring_in([data / "courses.csv"], environment, go_on=True)
        seconds = time.perf_counter() - begun
        count = len(asyncio.run(column(url, "SELECT id FROM courses")))
    findings.imports.append(Figure(f"import of the real course file, {count:,} courses", seconds, "s"))


def _compare_answers(ours: Server, bare: Server, token: str, url: str) -> None:
    """Raises RuntimeError where the two don't answer alike: nothing could be concluded from a ratio then."""
    query = "SELECT course_id FROM course_prerequisites LIMIT 1"
    detail = f"/v1/courses/{asyncio.run(column(url, query))[0]}"
    for path, view in ((detail, CourseView), ("/v1/courses", CoursePage), ("/v1/me", UserView)):
        one, other = (msgspec.json.decode(_get(server, path, token), type=view) for server in (ours, bare))
        # The floor has no cursors.
        if getattr(one, "items", one) != getattr(other, "items", other):
            raise RuntimeError(f"product and floor differ at {path}:\n{one}\n{other}")


def _get(server: Server, path: str, token: str | None = None) -> bytes:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    question = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=headers)
    with urllib.request.urlopen(question, timeout=10) as answer:  # noqa: S310 # our own
        body: bytes = answer.read()
    return body


def _say(words: str) -> None:
    print(f"bench: {words}", flush=True, file=sys.stderr)
