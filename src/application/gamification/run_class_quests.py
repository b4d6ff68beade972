"""Weeks of classes that are over are closed: where enough have reached the goal, those who have are paid."""

from datetime import date, timedelta

from application.gamification.class_quest_ports import ClassQuestUnit, ClassResult
from application.gamification.reward import reward_to
from application.gamification.rulebook import Rulebook
from application.gamification.run_leagues import GRACE
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.gamification.class_quests import ClassQuestRules, deed_of, winners
from domain.gamification.quests import monday_of
from domain.shared.ids import CourseId, UserId

AT_ONCE = 200
WEEKS = 4
"""Weeks that are looked back at; one that nobody closed for so long stays open, and pays nobody."""


class RunClassQuestsHandler:
    """Twice, late, or at two workers at once: each learner is paid once. Killed in between, the next one goes on."""

    def __init__(self, begin: Begin[ClassQuestUnit], rulebook: Rulebook, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._rulebook = rulebook
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> tuple[int, int]:
        """How many weeks of courses were closed, and how many learners were paid."""
        this_week = monday_of(self._clock() - GRACE)
        closed = paid = 0
        for ago in range(WEEKS, 0, -1):
            week = this_week - timedelta(weeks=ago)
            while True:
                async with self._begin() as unit:
                    due = await unit.class_quests.due(week, limit=AT_ONCE)
                for course_id in due:
                    paid += await self._close(course_id, week, self._rulebook.current.quests.weekly)
                closed += len(due)
                if len(due) < AT_ONCE:
                    break
        return closed, paid

    async def _close(self, course_id: CourseId, week: date, rules: ClassQuestRules) -> int:
        """The last thing that is written is that it is closed: until then it is done again."""
        async with self._begin() as unit:
            lessons = await unit.class_quests.lessons(course_id, week)
        won = winners(lessons, rules)
        paid = 0
        for user_id in won:
            paid += await self._pay(user_id, course_id, week)
        async with self._begin() as unit:
            await unit.class_quests.close(
                ClassResult(
                    course_id=course_id,
                    week=week,
                    members=len(lessons),
                    reached=sum(count >= rules.target for count in lessons.values()),
                    is_won=bool(won),
                    closed_at=self._clock(),
                )
            )
            await unit.commit()
        return paid

    async def _pay(self, user_id: UserId, course_id: CourseId, week: date) -> bool:
        """Under the lock of the class, so that what was decided is known."""
        deed = deed_of(course_id, week)
        async with self._begin() as unit:
            await unit.class_quests.lock(course_id, week)
            found = await unit.players.get(user_id, course_id, {deed.source})
            if found.decided:
                return False
            won = reward_to(found, [deed], unit.players.rules, new_id=self._new_id, at=self._clock())
            await unit.players.save(won.gains)
            await unit.commit()
        return True
