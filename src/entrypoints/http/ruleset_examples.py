"""Examples of rulesets for the OpenAPI document: the built-in one, with one of its quests and badges of each kind."""

from typing import Any

from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_document import document_of

_WHOLE = document_of(RULESET_1)
RULES: dict[str, Any] = {
    **_WHOLE,
    "quests": {"daily": 1, "pool": _WHOLE["quests"]["pool"][:2]},
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
    "NewRuleset": {"copy_of": 1, "note": _SUMMARY["note"]},
    "RulesetDraft": {"rules": RULES, "note": _SUMMARY["note"]},
}
