"""The application: routes, guard, errors, documents, and what is opened at its start and closed at its end."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import version

import msgspec
import structlog
from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.plugins.pydantic import PydanticSchemaPlugin

from application.gamification.live_feed import LiveFeed
from application.shared.encoded import Encoded, content_tag
from entrypoints.container import Container
from entrypoints.http.analytics import AnalyticsController
from entrypoints.http.assignments import AssignmentsController
from entrypoints.http.audit import AuditController
from entrypoints.http.auth import operation_of, policy_gate
from entrypoints.http.bodies import JsonRequest, StrictBodies
from entrypoints.http.certificates import CertificatesController
from entrypoints.http.corrections import CorrectionsController
from entrypoints.http.cors import Cors
from entrypoints.http.course_documents import CourseDocumentsController
from entrypoints.http.courses import CoursesController
from entrypoints.http.dependencies import offered
from entrypoints.http.documents import DocumentsController
from entrypoints.http.edge import Edge
from entrypoints.http.enrollments import EnrollmentsController
from entrypoints.http.errors import answer_error
from entrypoints.http.events import EventsController
from entrypoints.http.free_days import FreeDaysController
from entrypoints.http.game import GameController
from entrypoints.http.leaderboards import LeaderboardsController
from entrypoints.http.learning import LearningController
from entrypoints.http.lesson_versions import LessonVersionsController
from entrypoints.http.lessons import LessonsController
from entrypoints.http.me import MeController
from entrypoints.http.methods import methods_at
from entrypoints.http.modules import ModulesController
from entrypoints.http.openapi import openapi_config, openapi_document, query_parameters
from entrypoints.http.operations import OperationsController
from entrypoints.http.quizzes import QuizzesController
from entrypoints.http.reviews import ReviewsController
from entrypoints.http.rulesets import RulesetsController
from entrypoints.http.users import UsersController
from entrypoints.http.webhooks import WebhooksController
from entrypoints.rules import rules_kept_fresh

logger = structlog.get_logger()

CONTROLLERS = (
    MeController,
    CoursesController,
    ModulesController,
    LessonsController,
    LessonVersionsController,
    CourseDocumentsController,
    EnrollmentsController,
    LearningController,
    QuizzesController,
    AssignmentsController,
    AnalyticsController,
    CertificatesController,
    GameController,
    EventsController,
    LeaderboardsController,
    CorrectionsController,
    FreeDaysController,
    RulesetsController,
    ReviewsController,
    UsersController,
    AuditController,
    WebhooksController,
    OperationsController,
    DocumentsController,
)
MAXIMUM_BODY_BYTES = 1024 * 1024


def make_app(container: Container) -> Edge:
    """The application as served: Litestar within our edge layer."""
    settings = container.settings()
    app = make_litestar(container)
    readiness = container.readiness()
    return Edge(
        app,
        metrics=container.metrics(),
        new_id=container.new_id(),
        cors=Cors(settings.cors_origins),
        methods_at=partial(methods_at, app),
        is_stopping=lambda: readiness.stopping,
        allowed_hosts=settings.allowed_hosts,
        trusted_proxies=settings.trusted_proxies,
        is_production=settings.is_production,
    )


def make_litestar(container: Container) -> Litestar:
    gate = policy_gate(container.authenticate())
    app = Litestar(
        CONTROLLERS,
        before_request=gate,
        dependencies=offered(container),
        exception_handlers={Exception: answer_error},
        lifespan=[_open(container)],
        request_class=JsonRequest,
        request_max_body_size=MAXIMUM_BODY_BYTES,
        plugins=[StrictBodies(), PydanticSchemaPlugin()],
        openapi_config=openapi_config(version("tekun")),
        logging_config=None,
    )
    document = openapi_document(app)
    parameters = query_parameters(document)
    for handler in _handlers(app):
        assert handler.resolve_before_request() is gate, f"{handler} has a hook of its own, which replaces the gate"
        handler.opt["query_parameters"] = parameters.get(operation_of(handler), {})
    body = msgspec.json.encode(document)
    app.state["openapi"] = Encoded(body, content_tag(body))
    return app


def _handlers(app: Litestar) -> list[HTTPRouteHandler]:
    """Ours: Litestar adds handlers of OPTIONS, which never get to answer, since the edge layer does."""
    handlers = [handler for route in app.routes for handler in getattr(route, "route_handlers", ())]
    return [
        handler
        for handler in handlers
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {HttpMethod.OPTIONS}
    ]


async def _feed(feed: LiveFeed) -> None:
    """A fault of ours ends no open page's stream: it is logged, and the feed goes on."""
    while True:
        try:
            await feed.run()
        except Exception:
            logger.exception("live feed failed")
            await asyncio.sleep(1)


def _open(container: Container) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        pool = container.pool()
        await pool.open()
        # What was made at the start lives on: the collector needn't walk it again and again.
        gc.collect()
        gc.freeze()
        feeding = asyncio.create_task(_feed(container.live_feed()))
        try:
            async with rules_kept_fresh(container):
                yield
        finally:
            feeding.cancel()
            await container.leaderboards().aclose()
            await container.keys().aclose()
            await container.http_client().aclose()
            await pool.close()

    return lifespan
