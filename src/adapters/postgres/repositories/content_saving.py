"""How any number of modules, lessons and versions is stored, each in one statement."""

from typing import Any

from sqlalchemy import Table, Text, Update, bindparam, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert
from sqlalchemy.sql.selectable import TableValuedAlias

from adapters.postgres.statement import Statement
from adapters.postgres.tables.content import lesson_versions, lessons, modules


def _unnested(table: Table, *names: str, prefix: str = "") -> TableValuedAlias:
    types: dict[str, Any] = {name: table.c[name].type for name in names}
    if "unlock" in types:
        # A list of lists would be taken for an array of two dimensions, so each list comes as the text of its JSON.
        types["unlock"] = Text()
    arrays = [bindparam(prefix + _argument(name), type_=ARRAY(type_)) for name, type_ in types.items()]
    columns = [column(name, type_) for name, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def _argument(name: str) -> str:
    return "unlock_text" if name == "unlock" else name


def _added(table: Table) -> Insert:
    names = [column.name for column in table.columns if column.computed is None]
    given = _unnested(table, *names)
    values = (given.c[name].cast(JSONB) if name == "unlock" else given.c[name] for name in names)
    return insert(table).from_select(names, select(*values))


def _stored(table: Table, *fixed: str) -> Insert:
    """What never changes is left out of an update, which lets others refer to the row at the same time."""
    stored = _added(table)
    changing = {
        column.name: stored.excluded[column.name]
        for column in table.columns
        if column.computed is None and column.name not in fixed
    }
    return stored.on_conflict_do_update(index_elements=["id"], set_=changing)


def _repositioned(table: Table) -> Update:
    # An update takes the bare names of its columns for itself.
    given = _unnested(table, "id", "position", prefix="row_")
    return update(table).values(position=given.c.position).where(table.c.id == given.c.id)


save_modules = Statement(_stored(modules, "id", "course_id", "created_at"))
save_lessons = Statement(_stored(lessons, "id", "course_id", "kind", "created_at"))
add_versions = Statement(_added(lesson_versions))
reposition_modules = Statement(_repositioned(modules))
reposition_lessons = Statement(_repositioned(lessons))
