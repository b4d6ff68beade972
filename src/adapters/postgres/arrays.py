"""Rows as arrays, one a column: how any number of them travel as arguments of one statement."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


def unnested(name: str, columns: Iterable[Column[Any]], *, prefix: str = "") -> TableValuedAlias:
    """The rows of these columns, each column from the array argument of its name with the prefix."""
    types: dict[str, TypeEngine[Any]] = {each.name: each.type for each in columns}
    arrays = [bindparam(prefix + key, type_=ARRAY(type_)) for key, type_ in types.items()]
    values = [column(key, type_) for key, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*values, name=name).render_derived()
