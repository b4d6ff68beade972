from typing import Annotated, Any, Literal, cast
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.catalog.change_course import ChangeCourse, ChangeCourseHandler
from application.catalog.change_course_status import ChangeCourseStatus, ChangeCourseStatusHandler
from application.catalog.course_changes import CourseChanges
from application.catalog.create_course import CreateCourse, CreateCourseHandler
from application.catalog.delete_course import DeleteCourse, DeleteCourseHandler
from application.catalog.queries import CoursePage, CourseQueries, CourseView, Reader
from application.catalog.question import CourseQuestion, CourseSort
from application.catalog.requirement import MAXIMUM_PREREQUISITES
from application.shared.page import DEFAULT_LIMIT
from domain.catalog.content import (
    DESCRIPTION_LENGTH,
    SUMMARY_LENGTH,
    TAG_COUNT,
    TAG_LENGTH,
    TITLE_LENGTH,
    Draft,
    Level,
)
from domain.catalog.course import CourseStatus
from domain.identity.profile import Role
from domain.shared.ids import CourseId
from domain.shared.web_address import URL_LENGTH
from entrypoints.http.answers import answer, answer_created, expected_version
from entrypoints.http.auth import actor_of, optional_principal_of
from entrypoints.http.bodies import Body, MergePatch, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, IdempotencyHeader, IfMatch, Limit, idempotency_of

CREATOR = "^(me|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"

_LANGUAGE = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$"

# Patterns are for the document: what they say, and more, is checked in the domain, which finds everything at once.
Title = Annotated[Text, Field(max_length=TITLE_LENGTH, json_schema_extra={"minLength": 1, "pattern": r"\S"})]
Summary = Annotated[Text, Field(max_length=SUMMARY_LENGTH)]
Description = Annotated[Text, Field(max_length=DESCRIPTION_LENGTH)]
Language = Annotated[Text, Field(max_length=15, json_schema_extra={"pattern": _LANGUAGE})]
Tags = Annotated[list[Annotated[Text, Field(max_length=TAG_LENGTH)]], Field(max_length=TAG_COUNT)]
CoverUrl = Annotated[
    Text,
    Field(
        max_length=URL_LENGTH,
        json_schema_extra={"pattern": "^(https://.+)?$"},
    ),
]
Prerequisites = Annotated[list[UUID], Field(max_length=MAXIMUM_PREREQUISITES)]


class NewCourse(Body):
    """A course as its author writes it; it begins as a draft."""

    title: Title
    summary: Summary = Field(default="", description="One or two sentences for lists.")
    description: Description = Field(default="", description="Markdown; raw HTML in it is not kept.")
    language: Language = Field(default="id", description="BCP 47 tag of the language that it is taught in.")
    level: Level | None = None
    tags: Tags = Field(default=[])
    cover_url: CoverUrl | None = Field(default=None, description="https only.")
    prerequisites: Prerequisites = Field(default=[], description="Ids of courses that come before this one.")


class CoursePatch(MergePatch):
    """Merge patch: absent means unchanged, null clears (not for title and language)."""

    title: Title | None = None
    summary: Summary | None = None
    description: Description | None = None
    language: Language | None = None
    level: Level | None = None
    tags: Tags | None = None
    cover_url: CoverUrl | None = None
    prerequisites: Prerequisites | None = None


class CourseStatusChange(Body):
    status: CourseStatus = Field(
        description="From draft to in_review or published; from in_review to draft or published; from published to "
        "archived; from archived to published."
    )


class CoursesController(Controller):
    path = "/v1/courses"
    tags = ("Courses",)

    @get(operation_id="listCourses", summary="List and search courses", responses=shows(CoursePage))
    async def list_courses(
        self,
        request: Request[Any, Any, Any],
        courses: Offered[CourseQueries],
        q: Annotated[
            str | None,
            QueryParameter(
                max_length=300, required=False, description='Words; "exact phrase", -without and or are understood.'
            ),
        ] = None,
        language: Annotated[str | None, QueryParameter(max_length=15, required=False)] = None,
        level: FromQuery[Level | None] = None,
        tag: Annotated[str | None, QueryParameter(max_length=TAG_LENGTH, required=False)] = None,
        status: FromQuery[CourseStatus | None] = None,
        created_by: Annotated[
            str | None, QueryParameter(pattern=CREATOR, required=False, description="A user's id, or `me`.")
        ] = None,
        sort: FromQuery[CourseSort | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        question = CourseQuestion(
            q=q,
            language=language,
            level=level,
            tag=tag,
            status=status,
            created_by=_creator(created_by),
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
        return answer(request, await courses.list(question, reader_of(request)))

    @post(operation_id="createCourse", summary="Write a new course", responses=shows(CourseView, 201))
    async def create(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewCourse],
        create_course: Offered[CreateCourseHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        written = data.model_dump(exclude={"prerequisites"})
        command = CreateCourse(
            actor=actor_of(request),
            draft=Draft(**written),
            prerequisites=[CourseId(prerequisite) for prerequisite in data.prerequisites],
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await create_course(command)
        return answer_created(request, created, f"/v1/courses/{created.id}")

    @get("/{course_id:uuid}", operation_id="getCourse", summary="One course in full", responses=shows(CourseView))
    async def detail(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], courses: Offered[CourseQueries]
    ) -> ASGIResponse:
        return answer(request, await courses.detail(CourseId(course_id), reader_of(request)))

    @patch("/{course_id:uuid}", operation_id="changeCourse", summary="Change a course", responses=shows(CourseView))
    async def change(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        data: JSONBody[CoursePatch],
        change_course: Offered[ChangeCourseHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = ChangeCourse(
            actor=actor_of(request),
            course_id=CourseId(course_id),
            expected_version=expected_version(if_match),
            changes=CourseChanges(**data.model_dump(exclude_unset=True)),
        )
        return answer(request, await change_course(command))

    @put(
        "/{course_id:uuid}/status",
        operation_id="changeCourseStatus",
        summary="Submit, publish, archive a course",
        responses=shows(CourseView),
    )
    async def change_status(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        data: JSONBody[CourseStatusChange],
        change_course_status: Offered[ChangeCourseStatusHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = ChangeCourseStatus(
            actor=actor_of(request),
            course_id=CourseId(course_id),
            expected_version=expected_version(if_match),
            status=data.status,
        )
        return answer(request, await change_course_status(command))

    @delete(
        "/{course_id:uuid}",
        operation_id="deleteCourse",
        summary="Delete a course that is not published",
        status_code=204,
        responses=shows(None, 204),
    )
    async def delete_course(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        delete_course: Offered[DeleteCourseHandler],
        if_match: IfMatch = None,
    ) -> None:
        version = expected_version(if_match)
        await delete_course(
            DeleteCourse(actor=actor_of(request), course_id=CourseId(course_id), expected_version=version)
        )


def reader_of(request: Request[Any, Any, Any]) -> Reader:
    principal = optional_principal_of(request)
    return Reader() if principal is None else Reader(principal.user_id, principal.role is Role.ADMIN)


def _creator(asked: str | None) -> UUID | Literal["me"] | None:
    if asked is None or asked == "me":
        return cast("Literal['me'] | None", asked)
    return UUID(asked)
