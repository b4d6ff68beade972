from collections.abc import Sequence

import asyncpg
from sqlalchemy import Integer, bindparam, func, literal_column, select, true

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.rulesets import LARGEST, PostgresRulesetRepository, edition_of
from adapters.postgres.statement import Statement
from adapters.postgres.tables.gamification import rulesets
from application.gamification.ruleset_ports import RulesetNotFound
from application.gamification.ruleset_queries import RulesetQueries
from application.gamification.ruleset_views import RulesetSummary, summary_of
from domain.gamification.edition import BUILT_IN, Edition
from domain.gamification.ruleset import Ruleset

_FACTS = tuple(name for name in RulesetSummary.__struct_fields__ if name != "is_in_force")
_stored = select(func.max(rulesets.c.version)).where(rulesets.c.status == "published").scalar_subquery()
# One row, whatever is stored: the rest is joined to it, and may be nothing.
_now = select(func.coalesce(_stored, literal_column(str(BUILT_IN.version))).label("in_force")).subquery("now")
_page = (
    select(*(rulesets.c[name] for name in _FACTS))
    .where(rulesets.c.version < bindparam("below_version", type_=Integer))
    .order_by(rulesets.c.version.desc())
    .limit(bindparam("limit", type_=Integer))
    .subquery("page")
)
_newest_first = Statement(
    select(_now.c.in_force, *_page.columns).select_from(_now.outerjoin(_page, true())).order_by(_page.c.version.desc())
)
_one = Statement(
    select(_now.c.in_force, *rulesets.columns).select_from(
        _now.outerjoin(rulesets, rulesets.c.version == bindparam("ruleset_version", type_=Integer))
    )
)


class PostgresRulesetQueries(RulesetQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def newest_first(self, *, below: int | None, limit: int) -> Sequence[RulesetSummary]:
        below_version = LARGEST if below is None else max(min(below, LARGEST), 0)
        async with self._pool.connection() as connection:
            rows = await _newest_first.rows(connection, below_version=below_version, limit=limit)
        in_force = rows[0]["in_force"]
        found = [
            RulesetSummary(**{name: row[name] for name in _FACTS}, is_in_force=row["version"] == in_force)
            for row in rows
            if row["version"] is not None
        ]
        if BUILT_IN.version < below_version:
            found.append(summary_of(BUILT_IN, in_force=in_force))
        return found[:limit]

    async def one(self, version: int) -> tuple[Edition, int]:
        async with self._pool.connection() as connection:
            row = await _one.row(connection, ruleset_version=min(version, LARGEST))
        assert row is not None, "there is always one"
        if version == BUILT_IN.version:
            return BUILT_IN, row["in_force"]
        if row["version"] is None:
            raise RulesetNotFound("There is no such ruleset.")
        return edition_of(row), row["in_force"]

    async def published_after(self, version: int) -> list[Ruleset]:
        async with self._pool.connection() as connection:
            try:
                return await PostgresRulesetRepository(connection).published_after(version)
            except asyncpg.UndefinedTableError:
                # A process may start before its database is migrated; until then nobody has published any.
                return []
