"""What a database would hold, in dictionaries."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from application.gamification.check_ledger import LedgerCheck
from application.gamification.class_quest_ports import ClassResult
from application.gamification.league_ports import Group
from application.gamification.outbox_ports import Told
from application.gamification.ports import BadgeAward
from application.gamification.record_ports import ActiveDay
from application.identity.ports import WebhookDelivery
from application.learning.quiz_content import StoredAnswer
from application.shared.idempotency import Created
from domain.audit.entry import AuditEntry
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, LessonVersion
from domain.catalog.module import Module
from domain.gamification.edition import Edition
from domain.gamification.leagues import Result
from domain.gamification.ledger import LedgerEntry
from domain.gamification.player import Player
from domain.identity.user import User
from domain.learning.attempt import Attempt
from domain.learning.certificate import Certificate
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress
from domain.learning.review import Review
from domain.learning.submission import Submission
from domain.shared.ids import (
    AttemptId,
    CertificateId,
    CourseId,
    EnrollmentId,
    LessonId,
    ModuleId,
    SubmissionId,
    UserId,
)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    fingerprint: str
    answer: Created[Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptNotice:
    told: Told
    at: datetime


@dataclass(frozen=True, slots=True)
class LeagueMember:
    group_id: UUID
    result: Result | None


@dataclass(slots=True)
class MemoryTables:
    """The objects in here belong to the tables alone: repositories copy on the way in and on the way out.

    `was_refused` says that something broke a rule, after which these tables must not become true.
    """

    users: dict[UserId, User] = field(default_factory=dict)
    courses: dict[CourseId, Course] = field(default_factory=dict)
    modules: dict[ModuleId, Module] = field(default_factory=dict)
    lessons: dict[LessonId, Lesson] = field(default_factory=dict)
    lesson_versions: dict[tuple[LessonId, int], LessonVersion] = field(default_factory=dict)
    enrollments: dict[EnrollmentId, Enrollment] = field(default_factory=dict)
    lesson_progress: dict[tuple[EnrollmentId, LessonId], LessonProgress] = field(default_factory=dict)
    attempts: dict[AttemptId, Attempt] = field(default_factory=dict)
    answers: dict[tuple[AttemptId, str], StoredAnswer] = field(default_factory=dict)
    quiz_extensions: dict[tuple[EnrollmentId, LessonId], timedelta] = field(default_factory=dict)
    submissions: dict[SubmissionId, Submission] = field(default_factory=dict)
    certificates: dict[CertificateId, Certificate] = field(default_factory=dict)
    reviews: dict[tuple[CourseId, UserId], Review] = field(default_factory=dict)
    players: dict[UserId, Player] = field(default_factory=dict)
    player_versions: dict[UserId, int] = field(default_factory=dict)
    xp_ledger: list[LedgerEntry] = field(default_factory=list)
    active_days: dict[tuple[UserId, date], ActiveDay] = field(default_factory=dict)
    badge_awards: list[tuple[UserId, BadgeAward]] = field(default_factory=list)
    free_days: dict[date, str] = field(default_factory=dict)
    outbox: list[KeptNotice] = field(default_factory=list)
    notices_told: int = 0
    ledger_checks: list[LedgerCheck] = field(default_factory=list)
    league_groups: dict[UUID, Group] = field(default_factory=dict)
    league_members: dict[tuple[UserId, date], LeagueMember] = field(default_factory=dict)
    closed_groups: frozenset[UUID] = frozenset()
    class_quests: dict[tuple[CourseId, date], ClassResult] = field(default_factory=dict)
    rulesets: dict[int, Edition] = field(default_factory=dict)
    deliveries: dict[str, WebhookDelivery] = field(default_factory=dict)
    denied_sessions: dict[str, datetime] = field(default_factory=dict)
    kept_answers: dict[tuple[UserId, str], KeptAnswer] = field(default_factory=dict)
    audit_entries: list[AuditEntry] = field(default_factory=list)
    was_refused: bool = False

    def copy(self) -> "MemoryTables":
        return MemoryTables(
            users=dict(self.users),
            courses=dict(self.courses),
            modules=dict(self.modules),
            lessons=dict(self.lessons),
            lesson_versions=dict(self.lesson_versions),
            enrollments=dict(self.enrollments),
            lesson_progress=dict(self.lesson_progress),
            attempts=dict(self.attempts),
            answers=dict(self.answers),
            quiz_extensions=dict(self.quiz_extensions),
            submissions=dict(self.submissions),
            certificates=dict(self.certificates),
            reviews=dict(self.reviews),
            players=dict(self.players),
            player_versions=dict(self.player_versions),
            xp_ledger=list(self.xp_ledger),
            active_days=dict(self.active_days),
            badge_awards=list(self.badge_awards),
            free_days=dict(self.free_days),
            outbox=list(self.outbox),
            notices_told=self.notices_told,
            ledger_checks=list(self.ledger_checks),
            league_groups=dict(self.league_groups),
            league_members=dict(self.league_members),
            closed_groups=self.closed_groups,
            class_quests=dict(self.class_quests),
            rulesets=dict(self.rulesets),
            deliveries=dict(self.deliveries),
            denied_sessions=dict(self.denied_sessions),
            kept_answers=dict(self.kept_answers),
            audit_entries=list(self.audit_entries),
        )
