from dataclasses import dataclass

from application.identity.ports import IdentityUnit
from application.identity.queries import UserView
from application.shared.clock import Clock
from application.shared.encoded import Encoded
from application.shared.unchanged import UNCHANGED, Unchanged, merged
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.identity.user import LeaderboardChoice
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustMe:
    """A person's own settings; `time_zone` is a known IANA name, `locale` one of ours (checked where they come in)."""

    user_id: UserId
    expected_version: int | None
    display_name: str | Unchanged | None = UNCHANGED
    time_zone: str | Unchanged = UNCHANGED
    locale: str | Unchanged = UNCHANGED
    leaderboard: LeaderboardChoice | Unchanged = UNCHANGED
    pseudonym: str | Unchanged | None = UNCHANGED


class AdjustMeHandler:
    def __init__(self, begin: Begin[IdentityUnit], clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def __call__(self, command: AdjustMe) -> Encoded[UserView]:
        """Raises Stale where the version is another one, PseudonymMissing, PseudonymTaken."""
        now = self._clock()
        async with self._begin() as unit:
            user = await unit.users.get(command.user_id)
            assert_version(user.version, command.expected_version)
            changed = user.adjust(
                display_name=merged(command.display_name, user.display_name),
                time_zone=merged(command.time_zone, user.time_zone),
                locale=merged(command.locale, user.locale),
                at=now,
            )
            chosen = user.choose_leaderboard(
                merged(command.leaderboard, user.leaderboard), merged(command.pseudonym, user.pseudonym), at=now
            )
            if changed or chosen:
                await unit.users.save(user)
            view = await unit.users.view(user.id)
            await unit.commit()
        return view
