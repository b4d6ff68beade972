from dataclasses import replace

from adapters.memory.tables import MemoryTables
from application.learning.histories import Histories, History
from application.learning.quiz_content import StoredAnswer
from domain.gamification.player import Player


class MemoryHistories(Histories):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def add(self, history: History) -> None:
        for each in history.enrollments:
            self._tables.players.setdefault(each.user_id, Player(user_id=each.user_id))
        self._tables.enrollments |= {each.id: replace(each) for each in history.enrollments}
        self._tables.lesson_progress |= {(key, step.lesson_id): replace(step) for key, step in history.progress}
        self._tables.attempts |= {each.id: replace(each) for each in history.attempts}
        self._tables.submissions |= {each.id: replace(each) for each in history.submissions}
        self._tables.answers |= {
            (attempt_id, question_id): StoredAnswer(question_id=question_id, sequence=1, answer=answer, awarded=awarded)
            for attempt_id, given in history.answers.items()
            for question_id, (answer, awarded) in given.items()
        }
