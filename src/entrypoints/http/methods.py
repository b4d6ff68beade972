"""Which methods a path has. Litestar's own 405 says nothing of them, and its OPTIONS forgets some."""

from litestar import Litestar
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import Method
from litestar.utils import normalize_path

_ROUTED: tuple[Method, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")


def methods_at(app: Litestar, path: str) -> tuple[list[str], str | None]:
    """The methods of a path and its route's template; none and None where nothing is."""
    methods: list[str] = []
    template: str | None = None
    for method in _ROUTED:
        try:
            template = app.asgi_router.handle_routing(path=normalize_path(path), method=method)[4]
        except (MethodNotAllowedException, NotFoundException):
            continue
        # Whatever can be got has a head as well: see `edge.py`.
        methods += ["GET", "HEAD"] if method == "GET" else [method]
    return ([*methods, "OPTIONS"] if methods else [], template)
