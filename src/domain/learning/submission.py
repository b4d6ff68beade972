"""What a learner hands in for an assignment, and the grade that it gets."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.learning.assignment import Accepted, AssignmentRules
from domain.learning.grading import HUNDREDTHS
from domain.learning.quiz import Score
from domain.shared.errors import FieldError, Invalid
from domain.shared.ids import EnrollmentId, LessonId, SubmissionId, UserId
from domain.shared.web_address import URL_LENGTH, is_https_url

TEXT_LENGTH = 100_000
COMMENT_LENGTH = 10_000


class SubmissionInvalid(Invalid):
    code = "submission.invalid"


class GradeInvalid(Invalid):
    code = "grade.invalid"


@dataclass(frozen=True, slots=True)
class Work:
    """Plain text, a link, or both."""

    text: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Points in hundredths: `earned` before `deducted` for coming late. `percent` is rounded down.

    `rubric` has what each criterion gave, where the assignment has a rubric.
    """

    earned: int
    deducted: int
    percent: int
    comment: str
    rubric: Mapping[str, int]
    graded_at: datetime
    graded_by: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a teacher says, in hundredths of points: in all, or by criterion."""

    points: int | None = None
    rubric: Mapping[str, int] | None = None
    comment: str = ""


@dataclass(slots=True, kw_only=True)
class Submission:
    """`number` counts a learner's submissions for an assignment from 1."""

    id: SubmissionId
    enrollment_id: EnrollmentId
    lesson_id: LessonId
    number: int
    work: Work
    submitted_at: datetime
    lateness: timedelta = timedelta()
    grade: Grade | None = None
    version: int = 1

    def give(self, verdict: Verdict, rules: AssignmentRules, *, by: UserId | None, at: datetime) -> bool:
        """Grades it, for the first time or again; says whether anything is different now.

        Raises:
            GradeInvalid: with a pointer to what is wrong.
        """
        errors = list(_verdict_errors(verdict, rules))
        if errors:
            raise GradeInvalid("The grade does not fit the assignment.", errors=errors)
        rubric = dict(verdict.rubric or {})
        earned = sum(rubric.values()) if rubric else verdict.points or 0
        deducted = rules.deduction(earned, self.lateness)
        score = Score(earned - deducted, rules.points * HUNDREDTHS)
        grade = Grade(
            earned=earned,
            deducted=deducted,
            percent=score.percent,
            comment=verdict.comment,
            rubric=rubric,
            graded_at=at,
            graded_by=by,
        )
        if self.grade is not None and _said(self.grade) == _said(grade):
            return False
        self.grade = grade
        self.version += 1
        return True


def checked_work(work: Work, accepts: Collection[Accepted]) -> Work:
    """The work, tidied; blank fields are none.

    Raises:
        SubmissionInvalid: it holds nothing, or what this assignment doesn't take.
    """
    text = (work.text or "").replace("\r\n", "\n").strip() or None
    link = (work.link or "").strip() or None
    errors = list(_work_errors(text, link, accepts))
    if errors:
        raise SubmissionInvalid("This can't be handed in.", errors=errors)
    return Work(text, link)


def score_of(submissions: Sequence[Submission]) -> int | None:
    """What an assignment is worth: the newest grade counts, by the submissions' numbers. None before the first."""
    graded = [each for each in submissions if each.grade is not None]
    newest = max(graded, key=lambda each: each.number, default=None)
    return None if newest is None or newest.grade is None else newest.grade.percent


def _work_errors(text: str | None, link: str | None, accepts: Collection[Accepted]) -> Iterator[FieldError]:
    for name, value in (("text", text), ("link", link)):
        if value is not None and Accepted(name) not in accepts:
            yield FieldError(f"/{name}", "submission.not_accepted", f"this assignment takes no {name}")
    if text is None and link is None:
        yield FieldError("", "submission.empty", "holds nothing")
    if text is not None and (len(text) > TEXT_LENGTH or _has_controls(text)):
        yield FieldError("/text", "text.invalid", f"is no plain text of at most {TEXT_LENGTH} characters")
    if link is not None and not is_https_url(link):
        yield FieldError("/link", "url.invalid", f"is not an https address of at most {URL_LENGTH} characters")


def _verdict_errors(verdict: Verdict, rules: AssignmentRules) -> Iterator[FieldError]:
    if (verdict.points is None) == (verdict.rubric is None):
        yield FieldError("", "grade.ambiguous", "give either points or a rubric")
    elif verdict.points is not None and not 0 <= verdict.points <= rules.points * HUNDREDTHS:
        yield FieldError("/points", "number.range", f"is not between 0 and {rules.points}")
    elif verdict.rubric is not None:
        yield from _rubric_errors(verdict.rubric, rules)
    if len(verdict.comment) > COMMENT_LENGTH or _has_controls(verdict.comment):
        yield FieldError("/comment", "text.invalid", f"is no plain text of at most {COMMENT_LENGTH} characters")


def _rubric_errors(rubric: Mapping[str, int], rules: AssignmentRules) -> Iterator[FieldError]:
    for key in sorted(rubric.keys() - rules.rubric.keys()):
        yield FieldError(f"/rubric/{key}", "key.unknown", "is no criterion of this assignment")
    for key, most in rules.rubric.items():
        if not 0 <= rubric.get(key, -1) <= most * HUNDREDTHS:
            yield FieldError(f"/rubric/{key}", "number.range", f"is not between 0 and {most}")
    if not rules.rubric:
        yield FieldError("/rubric", "grade.no_rubric", "this assignment has none")


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t\r" for c in text)


def _said(grade: Grade) -> tuple[object, ...]:
    return (grade.earned, grade.deducted, grade.percent, grade.comment, dict(grade.rubric))
