#!/usr/bin/env python3
"""The workshop: one command for each thing that is done with a clone. Needs Python 3.11+ and pip, nothing else."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this far, and deserves an answer
    sys.exit("dev.py needs Python 3.11 or newer, this is {}.{}; try python3.11 dev.py".format(*sys.version_info))

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from workshop.doctor import examine
from workshop.environment import BIN, DEV_LOCK, PYTHON, ROOT, RUNTIME_LOCK, VENV, ensure_environment
from workshop.instance import WINDOWS, note_instance, running_instance, stop_instance
from workshop.lock import exclusive

# `up` leaves it in the data folder, and `reset` removes no folder without it.
DATA_MARK = ".tekun-data"
READY = "ready http://"

CHECKS: dict[str, list[str | Path]] = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "."],
    "types": [PYTHON, "-m", "mypy"],
    "layers": [BIN / "lint-imports"],
    "migrations": [PYTHON, "-m", "pytest", "tests/integration/migrations"],
    "openapi": [BIN / "tekun", "openapi", "--check", "openapi.json"],
    "reference": [BIN / "tekun", "reference", "--check"],
}


def main() -> int:
    # Without its bytecode kept, Python would compile every library again at each start, which takes seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    verb, *rest = sys.argv[1:] or ["--help"]
    # What follows these two belongs to pytest and to the bench.
    if verb == "test":
        return test(rest)
    if verb == "bench":
        return bench(rest)
    options = command_line().parse_args([verb, *rest])
    options.data = Path(
        options.data or os.environ.get("TEKUN_DATA_DIR") or env_file("TEKUN_DATA_DIR") or ROOT / ".tekun"
    ).resolve()
    actions = {"up": up, "down": down, "check": check, "reset": reset, "doctor": doctor}
    return actions[verb](options)


def env_file(name: str) -> str | None:
    """The value of a setting in `.env`, which the product reads as well."""
    with contextlib.suppress(FileNotFoundError):
        for line in (ROOT / ".env").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            if key.strip() == name and value.strip():
                return value.strip().strip("'\"")
    return None


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="New? `python3 dev.py up` starts it, `python3 dev.py test` tests it, `doctor` helps where they fail.",
    )
    parser.set_defaults(data=None)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    up = verbs.add_parser("up", help="start everything (database, server, worker) with a demo; Ctrl-C stops it")
    down = verbs.add_parser("down", help="stop what `up` started, in another terminal or detached")
    verbs.add_parser("test", help="run the tests; what follows goes to pytest: dev.py test tests/unit -k streak")
    verbs.add_parser("check", help="format, lint, types, layers, migrations, OpenAPI: the one definition of green")
    verbs.add_parser("bench", help="measure the product beside a bare floor; what follows goes to the bench")
    reset = verbs.add_parser(
        "reset", help="stop, then remove the data folder; with the default one also the environment"
    )
    doctor = verbs.add_parser("doctor", help="say what is wrong with this machine or clone, and what to do")
    for verb in (up, down, reset, doctor):
        verb.add_argument("--data", metavar="DIR", help="data folder (default: $TEKUN_DATA_DIR, else .tekun)")
    up.add_argument("--port", type=int, metavar="N", help="port to serve at (default: 8000, else a free one)")
    doctor.add_argument("--port", type=int, default=8000, metavar="N", help="port to look at (default: 8000)")
    up.add_argument("--no-demo", action="store_true", help="start without the demo's users and courses")
    up.add_argument("--detach", action="store_true", help="return once it serves; it goes on in the background")
    return parser


def up(options: argparse.Namespace) -> int:
    data: Path = options.data
    running = running_instance(data)
    if running:
        return fail(f"it runs already (process {running}); to stop it: python3 dev.py down --data {data}")
    ensure_environment(RUNTIME_LOCK)
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / DATA_MARK).touch()
    except OSError as fault:
        return fail(f"the data folder can't be used ({fault}); name another one with --data DIR")
    os.chdir(ROOT)
    os.environ["TEKUN_DATA_DIR"] = str(data)
    command = [str(PYTHON), "-m", "entrypoints.cli.main", "up"]
    command += ["--port", str(options.port)] if options.port is not None else []
    command += ["--no-demo"] if options.no_demo else []
    return detach(command, data) if options.detach else stay(command, data)


def stay(command: list[str], data: Path) -> int:
    """On POSIX the product takes this process's place: the terminal's signals and the process id are its own."""
    if not WINDOWS:
        note_instance(data, os.getpid())
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    process = subprocess.Popen(command)
    note_instance(data, process.pid)
    return process.wait()


def detach(command: list[str], data: Path) -> int:
    log = data / "log" / "up.log"
    log.parent.mkdir(exist_ok=True)
    # It tells tokens, which are nobody else's to read.
    with open(log, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:  # Path.open takes no opener
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    note_instance(data, process.pid)
    deadline = time.monotonic() + 120
    while True:
        ended = process.poll() is not None
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        for at, line in enumerate(lines):
            if line.startswith(READY) and line.endswith("\n"):
                sys.stdout.writelines(lines[: at + 1])
                return 0
        if ended or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    sys.stderr.writelines(lines[-20:])
    stop_instance(data)
    return fail(f"it {'ended' if ended else 'did not serve within 120 s'}; all it said is in {log}")


def down(options: argparse.Namespace) -> int:
    stopped = stop_instance(options.data)
    print(f"stopped process {stopped}" if stopped else f"nothing runs on {options.data}")
    return 0


def test(arguments: list[str]) -> int:
    ensure_environment(DEV_LOCK)
    return run(PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", *(arguments or ["tests"]))


def bench(arguments: list[str]) -> int:
    ensure_environment(DEV_LOCK)
    return run(PYTHON, "-m", "benchmarks", *arguments)


def check(_: argparse.Namespace) -> int:
    ensure_environment(DEV_LOCK)
    results = {}
    for name, command in CHECKS.items():
        print(f"-- {name}: {' '.join(part.name if isinstance(part, Path) else part for part in command)}", flush=True)
        began = time.monotonic()
        results[name] = run(*command), time.monotonic() - began
    print()
    for name, (code, seconds) in results.items():
        print(f"{'FAILED' if code else 'ok':8}{name:12}{seconds:6.1f} s")
    return 1 if any(code for code, _ in results.values()) else 0


def reset(options: argparse.Namespace) -> int:
    data: Path = options.data
    if data.exists() and not (data / DATA_MARK).exists():
        return fail(f"{data} has no file {DATA_MARK}, so `up` did not make it; remove it by hand if you mean it")
    stop_instance(data)
    with contextlib.suppress(FileNotFoundError), exclusive(data / "postgresql.lock"):
        pass  # the database may take a moment longer than its owner
    # With a data folder of its own, another instance may be running from the environment.
    environment = [VENV] if data == (ROOT / ".tekun").resolve() else []
    for folder in (*database_elsewhere(data), data, *environment):
        if folder.exists():
            shutil.rmtree(folder)
            print(f"removed {folder}")
    return 0


def database_elsewhere(data: Path) -> list[Path]:
    """Where root's database is, if outside `data`; a copied data folder names the original's, which stays."""
    note = data / "postgresql-elsewhere"
    folder = Path(note.read_text(encoding="utf-8").strip()) if note.exists() else data
    return [folder] if folder.name == hashlib.sha256(os.fsencode(data)).hexdigest()[:16] else []


def doctor(options: argparse.Namespace) -> int:
    findings = examine(options.data, options.port)
    for fine, what, advice in findings:
        print(f"ok     {what}" if fine else f"WRONG  {what}\n       what to do: {advice}")
    return 0 if all(fine for fine, _, _ in findings) else 1


def run(*command: str | Path) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def fail(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
