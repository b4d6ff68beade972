"""What was measured, as the Markdown of docs/performance.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.duel import Duel, Plan
from benchmarks.load import Load

ABOUT = """Measured by `{command}` on {date}, on {machine}. Generated: a run overwrites this page.

The **floor** (`benchmarks/floor.py`) gives the same answers with as little as can be: a plain Litestar
handler, asyncpg's pool, one prepared statement, msgspec, and PyJWT where a token is sent; no log, metrics,
request id, ETag, limits, errors or policy. Product and floor run side by side as one process each (uvicorn,
uvloop, httptools, 12 database connections), on the same PostgreSQL and rows, and are loaded by turns over
kept connections. What else a machine does changes requests a second a lot and hits both; **ratios** are
therefore medians over the rounds, with the smallest and the largest in brackets, and CPU time a request is
steadier still.

The product's log goes to a file, as in service; rate limits are off, since they would stop the load. A token
is verified once and remembered while it lives, as a front end's requests have it; who it speaks for is read
from the database each time.
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table of single figures. `target` is the most that is allowed, None where there is none."""

    what: str
    value: float
    unit: str
    target: float | None = None

    def row(self) -> str:
        goal = "" if self.target is None else f"under {self.target:g} {self.unit}{_mark(self.value < self.target)}"
        return f"| {self.what} | {self.value:,.{0 if self.value >= 100 else 2}f} {self.unit} | {goal} |"


@dataclass(slots=True)
class Findings:
    duels: list[tuple[Duel, float | None]] = field(default_factory=list)
    """With the ratio to reach, where there is one."""
    process: list[Figure] = field(default_factory=list)
    catalog: list[tuple[str, Load]] = field(default_factory=list)
    imports: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def as_markdown(findings: Findings, *, command: str, date: str, machine: str, rows: int, plan: Plan) -> str:
    about = ABOUT.format(command=command, date=date, machine=machine)
    rounds = f"{plan.rounds} rounds of {plan.seconds:g} s each, {rows:,} courses."
    sections = [
        ("Beside the floor", rounds, _duels(findings.duels)),
        ("Tails", "The target is a p99 of at most 3 times the p50.", _tails(duel for duel, _ in findings.duels)),
        ("One process", "", _figures(findings.process)),
        ("Lists and search", f"One connection, {rows:,} courses.", _loads(findings.catalog)),
        ("Imports and starts", "", _figures(findings.imports)),
    ]
    parts = [f"## {title}\n\n" + (f"{words}\n\n" if words else "") + table for title, words, table in sections if table]
    notes = "".join(f"- {note}\n" for note in findings.notes)
    return "\n".join(["# Speed", "", about, *parts, *(["## Notes", "", notes] if notes else [])]).rstrip() + "\n"


def _duels(duels: Sequence[tuple[Duel, float | None]]) -> str:
    rows = [
        "| operation | connections | requests/s, product to floor | target | CPU, floor to product | product | floor |",
        "|---|---|---|---|---|---|---|",
    ]
    for duel, target in duels:
        ratio = _median(duel.ratios)
        goal = "" if target is None else f"{target:.2f}{_mark(ratio >= target)}"
        sides = [f"{side.rate:,.0f}/s, {_median(side.cpu):.0f} µs CPU" for side in (duel.product, duel.floor)]
        spread = f"{duel.ratios[0]:.2f}-{duel.ratios[-1]:.2f}"
        rows.append(
            f"| {duel.name} | {duel.connections} | **{ratio:.2f}** ({spread}) | {goal} | {duel.cpu_ratio:.2f} "
            f"| {sides[0]} | {sides[1]} |"
        )
    share = max(side.client_share for duel, _ in duels for side in (duel.product, duel.floor))
    return (
        "\n".join(rows) + f"\n\nThe load itself took at most {share:.0%} of one core, so it is not what was measured.\n"
    )


def _tails(duels: Iterable[Duel]) -> str:
    rows = ["| operation | connections | product p50, p99 (ms) | p99 / p50 | floor p50, p99 (ms) | p99 / p50 |"]
    rows.append("|---|---|---|---|---|---|")
    for duel in duels:
        cells = []
        for side in (duel.product, duel.floor):
            p50, p99 = side.percentile(50), side.percentile(99)
            cells.append(
                f"{p50:.1f}, {p99:.1f} | {p99 / p50:.1f}{_mark(p99 <= 3 * p50) if side is duel.product else ''}"
            )
        rows.append(f"| {duel.name} | {duel.connections} | {cells[0]} | {cells[1]} |")
    return "\n".join(rows) + "\n"


def _figures(figures: Sequence[Figure]) -> str:
    return (
        "\n".join(["| what | figure | target |", "|---|---|---|", *(f.row() for f in figures)]) + "\n"
        if figures
        else ""
    )


def _loads(loads: Sequence[tuple[str, Load]]) -> str:
    rows = [f"| {name} | {load.percentile(50):.2f} | {load.percentile(99):.2f} |" for name, load in loads]
    return "\n".join(["| request | p50, ms | p99, ms |", "|---|---|---|", *rows]) + "\n" if rows else ""


def _mark(is_reached: bool) -> str:
    return ", reached" if is_reached else ", **missed**"


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
