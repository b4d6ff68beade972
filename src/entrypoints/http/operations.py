"""What operators and load balancers ask: alive, ready, and how it goes."""

import ipaddress
from contextlib import suppress
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.response.base import ASGIResponse

from adapters.telemetry.metrics import CONTENT_TYPE, Metrics
from application.gamification.check_ledger import LedgerCheckQueries
from application.gamification.live_feed import LiveFeed
from application.gamification.watch_leaderboard import WatchLeaderboard
from domain.shared.errors import Forbidden, Unavailable
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.readiness import Readiness
from entrypoints.settings import Settings


class MetricsPrivate(Forbidden):
    code = "auth.forbidden"


class Liveness(msgspec.Struct, frozen=True):
    status: str


class ReadinessView(msgspec.Struct, frozen=True):
    """`ready` says whether to send requests here; `parts` names each part and how it is."""

    ready: bool
    parts: dict[str, str]


READINESS = {
    **shows(ReadinessView),
    503: ResponseSpec(data_container=ReadinessView, description="Not now.", generate_examples=False),
}


class OperationsController(Controller):
    tags = ("Operations",)

    @get("/health/live", operation_id="getLiveness", summary="Is the process alive?", responses=shows(Liveness))
    async def live(self) -> ASGIResponse:
        return ASGIResponse(body=b'{"status":"alive"}', headers={"Cache-Control": "no-store"})

    @get("/health/ready", operation_id="getReadiness", summary="May requests come?", responses=READINESS)
    async def ready(self, readiness: Offered[Readiness]) -> ASGIResponse:
        parts = await readiness.parts()
        is_ready = all(state == "ok" for state in parts.values())
        body = msgspec.json.encode(ReadinessView(is_ready, parts))
        headers = {"Cache-Control": "no-store"} if is_ready else {"Cache-Control": "no-store", "Retry-After": "1"}
        return ASGIResponse(body=body, status_code=200 if is_ready else 503, headers=headers)

    @get("/metrics", operation_id="getMetrics", summary="For Prometheus", include_in_schema=False)
    async def metrics(
        self,
        request: Request[Any, Any, Any],
        metrics: Offered[Metrics],
        readiness: Offered[Readiness],
        live_feed: Offered[LiveFeed],
        watch_leaderboard: Offered[WatchLeaderboard],
        ledger_checks: Offered[LedgerCheckQueries],
        settings: Offered[Settings],
    ) -> ASGIResponse:
        if not (settings.metrics_public or (not settings.is_production and _is_loopback(request))):
            raise MetricsPrivate("Metrics are not served here: see TEKUN_METRICS_PUBLIC.")
        readiness.observe(metrics)
        metrics.live_streams.set(live_feed.open_pages + watch_leaderboard.open_watches)
        # While the database is away, what was known before stands.
        with suppress(Unavailable):
            metrics.observe_ledger(await ledger_checks.newest())
        return ASGIResponse(body=metrics.exposition(), media_type=CONTENT_TYPE)


def _is_loopback(request: Request[Any, Any, Any]) -> bool:
    try:
        return ipaddress.ip_address(request.scope["state"]["address"] or "").is_loopback
    except ValueError:
        return False
