"""JSON lines, or lines for a person on a terminal. Never a token, a secret, a body or an email address."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

# Without the values of local variables: there are tokens, bodies and addresses among them.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure_logging(level: str) -> None:
    """Everything goes to standard error, so that what a command prints stays clean."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    foreign: list[Any] = [_TRACEBACKS, structlog.processors.JSONRenderer()]
    own: list[Any] = [_TRACEBACKS, structlog.processors.JSONRenderer(serializer=_line)]
    factory: Callable[..., Any] = structlog.BytesLoggerFactory(sys.stderr.buffer)
    if sys.stderr.isatty():
        own = foreign = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        factory = structlog.PrintLoggerFactory(sys.stderr)
    structlog.configure(
        processors=[*shared, *own],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    # Libraries speak through the standard library; what they warn of goes the same way.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *foreign],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _line(event: dict[str, Any], *, default: Callable[[Any], Any]) -> bytes:
    """By msgspec, in a tenth of the time; what it won't encode (half a surrogate pair), by the standard library."""
    try:
        return msgspec.json.encode(event, enc_hook=default)
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError):
        return json.dumps(event, default=default).encode()
