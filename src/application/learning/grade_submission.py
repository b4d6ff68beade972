from dataclasses import dataclass

from application.learning.admission import teaches
from application.learning.grading_step import grade
from application.learning.submission_ports import SubmissionNotFound, SubmissionUnit
from application.learning.submission_views import SubmissionView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.learning.submission import Verdict
from domain.shared.ids import SubmissionId


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeSubmission:
    """The actor, who teaches the course, grades it, for the first time or again."""

    actor: Actor
    submission_id: SubmissionId
    expected_version: int | None
    verdict: Verdict


class GradeSubmissionHandler:
    """The newest graded submission decides the lesson's score, which may complete it and takes no completion away."""

    def __init__(self, begin: Begin[SubmissionUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: GradeSubmission) -> Encoded[SubmissionView]:
        """The submission with its grade; the grade that it has already leaves its version alone.

        Raises:
            SubmissionNotFound: there is none, or its course is somebody else's.
            VersionStale: it has changed since it was read.
            GradeInvalid: as `Submission.give` says.
        """
        actor = command.actor
        async with self._begin() as unit:
            found = await unit.submissions.get(command.submission_id)
            if not teaches(found.course, actor):
                raise SubmissionNotFound("There is no such submission.")
            assert_version(found.submission.version, command.expected_version)
            rules = await unit.submissions.rules(found.submission.lesson_id)
            await grade(unit, found, command.verdict, rules, actor=actor, new_id=self._new_id, at=self._clock())
            view = await unit.submissions.view(found.submission.id)
            await unit.commit()
        return view
