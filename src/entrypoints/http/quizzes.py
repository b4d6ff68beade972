"""Attempts at quizzes: begun, answered, handed in, looked at; and what teachers do about them."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.learning.attempt_queries import AttemptPage, AttemptQueries, AttemptQuestion, LearnerAttemptPage
from application.learning.attempt_views import AttemptView, HandedIn
from application.learning.begin_attempt import BeginAttempt, BeginAttemptHandler
from application.learning.extend_quiz import ExtendQuiz, ExtendQuizHandler, ExtensionView
from application.learning.hand_in_attempt import HandInAttempt, HandInAttemptHandler
from application.learning.regrade_quiz import RegradeQuiz, RegradeQuizHandler, RegradeReport
from application.learning.save_answer import SaveAnswer, SaveAnswerHandler, SavedAnswer
from application.learning.show_attempt import ShowAttempt
from application.shared.page import DEFAULT_LIMIT
from application.shared.quiz_document import LONGEST_LIMIT
from domain.shared.ids import AttemptId, LessonId, UserId
from entrypoints.http.answers import answer, answer_created, answer_view
from entrypoints.http.auth import actor_of, principal_of
from entrypoints.http.bodies import WHOLE, Body
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, IdempotencyHeader, Limit, idempotency_of

LARGEST_SEQUENCE = 2**53 - 1


class Answer(Body):
    answer: Any = Field(
        description="By the kind of the question: an option's id (`single`), a list of them (`multiple`, or `ordering` "
        "in their order), true or false, a number, a text, or an object from ids of options to ids of choices "
        "(`matching`). Ids are those of this paper. null leaves it blank."
    )
    sequence: Annotated[int, Field(ge=1, le=LARGEST_SEQUENCE), WHOLE] = Field(
        description="Grows with each change of this answer: a packet that comes late never overwrites a newer one."
    )


class Extension(Body):
    extra_seconds: Annotated[int, Field(ge=0, le=LONGEST_LIMIT), WHOLE] = Field(
        description="On top of the time limit, for each attempt; 0 takes it back."
    )


class QuizzesController(Controller):
    path = "/v1"
    tags = ("Quizzes",)

    @post(
        "/quizzes/{lesson_id:uuid}/attempts",
        operation_id="beginAttempt",
        summary="Take a quiz",
        responses=shows(AttemptView, 201),
    )
    async def begin(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        begin_attempt: Offered[BeginAttemptHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        """Who has an attempt open already gets that one. The deadline is kept by the server."""
        command = BeginAttempt(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await begin_attempt(command)
        return answer_created(request, created, f"/v1/attempts/{created.id}")

    @get(
        "/quizzes/{lesson_id:uuid}/attempts",
        operation_id="listMyAttempts",
        summary="My attempts at a quiz",
        responses=shows(AttemptPage),
    )
    async def mine(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        attempts: Offered[AttemptQueries],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first."""
        question = AttemptQuestion(limit=limit, cursor=cursor)
        return answer(request, await attempts.mine(principal_of(request).user_id, LessonId(lesson_id), question))

    @get(
        "/quizzes/{lesson_id:uuid}/results",
        operation_id="listAttempts",
        summary="Everybody's attempts at a quiz",
        responses=shows(LearnerAttemptPage),
    )
    async def results(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        attempts: Offered[AttemptQueries],
        user_id: FromQuery[UUID | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first."""
        question = AttemptQuestion(user_id=None if user_id is None else UserId(user_id), limit=limit, cursor=cursor)
        return answer(request, await attempts.of_quiz(LessonId(lesson_id), question, actor_of(request)))

    @put(
        "/quizzes/{lesson_id:uuid}/extensions/{user_id:uuid}",
        operation_id="extendQuiz",
        summary="Give a learner more time",
        responses=shows(ExtensionView),
    )
    async def extend(
        self,
        request: Request[Any, Any, Any],
        lesson_id: FromPath[UUID],
        user_id: FromPath[UUID],
        data: JSONBody[Extension],
        extend_quiz: Offered[ExtendQuizHandler],
    ) -> ASGIResponse:
        """For each of their attempts, also the one that is running. The closing time stays."""
        command = ExtendQuiz(
            actor=actor_of(request),
            lesson_id=LessonId(lesson_id),
            user_id=UserId(user_id),
            extra=timedelta(seconds=data.extra_seconds),
        )
        return answer_view(request, await extend_quiz(command))

    @post(
        "/quizzes/{lesson_id:uuid}/regrade",
        operation_id="regradeQuiz",
        summary="Mark all attempts by the corrected quiz",
        status_code=200,
        responses=shows(RegradeReport),
    )
    async def regrade(
        self, request: Request[Any, Any, Any], lesson_id: FromPath[UUID], regrade_quiz: Offered[RegradeQuizHandler]
    ) -> ASGIResponse:
        """Tells who has another score now. Safe to send again; with `remaining` it is to be."""
        return answer_view(
            request, await regrade_quiz(RegradeQuiz(actor=actor_of(request), lesson_id=LessonId(lesson_id)))
        )

    @get(
        "/attempts/{attempt_id:uuid}",
        operation_id="getAttempt",
        summary="An attempt with its paper",
        responses=shows(AttemptView),
    )
    async def detail(
        self, request: Request[Any, Any, Any], attempt_id: FromPath[UUID], show_attempt: Offered[ShowAttempt]
    ) -> ASGIResponse:
        """With what was answered so far; once it was handed in, with points, and what was right if that is revealed."""
        return answer_view(request, await show_attempt(AttemptId(attempt_id), actor_of(request)))

    @put(
        "/attempts/{attempt_id:uuid}/answers/{question_id:str}",
        operation_id="saveAnswer",
        summary="Save one answer",
        responses=shows(SavedAnswer),
    )
    async def save(
        self,
        request: Request[Any, Any, Any],
        attempt_id: FromPath[UUID],
        question_id: FromPath[str],
        data: JSONBody[Answer],
        save_answer: Offered[SaveAnswerHandler],
    ) -> ASGIResponse:
        """As often as it changes. What was saved counts, also if nobody ever hands in."""
        command = SaveAnswer(
            user_id=principal_of(request).user_id,
            attempt_id=AttemptId(attempt_id),
            question_id=question_id,
            answer=data.answer,
            sequence=data.sequence,
        )
        return answer_view(request, await save_answer(command))

    @put(
        "/attempts/{attempt_id:uuid}/submission",
        operation_id="handInAttempt",
        summary="Hand in an attempt",
        responses=shows(HandedIn),
    )
    async def hand_in(
        self,
        request: Request[Any, Any, Any],
        attempt_id: FromPath[UUID],
        hand_in_attempt: Offered[HandInAttemptHandler],
    ) -> ASGIResponse:
        """Once or often: it is marked once. May complete the lesson, and its course."""
        command = HandInAttempt(actor=actor_of(request), attempt_id=AttemptId(attempt_id))
        return answer_view(request, await hand_in_attempt(command))
