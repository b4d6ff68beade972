"""Examples of rulesets for the OpenAPI document: the built-in one, with one of its quests and badges of each kind."""

from typing import Any

from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_document import document_of

_WHOLE = document_of(RULESET_1)
RULES: dict[str, Any] = {
    **_WHOLE,
    "quests": {"daily": 1, "pool": _WHOLE["quests"]["pool"][:2], "weekly": _WHOLE["quests"]["weekly"]},
    "badges": _WHOLE["badges"][:2],
}
_SUMMARY = {
    "version": 2,
    "status": "draft",
    "is_in_force": False,
    "note": "Lebih banyak XP untuk ulasan.",
    "created_by": "01980d3c-1a2b-7c00-8d4e-6a5b4c3d2e1f",
    "created_at": "2026-11-26T08:15:00Z",
    "published_by": None,
    "published_at": None,
    "revision": 1,
}
RULESET_EXAMPLES: dict[str, Any] = {
    "RulesDocument": RULES,
    "RulesetView": {**_SUMMARY, "rules": RULES},
    "RulesetPage": {"items": [_SUMMARY], "next_cursor": None},
    "SimulationView": {
        "version": 2,
        "in_force": 1,
        "learners": 300,
        "learners_changed": 41,
        "xp_before": 66210,
        "xp_after": 66620,
        "by_rule": [
            {"rule": "lesson.completed", "before": 21180, "after": 21180},
            {"rule": "review.written", "before": 410, "after": 820},
        ],
        "levels_up": 1,
        "levels_down": 0,
        "badges": [{"key": "seratus", "tier": "bronze", "gained": 2, "lost": 0}],
        "changes": [
            {
                "user_id": "01980d3d-7a6b-7c5d-8e4f-102132435465",
                "xp_before": 95,
                "xp_after": 105,
                "level_before": 1,
                "level_after": 1,
                "by_rule": [{"rule": "review.written", "before": 10, "after": 20}],
                "badges_gained": [{"key": "seratus", "tier": "bronze"}],
                "badges_lost": [],
            }
        ],
        "order": [
            {
                "user_id": "01980d3c-1a2b-7c00-8d4e-6a5b4c3d2e20",
                "rank_before": 1,
                "rank_after": 1,
                "xp_before": 1659,
                "xp_after": 1674,
            }
        ],
        "assumed_grades": 0,
        "untold": [],
    },
    "NewRuleset": {"copy_of": 1, "note": _SUMMARY["note"]},
    "RulesetDraft": {"rules": RULES, "note": _SUMMARY["note"]},
}
