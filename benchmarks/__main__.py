"""Measures the product beside a bare floor, and writes docs/performance.md.

python -m benchmarks                     the whole, about six minutes
python -m benchmarks --quick             a smoke run of seconds, which writes nothing unless told where
python -m benchmarks --rows 100000 --data ../data --up --output /tmp/performance.md
"""

import argparse
import asyncio
import platform
import shlex
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.postgres.embedded import embedded_postgresql
from benchmarks.database import database_server, own_database
from benchmarks.duel import Plan
from benchmarks.history import LONG, undergo
from benchmarks.history_check import violations
from benchmarks.leaderboards import measure_leaderboards
from benchmarks.processes import ROOT, cores
from benchmarks.report import as_markdown
from benchmarks.run import Wishes, measure

WHOLE = Plan(rounds=5, seconds=3, warm_up=1)
QUICK = Plan(rounds=1, seconds=0.3, warm_up=0.1)


def main() -> int:
    if sys.platform != "linux":
        print("the bench reads CPU time and memory from /proc, which only Linux has", file=sys.stderr)
        return 1
    options = _command_line().parse_args()
    if options.history:
        return _history()
    plan = QUICK if options.quick else replace(WHOLE, rounds=options.rounds, seconds=options.seconds)
    rows = options.rows or (300 if options.quick else 10_000)
    wishes = Wishes(plan=plan, rows=rows, is_quick=options.quick, real_data=options.data, with_up=options.up)
    # Readable by others, because PostgreSQL, which refuses to run as root, runs as somebody else then.
    with tempfile.TemporaryDirectory(prefix="tekun-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database_server(folder) as url:
            if options.leaderboards:
                learners = options.rows or (2_000 if options.quick else 1_000_000)
                print(measure_leaderboards(url, folder, learners=learners, plan=plan))
                return 0
            findings = measure(url, folder, wishes)
    command = shlex.join(["python3", "dev.py", "bench", *sys.argv[1:]])
    machine = f"{cores()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    page = as_markdown(findings, command=command, date=options.date, machine=machine, rows=rows, plan=plan)
    print(page)
    output = options.output or (None if options.quick else ROOT / "docs" / "performance.md")
    if output:
        output.write_text(page, encoding="utf-8")
    return 0


def _history() -> int:
    """The long ordeal; 1 where something can't be."""
    with tempfile.TemporaryDirectory(prefix="tekun-history-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with embedded_postgresql(folder / "postgresql") as server, own_database(server) as url:
            begun = time.perf_counter()
            history, stored, verified = asyncio.run(undergo(LONG, url, folder))
            seconds = time.perf_counter() - begun
    found = violations(history, stored)
    granted = sum(entry.decision == "granted" for entry in stored.entries)
    refused = ", ".join(f"{count:,} times {status}" for status, count in sorted(history.refused.items()))
    print(f"{len(history.told):,} completions, {granted:,} awards in {seconds:.0f} s")
    print(f"{LONG.kills} servers killed, connections cut {LONG.cuts} times, {LONG.crashes} crash of the database")
    print(f"{history.unknown:,} answers that never came; {refused}")
    print(f"{len(found)} violations", *found[:20], sep="\n")
    print(verified.strip())
    return 1 if found else 0


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measures the product beside a bare floor.")
    parser.add_argument("--quick", action="store_true", help="only see that it works: its figures mean nothing")
    parser.add_argument("--rows", type=int, metavar="N", help="courses to measure with (default: 10000)")
    parser.add_argument("--rounds", type=int, default=WHOLE.rounds, metavar="N", help="rounds each (default: 5)")
    parser.add_argument("--seconds", type=float, default=WHOLE.seconds, metavar="S", help="of a round (default: 3)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with a courses.csv to import as well")
    parser.add_argument(
        "--leaderboards", action="store_true", help="only leaderboards, of a million learners; needs a redis-server"
    )
    parser.add_argument("--history", action="store_true", help="only the long history check of the game")
    parser.add_argument("--up", action="store_true", help="also start a copy of this clone, cold and warm")
    parser.add_argument("--date", default=f"{datetime.now(UTC):%Y-%m-%d}", help="to be written down (default: today)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write (default: docs/performance.md)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
