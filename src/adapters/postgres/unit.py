from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.attempts import PostgresAttemptRepository
from adapters.postgres.repositories.audit import PostgresAuditLog
from adapters.postgres.repositories.certificates import PostgresCertificateRepository
from adapters.postgres.repositories.class_quests import PostgresClassQuests
from adapters.postgres.repositories.content import PostgresLessonRepository, PostgresModuleRepository
from adapters.postgres.repositories.courses import PostgresCourseRepository, PostgresOwners
from adapters.postgres.repositories.enrollments import (
    PostgresEnrollmentRepository,
    PostgresLearners,
    PostgresOffers,
)
from adapters.postgres.repositories.free_days import PostgresFreeDays
from adapters.postgres.repositories.histories import PostgresHistories
from adapters.postgres.repositories.idempotency import PostgresIdempotencyKeys
from adapters.postgres.repositories.leagues import PostgresLeagues
from adapters.postgres.repositories.ledger_checks import PostgresLedgerChecks
from adapters.postgres.repositories.outbox import PostgresOutbox
from adapters.postgres.repositories.player_records import PostgresPlayerRecords
from adapters.postgres.repositories.players import PostgresPlayers
from adapters.postgres.repositories.reviews import PostgresReviewRepository
from adapters.postgres.repositories.rulesets import PostgresRulesetRepository
from adapters.postgres.repositories.submissions import PostgresSubmissionRepository
from adapters.postgres.repositories.users import PostgresUserRepository
from adapters.postgres.repositories.webhooks import PostgresSessionDenyList, PostgresWebhookInbox
from adapters.postgres.statement import Connection
from application.catalog.content_ports import ContentUnit
from application.gamification.check_ledger import LedgerCheckUnit
from application.gamification.class_quest_ports import ClassQuestUnit
from application.gamification.correct_xp import CorrectionUnit
from application.gamification.free_days import FreeDayUnit
from application.gamification.grant_badges import BadgeUnit
from application.gamification.league_ports import LeagueUnit
from application.gamification.outbox_ports import OutboxUnit
from application.gamification.record_ports import RecordUnit
from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_ports import RulesetUnit
from application.identity.ports import IdentityUnit
from application.learning.attempt_ports import AttemptUnit
from application.learning.certificate_ports import CertificateUnit
from application.learning.ports import StepUnit
from application.learning.review_ports import ReviewUnit
from application.learning.submission_ports import SubmissionUnit
from domain.gamification.ruleset import Ruleset

# For who has no other: nothing but the built-in rules.
BUILT_IN = Rulebook()


class PostgresUnit(
    IdentityUnit,
    ContentUnit,
    AttemptUnit,
    SubmissionUnit,
    CertificateUnit,
    ReviewUnit,
    RecordUnit,
    OutboxUnit,
    LeagueUnit,
    ClassQuestUnit,
    CorrectionUnit,
    FreeDayUnit,
    LedgerCheckUnit,
    BadgeUnit,
    RulesetUnit,
):
    """One connection, one transaction. Without `commit()` it is rolled back at the end of its block."""

    def __init__(self, connection: Connection, rules: Ruleset) -> None:
        self._connection = connection
        self._committed = False
        self.users = PostgresUserRepository(connection)
        self.inbox = PostgresWebhookInbox(connection)
        self.denied_sessions = PostgresSessionDenyList(connection)
        self.courses = PostgresCourseRepository(connection)
        self.modules = PostgresModuleRepository(connection)
        self.lessons = PostgresLessonRepository(connection)
        self.owners = PostgresOwners(connection)
        self.offers = PostgresOffers(connection)
        self.learners = PostgresLearners(connection)
        self.enrollments = PostgresEnrollmentRepository(connection)
        self.attempts = PostgresAttemptRepository(connection)
        self.submissions = PostgresSubmissionRepository(connection)
        self.certificates = PostgresCertificateRepository(connection)
        self.players = PostgresPlayers(connection, rules)
        self.records = PostgresPlayerRecords(connection)
        self.outbox = PostgresOutbox(connection)
        self.leagues = PostgresLeagues(connection)
        self.class_quests = PostgresClassQuests(connection)
        self.ledger_checks = PostgresLedgerChecks(connection)
        self.free_days = PostgresFreeDays(connection)
        self.rulesets = PostgresRulesetRepository(connection)
        self.histories = PostgresHistories(connection)
        self.reviews = PostgresReviewRepository(connection)
        self.idempotency = PostgresIdempotencyKeys(connection)
        self.audit = PostgresAuditLog(connection)

    async def start(self) -> None:
        await self._connection.execute("BEGIN")

    async def commit(self) -> None:
        # PostgreSQL answers the COMMIT of a transaction in which something failed with ROLLBACK, and without an error.
        outcome = await self._connection.execute("COMMIT")
        self._committed = True
        if outcome != "COMMIT":
            raise RuntimeError("a unit that was refused something is to be given up, not committed")

    async def finish(self) -> None:
        if not self._committed:
            await self._connection.execute("ROLLBACK")


class ApartUnit(StepUnit):
    """One connection, and each statement is true at once: for deeds that write with one statement."""

    def __init__(self, connection: Connection, rules: Ruleset) -> None:
        self.enrollments = PostgresEnrollmentRepository(connection)
        self.players = PostgresPlayers(connection, rules, is_apart=True)

    async def commit(self) -> None:
        """There is nothing left to be made true."""


class ReadingUnit(RecordUnit):
    """One state of everything, however long it is looked at; PostgreSQL itself refuses to write in it."""

    def __init__(self, connection: Connection) -> None:
        self.records = PostgresPlayerRecords(connection, is_reading=True)
        self.rulesets = PostgresRulesetRepository(connection)

    async def commit(self) -> None:
        """There is nothing to be made true."""


@asynccontextmanager
async def begin_reading(pool: Pool) -> AsyncIterator[ReadingUnit]:
    async with pool.connection() as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield ReadingUnit(connection)
        finally:
            await connection.execute("ROLLBACK")


@asynccontextmanager
async def begin_apart(pool: Pool, rulebook: Rulebook = BUILT_IN) -> AsyncIterator[ApartUnit]:
    """As `begin_unit`, without a transaction around the statements."""
    async with pool.connection() as connection:
        yield ApartUnit(connection, rulebook.current)


@asynccontextmanager
async def begin_unit(pool: Pool, rulebook: Rulebook = BUILT_IN) -> AsyncIterator[PostgresUnit]:
    """A unit on a connection of this pool, in which the game is played by the newest rules of the rulebook.

    Raises what `Pool.connection` raises.
    """
    async with pool.connection() as connection:
        unit = PostgresUnit(connection, rulebook.current)
        await unit.start()
        try:
            yield unit
        finally:
            await unit.finish()
