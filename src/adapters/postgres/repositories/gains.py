"""What a turn has gained, as parts of one statement: the ledger's rows, the player, and the scores of leaderboards.

All of it hangs on a gate, a part that has one row with the player's `user_id`, or none where nothing is to be written.
Each part costs whether it has rows or not: badges, and the first deed of a day, are parts only where there are some.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    Insert,
    Integer,
    Table,
    Text,
    Update,
    bindparam,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.arrays import recorded
from adapters.postgres.tables.gamification import (
    active_days,
    badge_awards,
    course_scores,
    outbox,
    players,
    week_scores,
    xp_ledger,
)
from application.gamification.ports import Gains
from domain.gamification.player import Player
from domain.gamification.quests import monday_of
from domain.gamification.replay import Score, scores_of

_ENTRY = tuple(each.name for each in xp_ledger.columns)
_PLAYER = tuple(each.name for each in players.columns if each.name != "user_id")
_AWARD = ("id", "badge", "tier", "awarded_at")


def gain_writes(gate: CTE, *, with_rare: bool) -> list[CTE]:
    """The arguments are `gain_values`."""
    entries = recorded("entries", xp_ledger.columns, "ledger_rows")
    ledger = select(*(entries.c[name] for name in _ENTRY)).join_from(entries, gate, true())
    return [
        player_update().where(players.c.user_id == gate.c.user_id).cte("player"),
        insert(xp_ledger).from_select(list(_ENTRY), ledger).cte("ledger"),
        _scores(week_scores, "week", gate).cte("weeks"),
        _scores(course_scores, "course_id", gate).cte("scored"),
        _told(gate).cte("told"),
        *([_days(gate).cte("days"), _awards(gate).cte("badges")] if with_rare else []),
    ]


def player_update() -> Update:
    """Of whichever row a condition is added for; the arguments are `player_values`."""
    return update(players).values({name: bindparam(f"player_{name}", type_=players.c[name].type) for name in _PLAYER})


def gain_values(gains: Gains) -> dict[str, Any]:
    awards = [
        {"id": award.id, "badge": award.badge.key, "tier": award.badge.tier, "awarded_at": award.awarded_at}
        for award in gains.awards
    ]
    return {
        **player_values(gains.player, version=gains.before + 1),
        "player_before": gains.before,
        "ledger_rows": _json(gains.entries),
        "award_rows": _json(awards),
        "award_ruleset": gains.ruleset,
        **{f"told_{name}": getattr(gains.notice, name, None) for name in ("kind", "body", "at")},
        "day_rows": _json({"day": day, "at": at} for day, at in gains.days.items()),
        "week_rows": _score_rows("week", scores_of(gains.entries, lambda entry: monday_of(entry.at))),
        "course_id_rows": _score_rows("course_id", scores_of(gains.entries, lambda entry: entry.course_id)),
    }


def player_values(player: Player, *, version: int) -> dict[str, Any]:
    streak = player.streak
    row = {
        "entries": player.entries,
        "xp": player.xp,
        "reached_at": player.reached_at,
        "tallies": dict(player.tallies),
        "streak_length": streak.length,
        "streak_longest": streak.longest,
        "streak_freezes": streak.freezes,
        "streak_frozen_days": streak.frozen_days,
        "streak_last_day": streak.last_day,
        "day": player.day,
        "day_xp": player.day_xp,
        "day_tallies": dict(player.day_tallies),
        "recent": list(player.recent),
        "badges": sorted(f"{badge.key}:{badge.tier.value}" for badge in player.badges),
        "version": version,
    }
    return {f"player_{name}": value for name, value in row.items()}


def _days(gate: CTE) -> Insert:
    """The first deed of a day makes it active."""
    given = recorded("given_days", [active_days.c.day, active_days.c.at], "day_rows")
    ruleset = bindparam("award_ruleset", type_=Integer)
    made = select(gate.c.user_id, given.c.day, given.c.at, ruleset).join_from(given, gate, true())
    return insert(active_days).from_select(["user_id", "day", "at", "ruleset"], made).on_conflict_do_nothing()


def _told(gate: CTE) -> Insert:
    """What is told of it, where something is."""
    values = {
        "kind": bindparam("told_kind", type_=Text),
        "body": bindparam("told_body", type_=Text),
        "at": bindparam("told_at", type_=outbox.c.at.type),
    }
    made = select(gate.c.user_id, *values.values()).where(values["kind"].is_not(None))
    return insert(outbox).from_select(["user_id", *values], made)


def _awards(gate: CTE) -> Insert:
    given = recorded("awards", (badge_awards.c[name] for name in _AWARD), "award_rows")
    values = {
        **{name: given.c[name] for name in _AWARD},
        "user_id": gate.c.user_id,
        "ruleset": bindparam("award_ruleset", type_=Integer),
    }
    made = select(*values.values()).join_from(given, gate, true())
    return insert(badge_awards).from_select(list(values), made)


def _json(rows: Iterable[Any]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def _score_rows(key: str, scores: Mapping[Any, Score]) -> str:
    return _json({key: of, "xp": score.xp, "reached_at": score.reached_at} for of, score in scores.items())


def _scores(table: Table, key: str, gate: CTE) -> Insert:
    """What is added, week by week or course by course; `reached_at` moves with the score alone."""
    given = recorded(f"given_{key}", [table.c[key], table.c.xp, table.c.reached_at], f"{key}_rows")
    added = select(given.c[key], gate.c.user_id, given.c.xp, given.c.reached_at).join_from(given, gate, true())
    stored = insert(table).from_select([key, "user_id", "xp", "reached_at"], added)
    return stored.on_conflict_do_update(
        index_elements=[key, "user_id"],
        set_={"xp": table.c.xp + stored.excluded.xp, "reached_at": stored.excluded.reached_at},
    )
