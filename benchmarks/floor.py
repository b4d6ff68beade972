"""The floor: the same answers with as little as can be between the socket and PostgreSQL.

A plain Litestar handler, asyncpg's pool, one prepared statement, msgspec, and PyJWT where a token is sent. No request
id, log, metrics, limits, ETag, errors or policy: what the product is measured against, never something to deploy.
It is given what makes it faster at no price: no reset of connections, no collection of what was made at the start.

    python -m benchmarks.floor PORT    with DATABASE_URL and TEKUN_DATA_DIR (where the public key comes from)
"""

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import jwt
import msgspec
import uvicorn
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import NotFoundException

from adapters.clerk.development import ISSUER, DevelopmentIssuer
from application.catalog.queries import CoursePage, CourseSummary, CourseView, PrerequisiteView, RatingView
from application.identity.queries import UserView
from benchmarks.leaderboard_floor import leaderboard_handlers
from benchmarks.learning_floor import learning_handlers
from domain.catalog.rating import PRIOR_RATINGS, PRIOR_SUM

POOL_SIZE = 12

_DERIVED = {
    "author": "coalesce(u.display_name, u.name)",
    "rating": f"""(CASE WHEN c.rating_count > 0 THEN
        round(({PRIOR_SUM} + c.rating_sum) / ({PRIOR_RATINGS} + c.rating_count), 2)::float8 END, c.rating_count)""",
    "prerequisites": """array(SELECT (p.id, p.slug, p.title)
        FROM course_prerequisites cp JOIN courses p ON p.id = cp.prerequisite_id
        WHERE cp.course_id = c.id AND p.status = 'published' ORDER BY p.id)""",
}


def _columns(view: type[msgspec.Struct]) -> str:
    return ", ".join(f"{_DERIVED.get(name, f'c.{name}')} AS {name}" for name in view.__struct_fields__)


_DETAIL = f"""SELECT {_columns(CourseView)} FROM courses c LEFT JOIN users u ON u.id = c.created_by WHERE c.id = $1
    AND (c.status = 'published' OR c.created_by = (SELECT id FROM users WHERE clerk_id = $2 AND status <> 'inactive'))
    """
_LIST = f"""SELECT {_columns(CourseSummary)} FROM courses c LEFT JOIN users u ON u.id = c.created_by
    WHERE c.status = 'published' ORDER BY c.created_at DESC, c.id DESC LIMIT 20"""
_ME = f"""SELECT {", ".join(UserView.__struct_fields__)} FROM users
    WHERE clerk_id = $1 AND status <> 'inactive' AND deleted_at IS NULL"""  # fmt: skip


def make_floor(url: str, data: Path) -> Litestar:
    key = jwt.PyJWKSet.from_json(DevelopmentIssuer.in_folder(data).key_set.decode()).keys[0].key
    pool: Any = None

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        nonlocal pool
        pool = await asyncpg.create_pool(url, min_size=2, max_size=POOL_SIZE, reset=_nothing)
        gc.collect()
        gc.freeze()
        async with pool:
            yield

    def subject(request: Request[Any, Any, Any]) -> str | None:
        token = request.headers.get("authorization")
        if token is None:
            return None
        claims = jwt.decode(token.removeprefix("Bearer "), key, algorithms=["RS256"], issuer=ISSUER)
        return str(claims["sub"])

    @get("/v1/courses/{course_id:uuid}")
    async def detail(request: Request[Any, Any, Any], course_id: UUID) -> Response[bytes]:
        async with pool.acquire() as connection:
            row = await connection.fetchrow(_DETAIL, course_id, subject(request))
        if row is None:
            raise NotFoundException
        first = [PrerequisiteView(*fields) for fields in row["prerequisites"]]
        return _answer(CourseView(**_fields(row), prerequisites=first))

    @get("/v1/courses")
    async def courses(request: Request[Any, Any, Any]) -> Response[bytes]:
        subject(request)
        async with pool.acquire() as connection:
            rows = await connection.fetch(_LIST)
        return _answer(CoursePage([CourseSummary(**_fields(row)) for row in rows], None))

    @get("/v1/me")
    async def me(request: Request[Any, Any, Any]) -> Response[bytes]:
        async with pool.acquire() as connection:
            row = await connection.fetchrow(_ME, subject(request))
        return _answer(UserView(**dict(row)))

    learning = learning_handlers(lambda: pool, subject)
    boards = leaderboard_handlers(lambda: pool, subject)
    return Litestar(
        [detail, courses, me, *learning, *boards], lifespan=[lifespan], openapi_config=None, logging_config=None
    )


def _fields(row: Any) -> dict[str, Any]:
    fields = {name: value for name, value in row.items() if name != "prerequisites"}
    return {**fields, "rating": RatingView(*row["rating"])}


def _answer(view: msgspec.Struct) -> Response[bytes]:
    return Response(msgspec.json.encode(view), media_type=MediaType.JSON)


async def _nothing(_: asyncpg.Connection) -> None:
    pass


def main() -> None:
    app = make_floor(os.environ["DATABASE_URL"], Path(os.environ["TEKUN_DATA_DIR"]))
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        backlog=2048,
    )


if __name__ == "__main__":
    main()
