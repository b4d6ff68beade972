import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.attempts import MemoryAttemptRepository
from adapters.memory.audit import MemoryAuditLog
from adapters.memory.certificates import MemoryCertificateRepository
from adapters.memory.class_quests import MemoryClassQuests
from adapters.memory.content import MemoryLessonRepository, MemoryModuleRepository
from adapters.memory.courses import MemoryCourseRepository, MemoryOwners
from adapters.memory.free_days import MemoryFreeDays
from adapters.memory.histories import MemoryHistories
from adapters.memory.idempotency import MemoryIdempotencyKeys
from adapters.memory.leagues import MemoryLeagues
from adapters.memory.learning import MemoryEnrollmentRepository, MemoryLearners, MemoryOffers
from adapters.memory.ledger_checks import MemoryLedgerChecks
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.player_records import MemoryPlayerRecords
from adapters.memory.players import MemoryPlayers
from adapters.memory.reviews import MemoryReviewRepository
from adapters.memory.rulesets import MemoryRulesetRepository
from adapters.memory.submissions import MemorySubmissionRepository
from adapters.memory.tables import MemoryTables
from adapters.memory.users import MemoryUserRepository
from adapters.memory.webhooks import MemorySessionDenyList, MemoryWebhookInbox
from application.catalog.content_ports import ContentUnit
from application.gamification.record_ports import RecordUnit
from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_ports import RulesetUnit
from application.identity.ports import IdentityUnit
from application.learning.attempt_ports import AttemptUnit
from application.learning.certificate_ports import CertificateUnit
from application.learning.review_ports import ReviewUnit
from application.learning.submission_ports import SubmissionUnit


class MemoryStore:
    """Tables that change by whole units, one unit at a time: what a unit has seen stays true until its end.

    `begin` is what handlers take. A unit begun inside of another one waits forever, where PostgreSQL would only wait
    for rows that both want.
    """

    def __init__(self) -> None:
        self.tables = MemoryTables()
        self.rulebook = Rulebook()
        self._turn = asyncio.Lock()

    def committed(self) -> MemoryTables:
        """What is true at this moment; read only."""
        return self.tables

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["MemoryUnit"]:
        async with self._turn:
            yield MemoryUnit(self)


class MemoryUnit(
    IdentityUnit, ContentUnit, AttemptUnit, SubmissionUnit, CertificateUnit, ReviewUnit, RecordUnit, RulesetUnit
):
    """Works on a copy of the store's tables, which takes their place by `commit()`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._tables = store.tables.copy()
        self.users = MemoryUserRepository(self._tables)
        self.denied_sessions = MemorySessionDenyList(self._tables)
        self.inbox = MemoryWebhookInbox(self._tables)
        self.courses = MemoryCourseRepository(self._tables)
        self.modules = MemoryModuleRepository(self._tables)
        self.lessons = MemoryLessonRepository(self._tables)
        self.owners = MemoryOwners(self._tables)
        self.offers = MemoryOffers(self._tables)
        self.learners = MemoryLearners(self._tables)
        self.enrollments = MemoryEnrollmentRepository(self._tables)
        self.attempts = MemoryAttemptRepository(self._tables)
        self.submissions = MemorySubmissionRepository(self._tables)
        self.certificates = MemoryCertificateRepository(self._tables)
        self.players = MemoryPlayers(self._tables, store.rulebook.current)
        self.records = MemoryPlayerRecords(self._tables)
        self.outbox = MemoryOutbox(self._tables)
        self.leagues = MemoryLeagues(self._tables)
        self.class_quests = MemoryClassQuests(self._tables)
        self.ledger_checks = MemoryLedgerChecks(self._tables)
        self.free_days = MemoryFreeDays(self._tables)
        self.rulesets = MemoryRulesetRepository(self._tables)
        self.histories = MemoryHistories(self._tables)
        self.reviews = MemoryReviewRepository(self._tables)
        self.idempotency = MemoryIdempotencyKeys(self._tables)
        self.audit = MemoryAuditLog(self._tables)

    async def commit(self) -> None:
        if self._tables.was_refused:
            raise RuntimeError("a unit that was refused something is to be given up, not committed")
        # Only a copy becomes true: what is done after the commit was not part of it.
        self._store.tables = self._tables.copy()
