"""What learners think of a course."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.learning.delete_review import DeleteReview, DeleteReviewHandler
from application.learning.review_queries import ReviewPage, ReviewQueries, ReviewQuestion, ReviewView, WrittenReview
from application.learning.write_review import WriteReview, WriteReviewHandler
from application.shared.page import DEFAULT_LIMIT
from domain.identity.profile import Role
from domain.learning.review import HIGHEST, LOWEST, TEXT_LENGTH
from domain.shared.ids import CourseId, UserId
from entrypoints.http.answers import answer, answer_view
from entrypoints.http.auth import actor_of, optional_principal_of, principal_of
from entrypoints.http.bodies import WHOLE, Body, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, Limit


class Opinion(Body):
    rating: Annotated[int, Field(ge=LOWEST, le=HIGHEST), WHOLE]
    text: Annotated[Text, Field(max_length=TEXT_LENGTH)] = Field(default="", description="Plain text.")


class ReviewsController(Controller):
    path = "/v1/courses/{course_id:uuid}"
    tags = ("Reviews",)

    @get("/reviews", operation_id="listReviews", summary="What learners think of a course", responses=shows(ReviewPage))
    async def list_reviews(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        reviews: Offered[ReviewQueries],
        rating: Annotated[int | None, QueryParameter(ge=LOWEST, le=HIGHEST, required=False)] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Those that were written last come first."""
        reader = optional_principal_of(request)
        page = await reviews.of_course(
            CourseId(course_id),
            ReviewQuestion(rating=rating, limit=limit, cursor=cursor),
            reader_id=None if reader is None else reader.user_id,
            is_admin=reader is not None and reader.role is Role.ADMIN,
        )
        return answer(request, page)

    @get("/review", operation_id="getMyReview", summary="What I think of a course", responses=shows(ReviewView))
    async def mine(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], reviews: Offered[ReviewQueries]
    ) -> ASGIResponse:
        return answer(request, await reviews.mine(CourseId(course_id), principal_of(request).user_id))

    @put("/review", operation_id="reviewCourse", summary="Review a course", responses=shows(WrittenReview))
    async def write(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        data: JSONBody[Opinion],
        write_review: Offered[WriteReviewHandler],
    ) -> ASGIResponse:
        """For who learns in it and has completed a fifth of its lessons. It can be changed as often as one likes."""
        command = WriteReview(
            actor=actor_of(request), course_id=CourseId(course_id), rating=data.rating, text=data.text
        )
        return answer_view(request, await write_review(command))

    @delete(
        "/review",
        operation_id="deleteMyReview",
        summary="Take my review back",
        status_code=204,
        responses=shows(None, 204),
    )
    async def take_back(
        self, request: Request[Any, Any, Any], course_id: FromPath[UUID], delete_review: Offered[DeleteReviewHandler]
    ) -> None:
        user_id = principal_of(request).user_id
        await delete_review(DeleteReview(actor=actor_of(request), course_id=CourseId(course_id), user_id=user_id))

    @delete(
        "/reviews/{user_id:uuid}",
        operation_id="deleteReview",
        summary="Remove somebody's review",
        status_code=204,
        responses=shows(None, 204),
    )
    async def remove(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        user_id: FromPath[UUID],
        delete_review: Offered[DeleteReviewHandler],
    ) -> None:
        """For moderation; what was removed is in the audit, but for the words."""
        await delete_review(
            DeleteReview(actor=actor_of(request), course_id=CourseId(course_id), user_id=UserId(user_id))
        )
