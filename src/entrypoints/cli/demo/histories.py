"""What the demo's learners did in the last months: made up, and true to every rule of the platform.

Whether somebody knows an answer follows Rasch's model (1960): the chance is the logistic function of their ability less
the question's difficulty. So the analysis of questions has something to find.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application.audit.record import entry_of
from application.learning.award import award_for
from application.learning.histories import History
from application.learning.write_review import review_facts
from application.shared.actor import Actor
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import Assignment, Quiz, Video
from domain.gamification.deeds import (
    AssignmentGraded,
    CourseCompleted,
    Deed,
    LessonCompleted,
    QuizHandedIn,
    ReviewWritten,
    WorkHandedIn,
)
from domain.learning.answers import correct_answer
from domain.learning.assignment import AssignmentRules
from domain.learning.attempt import Attempt, marked
from domain.learning.enrollment import Enrollment
from domain.learning.paper import SEED_BITS, drawn, paper_of
from domain.learning.progress import (
    CompletionRule,
    Graded,
    LessonProgress,
    Passed,
    Step,
    Viewed,
    Watched,
    complete_lesson,
    score_lesson,
    watch_lesson,
)
from domain.learning.questions import Matching, MultipleChoice, Numeric, Ordering, Question, ShortText, SingleChoice
from domain.learning.questions import banks_from_json as read_banks
from domain.learning.review import Review
from domain.learning.submission import Submission, Verdict, Work
from domain.shared.ids import AttemptId, CourseId, EnrollmentId, SubmissionId, UserId
from entrypoints.cli.demo.people import Learner

TEXTS = (
    "Menurut saya bagian tersulit adalah memulai. Sesudah menulis contoh kecil dengan tangan, polanya terlihat.",
    "Saya mencoba dua cara. Yang pertama lebih pendek, yang kedua lebih mudah dibaca, jadi saya memilih yang kedua.",
    "Datanya ternyata tidak lengkap; saya mencatat mana yang hilang dan mengapa kesimpulannya masih berlaku.",
)
COMMENTS = (
    "Bagus, lanjutkan.",
    "Alurnya jelas; contohnya bisa lebih beragam.",
    "Periksa lagi angkanya, lalu kirim ulang.",
)
OPINIONS = {
    1: ("Terlalu cepat, contohnya kurang.", "Bukan untuk saya."),
    2: ("Isinya baik, tetapi kuisnya membingungkan.", "Saya berharap lebih banyak latihan."),
    3: ("Cukup. Bagian tengahnya agak panjang.", "Ada yang baru bagi saya, ada yang sudah saya tahu."),
    4: ("Jelas dan runtut. Tugasnya membantu.", "Senang dengan contoh-contohnya; boleh lebih banyak."),
    5: (
        "Akhirnya saya paham! Terima kasih.",
        "Pelajaran singkat, latihan yang tepat.",
        "Saya ajak teman ikut.",
    ),
}


@dataclass(frozen=True, slots=True)
class DemoCourse:
    """Published lessons in their order. `popularity` weighs how many choose it."""

    id: CourseId
    owner_id: UserId | None
    lessons: Sequence[Lesson]
    popularity: float


@dataclass(slots=True)
class Diary:
    """One learner's way through one course, written down as it goes."""

    learner: Learner
    course: DemoCourse
    chance: random.Random
    new_id: Callable[[], UUID]
    until: datetime
    history: History = field(default_factory=History)

    def write(self, begun: datetime) -> History:
        """From the enrollment on, day after day, until they are through, give up, or it is today."""
        enrollment = Enrollment.begun(EnrollmentId(self.new_id()), self.course.id, self.learner.user.id, at=begun)
        self.history.enrollments.append(enrollment)
        self._note("enrollment.begun", enrollment.id, {"course_id": str(self.course.id)}, begun)
        waiting = list(self.course.lessons)
        completed = 0
        at = begun
        for evening in self._evenings(begun):
            # Handed in and not graded yet: the next lesson comes after the grade, as its completion does.
            if evening < at:
                continue
            at = evening
            for _ in range(self.chance.randint(1, 3)):
                if not waiting or at > self.until:
                    break
                at += timedelta(minutes=self.chance.uniform(4, 25))
                lesson = waiting.pop(0)
                progress, at = self._step(enrollment, lesson, completed, at)
                self.history.progress.append((enrollment.id, progress))
                completed += progress.completed_at is not None
                if progress.completed_at is None and waiting and waiting[0].unlock:
                    # What follows is locked to them.
                    waiting.clear()
            if not waiting:
                break
            if self.chance.random() > self.learner.stamina:
                self._maybe_leave(enrollment, at)
                break
        self._maybe_review(enrollment, completed)
        return self.history

    def _evenings(self, begun: datetime) -> Iterator[datetime]:
        day = begun + timedelta(minutes=self.chance.uniform(5, 90))
        while day < self.until:
            yield day
            gap = 1
            # Weekends are for others things, for most.
            while self.chance.random() > self.learner.diligence * (0.5 if (day.weekday() + gap) % 7 > 4 else 1):  # noqa: PLR2004 # Saturday
                gap += 1
            midnight = (day + timedelta(days=gap)).replace(hour=0, minute=0, second=0, microsecond=0)
            day = midnight + timedelta(hours=max(1.0, min(22.0, self.chance.gauss(self.learner.evening, 1.0))))

    def _step(
        self, enrollment: Enrollment, lesson: Lesson, completed: int, at: datetime
    ) -> tuple[LessonProgress, datetime]:
        """One lesson, and when they are done with it for now."""
        progress = LessonProgress(lesson_id=lesson.id, first_seen_at=at)
        step = Step(
            lesson_id=lesson.id, rule=rule_of(lesson), others=len(self.course.lessons) - 1, others_completed=completed
        )
        match lesson.content:
            case Video(duration_seconds=seconds):
                ended = at + timedelta(seconds=seconds)
                done = watch_lesson(enrollment, progress, step, seconds=seconds, at=ended)
            case Quiz():
                ended, score = self._take(enrollment, lesson, at)
                done = score_lesson(enrollment, progress, step, score=score, at=ended)
            case Assignment():
                ended, graded = self._hand_in(enrollment, lesson, at)
                if graded is None:
                    return progress, ended
                done = score_lesson(enrollment, progress, step, score=graded, at=ended)
            case _:
                ended = at + timedelta(minutes=self.chance.uniform(2, 12))
                done = complete_lesson(enrollment, progress, step, at=ended)
        if done.lesson_completed:
            self._tell(LessonCompleted(lesson.id, self.course.id), ended)
            facts = {"enrollment_id": str(enrollment.id), "course_id": str(self.course.id)}
            self._note("lesson.completed", lesson.id, facts, ended)
        if done.course_completed:
            self._tell(CourseCompleted(self.course.id), ended)
            self._note("enrollment.completed", enrollment.id, {"course_id": str(self.course.id)}, ended)
            award = award_for(enrollment, new_id=self.new_id, at=ended)
            self.history.awards.append(award)
            facts = {"enrollment_id": str(enrollment.id), "code": award.code}
            self._note("certificate.issued", award.id, facts, ended)
        return progress, ended

    def _take(self, enrollment: Enrollment, lesson: Lesson, at: datetime) -> tuple[datetime, int]:
        """Up to three attempts, each a little better; the best one counts."""
        assert isinstance(lesson.content, Quiz), "a quiz"
        banks = read_banks(lesson.content.banks)
        limit = lesson.content.settings["time_limit_seconds"]
        best = 0
        for number in range(1, 4):
            seed = self.chance.getrandbits(SEED_BITS)
            asked = drawn(banks, seed=seed, shuffle=False)
            attempt = Attempt(
                id=AttemptId(self.new_id()), enrollment_id=enrollment.id, lesson_id=lesson.id, number=number,
                lesson_version=1, graded_version=1, seed=seed, question_ids=asked, started_at=at,
                deadline=None if limit is None else at + timedelta(seconds=limit),
            )  # fmt: skip
            paper = paper_of(banks, asked, seed=seed, shuffles=True)
            bonus = 0.9 * (number - 1)
            ability = self.learner.ability + bonus
            given = {each.id: answer(each, ability, lesson, self.chance) for each in paper.questions}
            spent = min(self.chance.uniform(40, 75) * len(asked), 0.95 * (limit or math.inf))
            at += timedelta(seconds=spent)
            marking = marked(paper, given)
            attempt.hand_in(marking.score, at=at)
            self.history.attempts.append(attempt)
            self.history.answers[attempt.id] = {key: (given[key], points) for key, points in marking.awarded.items()}
            facts = {"lesson_id": str(lesson.id), "enrollment_id": str(enrollment.id)}
            self._note("attempt.begun", attempt.id, facts, attempt.started_at)
            self._note("attempt.handed_in", attempt.id, {**facts, "percent": marking.score.percent}, at)
            self._tell(QuizHandedIn(lesson.id, self.course.id, marking.score.percent, number), at)
            best = max(best, marking.score.percent)
            if best >= lesson.content.settings["pass_percent"] or self.chance.random() > self.learner.stamina:
                break
            at += timedelta(minutes=self.chance.uniform(5, 40))
        return at, best

    def _hand_in(self, enrollment: Enrollment, lesson: Lesson, at: datetime) -> tuple[datetime, int | None]:
        """Graded some days later, unless that would be in the future."""
        assert isinstance(lesson.content, Assignment), "an assignment"
        settings = lesson.content.settings
        text = self.chance.choice(TEXTS)
        work = Work(link="https://foto.tekun.example/album") if settings["accepts"] == ["link"] else Work(text)
        submission = Submission(
            id=SubmissionId(self.new_id()), enrollment_id=enrollment.id, lesson_id=lesson.id, number=1, work=work,
            submitted_at=at,
        )  # fmt: skip
        self.history.submissions.append(submission)
        self._note("submission.made", submission.id, {"lesson_id": str(lesson.id), "number": 1}, at)
        self._tell(WorkHandedIn(lesson.id, self.course.id), at)
        graded_at = at + timedelta(days=self.chance.uniform(0.5, 6))
        if graded_at > self.until:
            return at, None
        share = max(0.2, min(1.0, self.chance.gauss(0.72 + 0.08 * self.learner.ability, 0.12)))
        rubric = {each["id"]: round(each["points"] * 100 * share) for each in settings["rubric"]}
        verdict = Verdict(
            points=None if rubric else round(settings["points"] * 100 * share),
            rubric=rubric or None,
            comment=self.chance.choice(COMMENTS),
        )
        rules = AssignmentRules(
            points=settings["points"], rubric={each["id"]: each["points"] for each in settings["rubric"]}
        )
        submission.give(verdict, rules, by=self.course.owner_id, at=graded_at)
        assert submission.grade is not None, "just given"
        self._note("submission.graded", submission.id, {"lesson_id": str(lesson.id)}, graded_at)
        self._tell(AssignmentGraded(lesson.id, self.course.id, submission.grade.percent), graded_at)
        return graded_at, submission.grade.percent

    def _maybe_leave(self, enrollment: Enrollment, at: datetime) -> None:
        """Most who give up just stay away; some say so."""
        if self.chance.random() < 0.2 and enrollment.withdraw(at=at):  # noqa: PLR2004 # one in five
            self._note("enrollment.withdrawn", enrollment.id, {"course_id": str(self.course.id)}, at)

    def _maybe_review(self, enrollment: Enrollment, completed: int) -> None:
        """Who finishes tends to have an opinion, and a better one than who is stuck."""
        finished = enrollment.completed_at is not None
        lessons = len(self.course.lessons)
        too_early = not finished and (completed < 2 or completed * 5 < lessons)  # noqa: PLR2004 # the rule, and a little shy
        if too_early or enrollment.is_withdrawn or self.chance.random() > (0.5 if finished else 0.12):
            return
        liking = random.Random(f"liking of {self.course.id}").gauss(3.9, 0.5)  # noqa: S311 # the same for everybody
        rating = max(1, min(5, round(self.chance.gauss(liking + (0.3 if finished else -0.6), 0.8))))
        last = max(step.first_seen_at for key, step in self.history.progress if key == enrollment.id)
        at = min(self.until, max(enrollment.completed_at or last, last) + timedelta(minutes=3))
        text = self.chance.choice(OPINIONS[rating]) if self.chance.random() < 0.7 else ""  # noqa: PLR2004 # most
        review = Review.written(enrollment.course_id, enrollment.user_id, rating=rating, text=text, at=at)
        self.history.reviews.append(review)
        self._tell(ReviewWritten(self.course.id), at)
        self._note("review.written", enrollment.id, review_facts(review), at)

    def _tell(self, deed: Deed, at: datetime) -> None:
        self.history.deeds.append((at, self.learner.user.id, deed))

    def _note(self, action: str, subject: UUID, facts: dict[str, Any], at: datetime) -> None:
        actor = Actor(user_id=self.learner.user.id, is_admin=False, source="command")
        self.history.entries.append(entry_of(actor, action, subject, changes=facts, new_id=self.new_id, at=at))


def rule_of(lesson: Lesson) -> CompletionRule:
    match lesson.content:
        case Video(duration_seconds=seconds, watch_share=share):
            return Watched.share_of(seconds, share)
        case Quiz(settings=settings):
            return Passed(settings["pass_percent"])
        case Assignment(settings=settings):
            return Graded(settings["pass_percent"])
        case _:
            return Viewed()


def answer(question: Question, ability: float, lesson: Lesson, chance: random.Random) -> Any:
    """The right one with Rasch's chance, else a wrong one, and now and then none."""
    difficulty = random.Random(f"{lesson.title}/{question.id}").gauss(0, 1.1)  # noqa: S311 # the same for everybody
    if chance.random() < 1 / (1 + math.exp(difficulty - ability)):
        return correct_answer(question)
    return None if chance.random() < 0.08 else _wrong(question, chance)  # noqa: PLR2004 # one in twelve


def _wrong(question: Question, chance: random.Random) -> Any:
    match question.task:
        case SingleChoice(options, correct):
            return chance.choice([option.id for option in options if option.id != correct])
        case MultipleChoice(options, several):
            right = sorted(several)
            wrong = [option.id for option in options if option.id not in several]
            return sorted([*right[:-1], *(chance.sample(wrong, 1) if wrong else [])])
        case Numeric(correct):
            return float(round(correct * chance.choice([0.5, 2, 10]) + 1, 2))
        case Ordering(items):
            return [item.id for item in reversed(items)]
        case Matching(pairs):
            ids = [pair.id for pair in pairs]
            return dict(zip(ids, ids[1:] + ids[:1], strict=True))
        case _:
            return (
                chance.choice(["tidak tahu", "lupa"])
                if isinstance(question.task, ShortText)
                else not question.task.correct
            )
