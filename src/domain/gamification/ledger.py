"""The ledger: one row a decision, never changed. What learners have is what its rows add up to.

A claim is granted once for an item and a rule; everything else is refused, with the reason and, where there is one, the
time from which on such a claim could be granted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.gamification.deeds import COURSE_COMPLETED, LESSON_COMPLETED, Claim
from domain.shared.ids import CourseId, UserId


class Decision(StrEnum):
    GRANTED = "granted"
    DUPLICATE = "duplicate"
    CAPPED = "capped"
    COOLDOWN = "cooldown"
    INELIGIBLE = "ineligible"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """`amount` is what was really granted, 0 where it was refused, signed where staff corrected it.

    `number` counts the learner's entries from 1, without a gap: it is their order, whatever clocks say. `local_date` is
    the learner's date at that instant. `by` and `note` say who corrected and why.
    """

    id: UUID
    user_id: UserId
    number: int
    rule: str
    source: str
    course_id: CourseId | None
    decision: Decision
    amount: int
    reason: str | None
    eligible_at: datetime | None
    at: datetime
    local_date: date
    ruleset: int
    by: UserId | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much counts on one local date, and how fast lessons may be completed.

    Once `halved_from` XP were granted on a day each further grant is halved, rounded up; from `refused_from` on there
    is none. Rules in `exempt` are neither limited nor counted. More than `completions` lessons within `window` pay
    nothing.
    """

    halved_from: int = 300
    refused_from: int = 500
    exempt: frozenset[str] = frozenset({COURSE_COMPLETED})
    completions: int = 10
    window: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a decision depends on, at one instant of one learner.

    `day_xp` is what was granted on this local date that counts, `recent` the last completions of lessons, oldest first,
    and `decided` the items that were decided about before: whether they have paid.
    """

    may_earn: bool
    day_xp: int
    day_ends: datetime
    recent: tuple[datetime, ...]
    decided: Mapping[tuple[str, str], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`is_first` says that nothing was ever decided about this item by this rule before."""

    claim: Claim
    decision: Decision
    amount: int
    reason: str | None = None
    eligible_at: datetime | None = None
    is_first: bool = True


def may_earn(role: str, *, owns_course: bool) -> bool:
    """Staff earn nothing, but a dosen who learns in somebody else's course does."""
    return role == "mahasiswa" or (role == "dosen" and not owns_course)


def decide(
    claims: Iterable[Claim], standing: Standing, limits: Limits, *, now: datetime
) -> tuple[list[Outcome], Standing]:
    """One outcome a claim, in their order, and the standing after them: each counts for the next."""
    outcomes = []
    for claim in claims:
        outcome = _outcome(claim, standing, limits, now)
        outcomes.append(outcome)
        standing = _after(standing, outcome, limits, now)
    return outcomes, standing


def _outcome(claim: Claim, standing: Standing, limits: Limits, now: datetime) -> Outcome:
    has_paid = standing.decided.get((claim.rule, claim.source))
    is_first = has_paid is None
    if not standing.may_earn:
        return Outcome(claim, Decision.INELIGIBLE, 0, "staff", is_first=is_first)
    if has_paid:
        return Outcome(claim, Decision.DUPLICATE, 0, "already_paid", is_first=False)
    if claim.rule == LESSON_COMPLETED and (room_at := _room_at(standing.recent, limits, now)) is not None:
        return Outcome(claim, Decision.COOLDOWN, 0, "too_fast", room_at, is_first=is_first)
    if claim.rule in limits.exempt or standing.day_xp < limits.halved_from:
        return Outcome(claim, Decision.GRANTED, claim.amount, is_first=is_first)
    if standing.day_xp < limits.refused_from:
        return Outcome(claim, Decision.GRANTED, (claim.amount + 1) // 2, "halved", is_first=is_first)
    return Outcome(claim, Decision.CAPPED, 0, "daily_cap", standing.day_ends, is_first=is_first)


def _room_at(recent: Sequence[datetime], limits: Limits, now: datetime) -> datetime | None:
    """When one more completion pays again; None: now. A completion counts for as long as `window`, and no longer."""
    within = [at for at in recent if now - at < limits.window]
    if len(within) < limits.completions:
        return None
    return within[-limits.completions] + limits.window


def _after(standing: Standing, outcome: Outcome, limits: Limits, now: datetime) -> Standing:
    claim = outcome.claim
    key = (claim.rule, claim.source)
    is_granted = outcome.decision is Decision.GRANTED
    counts = is_granted and claim.rule not in limits.exempt
    is_new_lesson = claim.rule == LESSON_COMPLETED and outcome.is_first
    return replace(
        standing,
        day_xp=standing.day_xp + outcome.amount * counts,
        decided={**standing.decided, key: is_granted or standing.decided.get(key, False)},
        recent=(*standing.recent, now)[-limits.completions :] if is_new_lesson else standing.recent,
    )


def total_of(entries: Iterable[LedgerEntry]) -> tuple[int, datetime | None]:
    """The sum, and when it was reached; entries in the order in which they were written."""
    total, reached_at = 0, None
    for entry in entries:
        if entry.amount:
            total, reached_at = total + entry.amount, entry.at
    return total, reached_at
