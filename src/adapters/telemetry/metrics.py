"""What Prometheus reads. Labels are bounded: route templates, never ids."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from application.gamification.check_ledger import LedgerCheck

CONTENT_TYPE = "text/plain; version=0.0.4"  # whoever serves it adds the charset, which is UTF-8
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """All metrics of one process, on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.request_seconds = Histogram(
            "http_server_request_duration_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._observe: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self.requests_in_progress = 0
        in_progress = Gauge("http_server_active_requests", "Requests being worked on.", registry=self.registry)
        in_progress.set_function(lambda: self.requests_in_progress)
        self.tokens_rejected = Counter(
            "tekun_tokens_rejected_total", "Session tokens refused, by reason.", ("reason",), registry=self.registry
        )
        self.webhooks = Counter(
            "tekun_webhooks_total", "Webhook deliveries, by the state they were left in.", ("state",),
            registry=self.registry,
        )  # fmt: skip
        self.ledger_drift = Gauge(
            "tekun_ledger_drift",
            "Numbers that did not follow from the ledger at the last check.",
            registry=self.registry,
        )
        self.ledger_checked = Gauge(
            "tekun_ledger_checked_timestamp_seconds", "When the ledger was last verified as a whole; 0 before.",
            registry=self.registry,
        )  # fmt: skip
        self.live_streams = Gauge("tekun_live_streams", "Open streams of events.", registry=self.registry)
        self.pool_in_use = Gauge("tekun_database_connections_in_use", "Borrowed.", registry=self.registry)
        self.pool_waiting = Gauge("tekun_database_connections_waiting", "Requests in line.", registry=self.registry)

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        observe = self._observe.get(key)
        if observe is None:
            observe = self._observe[key] = self.request_seconds.labels(method, route, str(status)).observe
        observe(seconds)

    def observe_ledger(self, check: LedgerCheck | None) -> None:
        if check is not None:
            self.ledger_drift.set(check.drifts)
            self.ledger_checked.set(check.at.timestamp())

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
