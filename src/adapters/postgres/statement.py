"""SQLAlchemy describes, asyncpg executes: the whole mechanism.

A statement is written once as a SQLAlchemy Core expression, compiled when its module loads, and run on asyncpg as plain
SQL with positional arguments. That costs what hand-written SQL costs; SQLAlchemy's own async layer takes twice as long.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import literal_column
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import replacement_traverse

Row = Mapping[str, Any]


class Connection(Protocol):
    """asyncpg's connection, as far as we use it: the driver ships no types of its own."""

    async def fetch(self, query: str, *arguments: Any) -> Sequence[Row]: ...

    async def fetchrow(self, query: str, *arguments: Any) -> Row | None: ...

    async def fetchval(self, query: str, *arguments: Any) -> Any: ...

    async def execute(self, query: str, *arguments: Any) -> str: ...

    def transaction(self) -> Any: ...


DIALECT = dialects.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's dialects are untyped


class Statement:
    """One statement: its SQL, and the names of its arguments in order.

    Constants of the expression stand in the SQL as literals, so that the planner can match partial indexes also when it
    has settled for a generic plan.
    """

    def __init__(self, expression: ClauseElement) -> None:
        self.expression = cast("ClauseElement", replacement_traverse(expression, {}, _literal_for_constant))
        compiled = self.expression.compile(dialect=DIALECT)
        self.sql: str = str(compiled)
        self.names: tuple[str, ...] = tuple(getattr(compiled, "positiontup", None) or ())
        self._constants: dict[str, Any] = {
            name: value for name, value in (compiled.params or {}).items() if value is not None
        }

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """The arguments in the order of the SQL's placeholders. Raises KeyError for a missing one."""
        if not self._constants:
            return [values[name] for name in self.names]
        return [values[name] if name in values else self._constants[name] for name in self.names]

    async def rows(self, connection: Connection, **values: Any) -> Sequence[Row]:
        return await connection.fetch(self.sql, *self.arguments(values))

    async def row(self, connection: Connection, **values: Any) -> Row | None:
        return await connection.fetchrow(self.sql, *self.arguments(values))

    async def value(self, connection: Connection, **values: Any) -> Any:
        return await connection.fetchval(self.sql, *self.arguments(values))

    async def run(self, connection: Connection, **values: Any) -> int:
        """The number of rows that it changed."""
        status = await connection.execute(self.sql, *self.arguments(values))
        return int(status.rpartition(" ")[2])


def _literal_for_constant(element: Any, **_: Any) -> Any:
    if not isinstance(element, BindParameter) or not element.unique or element.value is None:
        return None
    rendered = str(element.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    return literal_column(rendered, element.type)
