"""The composition root: what implements what. Everything in it lives as long as the process.

No wiring and no request scope: handlers are stateless, and the unit of work is handed in as something to call.
"""

import functools
import random

import httpx
from dependency_injector import providers
from dependency_injector.containers import DeclarativeContainer

from adapters.clerk.payloads import ClerkEventReader
from adapters.markdown.rendering import safe_html
from adapters.memory.leaderboard_projection import MemoryProjection
from adapters.pdf.printer import PdfPrinter
from adapters.postgres.migrations import newest_revision
from adapters.postgres.periodic import claim_run
from adapters.postgres.pool import Pool
from adapters.postgres.queries.analytics import PostgresAnalyticsQueries
from adapters.postgres.queries.answer_sheets import PostgresAnswerSheets
from adapters.postgres.queries.attempts import PostgresAttemptQueries
from adapters.postgres.queries.audit import PostgresAuditQueries
from adapters.postgres.queries.catalog import PostgresCourseQueries
from adapters.postgres.queries.certificates import PostgresCertificateQueries
from adapters.postgres.queries.class_quests import PostgresClassQuestQueries
from adapters.postgres.queries.content import PostgresContentQueries
from adapters.postgres.queries.game import PostgresGameQueries
from adapters.postgres.queries.leaderboards import PostgresLeaderboards, PostgresStandings
from adapters.postgres.queries.leagues import PostgresLeagueQueries
from adapters.postgres.queries.learning import PostgresLearningQueries
from adapters.postgres.queries.outbox import PostgresOutboxQueries
from adapters.postgres.queries.reviews import PostgresReviewQueries
from adapters.postgres.queries.rulesets import PostgresRulesetQueries
from adapters.postgres.queries.submissions import PostgresSubmissionQueries
from adapters.postgres.queries.users import PostgresPrincipals, PostgresUserQueries
from adapters.postgres.queries.webhooks import PostgresWebhookQueries
from adapters.postgres.repositories.free_days import PostgresFreeDayQueries
from adapters.postgres.repositories.ledger_checks import PostgresLedgerCheckQueries
from adapters.postgres.unit import begin_apart, begin_reading, begin_unit
from adapters.system.clock import SystemClock, SystemNewId
from adapters.telemetry.metrics import Metrics
from application.catalog.change_capacity import ChangeCapacityHandler
from application.catalog.change_course import ChangeCourseHandler
from application.catalog.change_course_status import ChangeCourseStatusHandler
from application.catalog.change_lesson import ChangeLessonHandler
from application.catalog.change_lesson_status import ChangeLessonStatusHandler
from application.catalog.change_module import ChangeModuleHandler
from application.catalog.compare_lesson_versions import CompareLessonVersions
from application.catalog.create_course import CreateCourseHandler
from application.catalog.create_lesson import CreateLessonHandler
from application.catalog.create_module import CreateModuleHandler
from application.catalog.delete_course import DeleteCourseHandler
from application.catalog.delete_lesson import DeleteLessonHandler
from application.catalog.delete_module import DeleteModuleHandler
from application.catalog.export_course import ExportCourse
from application.catalog.import_course import ImportCourseHandler
from application.catalog.import_courses import ImportCoursesHandler
from application.catalog.move_lesson import MoveLessonHandler
from application.catalog.move_module import MoveModuleHandler
from application.catalog.restore_lesson import RestoreLessonHandler
from application.gamification.change_ruleset import ChangeRulesetHandler
from application.gamification.check_ledger import CheckLedgerHandler
from application.gamification.correct_xp import CorrectXpHandler
from application.gamification.create_ruleset import CreateRulesetHandler
from application.gamification.delete_ruleset import DeleteRulesetHandler
from application.gamification.first_places import FirstPlaces
from application.gamification.free_days import ChangeFreeDays
from application.gamification.grant_badges import GrantBadgesHandler
from application.gamification.leaderboard_ports import Projection
from application.gamification.live_feed import LiveFeed
from application.gamification.projected_leaderboards import ProjectedLeaderboards
from application.gamification.publish_ruleset import PublishRulesetHandler
from application.gamification.rulebook import Rulebook
from application.gamification.run_class_quests import RunClassQuestsHandler
from application.gamification.run_leagues import RunLeaguesHandler
from application.gamification.show_game import ShowGame
from application.gamification.show_leaderboard import ShowLeaderboard
from application.gamification.show_league import ShowLeague
from application.gamification.show_rulesets import ShowRulesets
from application.gamification.simulate_ruleset import SimulateRulesetHandler
from application.gamification.verify_ledger import RebuildLedgerHandler, VerifyLedgerHandler
from application.gamification.watch_leaderboard import WatchLeaderboard
from application.identity.adjust_me import AdjustMeHandler
from application.identity.apply_delivery import ApplyDelivery
from application.identity.appoint_user import AppointUserHandler
from application.identity.authenticate import Authenticate
from application.identity.change_user import ChangeUserHandler
from application.identity.complete_newcomers import CompleteNewcomersHandler
from application.identity.delete_user import DeleteUserHandler
from application.identity.invite_user import InviteUserHandler
from application.identity.log_out import LogOutHandler
from application.identity.receive_webhook import ReceiveWebhookHandler
from application.identity.retry_webhooks import ReplayWebhookHandler, RetryWebhooksHandler
from application.identity.synchronize_users import SynchronizeUsersHandler
from application.learning.advance import Steps
from application.learning.begin_attempt import BeginAttemptHandler
from application.learning.complete_lesson import CompleteLessonHandler
from application.learning.delete_review import DeleteReviewHandler
from application.learning.enroll import EnrollHandler
from application.learning.enroll_learner import EnrollLearnerHandler
from application.learning.extend_quiz import ExtendQuizHandler
from application.learning.grade_submission import GradeSubmissionHandler
from application.learning.hand_in_attempt import HandInAttemptHandler
from application.learning.hand_in_work import HandInWorkHandler
from application.learning.import_enrollments import ImportEnrollmentsHandler
from application.learning.import_grades import ImportGradesHandler
from application.learning.print_certificate import PrintCertificate
from application.learning.regrade_quiz import RegradeQuizHandler
from application.learning.reinstate_certificate import ReinstateCertificateHandler
from application.learning.revoke_certificate import RevokeCertificateHandler
from application.learning.save_answer import SaveAnswerHandler
from application.learning.show_analytics import ShowAnalytics
from application.learning.show_attempt import ShowAttempt
from application.learning.show_course import ShowCourse
from application.learning.sweep_attempts import SweepAttemptsHandler
from application.learning.watch_lesson import WatchLessonHandler
from application.learning.withdraw import WithdrawHandler
from application.learning.write_review import WriteReviewHandler
from entrypoints import clerk
from entrypoints.readiness import Readiness
from entrypoints.settings import Settings


def _pool(settings: Settings) -> Pool:
    assert settings.database_url is not None, "resolved before the container is made"
    return Pool(settings.database_url.get_secret_value(), size=settings.database_pool_size)


def _projection(settings: Settings) -> Projection:
    if settings.redis_url is None:
        return MemoryProjection()
    # Who has no Redis needn't load its client.
    from adapters.redis.client import redis_client  # noqa: PLC0415 # said above
    from adapters.redis.leaderboard_projection import RedisProjection  # noqa: PLC0415 # said above

    return RedisProjection(redis_client(settings.redis_url.get_secret_value()))


class Container(DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    new_id = providers.Singleton(SystemNewId)
    randomness = providers.Singleton(random.SystemRandom)
    metrics = providers.Singleton(Metrics)
    http_client = providers.Singleton(httpx.AsyncClient, follow_redirects=False)

    pool = providers.Singleton(_pool, settings)
    rulebook = providers.Singleton(Rulebook)
    begin = providers.Singleton(functools.partial, begin_unit, pool, rulebook)
    begin_reading = providers.Singleton(functools.partial, begin_reading, pool)
    begin_apart = providers.Singleton(functools.partial, begin_apart, pool, rulebook)
    claim_run = providers.Singleton(functools.partial, claim_run, pool)
    revision = providers.Singleton(newest_revision)
    readiness = providers.Singleton(Readiness, pool, revision=revision)

    development_issuer = providers.Singleton(clerk.development_issuer, settings)
    keys = providers.Singleton(clerk.key_set, settings, development_issuer, http_client, clock)
    token_verifier = providers.Singleton(clerk.token_verifier, settings, keys, clock)
    webhook_verifier = providers.Singleton(clerk.webhook_verifier, settings, clock)
    # An admin waits for an answer, with a transaction open; the reconciliation has all the time that Clerk asks for.
    directory = providers.Singleton(clerk.user_directory, settings, http_client, patience=8.0)
    patient_directory = providers.Singleton(clerk.user_directory, settings, http_client, patience=60.0)
    event_reader = providers.Singleton(ClerkEventReader, clock=clock)

    principals = providers.Singleton(PostgresPrincipals, pool)
    authenticate = providers.Singleton(Authenticate, token_verifier, principals, begin, clock, new_id)
    users = providers.Singleton(PostgresUserQueries, pool)
    audit = providers.Singleton(PostgresAuditQueries, pool)
    webhooks = providers.Singleton(PostgresWebhookQueries, pool)
    appoint_user = providers.Singleton(AppointUserHandler, begin, clock, new_id)
    adjust_me = providers.Singleton(AdjustMeHandler, begin, clock)
    log_out = providers.Singleton(LogOutHandler, begin, directory, clock, new_id)
    invite_user = providers.Singleton(InviteUserHandler, begin, directory, clock, new_id)
    change_user = providers.Singleton(ChangeUserHandler, begin, directory, clock, new_id)
    delete_user = providers.Singleton(DeleteUserHandler, begin, directory, clock, new_id)
    synchronize_users = providers.Singleton(SynchronizeUsersHandler, begin, patient_directory, clock, new_id)
    complete_newcomers = providers.Singleton(CompleteNewcomersHandler, begin, patient_directory, clock, new_id)
    apply_delivery = providers.Singleton(ApplyDelivery, event_reader, clock, new_id, randomness)
    receive_webhook = providers.Singleton(ReceiveWebhookHandler, begin, webhook_verifier, apply_delivery, clock)
    retry_webhooks = providers.Singleton(RetryWebhooksHandler, begin, apply_delivery, clock)
    replay_webhook = providers.Singleton(ReplayWebhookHandler, begin, apply_delivery)

    render = providers.Object(safe_html)
    courses = providers.Singleton(PostgresCourseQueries, pool)
    create_course = providers.Singleton(CreateCourseHandler, begin, clock, new_id, render)
    change_course = providers.Singleton(ChangeCourseHandler, begin, clock, new_id, render)
    change_course_status = providers.Singleton(ChangeCourseStatusHandler, begin, clock, new_id)
    delete_course = providers.Singleton(DeleteCourseHandler, begin, clock, new_id)
    import_courses = providers.Singleton(ImportCoursesHandler, begin, clock, new_id, render)

    content = providers.Singleton(PostgresContentQueries, pool)
    create_module = providers.Singleton(CreateModuleHandler, begin, clock, new_id)
    change_module = providers.Singleton(ChangeModuleHandler, begin, clock, new_id)
    move_module = providers.Singleton(MoveModuleHandler, begin, clock, new_id)
    delete_module = providers.Singleton(DeleteModuleHandler, begin, clock, new_id)
    create_lesson = providers.Singleton(CreateLessonHandler, begin, clock, new_id, render)
    change_lesson = providers.Singleton(ChangeLessonHandler, begin, clock, new_id, render)
    change_lesson_status = providers.Singleton(ChangeLessonStatusHandler, begin, clock, new_id)
    move_lesson = providers.Singleton(MoveLessonHandler, begin, clock, new_id)
    delete_lesson = providers.Singleton(DeleteLessonHandler, begin, clock, new_id)
    compare_lesson_versions = providers.Singleton(CompareLessonVersions, content)
    restore_lesson = providers.Singleton(RestoreLessonHandler, begin, clock, new_id)
    export_course = providers.Singleton(ExportCourse, content)
    import_course = providers.Singleton(ImportCourseHandler, begin, clock, new_id, render)

    learning = providers.Singleton(PostgresLearningQueries, pool)
    show_course = providers.Singleton(ShowCourse, learning, clock)
    change_capacity = providers.Singleton(ChangeCapacityHandler, begin, clock, new_id)
    enroll = providers.Singleton(EnrollHandler, begin, clock, new_id)
    enroll_learner = providers.Singleton(EnrollLearnerHandler, begin, clock, new_id)
    import_enrollments = providers.Singleton(ImportEnrollmentsHandler, begin, clock, new_id)
    withdraw = providers.Singleton(WithdrawHandler, begin, clock, new_id)
    steps = providers.Singleton(Steps, begin_apart, begin, new_id)
    complete_lesson = providers.Singleton(CompleteLessonHandler, steps, clock)
    watch_lesson = providers.Singleton(WatchLessonHandler, steps, clock)

    games = providers.Singleton(PostgresGameQueries, pool)
    outbox = providers.Singleton(PostgresOutboxQueries, pool)
    live_feed = providers.Singleton(LiveFeed, outbox)
    sql_leaderboards = providers.Singleton(PostgresLeaderboards, pool)
    standings = providers.Singleton(PostgresStandings, pool)
    projection = providers.Singleton(_projection, settings)
    leaderboards = providers.Singleton(ProjectedLeaderboards, projection, sql_leaderboards, standings)
    first_places = providers.Singleton(FirstPlaces, leaderboards, standings)
    show_leaderboard = providers.Singleton(ShowLeaderboard, leaderboards, standings, first_places, clock)
    watch_leaderboard = providers.Singleton(WatchLeaderboard, show_leaderboard, first_places)
    league_queries = providers.Singleton(PostgresLeagueQueries, pool)
    show_league = providers.Singleton(ShowLeague, league_queries, standings, rulebook, clock)
    run_leagues = providers.Singleton(RunLeaguesHandler, begin, rulebook, clock, new_id)
    correct_xp = providers.Singleton(CorrectXpHandler, begin, clock, new_id)
    free_day_queries = providers.Singleton(PostgresFreeDayQueries, pool)
    change_free_days = providers.Singleton(ChangeFreeDays, begin, clock, new_id)
    verify_ledger = providers.Singleton(VerifyLedgerHandler, begin, rulebook)
    ledger_checks = providers.Singleton(PostgresLedgerCheckQueries, pool)
    check_ledger = providers.Singleton(CheckLedgerHandler, verify_ledger, begin, clock)
    grant_badges = providers.Singleton(GrantBadgesHandler, begin, clock, new_id)
    rebuild_ledger = providers.Singleton(RebuildLedgerHandler, begin, rulebook)
    rulesets = providers.Singleton(PostgresRulesetQueries, pool)
    show_rulesets = providers.Singleton(ShowRulesets, rulesets)
    create_ruleset = providers.Singleton(CreateRulesetHandler, begin, rulebook, clock, new_id)
    change_ruleset = providers.Singleton(ChangeRulesetHandler, begin, rulebook, clock, new_id)
    delete_ruleset = providers.Singleton(DeleteRulesetHandler, begin, clock, new_id)
    publish_ruleset = providers.Singleton(PublishRulesetHandler, begin, rulebook, clock, new_id)
    simulate_ruleset = providers.Singleton(SimulateRulesetHandler, begin_reading, rulesets, rulebook)
    class_quest_queries = providers.Singleton(PostgresClassQuestQueries, pool)
    run_class_quests = providers.Singleton(RunClassQuestsHandler, begin, rulebook, clock, new_id)
    show_game = providers.Singleton(ShowGame, games, class_quest_queries, rulebook, clock)
    certificates = providers.Singleton(PostgresCertificateQueries, pool)
    certificate_printer = providers.Singleton(PdfPrinter)
    print_certificate = providers.Singleton(PrintCertificate, certificates, certificate_printer)
    revoke_certificate = providers.Singleton(RevokeCertificateHandler, begin, clock, new_id)
    reinstate_certificate = providers.Singleton(ReinstateCertificateHandler, begin, clock, new_id)

    reviews = providers.Singleton(PostgresReviewQueries, pool)
    write_review = providers.Singleton(WriteReviewHandler, begin, clock, new_id)
    delete_review = providers.Singleton(DeleteReviewHandler, begin, clock, new_id)

    attempts = providers.Singleton(PostgresAttemptQueries, pool)
    answer_sheets = providers.Singleton(PostgresAnswerSheets, pool)
    show_attempt = providers.Singleton(ShowAttempt, attempts, clock)
    begin_attempt = providers.Singleton(BeginAttemptHandler, begin, clock, new_id, randomness)
    save_answer = providers.Singleton(SaveAnswerHandler, answer_sheets, clock)
    hand_in_attempt = providers.Singleton(HandInAttemptHandler, begin, clock, new_id)
    sweep_attempts = providers.Singleton(SweepAttemptsHandler, begin, clock, new_id)
    extend_quiz = providers.Singleton(ExtendQuizHandler, begin, clock, new_id)
    regrade_quiz = providers.Singleton(RegradeQuizHandler, begin, clock, new_id)

    submissions = providers.Singleton(PostgresSubmissionQueries, pool)
    hand_in_work = providers.Singleton(HandInWorkHandler, begin, clock, new_id)
    grade_submission = providers.Singleton(GradeSubmissionHandler, begin, clock, new_id)
    import_grades = providers.Singleton(ImportGradesHandler, begin, clock, new_id)

    analytics = providers.Singleton(PostgresAnalyticsQueries, pool)
    show_analytics = providers.Singleton(ShowAnalytics, analytics, clock)


def make_container(settings: Settings) -> Container:
    """The container of one process. `settings.database_url` is set: see `entrypoints.database`."""
    return Container(settings=settings)
