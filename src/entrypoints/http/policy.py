"""Who may do what: one row an operation. Guards read it, tests are generated from it, the docs publish it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.identity.profile import Role


class Relation(StrEnum):
    """What must hold between who asks and the thing; the use case checks it, admins are exempt where it says so."""

    NONE = "none"
    SELF = "self"
    OWNER_OR_ADMIN = "owner or admin"
    VISIBLE = "published, or owner or admin"
    ENROLLED = "enrolled"
    OWN = "one's own"
    OWN_OR_TEACHER = "one's own; or owner or admin"
    READABLE = "published, and preview or enrolled; or owner or admin"


@dataclass(frozen=True, slots=True)
class Rule:
    """`roles` None: everyone, signed in or not."""

    roles: frozenset[Role] | None
    relation: Relation = Relation.NONE

    @property
    def asks_who(self) -> bool:
        """Whether the answer depends on who asks: a token that is sent has to be good then, needed or not."""
        return self.roles is not None or self.relation is not Relation.NONE


EVERYONE = None
SIGNED_IN = frozenset(Role)
TEACHING = frozenset({Role.ADMIN, Role.DOSEN})
ADMINS = frozenset({Role.ADMIN})

POLICY: dict[str, Rule] = {
    "getLiveness": Rule(EVERYONE),
    "getReadiness": Rule(EVERYONE),
    "getMetrics": Rule(EVERYONE),
    "getOpenApi": Rule(EVERYONE),
    "getDocs": Rule(EVERYONE),
    "getDocsAsset": Rule(EVERYONE),
    "getErrorCatalog": Rule(EVERYONE),
    "receiveClerkWebhook": Rule(EVERYONE),
    "getMe": Rule(SIGNED_IN, Relation.SELF),
    "changeMe": Rule(SIGNED_IN, Relation.SELF),
    "logOut": Rule(SIGNED_IN, Relation.SELF),
    "listUsers": Rule(ADMINS),
    "inviteUser": Rule(ADMINS),
    "getUser": Rule(ADMINS),
    "changeUser": Rule(ADMINS),
    "deleteUser": Rule(ADMINS),
    "listAudit": Rule(ADMINS),
    "listCourses": Rule(EVERYONE, Relation.VISIBLE),
    "getCourse": Rule(EVERYONE, Relation.VISIBLE),
    "createCourse": Rule(TEACHING),
    "changeCourse": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "changeCourseStatus": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "deleteCourse": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "exportCourse": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "importCourse": Rule(TEACHING),
    "getCourseSchema": Rule(EVERYONE),
    "getCourseStructure": Rule(EVERYONE, Relation.VISIBLE),
    "createModule": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "changeModule": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "moveModule": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "deleteModule": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "getLesson": Rule(EVERYONE, Relation.READABLE),
    "createLesson": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "changeLesson": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "moveLesson": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "changeLessonStatus": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "deleteLesson": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "listLessonVersions": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "getLessonVersion": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "compareLessonVersions": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "restoreLessonVersion": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "changeCourseCapacity": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "enrollInCourse": Rule(SIGNED_IN, Relation.VISIBLE),
    "withdrawFromCourse": Rule(SIGNED_IN, Relation.VISIBLE),
    "listEnrollments": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "importEnrollments": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "enrollLearner": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "listMyCourses": Rule(SIGNED_IN, Relation.SELF),
    "getMyCourse": Rule(SIGNED_IN, Relation.ENROLLED),
    "completeLesson": Rule(SIGNED_IN, Relation.ENROLLED),
    "watchLesson": Rule(SIGNED_IN, Relation.ENROLLED),
    "getLessonLock": Rule(SIGNED_IN, Relation.ENROLLED),
    "getMyGame": Rule(SIGNED_IN, Relation.SELF),
    "listMyXp": Rule(SIGNED_IN, Relation.SELF),
    "listMyBadges": Rule(SIGNED_IN, Relation.SELF),
    "listMyQuests": Rule(SIGNED_IN, Relation.SELF),
    "correctXp": Rule(ADMINS),
    "listFreeDays": Rule(SIGNED_IN),
    "declareFreeDay": Rule(ADMINS),
    "withdrawFreeDay": Rule(ADMINS),
    "getMyLeague": Rule(SIGNED_IN, Relation.SELF),
    "getLeaderboard": Rule(SIGNED_IN),
    "watchLeaderboard": Rule(SIGNED_IN),
    "streamMyEvents": Rule(SIGNED_IN, Relation.SELF),
    "listRulesets": Rule(ADMINS),
    "createRuleset": Rule(ADMINS),
    "getRuleset": Rule(ADMINS),
    "changeRuleset": Rule(ADMINS),
    "deleteRuleset": Rule(ADMINS),
    "simulateRuleset": Rule(ADMINS),
    "publishRuleset": Rule(ADMINS),
    "listMyCertificates": Rule(SIGNED_IN, Relation.SELF),
    "getCertificate": Rule(EVERYONE),
    "printCertificate": Rule(EVERYONE),
    "revokeCertificate": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "reinstateCertificate": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "listReviews": Rule(EVERYONE, Relation.VISIBLE),
    "getMyReview": Rule(SIGNED_IN, Relation.ENROLLED),
    "reviewCourse": Rule(SIGNED_IN, Relation.ENROLLED),
    "deleteMyReview": Rule(SIGNED_IN, Relation.VISIBLE),
    "deleteReview": Rule(ADMINS, Relation.VISIBLE),
    "beginAttempt": Rule(SIGNED_IN, Relation.ENROLLED),
    "listMyAttempts": Rule(SIGNED_IN, Relation.ENROLLED),
    "listAttempts": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "extendQuiz": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "regradeQuiz": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "getAttempt": Rule(SIGNED_IN, Relation.OWN_OR_TEACHER),
    "saveAnswer": Rule(SIGNED_IN, Relation.OWN),
    "handInAttempt": Rule(SIGNED_IN, Relation.OWN),
    "getCourseAnalytics": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "exportCourseAnalytics": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "getQuizItems": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "handInWork": Rule(SIGNED_IN, Relation.ENROLLED),
    "listMySubmissions": Rule(SIGNED_IN, Relation.ENROLLED),
    "listSubmissions": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "getSubmission": Rule(SIGNED_IN, Relation.OWN_OR_TEACHER),
    "gradeSubmission": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "exportGrades": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
    "importGrades": Rule(TEACHING, Relation.OWNER_OR_ADMIN),
}
