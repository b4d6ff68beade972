from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.pool import Pool
from adapters.postgres.statement import Statement
from adapters.postgres.tables.operations import periodic_runs

_started = periodic_runs.c.last_started_at
_claim = Statement(
    upsert(periodic_runs)
    .values(job=bindparam("job"), last_started_at=bindparam("now", type_=_started.type))
    .on_conflict_do_update(
        index_elements=["job"],
        set_={"last_started_at": bindparam("now", type_=_started.type)},
        where=_started <= bindparam("due", type_=_started.type),
    )
)


async def claim_run(pool: Pool, job: str, *, every: timedelta, now: datetime) -> bool:
    """Whether this run is the caller's: the last one, anywhere, began at least a period ago. One of many wins."""
    async with pool.connection() as connection:
        return bool(await _claim.run(connection, job=job, now=now, due=now - every))
