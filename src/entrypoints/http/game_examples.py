"""Examples of the game for the OpenAPI document: a learner on their fourth day."""

from typing import Any

import msgspec

_LEVEL = {"number": 2, "begins_at": 120, "ends_at": 276}
_STREAK = {"length": 4, "longest": 9, "freezes": 1, "is_today_done": True}
_QUESTS = [
    {
        "key": "dua_pelajaran",
        "name": {"id": "Selesaikan 2 pelajaran", "en": "Complete 2 lessons"},
        "done": 1,
        "target": 2,
        "is_completed": False,
    }
]
_XP = {"rule": "lesson.completed", "decision": "granted", "amount": 10, "reason": None, "eligible_at": None}
_BADGE = {
    "key": "pelajar",
    "name": {"id": "Pelajar", "en": "Learner"},
    "description": {"id": "Selesaikan 10 pelajaran.", "en": "Complete 10 lessons."},
}
REWARD = {
    "xp": [_XP],
    "xp_granted": 10,
    "xp_total": 165,
    "level": _LEVEL,
    "is_new_level": False,
    "streak": _STREAK,
    "freezes_used": 0,
    "badges": [{**_BADGE, "tier": "bronze"}],
    "quests": _QUESTS,
}
EVENT = {"id": "41", "event": "reward", "data": msgspec.json.encode(REWARD).decode()}
GAME_EXAMPLES: dict[str, Any] = {
    "GameView": {
        "xp_total": 165,
        "xp_towards_cap": 10,
        "xp_this_week": 65,
        "level": _LEVEL,
        "streak": _STREAK,
        "badges_held": 3,
        "quests": _QUESTS,
    },
    "XpPage": {
        "items": [
            {
                **_XP,
                "number": 17,
                "at": "2026-11-26T08:15:00Z",
                "source": "01980d3e-2a3b-7c4d-8e5f-60718293a4b5",
                "course_id": "01980d3e-1f2a-7b3c-9d4e-5f60718293a4",
                "local_date": "2026-11-26",
                "ruleset": 1,
                "note": None,
            }
        ],
        "next_cursor": None,
    },
    "BadgesView": {
        "items": [{**_BADGE, "held": ["bronze"], "next_tier": "silver", "number": 12, "threshold": 50}],
    },
    "LeaderboardView": {
        "scope": "week",
        "view": "top",
        "week": "2026-11-23",
        "course_id": None,
        "items": [
            {"rank": 1, "name": "Siti Rahma", "xp": 240, "gain": None, "is_me": False},
            {"rank": 2, "name": "Elang Rajin", "xp": 165, "gain": None, "is_me": True},
        ],
        "me": None,
    },
    "LeagueView": {
        "week": "2026-11-23",
        "ends_at": "2026-11-29T17:00:00Z",
        "tier": {"number": 2, "name": {"id": "Perak", "en": "Silver"}},
        "items": [
            {"rank": 1, "name": "Siti Rahma", "xp": 240, "movement": "promoted", "is_me": False},
            {"rank": 2, "name": "Elang Rajin", "xp": 165, "movement": "stayed", "is_me": True},
        ],
        "last": {
            "week": "2026-11-16",
            "tier": {"number": 1, "name": {"id": "Perunggu", "en": "Bronze"}},
            "rank": 3,
            "movement": "promoted",
        },
    },
    "CorrectionView": {
        "id": "01980d3e-2a3b-7c4d-8e5f-60718293a4b5",
        "user_id": "01980d3e-1f2a-7b3c-9d4e-5f60718293a4",
        "number": 18,
        "amount": -20,
        "note": "Kuis dinilai dua kali.",
        "at": "2026-11-26T08:15:00Z",
        "xp_total": 145,
        "level": _LEVEL,
        "badges": [],
        "badges_revoked": [],
    },
    "NewCorrection": {"amount": -20, "note": "Kuis dinilai dua kali."},
    "FreeDay": {"name": "Hari Kemerdekaan"},
    "FreeDayView": {"day": "2027-08-17", "name": "Hari Kemerdekaan"},
    "FreeDaysView": {"items": [{"day": "2027-08-17", "name": "Hari Kemerdekaan"}]},
    "QuestsView": {
        "day": "2026-11-26",
        "ends_at": "2026-11-26T17:00:00Z",
        "items": _QUESTS,
        "week": "2026-11-23",
        "week_ends_at": "2026-11-29T17:00:00Z",
        "classes": [
            {
                "course_id": "01980d3e-1f2a-7b3c-9d4e-5f60718293a4",
                "course_title": "Dasar-dasar Pemrograman",
                "name": {
                    "id": "Sekelas rajin: 5 pelajaran minggu ini",
                    "en": "A diligent class: 5 lessons this week",
                },
                "done": 2,
                "target": 5,
                "reached": 7,
                "needed": 12,
                "members": 20,
                "is_won_so_far": False,
            }
        ],
    },
}
BOARD_EVENT = {"event": "leaderboard", "data": msgspec.json.encode(GAME_EXAMPLES["LeaderboardView"]).decode()}
