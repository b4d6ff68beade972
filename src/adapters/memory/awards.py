from collections.abc import Sequence

from adapters.memory.tables import MemoryTables
from domain.learning.certificate import Award, Certificate


def issue(tables: MemoryTables, awards: Sequence[Award]) -> None:
    """As `EnrollmentRepository.save` says."""
    for award in awards:
        enrollment = tables.enrollments[award.enrollment_id]
        if any(each.enrollment_id == enrollment.id for each in tables.certificates.values()):
            continue
        learner = tables.users[enrollment.user_id]
        tables.certificates[award.id] = Certificate(
            id=award.id,
            enrollment_id=award.enrollment_id,
            code=award.code,
            learner_name=learner.display_name or learner.name or "",
            course_title=tables.courses[enrollment.course_id].content.title,
            issued_at=award.issued_at,
        )
