"""The bridge from the container to Litestar's own dependency injection."""

from typing import Any

from dependency_injector.providers import Provider
from litestar.di import Provide

from entrypoints.container import Container

# Names that handlers may take: those of the container's providers that routes need.
ROUTED = (
    "adjust_me",
    "attempts",
    "audit",
    "begin_attempt",
    "certificates",
    "change_capacity",
    "change_course",
    "change_course_status",
    "change_free_days",
    "change_lesson",
    "change_lesson_status",
    "change_module",
    "change_ruleset",
    "change_user",
    "compare_lesson_versions",
    "complete_lesson",
    "content",
    "correct_xp",
    "courses",
    "create_course",
    "create_lesson",
    "create_module",
    "create_ruleset",
    "delete_course",
    "delete_lesson",
    "delete_module",
    "delete_review",
    "delete_ruleset",
    "delete_user",
    "enroll",
    "enroll_learner",
    "export_course",
    "extend_quiz",
    "free_day_queries",
    "games",
    "grade_submission",
    "hand_in_attempt",
    "hand_in_work",
    "import_course",
    "import_enrollments",
    "import_grades",
    "invite_user",
    "learning",
    "ledger_checks",
    "live_feed",
    "log_out",
    "metrics",
    "move_lesson",
    "move_module",
    "print_certificate",
    "publish_ruleset",
    "readiness",
    "receive_webhook",
    "regrade_quiz",
    "reinstate_certificate",
    "restore_lesson",
    "reviews",
    "revoke_certificate",
    "save_answer",
    "settings",
    "show_analytics",
    "show_attempt",
    "show_course",
    "show_game",
    "show_leaderboard",
    "show_league",
    "show_rulesets",
    "simulate_ruleset",
    "submissions",
    "users",
    "watch_leaderboard",
    "watch_lesson",
    "withdraw",
    "write_review",
)


def offer(provider: Provider[Any]) -> Provide:
    """A Litestar dependency that is what the provider gives, resolved once: everything lives as long as the process."""
    instance = provider()

    def resolved() -> Any:
        return instance

    return Provide(resolved, sync_to_thread=False)


def offered(container: Container) -> dict[str, Provide]:
    return {name: offer(getattr(container, name)) for name in ROUTED}
