"""Courses for tests, with everything that a test doesn't care about filled in."""

from typing import Any

from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from application.shared.actor import Actor
from domain.catalog.content import CourseContent, Draft, Level, checked
from domain.catalog.course import Course, CourseStatus
from domain.catalog.naming import slug_of
from domain.identity.user import User
from domain.shared.ids import CourseId, UserId
from domain.shared.rich_text import RichText
from tests.support.people import NOON, instants, storable_text


def render(markdown: str) -> str:
    """Stands in for the real renderer where the HTML doesn't matter."""
    return f"<p>{markdown}</p>" if markdown else ""


def a_content(title: str = "Struktur Data", **given: Any) -> CourseContent:
    return checked(Draft(**{"title": title, "summary": "Wadah untuk data.", "language": "id", **given}), render)


def a_course(title: str = "Struktur Data", **given: Any) -> Course:
    """Published, in Indonesian, with a summary; content by the names of `Draft`'s fields, the rest by `Course`'s."""
    words = {name: given.pop(name) for name in Draft.__dataclass_fields__ if name in given}
    course_id = given.pop("id", None) or CourseId(uuid7())
    content = a_content(title, **words)
    fields = {
        "external_id": None,
        "slug": slug_of(title, course_id),
        "status": CourseStatus.PUBLISHED,
        "created_by": None,
        "created_at": NOON,
        "updated_at": NOON,
        "published_at": NOON,
        **given,
    }
    return Course(id=course_id, content=content, **fields)


def a_draft(title: str = "Struktur Data", **given: Any) -> Course:
    return a_course(title, **{"status": CourseStatus.DRAFT, "published_at": None, **given})


def acting(user: User | UserId | None, *, is_admin: bool = False) -> Actor:
    user_id = user.id if isinstance(user, User) else user
    return Actor(user_id=user_id, is_admin=is_admin, source="http")


_tags = st.lists(storable_text.filter(lambda tag: tag and "\x1f" not in tag), unique=True, max_size=10)
contents = st.builds(
    CourseContent,
    title=storable_text,
    summary=storable_text,
    description=st.builds(RichText, storable_text, storable_text),
    language=st.sampled_from(["id", "en", "zh-Hant-TW", "und"]),
    level=st.none() | st.sampled_from(Level),
    tags=_tags.map(tuple),
    cover_url=st.none() | st.just("https://example.org/cover.png"),
)
courses = st.builds(
    Course,
    id=st.uuids().map(CourseId),
    external_id=st.none() | storable_text,
    slug=storable_text,
    content=contents,
    status=st.sampled_from(CourseStatus),
    created_by=st.none(),
    created_at=instants,
    updated_at=instants,
    published_at=st.none() | instants,
    version=st.integers(1, 2**31 - 1),
    capacity=st.none() | st.integers(1, 2**31 - 1),
)
