"""Typed ids, all UUIDv7 (RFC 9562): unguessable enough, and ordered by the time they were made."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
CourseId = NewType("CourseId", UUID)
ModuleId = NewType("ModuleId", UUID)
LessonId = NewType("LessonId", UUID)
EnrollmentId = NewType("EnrollmentId", UUID)
AttemptId = NewType("AttemptId", UUID)
SubmissionId = NewType("SubmissionId", UUID)
CertificateId = NewType("CertificateId", UUID)
