from application.learning.attempt_queries import AttemptQueries
from application.learning.attempt_views import AttemptView, attempt_view
from application.shared.actor import Actor
from application.shared.clock import Clock
from domain.shared.ids import AttemptId


class ShowAttempt:
    def __init__(self, queries: AttemptQueries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    async def __call__(self, attempt_id: AttemptId, actor: Actor) -> AttemptView:
        """For its learner, and for who teaches the course. Raises AttemptNotFound."""
        found = await self._queries.attempt(attempt_id, actor)
        return attempt_view(
            found.attempt,
            found.work,
            course_id=found.course_id,
            user_id=found.user_id,
            at=self._clock(),
            to_teacher=found.is_teacher,
        )
