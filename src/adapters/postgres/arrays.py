"""How any number of rows travel as arguments of one statement: as arrays, one a column, or as one JSON text."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Text, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


def unnested(name: str, columns: Iterable[Column[Any]], *, prefix: str = "") -> TableValuedAlias:
    """The rows of these columns, each column from the array argument of its name with the prefix."""
    types: dict[str, TypeEngine[Any]] = {each.name: each.type for each in columns}
    arrays = [bindparam(prefix + key, type_=ARRAY(type_)) for key, type_ in types.items()]
    values = [column(key, type_) for key, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*values, name=name).render_derived()


def recorded(name: str, columns: Iterable[Column[Any]], argument: str) -> TableValuedAlias:
    """The rows of these columns from one argument, a JSON list of objects: the cheapest to send where rows are few."""
    values = [column(each.name, each.type) for each in columns]
    rows = func.json_to_recordset(bindparam(argument, type_=Text).cast(JSON)).table_valued(*values, name=name)
    return rows.render_derived(with_types=True)
