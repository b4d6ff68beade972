"""An edition of the rules: a ruleset on its way from draft to published, and who brought it there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.shared.errors import Conflict
from domain.shared.ids import UserId

NOTE_LENGTH = 2_000


class RulesetPublished(Conflict):
    """What learners were promised under a number isn't changed under it."""

    code = "ruleset.published"


class RulesetOutdated(Conflict):
    """Versions only go up: a newer one is in force."""

    code = "ruleset.outdated"


class EditionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(slots=True, kw_only=True)
class Edition:
    """`note` says what it is for. `revision` counts the changes of a draft, its publication being the last one.

    `created_at` is None for the built-in one alone.
    """

    rules: Ruleset
    note: str = ""
    status: EditionStatus = EditionStatus.DRAFT
    created_by: UserId | None = None
    created_at: datetime | None = None
    published_by: UserId | None = None
    published_at: datetime | None = None
    revision: int = 1

    @property
    def version(self) -> int:
        return self.rules.version

    @property
    def is_draft(self) -> bool:
        return self.status is EditionStatus.DRAFT

    def assert_draft(self) -> None:
        """Raises RulesetPublished."""
        if not self.is_draft:
            raise RulesetPublished("A published ruleset stays as it is; copy it into a new draft.")

    def revise(self, rules: Ruleset, note: str) -> bool:
        """Whether anything is different now. Raises RulesetPublished."""
        self.assert_draft()
        if (rules, note) == (self.rules, self.note):
            return False
        self.rules, self.note = rules, note
        self.revision += 1
        return True

    def publish(self, *, by: UserId | None, at: datetime, in_force: int) -> bool:
        """Whether it wasn't before; `in_force` is the newest version that is published.

        Raises:
            RulesetOutdated: that one is newer.
        """
        if not self.is_draft:
            return False
        if self.version < in_force:
            raise RulesetOutdated(f"Version {in_force} is in force, and versions only go up: copy this one.")
        self.status = EditionStatus.PUBLISHED
        self.published_by, self.published_at = by, at
        self.revision += 1
        return True


BUILT_IN = Edition(rules=RULESET_1, status=EditionStatus.PUBLISHED, note="Built in: what Tekun starts with.")
"""Always there, in code and in no table: it holds until another one is published."""
