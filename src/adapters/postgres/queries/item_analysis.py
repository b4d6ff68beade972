"""The sums over first attempts that item analysis takes, and how often each option was chosen: one statement."""

from typing import Any

from sqlalchemy import CTE, BigInteger, and_, bindparam, case, cast, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by, distinct_on
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.queries.json import json_object
from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lesson_versions, lessons
from adapters.postgres.tables.quizzes import answers, attempts
from domain.learning.item_analysis import BASIS_POINTS

_NOTHING = literal_column("'[]'::json", JSON)
_NO_OPTIONS = literal_column("'[]'::jsonb", JSONB)
_NO_COUNTS = literal_column("'{}'::json", JSON)
_ZERO, _HUNDRED = literal_column("0", BigInteger), literal_column("100", BigInteger)
_SHARES = literal_column(str(BASIS_POINTS), BigInteger)
_SUMS = ("n", "blank", "x", "r", "xx", "rr", "xr")


def _statement() -> Statement:
    """One row for a lesson, with a JSON list of `ItemFacts` where it is a quiz."""
    first = _first_attempts()
    marks = _marks(_answers_of(first), _asked(first))
    return Statement(
        select(
            courses.c.id.label("course_id"),
            courses.c.status,
            courses.c.created_by,
            courses.c.capacity,
            lessons.c.status.label("lesson_status"),
            case((lessons.c.kind == "quiz", func.coalesce(_facts(marks), _NOTHING))).label("items"),
        )
        .join_from(lessons, courses, courses.c.id == lessons.c.course_id)
        .where(lessons.c.id == bindparam("lesson_id"))
    )


def _first_attempts() -> CTE:
    return (
        select(attempts)
        .where(attempts.c.lesson_id == bindparam("lesson_id"), attempts.c.handed_in_at.is_not(None))
        .ext(distinct_on(attempts.c.enrollment_id))
        .order_by(attempts.c.enrollment_id, attempts.c.number)
        .cte("first")
    )


def _questions(name: str) -> tuple[Any, ColumnElement[Any]]:
    """All questions of versions, one a row, and its JSON."""
    question = func.jsonb_path_query(
        lesson_versions.c.content, literal_column("'$.banks[*].questions[*]'::jsonpath")
    ).table_valued("value", name=name, with_ordinality="place")
    question = question.render_derived()
    return question, cast(question.c.value, JSONB)


def _asked(first: CTE) -> CTE:
    """What questions were worth in the versions that these attempts were made and marked by."""
    question, value = _questions("question")
    met = select(first.c.lesson_version).union(select(first.c.graded_version))
    return (
        select(
            lesson_versions.c.number,
            value["id"].as_string().label("id"),
            value["kind"].as_string().label("kind"),
            (value["points"].as_string().cast(BigInteger) * _HUNDRED).label("points"),
        )
        .select_from(lesson_versions.join(question, true()))
        .where(lesson_versions.c.lesson_id == bindparam("lesson_id"), lesson_versions.c.number.in_(met))
        .cte("asked")
    )


def _answers_of(first: CTE) -> CTE:
    """All answers of these attempts, found attempt by attempt before anything else is joined.

    Left to itself, the planner reads everybody's answers to all quizzes, or sets each learner beside the whole bank.
    """
    found = (
        select(answers.c.question_id, answers.c.answer, cast(answers.c.awarded, BigInteger).label("awarded"))
        .where(answers.c.attempt_id == first.c.id)
        .offset(_ZERO)
        .correlate(first)
        .lateral("found")
    )
    names = ("lesson_version", "graded_version", "earned", "possible")
    given = select(*(first.c[name] for name in names), *found.c).select_from(first.join(found, true()))
    return given.cte("given").prefix_with("MATERIALIZED")


def _marks(given: CTE, asked: CTE) -> CTE:
    """As `Mark.of` has it; the questions are joined by equality alone, so that it costs what there are answers.

    By the version that it was marked by; a question that is gone there, or of another kind, by the one that asked it.
    """
    graded = asked.alias("graded")
    as_asked = and_(asked.c.number == given.c.lesson_version, asked.c.id == given.c.question_id)
    as_graded = and_(
        graded.c.number == given.c.graded_version, graded.c.id == given.c.question_id, graded.c.kind == asked.c.kind
    )
    points = func.coalesce(graded.c.points, asked.c.points)
    others = given.c.possible - points
    rest = (given.c.earned - given.c.awarded) * _SHARES // others
    return (
        select(
            given.c.question_id,
            asked.c.kind,
            given.c.answer,
            (given.c.awarded * _SHARES // points).label("x"),
            case((others > _ZERO, rest), else_=_ZERO).label("r"),
        )
        .select_from(given.join(asked, as_asked).outerjoin(graded, as_graded))
        .cte("marks")
    )


def _facts(marks: CTE) -> Any:
    """Of the questions of the newest version, in their order; marks for one of another kind are not theirs."""
    question, value = _questions("newest")
    later = lesson_versions.alias("later")
    newest = select(func.max(later.c.number)).where(later.c.lesson_id == bindparam("lesson_id")).scalar_subquery()
    sums, chosen = _sums(marks), _chosen(marks)
    key, kind = value["id"].as_string(), value["kind"].as_string()
    has_options = or_(kind == "single", kind == "multiple")
    correct = case((kind == "single", func.jsonb_build_array(value["correct"])), else_=value["correct"])
    fact = json_object(
        {"question_id": key, "kind": kind, "prompt": value["prompt"].as_string()}
        | {name: func.coalesce(sums.c[name], _ZERO) for name in _SUMS}
        | {
            "options": case((has_options, value["options"]), else_=_NO_OPTIONS),
            "correct": case((has_options, correct), else_=_NO_OPTIONS),
            "chosen": func.coalesce(chosen.c.counts, _NO_COUNTS),
        }
    )
    return (
        select(func.json_agg(aggregate_order_by(fact, question.c.place)))
        .select_from(
            lesson_versions.join(question, true())
            .outerjoin(sums, and_(sums.c.question_id == key, sums.c.kind == kind))
            .outerjoin(chosen, and_(chosen.c.question_id == key, chosen.c.kind == kind))
        )
        .where(lesson_versions.c.lesson_id == bindparam("lesson_id"), lesson_versions.c.number == newest)
        .scalar_subquery()
    )


def _sums(marks: CTE) -> CTE:
    x, r = marks.c.x, marks.c.r
    moments = {"x": x, "r": r, "xx": x * x, "rr": r * r, "xr": x * r}
    return (
        select(
            marks.c.question_id,
            marks.c.kind,
            func.count().label("n"),
            func.count().filter(marks.c.answer.is_(None)).label("blank"),
            *(func.sum(each).label(name) for name, each in moments.items()),
        )
        .group_by(marks.c.question_id, marks.c.kind)
        .cte("sums")
    )


def _chosen(marks: CTE) -> CTE:
    """By question a JSON object from options' ids to numbers of learners."""
    ids = case(
        (marks.c.answer.is_(None), _NO_OPTIONS),
        (marks.c.kind == "single", func.jsonb_build_array(marks.c.answer)),
        (marks.c.kind == "multiple", marks.c.answer),
        else_=_NO_OPTIONS,
    )
    option = func.jsonb_array_elements_text(ids).table_valued("id", name="option").render_derived()
    counts = (
        select(marks.c.question_id, marks.c.kind, option.c.id, func.count().label("learners"))
        .select_from(marks.join(option, true()))
        .group_by(marks.c.question_id, marks.c.kind, option.c.id)
        .cte("counts")
    )
    return (
        select(
            counts.c.question_id, counts.c.kind, func.json_object_agg(counts.c.id, counts.c.learners).label("counts")
        )
        .group_by(counts.c.question_id, counts.c.kind)
        .cte("chosen")
    )


quiz_items = _statement()
