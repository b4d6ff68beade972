"""The rules of a quiz as a whole: when it can be taken, when an attempt ends, and what several attempts are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from domain.shared.errors import Conflict


class Scoring(StrEnum):
    """Which of several attempts count."""

    BEST = "best"
    LAST = "last"
    AVERAGE = "average"


class Reveal(StrEnum):
    """From when on a learner sees what was right: handed in, or closed for everybody, or never."""

    HANDED_IN = "handed_in"
    CLOSED = "closed"
    NEVER = "never"


class QuizClosed(Conflict):
    """It can't be begun yet, or any more."""

    code = "quiz.closed"


class AttemptsUsedUp(Conflict):
    code = "quiz.attempts_used_up"


@dataclass(frozen=True, slots=True)
class Score:
    """Points in hundredths: `earned` of the `possible` ones."""

    earned: int
    possible: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.earned, self.possible) if self.possible else Fraction(0)

    @property
    def percent(self) -> int:
        """Rounded down: 100 is all of it, and nothing less."""
        return int(self.share * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRules:
    """What of a quiz's settings decides about attempts; instants are aware, in UTC."""

    time_limit: timedelta | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    closing_ends_attempts: bool = True
    attempts_allowed: int | None = None
    scoring: Scoring = Scoring.BEST
    reveals: Reveal = Reveal.HANDED_IN

    def assert_may_begin(self, *, made: int, at: datetime) -> None:
        """Returns only if one more attempt may begin after those that were made.

        Raises:
            QuizClosed, AttemptsUsedUp
        """
        if self.opens_at is not None and at < self.opens_at:
            raise QuizClosed(f"It opens at {self.opens_at.isoformat()}.")
        if self.closes_at is not None and at >= self.closes_at:
            raise QuizClosed(f"It closed at {self.closes_at.isoformat()}.")
        if self.attempts_allowed is not None and made >= self.attempts_allowed:
            raise AttemptsUsedUp(f"All {self.attempts_allowed} attempts were made.")

    def deadline(self, started_at: datetime, *, extension: timedelta) -> datetime | None:
        """When an attempt ends by itself: after the limit with this learner's extension, or when the quiz closes.

        The extension is time to work in and prolongs the limit; it doesn't keep a closing quiz open. None: never.
        """
        limit = None if self.time_limit is None else started_at + self.time_limit + extension
        ends = [limit, self.closes_at if self.closing_ends_attempts else None]
        return min((end for end in ends if end is not None), default=None)

    def reveals_at(self, at: datetime) -> bool:
        """Whether who has handed in sees what was right."""
        if self.reveals is Reveal.CLOSED:
            return self.closes_at is not None and at >= self.closes_at
        return self.reveals is Reveal.HANDED_IN

    def percent(self, scores: Sequence[Score]) -> int | None:
        """What the attempts that were handed in, in their order, are worth; None where there is none."""
        if not scores:
            return None
        match self.scoring:
            case Scoring.BEST:
                return max(score.percent for score in scores)
            case Scoring.LAST:
                return scores[-1].percent
            case Scoring.AVERAGE:
                total = sum((score.share for score in scores), Fraction(0))
                return int(total * 100 / len(scores))
