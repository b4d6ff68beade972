"""Product and floor by turns, so that what else the machine does meanwhile hits both alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.load import Load, put_load
from benchmarks.processes import Server


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds` of `seconds` each, for product and floor, after a warm-up."""

    rounds: int
    seconds: float
    warm_up: float
    connections: int = 32


@dataclass(frozen=True, slots=True)
class Side:
    """One server in one duel. `cpu` is the server's CPU time a request in microseconds, a round each."""

    loads: list[Load]
    cpu: list[float]

    @property
    def rate(self) -> float:
        return median(load.rate for load in self.loads)

    def percentile(self, percent: float) -> float:
        return median(load.percentile(percent) for load in self.loads)

    @property
    def client_share(self) -> float:
        """How much of one core the load itself took, at most: near 1 the client would be what is measured."""
        return max(load.client_cpu / load.seconds for load in self.loads)


@dataclass(frozen=True, slots=True)
class Duel:
    name: str
    connections: int
    product: Side
    floor: Side

    @property
    def ratios(self) -> list[float]:
        """Requests a second, product to floor, a round each, in ascending order."""
        return sorted(one.rate / other.rate for one, other in zip(self.product.loads, self.floor.loads, strict=True))

    @property
    def cpu_ratio(self) -> float:
        """CPU time a request, floor to product: above 1 the product takes less. Steadier than rates are."""
        return median(self.floor.cpu) / median(self.product.cpu)


def fight(
    name: str, requests: tuple[Iterator[bytes], Iterator[bytes]], product: Server, floor: Server, plan: Plan
) -> Duel:
    """`requests` of the product, and of the floor; neither ever ends."""
    sources = dict(zip((product, floor), requests, strict=True))
    sides = {server: Side([], []) for server in (product, floor)}
    for server in sides:
        put_load(server.port, sources[server], connections=plan.connections, seconds=plan.warm_up)
    for number in range(plan.rounds):
        order = list(sides) if number % 2 else list(sides)[::-1]
        for server in order:
            before = server.cpu_seconds()
            load = put_load(server.port, sources[server], connections=plan.connections, seconds=plan.seconds)
            sides[server].loads.append(load)
            sides[server].cpu.append((server.cpu_seconds() - before) / load.requests * 1e6)
    return Duel(name, plan.connections, sides[product], sides[floor])
