"""The OpenAPI document: valid, complete, committed as it is served, and its answers what the view types say."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS31Validator

from application.audit.queries import AuditEntryView, AuditPage
from application.catalog.content_queries import (
    CourseStructure,
    LessonVersionList,
    LessonVersionView,
    LessonView,
    ModuleView,
)
from application.catalog.course_document import CourseDocument
from application.catalog.lesson_comparison import LessonComparison
from application.catalog.queries import CoursePage, CourseSummary, CourseView, PrerequisiteView
from application.gamification.free_days import FreeDaysView
from application.gamification.ruleset_views import RulesetPage, RulesetView
from application.gamification.show_leaderboard import LeaderboardView
from application.gamification.show_league import LeagueView
from application.gamification.simulation_views import SimulationView
from application.gamification.views import BadgesView, GameView, QuestsView, XpPage
from application.identity.queries import UserPage, UserView
from application.learning.analytics_views import CourseAnalytics, QuizItems
from application.learning.attempt_queries import AttemptPage, LearnerAttemptPage
from application.learning.attempt_views import AttemptView, HandedIn
from application.learning.certificate_queries import CertificatePage, CertificateView
from application.learning.extend_quiz import ExtensionView
from application.learning.queries import (
    EnrollmentImportReport,
    EnrollmentView,
    LearnerPage,
    LearnerSummary,
    LessonLockView,
    LessonProgressView,
    MyCourse,
    MyCoursePage,
    MyCourseSummary,
)
from application.learning.regrade_quiz import RegradeReport
from application.learning.review_queries import LearnerReview, ReviewPage, ReviewView, WrittenReview
from application.learning.save_answer import SavedAnswer
from application.learning.submission_views import GradeImportReport, SubmissionPage, SubmissionView
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_document import document_of
from domain.identity.profile import Role
from entrypoints.cli.documents import openapi_text
from entrypoints.http.openapi import NAMING
from entrypoints.http.policy import POLICY
from tests.integration.http.test_policy import routes_of
from tests.support import quizzes
from tests.support.documents import A_DOCUMENT, A_RUBRIC
from tests.support.platform import Person, Platform

COMMITTED = Path(__file__).parents[3] / "openapi.json"

# Nobody overwrites anybody here: these lead to one state, however often and by whom they are asked for.
REPEATABLE = {
    "declareFreeDay", "withdrawFreeDay",
    "enrollInCourse", "withdrawFromCourse", "enrollLearner", "completeLesson", "watchLesson", "extendQuiz",
    "saveAnswer", "handInAttempt", "revokeCertificate", "reinstateCertificate",
    "reviewCourse", "deleteMyReview", "deleteReview",
}  # fmt: skip

# One's own: nobody else changes it, so that If-Match may be left out.
UNSHARED = {"changeMe"}

CONTENTS: list[dict[str, Any]] = [
    {"kind": "video", "url": "https://example.org/", "duration_seconds": 60},
    {"kind": "file", "url": "https://example.org/", "name": "a.pdf", "media_type": "application/pdf"},
    {"kind": "link", "url": "https://example.org/"},
    quizzes.a_quiz(),
    {"kind": "assignment", "markdown": "Tulis.", "assignment": {"late": "deduct"}},
]


@pytest.fixture(scope="module")
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    document: dict[str, Any] = answer.json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, item in document["paths"].items() for method, each in item.items()]


def test_committed_document_is_what_is_served(document: dict[str, Any]) -> None:
    text = openapi_text()
    assert json.loads(text) == document
    assert COMMITTED.read_text(encoding="utf-8") == text, "run `tekun openapi > openapi.json`"


async def test_it_has_a_tag_like_everything_else(client: httpx.AsyncClient) -> None:
    first = await client.get("/openapi.json")
    again = await client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_schema_is_one_and_its_examples_fit(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        whole = {**schema, "components": {"schemas": schemas}}
        validator = OAS31Validator(whole, format_checker=OAS31Validator.FORMAT_CHECKER)
        for example in schema.get("examples", ()):
            assert [error.message for error in validator.iter_errors(example)] == [], name
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name)


def test_an_example_that_does_not_fit_would_be_found(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    validator = OAS31Validator({**schemas["NewCourse"], "components": {"schemas": schemas}})
    assert list(validator.iter_errors({"title": "", "titel": "Logika"}))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)))
    assert len(references) > 30
    for reference in references:
        found: Any = document
        for part in reference.split("/"):
            found = found[part]


def test_every_route_of_the_api_is_in_it(platform: Platform, document: dict[str, Any]) -> None:
    shown = {each["operationId"] for _, _, each in operations(document)}
    unlisted = {"getOpenApi", "getDocs", "getDocsAsset", "getErrorCatalog", "getMetrics"}
    assert shown == {route.operation for route in routes_of(platform.litestar)} - unlisted
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in shown)


def test_every_operation_says_who_may_what_it_answers_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        rule = POLICY[operation["operationId"]]
        assert operation["summary"]
        assert operation["tags"]
        assert operation["x-relation"] == rule.relation.value
        assert operation.get("x-roles", []) == sorted(rule.roles or ())
        assert ({"session": []} in operation.get("security", [])) == rule.asks_who
        statuses = operation["responses"].keys()
        assert {"400", "431", "503"} <= statuses
        assert ({"401", "403"} <= statuses) == rule.asks_who, operation["operationId"]
        assert ("404" in statuses) == ("{" in path or operation["operationId"] in NAMING)
        if method in {"patch", "put", "delete"}:
            assert "409" in statuses
            assert ({"412", "428"} <= statuses) != (operation["operationId"] in REPEATABLE | UNSHARED)


def strictly(view: Any, data: Any) -> None:
    """Decodes, and finds fields that the view doesn't know as well as fields that are missing."""
    decoded = msgspec.convert(data, view)
    _assert_same_fields(msgspec.to_builtins(decoded), data)


def _assert_same_fields(shown: Any, data: Any) -> None:
    if isinstance(data, dict):
        assert shown.keys() == data.keys()
        for name, value in data.items():
            _assert_same_fields(shown[name], value)
    elif isinstance(data, list):
        for one, other in zip(shown, data, strict=True):
            _assert_same_fields(one, other)


def test_a_field_too_many_would_be_found() -> None:
    with pytest.raises(AssertionError):
        strictly(PrerequisiteView, {"id": "01980d3c-5b7a-7c31-9f3e-2f6b1a0c4d5e", "slug": "a", "title": "A", "more": 1})


async def assert_views(
    platform: Platform, who: Person, document: dict[str, Any], asked: list[tuple[str, str, Any, dict[str, Any]]]
) -> None:
    """Each request is answered by its view, nothing missing and nothing more, as the document has it."""
    components = {"components": document["components"]}
    async with platform.client(headers=who.headers) as client:
        for method, target, view, options in asked:
            answer = await client.request(method, target, **options)
            assert answer.status_code in {200, 201}, answer.text
            strictly(view, answer.json())
            schema = {**components, "$ref": f"#/components/schemas/{view.__name__}"}
            OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER).validate(answer.json())


async def test_answers_are_the_views_to_the_letter(platform: Platform, admin: Person, document: dict[str, Any]) -> None:
    first = await platform.publish(admin, await platform.make_course(admin, "Aljabar"))
    fields = {"description": "**Isi**", "tags": ["a"], "level": "beginner", "cover_url": "https://example.org/a.png"}
    second = await platform.make_course(admin, "Kalkulus", prerequisites=[first["id"]], **fields)
    learner = await platform.person(Role.MAHASISWA)
    course = f"/v1/courses/{second['id']}"
    ruleset = f"/v1/rulesets/{(await platform.draft_ruleset())['version']}"
    match = {"If-Match": "*"}
    asked: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("GET", course, CourseView, {}),
        ("PATCH", course, CourseView, {"json": {"summary": "Baru"}, "headers": match}),
        ("PUT", f"{course}/status", CourseView, {"json": {"status": "published"}, "headers": match}),
        ("POST", "/v1/courses", CourseView, {"json": {"title": "Logika"}}),
        ("GET", "/v1/courses", CoursePage, {}),
        ("GET", "/v1/courses?q=kalkulus", CoursePage, {}),
        ("GET", "/v1/courses?created_by=me&sort=title", CoursePage, {}),
        ("GET", "/v1/me", UserView, {}),
        ("PATCH", "/v1/me", UserView, {"json": {"display_name": "Ayu"}, "headers": match}),
        ("POST", "/v1/users", UserView, {"json": {"email": f"{second['id']}@example.org"}}),
        ("GET", f"/v1/users/{learner.id}", UserView, {}),
        ("PATCH", f"/v1/users/{learner.id}", UserView, {"json": {"role": "dosen"}, "headers": match}),
        ("GET", "/v1/users?limit=100", UserPage, {}),
        ("GET", "/v1/audit?limit=100", AuditPage, {}),
        ("GET", "/v1/rulesets", RulesetPage, {}),
        ("GET", "/v1/rulesets/1", RulesetView, {}),
        ("POST", "/v1/rulesets", RulesetView, {"json": {"copy_of": 1}}),
        ("PUT", ruleset, RulesetView, {"json": {"rules": document_of(RULESET_1), "note": "Baru"}, "headers": match}),
        ("POST", f"{ruleset}/simulation?limit=100", SimulationView, {}),
        ("POST", f"{ruleset}/publication", RulesetView, {"headers": match}),
    ]
    await assert_views(platform, admin, document, asked)


async def test_answers_about_content_are_the_views_to_the_letter(
    platform: Platform, admin: Person, document: dict[str, Any]
) -> None:
    whole = await platform.make_course(admin, "Kalkulus")
    course, match = f"/v1/courses/{whole['id']}", {"If-Match": "*"}
    module = await platform.make_module(admin, whole)
    lesson = f"/v1/lessons/{(await platform.make_lesson(admin, module, status='published'))['id']}"
    earlier = await platform.make_module(admin, whole)
    rules = [
        {"rule": "after_previous"},
        {"rule": "after_module", "module_id": earlier["id"]},
        {"rule": "not_before", "at": "2026-12-01T00:00:00Z"},
    ]
    asked: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("GET", f"{course}/export", CourseDocument, {}),
        ("POST", "/v1/courses/imports", CourseView, {"json": A_DOCUMENT}),
        ("GET", f"{course}/modules", CourseStructure, {}),
        ("POST", f"{course}/modules", ModuleView, {"json": {"title": "Lanjut"}}),
        ("PATCH", f"/v1/modules/{module['id']}", ModuleView, {"json": {"unlock": rules}, "headers": match}),
        ("PUT", f"/v1/modules/{module['id']}/position", ModuleView, {"json": {"after": None}, "headers": match}),
        *(
            ("POST", f"/v1/modules/{module['id']}/lessons", LessonView, {"json": {"title": "T", "content": content}})
            for content in CONTENTS
        ),
        ("GET", lesson, LessonView, {}),
        ("PATCH", lesson, LessonView, {"json": {"content": {"markdown": "**Lain**"}}, "headers": match}),
        (
            "PUT",
            f"{lesson}/position",
            LessonView,
            {"json": {"module_id": module["id"], "after": None}, "headers": match},
        ),
        ("PUT", f"{lesson}/status", LessonView, {"json": {"status": "draft"}, "headers": match}),
        ("GET", f"{lesson}/versions", LessonVersionList, {}),
        ("GET", f"{lesson}/versions/1", LessonVersionView, {}),
        ("GET", f"{lesson}/versions/compare?from=1&to=2", LessonComparison, {}),
        ("POST", f"{lesson}/versions/1/restoration", LessonView, {"headers": match}),
        ("GET", f"{course}/modules", CourseStructure, {}),
    ]
    await assert_views(platform, admin, document, asked)


@pytest.mark.parametrize(
    "view",
    [
        UserView,
        CourseView,
        CourseSummary,
        AuditEntryView,
        UserPage,
        RulesetView,
        RulesetPage,
        SimulationView,
        CoursePage,
        AuditPage,
        LessonView,
        ModuleView,
        CourseStructure,
    ],
)
def test_every_field_of_a_view_is_promised(document: dict[str, Any], view: Any) -> None:
    schema = document["components"]["schemas"][view.__name__]
    assert set(schema["required"]) == set(schema["properties"]) == set(view.__struct_fields__)


async def test_answers_about_learning_are_the_views_to_the_letter(
    platform: Platform, dosen: Person, document: dict[str, Any]
) -> None:
    learner = await platform.person(Role.MAHASISWA)
    course = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, course)
    article = await platform.make_lesson(dosen, module, status="published")
    content = {"kind": "video", "url": "https://example.org/v.mp4", "duration_seconds": 100}
    rules = [{"rule": "after_previous"}, {"rule": "not_before", "at": "2026-01-01T00:00:00Z"}]
    video = await platform.make_lesson(dosen, module, status="published", content=content, unlock=rules)
    target, match = f"/v1/courses/{course['id']}", {"If-Match": "*"}
    table = {"content": "email\n", "headers": {"Content-Type": "text/csv"}}
    as_learner: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("PUT", f"{target}/enrollment", EnrollmentView, {}),
        ("GET", "/v1/me/courses", MyCoursePage, {}),
        ("GET", f"/v1/me/courses/{course['id']}", MyCourse, {}),
        ("GET", f"/v1/lessons/{video['id']}/lock", LessonLockView, {}),
        ("PUT", f"/v1/lessons/{article['id']}/completion", LessonProgressView, {}),
        ("PUT", f"/v1/lessons/{video['id']}/progress", LessonProgressView, {"json": {"watched_seconds": 7}}),
    ]
    await assert_views(platform, learner, document, as_learner)
    as_teacher: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("PUT", f"{target}/capacity", CourseView, {"json": {"capacity": 7}, "headers": match}),
        ("PUT", f"{target}/enrollments/{learner.id}", EnrollmentView, {}),
        ("GET", f"{target}/enrollments", LearnerPage, {}),
        ("POST", f"{target}/enrollments/imports", EnrollmentImportReport, table),
    ]
    await assert_views(platform, dosen, document, as_teacher)


async def test_answers_about_reviews_are_the_views_to_the_letter(
    platform: Platform, dosen: Person, document: dict[str, Any]
) -> None:
    learner = await platform.person(Role.MAHASISWA)
    course = await platform.publish(dosen, await platform.make_course(dosen))
    lesson = await platform.make_lesson(dosen, await platform.make_module(dosen, course), status="published")
    await platform.enroll(learner.headers, course["id"])
    await platform.complete(learner.headers, lesson["id"])
    await platform.review(learner.headers, course["id"])
    target = f"/v1/courses/{course['id']}"
    asked: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("PUT", f"{target}/review", WrittenReview, {"json": {"rating": 3, "text": "Cukup."}}),
        ("GET", f"{target}/review", ReviewView, {}),
        ("GET", f"{target}/reviews", ReviewPage, {}),
        ("GET", f"{target}/reviews?rating=3", ReviewPage, {}),
        ("GET", target, CourseView, {}),
        ("GET", "/v1/courses", CoursePage, {}),
    ]
    await assert_views(platform, learner, document, asked)


async def test_answers_about_quizzes_are_the_views_to_the_letter(
    platform: Platform, dosen: Person, document: dict[str, Any]
) -> None:
    course = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, course)
    quiz = await platform.make_lesson(dosen, module, status="published", content=quizzes.a_quiz(time_limit_seconds=60))
    learner = await platform.person(Role.MAHASISWA)
    await platform.enroll(learner.headers, course["id"])
    attempt = await platform.begin_attempt(learner.headers, quiz["id"])
    of_quiz, of_attempt = f"/v1/quizzes/{quiz['id']}", f"/v1/attempts/{attempt['id']}"
    answer = {"json": {"answer": True, "sequence": 1}}
    as_learner: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("POST", f"{of_quiz}/attempts", AttemptView, {}),
        ("PUT", f"{of_attempt}/answers/true_false", SavedAnswer, answer),
        ("GET", of_attempt, AttemptView, {}),
        ("PUT", f"{of_attempt}/submission", HandedIn, {}),
        ("GET", of_attempt, AttemptView, {}),
        ("GET", f"{of_quiz}/attempts", AttemptPage, {}),
    ]
    await assert_views(platform, learner, document, as_learner)
    wrong = [{**each, "correct": False} if each["id"] == "true_false" else each for each in quizzes.QUESTIONS]
    change = {"json": {"content": {"banks": [quizzes.a_bank(wrong)]}}, "headers": {"If-Match": "*"}}
    extension = {"json": {"extra_seconds": 60}}
    as_teacher: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("GET", f"{of_quiz}/results", LearnerAttemptPage, {}),
        ("PUT", f"{of_quiz}/extensions/{learner.id}", ExtensionView, extension),
        ("GET", f"/v1/lessons/{quiz['id']}", LessonView, {}),
        ("PATCH", f"/v1/lessons/{quiz['id']}", LessonView, change),
        ("POST", f"{of_quiz}/regrade", RegradeReport, {}),
        ("GET", f"{of_quiz}/items", QuizItems, {}),
        ("GET", f"/v1/courses/{course['id']}/analytics", CourseAnalytics, {}),
        ("GET", of_attempt, AttemptView, {}),
    ]
    await assert_views(platform, dosen, document, as_teacher)


async def test_answers_about_certificates_are_the_views_to_the_letter(
    platform: Platform, dosen: Person, document: dict[str, Any]
) -> None:
    learner = await platform.person(Role.MAHASISWA)
    code = (await platform.award(dosen, learner))["code"]
    await assert_views(platform, learner, document, [("GET", "/v1/me/certificates", CertificatePage, {})])
    reason = {"json": {"reason": "Keliru."}}
    as_teacher: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("GET", f"/v1/certificates/{code}", CertificateView, {}),
        ("PUT", f"/v1/certificates/{code}/revocation", CertificateView, reason),
        ("GET", f"/v1/certificates/{code}", CertificateView, {}),
    ]
    await assert_views(platform, dosen, document, as_teacher)


async def test_answers_about_the_game_are_the_views_to_the_letter(
    platform: Platform, dosen: Person, document: dict[str, Any]
) -> None:
    learner = await platform.person(Role.MAHASISWA)
    await platform.award(dosen, learner)
    asked: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("GET", "/v1/me/game", GameView, {}),
        ("GET", "/v1/me/xp", XpPage, {}),
        ("GET", "/v1/me/badges", BadgesView, {}),
        ("GET", "/v1/me/quests", QuestsView, {}),
        ("GET", "/v1/leaderboards/week", LeaderboardView, {}),
        ("GET", "/v1/me/league", LeagueView, {}),
        ("GET", "/v1/free-days?year=2026", FreeDaysView, {}),
        ("GET", "/v1/leaderboards/week?view=percentile", LeaderboardView, {}),
    ]
    await assert_views(platform, learner, document, asked)


async def test_answers_about_assignments_are_the_views_to_the_letter(
    platform: Platform, dosen: Person, document: dict[str, Any]
) -> None:
    course = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, course)
    content = {"kind": "assignment", "markdown": "Tulis.", "assignment": A_RUBRIC}
    assignment = await platform.make_lesson(dosen, module, status="published", content=content)
    learner = await platform.person(Role.MAHASISWA)
    await platform.enroll(learner.headers, course["id"])
    target = f"/v1/assignments/{assignment['id']}"
    work = {"json": {"link": "https://example.org/"}}
    await assert_views(platform, learner, document, [("POST", f"{target}/submissions", SubmissionView, work)])
    async with platform.client(headers=learner.headers) as client:
        [submission] = (await client.get(f"{target}/submissions")).json()["items"]
    one = f"/v1/submissions/{submission['id']}"
    grade = {"json": {"rubric": {"isi": 17.5, "gaya": 8}, "comment": "Bagus."}, "headers": {"If-Match": "*"}}
    table = {"content": "email,points\n", "headers": {"Content-Type": "text/csv"}}
    as_teacher: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("GET", one, SubmissionView, {}),
        ("PUT", f"{one}/grade", SubmissionView, grade),
        ("GET", one, SubmissionView, {}),
        ("GET", f"{target}/results?graded=true", SubmissionPage, {}),
        ("POST", f"{target}/grades/imports", GradeImportReport, table),
    ]
    await assert_views(platform, dosen, document, as_teacher)
    await assert_views(platform, learner, document, [("GET", f"{target}/submissions", SubmissionPage, {})])


@pytest.mark.parametrize(
    "view",
    [
        EnrollmentView,
        LearnerSummary,
        MyCourse,
        MyCourseSummary,
        LessonProgressView,
        CertificateView,
        LearnerReview,
        GameView,
        XpPage,
        BadgesView,
        QuestsView,
        WrittenReview,
    ],
)
def test_every_field_about_learning_is_promised(document: dict[str, Any], view: Any) -> None:
    test_every_field_of_a_view_is_promised(document, view)
