"""Whether this process should get requests, and how its parts are."""

from adapters.postgres.pool import Pool
from adapters.postgres.revision import current_revision
from adapters.telemetry.metrics import Metrics
from domain.shared.errors import Refusal


class Readiness:
    """`stopping` is set when the process was told to stop, so that a load balancer looks elsewhere in time."""

    def __init__(self, pool: Pool, *, revision: str) -> None:
        self._pool = pool
        self._revision = revision
        self.stopping = False

    async def parts(self) -> dict[str, str]:
        """Each part and `ok`, or what is the matter with it."""
        parts = {"process": "stopping" if self.stopping else "ok"}
        try:
            async with self._pool.connection() as connection:
                found = await current_revision(connection)
        except Refusal as refusal:
            parts["database"] = refusal.code
        else:
            parts["database"] = "ok"
            parts["migrations"] = "ok" if found == self._revision else f"at {found}, not {self._revision}"
        return parts

    def observe(self, metrics: Metrics) -> None:
        metrics.pool_in_use.set(self._pool.in_use)
        metrics.pool_waiting.set(self._pool.waiting)
