"""Leaderboards as they are shown: with names by each learner's own choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from application.gamification.first_places import FirstPlaces, ShownPlace, named
from application.gamification.leaderboard_ports import Leaderboards, Place, Standings
from application.shared.clock import Clock
from domain.gamification.leaderboard import Board, Scope, percentile
from domain.gamification.quests import monday_of
from domain.shared.errors import FieldError, Forbidden, Invalid, NotFound
from domain.shared.ids import CourseId, UserId

MOST_NEIGHBORS = 25


class View(StrEnum):
    TOP = "top"
    AROUND = "around"
    PERCENTILE = "percentile"
    IMPROVED = "improved"


class LeaderboardQuestionInvalid(Invalid):
    code = "leaderboard.question_invalid"


class LeaderboardCourseNotFound(NotFound):
    code = "course.not_found"


class LeaderboardOfOthers(Forbidden):
    code = "leaderboard.forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardQuestion:
    """`limit` is for the views that begin at the top, `neighbors` for the one around oneself."""

    user_id: UserId
    is_admin: bool
    scope: Scope
    view: View
    course_id: CourseId | None
    limit: int
    neighbors: int


class LeaderboardRow(msgspec.Struct, frozen=True, kw_only=True):
    """`gain` is how much more they earned in this week than in the last one, in the view of who improved most."""

    rank: int
    name: str
    xp: int
    gain: int | None
    is_me: bool


class MyPlace(msgspec.Struct, frozen=True, kw_only=True):
    """`percentile`: how many percent of the others are behind me, rounded down. Both null where I'm not on it."""

    rank: int | None
    percentile: int | None
    participants: int


class LeaderboardView(msgspec.Struct, frozen=True, kw_only=True):
    """`week` is a Monday; `me` is there in the view `percentile`, `items` in the others."""

    scope: str
    view: str
    week: date | None
    course_id: CourseId | None
    items: Sequence[LeaderboardRow]
    me: MyPlace | None


class ShowLeaderboard:
    def __init__(
        self, leaderboards: Leaderboards, standings: Standings, first_places: FirstPlaces, clock: Clock
    ) -> None:
        self._leaderboards = leaderboards
        self._first_places = first_places
        self._standings = standings
        self._clock = clock

    async def __call__(self, question: LeaderboardQuestion) -> LeaderboardView:
        """As of this moment, or a second ago. Raises what `admitted` raises."""
        board = await self.admitted(question)
        if question.view is not View.PERCENTILE:
            return view_of(question, board, await self._shown(question, board))
        rank, participants = await self._leaderboards.place(board, question.user_id)
        percent = None if rank is None else percentile(rank, participants)
        return view_of(question, board, [], MyPlace(rank=rank, percentile=percent, participants=participants))

    async def admitted(self, question: LeaderboardQuestion) -> Board:
        """The board that is asked for, as of now.

        Raises:
            LeaderboardQuestionInvalid: a course without its scope, or the other way round; a view without a meaning.
            LeaderboardCourseNotFound, LeaderboardOfOthers: of a course, for who neither learns in it nor owns it.
        """
        _assert_sensible(question)
        await self._assert_may_see(question)
        week = monday_of(self._clock()) if question.scope is Scope.WEEK else None
        return Board(scope=question.scope, week=week, course_id=question.course_id)

    async def _shown(self, question: LeaderboardQuestion, board: Board) -> Sequence[ShownPlace]:
        if question.view is View.TOP:
            return (await self._first_places(board))[: question.limit]
        if question.view is View.AROUND:
            around = await self._leaderboards.around(board, question.user_id, neighbors=question.neighbors)
            return await named(self._standings, around)
        assert board.week is not None, "checked before"
        found = await self._standings.improved(board.week, limit=question.limit)
        places = [Place(rank, each.user_id, each.xp) for rank, each in enumerate(found, start=1)]
        return await named(self._standings, places, [each.gain for each in found])

    async def _assert_may_see(self, question: LeaderboardQuestion) -> None:
        if question.course_id is None:
            return
        may_see = await self._standings.may_see(question.course_id, question.user_id)
        if may_see is None:
            raise LeaderboardCourseNotFound("There is no such course.")
        if not may_see and not question.is_admin:
            raise LeaderboardOfOthers("This is for who learns in the course, and for its owner.")


def view_of(
    question: LeaderboardQuestion, board: Board, shown: Sequence[ShownPlace], me: MyPlace | None = None
) -> LeaderboardView:
    """For who asks: their own row is marked."""
    items = [
        LeaderboardRow(
            rank=each.place.rank, name=each.name, xp=each.place.xp, gain=each.gain,
            is_me=each.place.user_id == question.user_id,
        )
        for each in shown
    ]  # fmt: skip
    return LeaderboardView(
        scope=board.scope.value, view=question.view.value, week=board.week, course_id=board.course_id, items=items,
        me=me,
    )  # fmt: skip


def _assert_sensible(question: LeaderboardQuestion) -> None:
    if (question.scope is Scope.COURSE) != (question.course_id is not None):
        raise _invalid("/course_id", "course_id", "`course_id` goes with the scope `course`, and the scope with it.")
    if question.view is View.IMPROVED and question.scope is not Scope.WEEK:
        raise _invalid("/view", "view", "Who improved most is known from week to week: ask for the scope `week`.")


def _invalid(pointer: str, code: str, detail: str) -> LeaderboardQuestionInvalid:
    return LeaderboardQuestionInvalid(detail, errors=[FieldError(pointer, f"leaderboard.{code}", detail)])
