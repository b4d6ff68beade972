"""The bridge from the container to Litestar's own dependency injection."""

from typing import Any

from dependency_injector.providers import Provider
from litestar.di import Provide

from entrypoints.container import Container

# Names that handlers may take: those of the container's providers that routes need.
ROUTED = (
    "adjust_me",
    "audit",
    "change_course",
    "change_course_status",
    "change_user",
    "courses",
    "create_course",
    "delete_course",
    "delete_user",
    "invite_user",
    "log_out",
    "metrics",
    "readiness",
    "receive_webhook",
    "settings",
    "users",
)


def offer(provider: Provider[Any]) -> Provide:
    """A Litestar dependency that is what the provider gives, resolved once: everything lives as long as the process."""
    instance = provider()

    def resolved() -> Any:
        return instance

    return Provide(resolved, sync_to_thread=False)


def offered(container: Container) -> dict[str, Provide]:
    return {name: offer(getattr(container, name)) for name in ROUTED}
