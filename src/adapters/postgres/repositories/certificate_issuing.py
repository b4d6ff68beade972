"""Awards become certificates."""

from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.dialects.postgresql import Insert, insert

from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import certificates, enrollments
from domain.learning.certificate import Award

AWARD = tuple(field.name for field in fields(Award))


def issuing(award: Mapping[str, ColumnElement[object]]) -> Insert:
    """A certificate for each award, whose columns are given; no id, no certificate.

    Names are taken from where they stand at this moment, each by its key and not by a join: the planner, who takes an
    array for ten rows, would read whole tables where there is no award at all.
    """
    of_learner = enrollments.alias("of_learner")
    learner_name = (
        select(func.coalesce(users.c.display_name, users.c.name, literal_column("''")))
        .join_from(of_learner, users, users.c.id == of_learner.c.user_id)
        .where(of_learner.c.id == award["enrollment_id"])
        .scalar_subquery()
    )
    course_title = (
        select(courses.c.title)
        .join_from(of_learner, courses, courses.c.id == of_learner.c.course_id)
        .where(of_learner.c.id == award["enrollment_id"])
        .scalar_subquery()
    )
    values = {**award, "learner_name": learner_name, "course_title": course_title}
    issued = insert(certificates).from_select(list(values), select(*values.values()).where(award["id"].is_not(None)))
    return issued.on_conflict_do_nothing(index_elements=["enrollment_id"])
