"""Whole histories of learners, brought in at once: of a demo, or from another platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.audit.entry import AuditEntry
from domain.gamification.deeds import Deed
from domain.learning.attempt import Attempt
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress
from domain.learning.review import Review
from domain.learning.submission import Submission
from domain.shared.ids import AttemptId, EnrollmentId, UserId


@dataclass(slots=True)
class History:
    """What happened, ready to be stored. `answers` are by question: the answer, and what was awarded for it.

    `deeds` are what the game is told. Reviews, awards and entries have repositories that store them: many are as good
    as one for those.
    """

    enrollments: list[Enrollment] = field(default_factory=list)
    progress: list[tuple[EnrollmentId, LessonProgress]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    answers: dict[AttemptId, Mapping[str, tuple[Any, int]]] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)
    deeds: list[tuple[datetime, UserId, Deed]] = field(default_factory=list)

    def add(self, other: "History") -> None:
        self.enrollments += other.enrollments
        self.progress += other.progress
        self.attempts += other.attempts
        self.answers |= other.answers
        self.submissions += other.submissions
        self.reviews += other.reviews
        self.awards += other.awards
        self.entries += other.entries
        self.deeds += other.deeds


class Histories(Protocol):
    """In the unit in which the rest is stored."""

    async def add(self, history: History) -> None:
        """Stores what has no such repository, in few statements.

        Nothing of it may be there yet, and who and what it speaks of must be.
        """
        ...
