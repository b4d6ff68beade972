from application.learning.attempt_ports import AttemptUnit
from application.learning.hand_in import hand_in
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import AttemptId

AT_ONCE = 500

TIME = Actor(user_id=None, is_admin=False, source="worker")


class SweepAttemptsHandler:
    """Hands in what time has run out for, however long ago that was, as of its deadline.

    Any number of sweepers, and learners at the same time: each attempt is handed in once. One that fails keeps no other
    from being handed in.
    """

    def __init__(self, begin: Begin[AttemptUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> int:
        """How many it has handed in.

        Raises:
            ExceptionGroup: of what went wrong with single attempts, after all were tried.
        """
        async with self._begin() as unit:
            waiting = await unit.attempts.run_out(self._clock(), limit=AT_ONCE)
        swept, faults = 0, []
        for attempt_id in waiting:
            try:
                swept += await self._hand_in(attempt_id)
            except Exception as fault:  # noqa: BLE001 # told of below, with the others
                faults.append(fault)
        if faults:
            raise ExceptionGroup(f"{len(faults)} of {len(waiting)} attempts could not be handed in", faults)
        return swept

    async def _hand_in(self, attempt_id: AttemptId) -> bool:
        now = self._clock()
        async with self._begin() as unit:
            enrollment, attempt = await unit.attempts.get(attempt_id)
            if not attempt.has_run_out(now):
                return False
            await hand_in(unit, enrollment, attempt, actor=TIME, new_id=self._new_id, at=now)
            await unit.commit()
        return True
