"""The parts of the OpenAPI document that operations share: bodies, problems, headers, examples."""

from typing import Any, NamedTuple

import msgspec
from pydantic.json_schema import models_json_schema

from application.catalog.course_document import CourseDocument
from application.gamification.ruleset_views import RulesDocument
from entrypoints.http.analytics_examples import ANALYTICS_EXAMPLES
from entrypoints.http.bodies import Body, MergePatch
from entrypoints.http.error_catalog import CATALOG, title_of
from entrypoints.http.errors import PROBLEM
from entrypoints.http.game_examples import GAME_EXAMPLES, REWARD
from entrypoints.http.ruleset_examples import RULESET_EXAMPLES


class _Problem(NamedTuple):
    """`name` of the shared response, why it is answered, and a code for its example."""

    name: str
    reason: str
    code: str


PROBLEMS = {
    "400": _Problem(
        "BadRequest", "Something in the request is not valid; `errors` name the fields.", "request.invalid"
    ),
    "401": _Problem("Unauthorized", "No valid session token.", "auth.required"),
    "403": _Problem(
        "Forbidden", "The role or the relation lacks the right, or the account is not active.", "auth.forbidden"
    ),
    "404": _Problem("NotFound", "No such thing, or not for these eyes.", "course.not_found"),
    "409": _Problem("Conflict", "The present state stands against it.", "request.changed_meanwhile"),
    "412": _Problem("PreconditionFailed", "It has changed since it was read.", "version.stale"),
    "413": _Problem("ContentTooLarge", "The body is over 1 MiB.", "request.too_large"),
    "415": _Problem("UnsupportedMediaType", "The body is not declared to be JSON.", "request.media_type_unsupported"),
    "422": _Problem("KeyReused", "The Idempotency-Key was used for another request.", "idempotency.key_reused"),
    "428": _Problem("PreconditionRequired", "If-Match is missing.", "request.precondition_required"),
    "431": _Problem("HeadersTooLarge", "The headers are over 16 KiB.", "request.headers_too_large"),
    "503": _Problem("Unavailable", "A part is away; try again after `Retry-After` seconds.", "database.unavailable"),
}
_TEXT = {"type": "string"}
HEADERS: dict[str, Any] = {
    "ETag": {
        "description": "The tag of this state, for If-None-Match and If-Match.",
        "required": True,
        "schema": _TEXT,
    },
    "Location": {"description": "Where what was made can be read.", "required": True, "schema": _TEXT},
    "Retry-After": {"description": "Seconds.", "required": True, "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": _TEXT},
    "X-Request-Id": {"description": "What the logs know this request by.", "required": True, "schema": _TEXT},
}
_ID = "01980d3c-5b7a-7c31-9f3e-2f6b1a0c4d5e"
_OWNER = "01980d3c-1a2b-7c00-8d4e-6a5b4c3d2e1f"
_SUMMARY = {
    "id": _ID,
    "slug": "dasar-dasar-python-1a0c4d5e",
    "title": "Dasar-Dasar Python",
    "summary": "Dari variabel sampai fungsi, untuk yang baru mulai.",
    "language": "id",
    "level": "beginner",
    "tags": ["pemrograman", "python"],
    "cover_url": "https://example.org/python.png",
    "status": "published",
    "created_by": _OWNER,
    "author": "Dimas Dosen",
    "rating": {"average": 4.28, "count": 27},
    "created_at": "2026-03-02T01:30:00+00:00",
    "updated_at": "2026-03-09T04:00:00+00:00",
    "published_at": "2026-03-09T04:00:00+00:00",
    "version": 4,
}
_USER = {
    "id": _OWNER,
    "clerk_id": "user_2vX11zP5ojq7cTRY58xT6oJqmRG",
    "name": "Dimas Dosen",
    "display_name": None,
    "leaderboard": "name",
    "pseudonym": None,
    "email": "dimas@example.ac.id",
    "email_verified": True,
    "role": "dosen",
    "status": "active",
    "time_zone": "Asia/Jakarta",
    "locale": "id",
    "created_at": "2026-02-10T02:00:00+00:00",
    "updated_at": "2026-02-10T02:00:00+00:00",
    "version": 1,
}
_ENTRY = {
    "id": "01980d3d-0f1e-7d2c-8b3a-495867768594",
    "at": "2026-03-09T04:00:00+00:00",
    "actor_id": _OWNER,
    "source": "http",
    "action": "course.published",
    "subject_type": "course",
    "subject_id": _ID,
    "changes": {"status": "published"},
    "address": "192.0.2.7",
    "request_id": "01980d3d0f1e7d2c8b3a495867768593",
}
_LESSON_SUMMARY = {
    "id": "01980d3e-77aa-7b10-9c2d-3e4f5a6b7c8d",
    "kind": "article",
    "title": "Variabel",
    "status": "published",
    "is_preview": True,
    "duration_seconds": None,
    "unlock": [{"rule": "after_previous"}],
    "version": 2,
}
_MODULE = {
    "id": "01980d3e-1122-7a33-8b44-5c66d77e88f9",
    "course_id": _ID,
    "title": "Pendahuluan",
    "unlock": [],
    "created_at": "2026-03-02T01:30:00+00:00",
    "updated_at": "2026-03-02T01:30:00+00:00",
    "version": 1,
}
_LESSON = {
    **_LESSON_SUMMARY,
    "course_id": _ID,
    "module_id": _MODULE["id"],
    "content": {
        "kind": "article",
        "markdown": "Nama untuk **nilai**.",
        "html": "<p>Nama untuk <strong>nilai</strong>.</p>\n",
    },
    "created_at": "2026-03-02T01:40:00+00:00",
    "updated_at": "2026-03-09T04:00:00+00:00",
    "published_at": "2026-03-09T04:00:00+00:00",
}
_ENROLLMENT = {
    "id": "01980d3e-1f2e-7d3c-8b4a-596877869504",
    "course_id": _ID,
    "user_id": "01980d3d-7a6b-7c5d-8e4f-102132435465",
    "status": "active",
    "enrolled_at": "2026-03-10T08:00:00+00:00",
    "withdrawn_at": None,
    "completed_at": None,
    "version": 1,
}
_CERTIFICATE = {
    "code": "TK-MQ21-GW21-ZMD2",
    "learner_name": "Maya Mahasiswa",
    "course_title": "Dasar-Dasar Python",
    "course_id": _ID,
    "issued_at": "2026-03-20T07:15:00+00:00",
    "revoked_at": None,
    "revoked_reason": None,
    "is_valid": True,
}
_REVIEW = {
    "course_id": _ID,
    "user_id": "01980d3d-7a6b-7c5d-8e4f-102132435465",
    "rating": 5,
    "text": "Jelas, dan banyak latihan.",
    "created_at": "2026-03-14T09:00:00+00:00",
    "updated_at": "2026-03-14T09:00:00+00:00",
    "version": 1,
}
_ATTEMPT = {
    "id": "01980d3f-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "lesson_id": "01980d3e-2a3b-7c4d-8e5f-60718293a4b5",
    "user_id": "01980d3d-7a6b-7c5d-8e4f-102132435465",
    "number": 1,
    "status": "handed_in",
    "started_at": "2026-03-12T01:00:00+00:00",
    "deadline": "2026-03-12T01:20:00+00:00",
    "handed_in_at": "2026-03-12T01:13:20+00:00",
    "is_timed_out": False,
    "score": {"earned": 8.5, "possible": 10.0, "percent": 85},
}
_SUBMISSION = {
    "id": "01980d40-3c4d-7e5f-8a6b-7c8d9eafb0c1",
    "lesson_id": "01980d3e-2a3b-7c4d-8e5f-60718293a4b5",
    "course_id": _ID,
    "user_id": "01980d3d-7a6b-7c5d-8e4f-102132435465",
    "learner": "Budi Santoso",
    "number": 1,
    "text": "Menurut saya ...",
    "link": None,
    "submitted_at": "2026-03-14T09:00:00+00:00",
    "late_seconds": 3600,
    "grade": {
        "points": 25.5,
        "deducted": 2.55,
        "percent": 76,
        "comment": "Bagus, lanjutkan.",
        "rubric": {"isi": 17.5, "gaya": 8.0},
        "graded_at": "2026-03-15T02:00:00+00:00",
        "graded_by": _OWNER,
    },
    "version": 2,
}
EXAMPLES: dict[str, Any] = {
    **ANALYTICS_EXAMPLES,
    "ModuleView": _MODULE,
    "CourseStructure": {"items": [{**_MODULE, "lessons": [_LESSON_SUMMARY]}]},
    "LessonView": _LESSON,
    "NewModule": {"title": "Pendahuluan"},
    "ModulePlace": {"after": None},
    "NewLesson": {
        "title": "Variabel",
        "content": {"kind": "article", "markdown": "Nama untuk **nilai**."},
        "is_preview": True,
        "unlock": [{"rule": "after_previous"}],
    },
    "LessonPatch": {"content": {"markdown": "Nama untuk **sebuah nilai**."}},
    "LessonPlace": {"module_id": _MODULE["id"], "after": None},
    "LessonStatusChange": {"status": "published"},
    "LessonComparison": {
        "lesson_id": _LESSON_SUMMARY["id"],
        "from": 1,
        "to": 2,
        "fields": [{"field": "title", "diff": "@@ -1 +1 @@\n-Variable\n+Variabel"}],
    },
    "UserView": _USER,
    "UserPage": {"items": [_USER], "next_cursor": None},
    "CourseSummary": _SUMMARY,
    "CourseView": {
        **_SUMMARY,
        "external_id": None,
        "capacity": 30,
        "description": "Belajar **Python** langkah demi langkah.",
        "description_html": "<p>Belajar <strong>Python</strong> langkah demi langkah.</p>\n",
        "prerequisites": [],
    },
    "CoursePage": {"items": [_SUMMARY], "next_cursor": None},
    "AuditPage": {"items": [_ENTRY], "next_cursor": None},
    "NewCourse": {
        "title": "Dasar-Dasar Python",
        "summary": "Dari variabel sampai fungsi, untuk yang baru mulai.",
        "description": "Belajar **Python** langkah demi langkah.",
        "language": "id",
        "level": "beginner",
        "tags": ["pemrograman", "python"],
    },
    "CoursePatch": {"summary": "Dari variabel sampai modul.", "cover_url": None},
    "CourseStatusChange": {"status": "published"},
    "CapacityChange": {"capacity": 30},
    "WatchedTime": {"watched_seconds": 312},
    "EnrollmentView": _ENROLLMENT,
    "CertificateView": _CERTIFICATE,
    "CertificatePage": {"items": [_CERTIFICATE], "next_cursor": None},
    "Revocation": {"reason": "Tugas akhir dikerjakan orang lain."},
    "ReviewView": _REVIEW,
    "WrittenReview": {**_REVIEW, "reward": REWARD},
    **GAME_EXAMPLES,
    **RULESET_EXAMPLES,
    "ReviewPage": {"items": [{**_REVIEW, "learner": "Maya Mahasiswa"}], "next_cursor": None},
    "Opinion": {"rating": _REVIEW["rating"], "text": _REVIEW["text"]},
    "Answer": {"answer": "3f9a0c1d2e4b", "sequence": 3},
    "Extension": {"extra_seconds": 900},
    "AttemptPage": {"items": [_ATTEMPT], "next_cursor": None},
    "NewSubmission": {"text": "Menurut saya ...", "link": None},
    "GivenGrade": {"rubric": {"isi": 17.5, "gaya": 8}, "comment": "Bagus, lanjutkan."},
    "SubmissionPage": {"items": [_SUBMISSION], "next_cursor": None},
    "SavedAnswer": {"question_id": "ibu-kota", "saved": True, "sequence": 3},
    "LessonProgressView": {
        "lesson_id": "01980d3e-2a3b-7c4d-8e5f-60718293a4b5",
        "course_id": _ID,
        "watched_seconds": 312,
        "required_seconds": 540,
        "pass_percent": None,
        "score": None,
        "first_seen_at": "2026-03-11T12:30:00+00:00",
        "completed_at": None,
        "status": "active",
        "course_completed_at": None,
        "lessons": 12,
        "lessons_completed": 5,
        "percent": 41,
        "reward": REWARD,
    },
    "MeChanges": {"display_name": "Budi", "time_zone": "Asia/Makassar"},
    "Invitation": {"email": "siti@example.org", "role": "dosen"},
    "UserChanges": {"role": "dosen"},
}


def document_schemas() -> dict[str, Any]:
    """The parts of documents, as they are read: Litestar's own schemas forget bounds and closed objects."""
    _, parts = msgspec.json.schema_components(
        [CourseDocument, RulesDocument], ref_template="#/components/schemas/{name}"
    )
    return {name: part for name, part in parts.items() if part.get("type") == "object"}


def body_schemas() -> dict[str, Any]:
    """What bodies may hold, as pydantic checks them: Litestar's own schemas forget bounds and closed objects."""
    models: list[type[Body]] = [*Body.__subclasses__(), *MergePatch.__subclasses__()]
    wanted = [(model, "validation") for model in models if model is not MergePatch]
    _, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type] # a literal in a comprehension
    definitions: dict[str, Any] = schemas["$defs"]
    for definition in definitions.values():
        for field in definition.get("properties", {}).values():
            field.pop("title", None)  # the field's name once more, with blanks
    return definitions


def problem_responses() -> dict[str, Any]:
    return {problem.name: _response(status, problem) for status, problem in PROBLEMS.items()}


def _response(status: str, problem: _Problem) -> dict[str, Any]:
    names = ["X-Request-Id"]
    names += ["WWW-Authenticate"] if status == "401" else []
    names += ["Retry-After"] if status == "503" else []
    title = title_of(problem.code, "en")
    example = {
        "type": f"/docs/errors#{problem.code}",
        "title": title,
        "status": int(status),
        "detail": title,
        "instance": "/v1/courses",
        "code": problem.code,
        "request_id": "01980d3d0f1e7d2c8b3a495867768593",
        "errors": [],
    }
    return {
        "description": problem.reason,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }


def problem_schema() -> dict[str, Any]:
    field = {
        "type": "object",
        "required": ["pointer", "code", "detail"],
        "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
    }
    texts = ("type", "title", "detail", "instance", "request_id")
    return {
        "title": "Problem",
        "type": "object",
        "description": "RFC 9457. `code` is stable, `title` in the language of `Accept-Language` (`id` or `en`).",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
        "properties": {
            **{name: {"type": "string"} for name in texts},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(CATALOG)},
            "errors": {"type": "array", "items": field},
        },
    }
