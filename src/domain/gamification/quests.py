"""Quests of a day: three for a learner, chosen from a pool so that every server agrees and nothing is stored for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import shake_128
from zoneinfo import ZoneInfo

from domain.gamification.class_quests import ClassQuestRules
from domain.shared.ids import UserId

_LOT = 4
_DAILY = "daily/"
WEEK_ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quest:
    """Reached with `target` items of these rules on one local date. Names are by language."""

    key: str
    rule: str
    target: int
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestRules:
    pool: Sequence[Quest]
    weekly: ClassQuestRules
    daily: int = 3


def quests_of(user_id: UserId, day: date, rules: QuestRules) -> tuple[Quest, ...]:
    """In the order of the lots that the day draws for the pool; of different rules: one deed is not three quests."""
    digest = shake_128(f"{user_id}/{day}".encode()).digest(_LOT * len(rules.pool))
    lots = [digest[at : at + _LOT] for at in range(0, len(digest), _LOT)]
    chosen: dict[str, Quest] = {}
    for _, quest in sorted(zip(lots, rules.pool, strict=True), key=_lot_of):
        chosen.setdefault(quest.rule, quest)
    return tuple(chosen.values())[: rules.daily]


def _lot_of(drawn: tuple[bytes, Quest]) -> bytes:
    return drawn[0]


def reached(quests: Sequence[Quest], before: Mapping[str, int], now: Mapping[str, int]) -> list[Quest]:
    """Those whose target lies between the two tallies of the day: each once, whatever the steps."""
    return [quest for quest in quests if before.get(quest.rule, 0) < quest.target <= now.get(quest.rule, 0)]


def source_of(quest: Quest, day: date) -> str:
    """What the ledger knows it by."""
    return f"{_DAILY}{day}/{quest.key}"


def is_daily(source: str) -> bool:
    """Whether that is the name of a day's quest, which follows from the day's deeds; others are won by a class."""
    return source.startswith(_DAILY)


def monday_of(instant: datetime) -> date:
    """The week that an instant belongs to, by its Monday in Asia/Jakarta, whatever the learner's zone."""
    day = instant.astimezone(WEEK_ZONE).date()
    return day - timedelta(days=day.weekday())


def week_ends(monday: date) -> datetime:
    """In UTC."""
    return datetime.combine(monday + timedelta(days=7), datetime.min.time(), WEEK_ZONE).astimezone(UTC)
