"""A user of the platform: kept in step with Clerk, changed by admins, adjusted by themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.identity.profile import Profile, Role, SourceMark
from domain.shared.errors import Conflict, FieldError, Invalid
from domain.shared.ids import UserId

DEFAULT_TIME_ZONE = "Asia/Jakarta"
DEFAULT_LOCALE = "id"
LOCALES = ("id", "en")


class Status(StrEnum):
    """`pending`: invited and not yet signed up, or without a verified email. `inactive`: banned, locked or deleted."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"


class LeaderboardChoice(StrEnum):
    """What others see of somebody on leaderboards; who is hidden is nowhere on them, nor counted."""

    NAME = "name"
    PSEUDONYM = "pseudonym"
    HIDDEN = "hidden"


class PseudonymMissing(Invalid):
    code = "user.pseudonym_missing"


class UserDeleted(Conflict):
    code = "user.deleted"


class UserStatusGuarded(Conflict):
    code = "user.status_guarded"


@dataclass(slots=True, kw_only=True)
class User:
    """`clerk_id` is None for who is invited and has not signed up; `deleted_at` makes the row a tombstone.

    `mark` is the newest description of Clerk's that was applied, None before the first.
    """

    id: UserId
    clerk_id: str | None
    name: str | None
    email: str | None
    email_verified: bool
    role: Role
    status: Status
    display_name: str | None = None
    time_zone: str = DEFAULT_TIME_ZONE
    locale: str = DEFAULT_LOCALE
    leaderboard: LeaderboardChoice = LeaderboardChoice.NAME
    pseudonym: str | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1
    mark: SourceMark | None = None
    deleted_at: datetime | None = None

    @classmethod
    def invited(cls, id: UserId, *, email: str, role: Role, at: datetime) -> Self:  # noqa: A002 # a field's name
        return cls(
            id=id, clerk_id=None, name=None, email=email, email_verified=False,
            role=role, status=Status.PENDING, created_at=at, updated_at=at,
        )  # fmt: skip

    @classmethod
    def provisioned(cls, id: UserId, *, clerk_id: str, at: datetime) -> Self:  # noqa: A002 # a field's name
        """Somebody whose token is good and of whom nothing else is known yet."""
        return cls(
            id=id, clerk_id=clerk_id, name=None, email=None, email_verified=False,
            role=Role.MAHASISWA, status=Status.PENDING, created_at=at, updated_at=at,
        )  # fmt: skip

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None

    @property
    def is_active_admin(self) -> bool:
        return self.is_live and self.role is Role.ADMIN and self.status is Status.ACTIVE

    def is_behind(self, profile: Profile) -> bool:
        """Whether this is newer than all that was taken over before.

        A tombstone is behind nothing: no late description revives who was deleted.
        """
        return self.is_live and (self.mark is None or profile.mark > self.mark)

    def follow(self, profile: Profile, *, at: datetime) -> bool:
        """Takes over what Clerk says, if it is newer than all that was taken over before; says whether it was."""
        if not self.is_behind(profile):
            return False
        self.clerk_id = profile.clerk_id
        self.name = profile.name
        self.email = profile.email
        self.email_verified = profile.email_verified
        self.role = profile.role
        self.status = _status_of(profile)
        self.created_at = profile.created_at
        self.mark = profile.mark
        self._touch(at)
        return True

    def bury(self, *, at: datetime) -> bool:
        """Leaves a tombstone: nothing personal, no right, and no way back. Says whether there was anything to bury."""
        if not self.is_live:
            return False
        self.name = self.email = self.display_name = self.pseudonym = None
        self.leaderboard = LeaderboardChoice.HIDDEN
        self.email_verified = False
        self.role = Role.MAHASISWA
        self.status = Status.INACTIVE
        self.time_zone, self.locale = DEFAULT_TIME_ZONE, DEFAULT_LOCALE
        self.mark = None
        self.deleted_at = at
        self._touch(at)
        return True

    def change_role(self, role: Role, *, at: datetime) -> bool:
        """Says whether the role is another one now.

        Raises:
            UserDeleted: a tombstone has no role to change.
        """
        self._assert_live()
        if role is self.role:
            return False
        self.role = role
        self._touch(at)
        return True

    def change_status(self, status: Status, *, at: datetime) -> bool:
        """Says whether the status is another one now.

        Raises:
            UserDeleted: a tombstone stays inactive.
            UserStatusGuarded: `pending` is what somebody is before they signed up, not what they can be made; and who
                was invited stays pending until they sign up.
        """
        self._assert_live()
        if status is self.status:
            return False
        if status is Status.PENDING or self.clerk_id is None:
            raise UserStatusGuarded(f"A user who is {self.status} can't be made {status}.")
        self.status = status
        self._touch(at)
        return True

    def adjust(self, *, display_name: str | None, time_zone: str, locale: str, at: datetime) -> bool:
        """Takes a person's own settings (already checked to be a known zone and locale); says whether any changed."""
        wanted = (display_name, time_zone, locale)
        if wanted == (self.display_name, self.time_zone, self.locale):
            return False
        self.display_name, self.time_zone, self.locale = wanted
        self._touch(at)
        return True

    def choose_leaderboard(self, choice: LeaderboardChoice, pseudonym: str | None, *, at: datetime) -> bool:
        """Says whether anything is different now.

        Raises:
            PseudonymMissing: there is none to be shown.
        """
        if choice is LeaderboardChoice.PSEUDONYM and pseudonym is None:
            detail = "Choose a pseudonym to be shown by."
            raise PseudonymMissing(detail, errors=[FieldError("/pseudonym", "user.pseudonym_missing", detail)])
        if (choice, pseudonym) == (self.leaderboard, self.pseudonym):
            return False
        self.leaderboard, self.pseudonym = choice, pseudonym
        self._touch(at)
        return True

    def _touch(self, at: datetime) -> None:
        self.updated_at = at
        self.version += 1

    def _assert_live(self) -> None:
        if not self.is_live:
            raise UserDeleted("This user was deleted.")


def _status_of(profile: Profile) -> Status:
    if profile.suspended:
        return Status.INACTIVE
    return Status.ACTIVE if profile.email_verified else Status.PENDING
