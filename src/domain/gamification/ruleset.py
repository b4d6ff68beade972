"""A ruleset: every number of the game, under one version. A ledger row keeps the version that it was decided under."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.gamification.badges import Badge
from domain.gamification.deeds import Prices
from domain.gamification.leagues import LeagueRules
from domain.gamification.ledger import Limits
from domain.gamification.levels import LevelRules
from domain.gamification.quests import QuestRules
from domain.gamification.streak import StreakRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    version: int
    prices: Prices
    limits: Limits
    levels: LevelRules
    streak: StreakRules
    quests: QuestRules
    leagues: LeagueRules
    badges: Sequence[Badge]
