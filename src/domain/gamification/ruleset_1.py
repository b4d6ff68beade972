"""Ruleset 1: the numbers that Tekun starts with."""

from domain.gamification.class_quests import ClassQuestRules
from domain.gamification.deeds import (
    ASSIGNMENT_GRADED,
    COURSE_COMPLETED,
    LESSON_COMPLETED,
    QUEST_COMPLETED,
    QUIZ_FIRST_TRY,
    QUIZ_GOOD,
    QUIZ_PASSED,
    QUIZ_PERFECT,
    REVIEW_WRITTEN,
    Prices,
)
from domain.gamification.leagues import LeagueRules
from domain.gamification.ledger import Limits
from domain.gamification.levels import LevelRules
from domain.gamification.quests import Quest, QuestRules
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1_badges import BADGES
from domain.gamification.streak import StreakRules


def _quest(key: str, rule: str, target: int, indonesian: str, english: str) -> Quest:
    return Quest(key=key, rule=rule, target=target, names={"id": indonesian, "en": english})


RULESET_1 = Ruleset(
    version=1,
    prices=Prices(
        amounts={
            LESSON_COMPLETED: 10,
            QUIZ_PASSED: 10,
            QUIZ_GOOD: 5,
            QUIZ_PERFECT: 5,
            QUIZ_FIRST_TRY: 5,
            ASSIGNMENT_GRADED: 20,
            COURSE_COMPLETED: 100,
            REVIEW_WRITTEN: 5,
            QUEST_COMPLETED: 15,
        }
    ),
    limits=Limits(),
    levels=LevelRules(),
    streak=StreakRules(),
    quests=QuestRules(
        pool=(
            _quest("tiga_pelajaran", LESSON_COMPLETED, 3, "Selesaikan 3 pelajaran", "Complete 3 lessons"),
            _quest("dua_pelajaran", LESSON_COMPLETED, 2, "Selesaikan 2 pelajaran", "Complete 2 lessons"),
            _quest("satu_pelajaran", LESSON_COMPLETED, 1, "Selesaikan 1 pelajaran", "Complete a lesson"),
            _quest("lima_pelajaran", LESSON_COMPLETED, 5, "Selesaikan 5 pelajaran", "Complete 5 lessons"),
            _quest("lulus_kuis", QUIZ_PASSED, 1, "Lulus 1 kuis", "Pass a quiz"),
            _quest("dua_kuis", QUIZ_PASSED, 2, "Lulus 2 kuis", "Pass 2 quizzes"),
            _quest("kuis_bagus", QUIZ_GOOD, 1, "Capai 80% pada 1 kuis", "Reach 80% in a quiz"),
            _quest("kuis_sempurna", QUIZ_PERFECT, 1, "Capai 100% pada 1 kuis", "Reach 100% in a quiz"),
            _quest(
                "sekali_coba", QUIZ_FIRST_TRY, 1, "Lulus 1 kuis pada percobaan pertama", "Pass a quiz at the first try"
            ),
            _quest("tugas_dinilai", ASSIGNMENT_GRADED, 1, "Dapatkan nilai untuk 1 tugas", "Have an assignment graded"),
            _quest("tulis_ulasan", REVIEW_WRITTEN, 1, "Tulis 1 ulasan", "Write a review"),
        ),
        weekly=ClassQuestRules(
            target=5,
            percent=60,
            smallest=3,
            names={"id": "Sekelas rajin: {n} pelajaran minggu ini", "en": "A diligent class: {n} lessons this week"},
        ),
    ),
    leagues=LeagueRules(),
    badges=BADGES,
)
