from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, insert, literal_column, select, update

from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.gamification import rulesets
from application.gamification.ruleset_ports import RulesetNotFound, RulesetRepository
from domain.gamification.edition import BUILT_IN, Edition, EditionStatus
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_document import document_of, ruleset_of

# Any constant will do that no other lock has.
_LOCK = 4_207_712
LARGEST = 2**31 - 1
"""Of what an integer column holds."""
_PREFIX = "ruleset_"
_COLUMNS = tuple(column.name for column in rulesets.columns)
_values = {name: bindparam(_PREFIX + name, type_=rulesets.c[name].type) for name in _COLUMNS}
_this = rulesets.c.version == bindparam("ruleset_version")

_hold = Statement(select(func.pg_advisory_xact_lock(literal_column(str(_LOCK), BigInteger))))
_get = Statement(select(rulesets).where(_this))
_newest = Statement(select(func.max(rulesets.c.version)))
_published = Statement(
    select(rulesets.c.version, rulesets.c.body)
    .where(rulesets.c.status == "published", rulesets.c.version > bindparam("after_version"))
    .order_by(rulesets.c.version)
)
_add = Statement(insert(rulesets).values(_values))
_save = Statement(update(rulesets).values({name: _values[name] for name in _COLUMNS if name != "version"}).where(_this))
_delete = Statement(delete(rulesets).where(_this))


class PostgresRulesetRepository(RulesetRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def hold(self) -> None:
        # An advisory lock: a version that isn't there yet has no row to be locked.
        await _hold.value(self._connection)

    async def get(self, version: int) -> Edition:
        if version == BUILT_IN.version:
            return BUILT_IN
        row = await _get.row(self._connection, ruleset_version=version) if 0 < version <= LARGEST else None
        if row is None:
            raise RulesetNotFound("There is no such ruleset.")
        return edition_of(row)

    async def newest(self) -> int:
        stored = await _newest.value(self._connection)
        return BUILT_IN.version if stored is None else int(stored)

    async def published_after(self, version: int) -> list[Ruleset]:
        rows = await _published.rows(self._connection, after_version=version)
        return [ruleset_of(row["version"], row["body"]) for row in rows]

    async def add(self, edition: Edition) -> None:
        await _add.run(self._connection, **_arguments(edition))

    async def save(self, edition: Edition) -> None:
        await _save.run(self._connection, **_arguments(edition))

    async def delete(self, edition: Edition) -> None:
        await _delete.run(self._connection, ruleset_version=edition.version)


def edition_of(row: Row) -> Edition:
    kept = {name: row[name] for name in _COLUMNS if name not in {"version", "status", "body"}}
    return Edition(rules=ruleset_of(row["version"], row["body"]), status=EditionStatus(row["status"]), **kept)


def _arguments(edition: Edition) -> dict[str, Any]:
    kept = {name: getattr(edition, name) for name in _COLUMNS if name != "body"}
    return {_PREFIX + name: value for name, value in (kept | {"body": document_of(edition.rules)}).items()}
