"""The use cases of quizzes over a store, at noon, with a published quiz to take."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from uuid_utils.compat import uuid7

from application.learning.attempt_ports import AnswerSheets
from application.learning.attempt_queries import AttemptQueries
from application.learning.attempt_views import AttemptView, HandedIn
from application.learning.begin_attempt import BeginAttempt, BeginAttemptHandler
from application.learning.extend_quiz import ExtendQuiz, ExtendQuizHandler, ExtensionView
from application.learning.hand_in_attempt import HandInAttempt, HandInAttemptHandler
from application.learning.regrade_quiz import RegradeQuiz, RegradeQuizHandler, RegradeReport
from application.learning.save_answer import SaveAnswer, SaveAnswerHandler, SavedAnswer
from application.learning.show_attempt import ShowAttempt
from application.learning.sweep_attempts import SweepAttemptsHandler
from application.shared.actor import Actor
from application.shared.unit import Begin
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import Quiz
from domain.catalog.module import Module
from domain.identity.user import User
from domain.shared.ids import AttemptId
from tests.support import quizzes
from tests.support.catalog import acting
from tests.support.clock import SettableClock
from tests.support.learning import Syllabus, a_lesson, a_syllabus
from tests.support.people import NOON


def quiz_content(*questions: dict[str, Any], **settings: Any) -> Quiz:
    banks = [quizzes.a_bank(questions or quizzes.QUESTIONS)]
    html = {each["id"]: {"prompt": f"<p>{each['prompt']}</p>", "explanation": ""} for each in banks[0]["questions"]}
    return Quiz({**quizzes.SETTINGS, **settings}, banks, html)


def a_quiz_lesson(module: Module, position: str = "V", *questions: dict[str, Any], **settings: Any) -> Lesson:
    return a_lesson(module, position, title="Kuis", content=quiz_content(*questions, **settings))


def a_quiz_syllabus(*questions: dict[str, Any], course: dict[str, Any] | None = None, **settings: Any) -> Syllabus:
    """A published course of one quiz."""
    syllabus = a_syllabus(0, **(course or {}))
    syllabus.lessons.append(a_quiz_lesson(syllabus.modules[0], "V", *questions, **settings))
    return syllabus


async def publish(begin: Begin[Any], syllabus: Syllabus) -> None:
    """Stores it, with a version of each lesson."""
    await syllabus.store(begin)
    async with begin() as unit:
        versions = [lesson.next_version(None, by=None, at=NOON) for lesson in syllabus.lessons]
        await unit.lessons.keep_versions(*(version for version in versions if version is not None))
        await unit.commit()


@dataclass
class QuizTaking:
    begin_unit: Begin[Any]
    sheets: AnswerSheets
    queries: AttemptQueries
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOON))

    def __post_init__(self) -> None:
        made = (self.begin_unit, self.clock, uuid7)
        self._begin = BeginAttemptHandler(*made, random.Random(7))  # noqa: S311 # the same papers each time
        self._save = SaveAnswerHandler(self.sheets, self.clock)
        self._hand_in = HandInAttemptHandler(*made)
        self._extend = ExtendQuizHandler(*made)
        self._regrade = RegradeQuizHandler(*made)
        self._show = ShowAttempt(self.queries, self.clock)
        self.sweep = SweepAttemptsHandler(*made)

    async def begin(self, who: User, quiz: Lesson) -> AttemptView:
        created = await self._begin(BeginAttempt(actor=acting(who), lesson_id=quiz.id))
        return msgspec.json.decode(created.view.body, type=AttemptView)

    async def save(self, who: User, attempt: AttemptView, question: str, answer: Any, sequence: int = 1) -> SavedAnswer:
        return await self._save(
            SaveAnswer(
                user_id=who.id,
                attempt_id=AttemptId(attempt.id),
                question_id=question,
                answer=answer,
                sequence=sequence,
            )
        )

    async def hand_in(self, who: User | Actor, attempt: AttemptView) -> HandedIn:
        return await self._hand_in(HandInAttempt(actor=_actor(who), attempt_id=AttemptId(attempt.id)))

    async def extend(self, teacher: User, quiz: Lesson, who: User, extra: timedelta) -> ExtensionView:
        return await self._extend(ExtendQuiz(actor=acting(teacher), lesson_id=quiz.id, user_id=who.id, extra=extra))

    async def regrade(self, teacher: User, quiz: Lesson) -> RegradeReport:
        return await self._regrade(RegradeQuiz(actor=acting(teacher), lesson_id=quiz.id))

    async def show(self, who: User, attempt: AttemptView) -> AttemptView:
        return await self._show(AttemptId(attempt.id), acting(who))

    async def correct(self, quiz: Lesson, content: Quiz) -> None:
        """Publishes the quiz anew with this content."""
        async with self.begin_unit() as unit:
            latest = await unit.lessons.latest_version(quiz.id)
            quiz.revise(quiz.title, content, is_preview=False, unlock=(), at=self.clock())
            await unit.lessons.save(quiz)
            version = quiz.next_version(latest, by=None, at=self.clock())
            assert version is not None, "something is different"
            await unit.lessons.keep_versions(version)
            await unit.commit()


def option(attempt: AttemptView, question: str, text: str) -> str:
    """The id by which this learner knows the option with that text."""
    asked = next(each for each in attempt.questions if each.id == question)
    return next(each.id for each in (*asked.options, *asked.choices) if each.text == text)


def _actor(who: User | Actor) -> Actor:
    return acting(who) if isinstance(who, User) else who
