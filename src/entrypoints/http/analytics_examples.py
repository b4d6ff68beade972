"""What the OpenAPI document shows of analytics."""

from typing import Any

_QUIZ = {"lesson_id": "01980d3e-2a3b-7c4d-8e5f-60718293a4b5", "title": "Kuis: Variabel"}
_ANALYTICS = {
    "course_id": "01980d3c-5b7a-7c31-9f3e-2f6b1a0c4d5e",
    "enrollments": {"active": 18, "completed": 6, "withdrawn": 2, "completion_rate": 0.25, "median_days": 31.5},
    "funnel": [{**_QUIZ, "kind": "quiz", "started": 20, "completed": 15, "completed_share": 0.625}],
    "scores": [
        {
            **_QUIZ,
            "learners": 20,
            "mean": 68.75,
            "median": 72.5,
            "pass_percent": 60,
            "pass_rate": 0.75,
            "bins": [0, 1, 0, 2, 1, 1, 4, 5, 3, 3],
        }
    ],
    "at_risk_count": 1,
    "at_risk": [
        {
            "user_id": "01980d3d-7a6b-7c5d-8e4f-102132435465",
            "learner": "Budi Santoso",
            "percent": 8,
            "last_active_at": "2026-03-12T01:13:20+00:00",
            "reasons": ["inactive", "behind"],
        }
    ],
}
_ITEMS = {
    "items": [
        {
            "question_id": "ibu-kota",
            "kind": "single",
            "prompt": "Ibu kota Indonesia?",
            "learners": 20,
            "blank": 1,
            "difficulty": 0.75,
            "discrimination": 0.4211,
            "flags": [],
            "options": [
                {"id": "jkt", "text": "Jakarta", "is_correct": True, "learners": 15},
                {"id": "bdg", "text": "Bandung", "is_correct": False, "learners": 4},
            ],
        }
    ]
}
ANALYTICS_EXAMPLES: dict[str, Any] = {"CourseAnalytics": _ANALYTICS, "QuizItems": _ITEMS}
