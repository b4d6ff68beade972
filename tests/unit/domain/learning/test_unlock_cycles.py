from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.learning.unlock_cycles import position_of_lesson_cycle, position_of_module_cycle, waits_for_itself
from domain.learning.unlocking import (
    AfterLesson,
    AfterModule,
    AfterPrevious,
    Outline,
    OutlineLesson,
    OutlineModule,
    Rule,
    Rules,
)
from domain.shared.ids import LessonId, ModuleId

MODULES = [ModuleId(UUID(int=number)) for number in range(1, 5)]
LESSONS = [LessonId(UUID(int=number)) for number in range(101, 108)]

rules = st.lists(
    st.sampled_from(LESSONS).map(AfterLesson) | st.sampled_from(MODULES).map(AfterModule) | st.just(AfterPrevious()),
    max_size=3,
    unique=True,
).map(tuple)


@st.composite
def places(draw: st.DrawFn) -> dict[ModuleId, list[LessonId]]:
    """Which lesson stands in which module; some modules may have none."""
    found: dict[ModuleId, list[LessonId]] = {module: [] for module in MODULES}
    for lesson in LESSONS:
        found[draw(st.sampled_from(MODULES))].append(lesson)
    return found


Saved = dict[LessonId | ModuleId, Rules]


def outline_of(where: dict[ModuleId, list[LessonId]], saved: Saved) -> Outline:
    return [
        OutlineModule(
            module, saved.get(module, ()), tuple(OutlineLesson(lesson, saved.get(lesson, ())) for lesson in lessons)
        )
        for module, lessons in where.items()
    ]


def can_be_finished(outline: Outline) -> bool:
    """By doing what is open until nothing more is: shares no thought with what is tested. Every module has a lesson."""
    done: set[LessonId] = set()
    lessons = {lesson.id: (module, lesson) for module in outline for lesson in module.lessons}

    def holds(rule: Rule) -> bool:
        match rule:
            case AfterLesson(lesson_id):
                return lesson_id in done
            case AfterModule(module_id):
                return all(lesson in done for lesson, (module, _) in lessons.items() if module.id == module_id)
        return True

    while ready := [
        lesson_id
        for lesson_id, (module, lesson) in lessons.items()
        if lesson_id not in done and all(map(holds, (*module.unlock, *lesson.unlock)))
    ]:
        done.update(ready)
    return len(done) == len(lessons)


edits = st.lists(st.tuples(st.sampled_from([*LESSONS, *MODULES]), rules), max_size=12)


def refused(subject: LessonId | ModuleId, wanted: Rules, outline: Outline) -> bool:
    if subject in LESSONS:
        return position_of_lesson_cycle(LessonId(subject), wanted, outline) is not None
    return position_of_module_cycle(ModuleId(subject), wanted, outline) is not None


@given(places(), edits)
def test_whatever_is_accepted_can_be_finished(
    where: dict[ModuleId, list[LessonId]], sequence: list[tuple[LessonId | ModuleId, Rules]]
):
    saved: Saved = {}
    for subject, wanted in sequence:
        if not refused(subject, wanted, outline_of(where, saved)):
            saved[subject] = wanted
        assert can_be_finished(outline_of(where, saved))


@given(places().filter(lambda where: all(where.values())), edits)
def test_nothing_is_refused_without_need(
    where: dict[ModuleId, list[LessonId]], sequence: list[tuple[LessonId | ModuleId, Rules]]
):
    saved: Saved = {}
    for subject, wanted in sequence:
        was_refused = refused(subject, wanted, outline_of(where, saved))
        assert was_refused != can_be_finished(outline_of(where, {**saved, subject: wanted}))
        if not was_refused:
            saved[subject] = wanted


@given(places(), edits, st.sampled_from(LESSONS), st.sampled_from(MODULES))
def test_moves_that_are_accepted_leave_a_course_that_can_be_finished(
    where: dict[ModuleId, list[LessonId]],
    sequence: list[tuple[LessonId | ModuleId, Rules]],
    lesson: LessonId,
    target: ModuleId,
):
    saved: Saved = {}
    for subject, wanted in sequence:
        if not refused(subject, wanted, outline_of(where, saved)):
            saved[subject] = wanted
    moved = {module: [other for other in lessons if other != lesson] for module, lessons in where.items()}
    moved[target].append(lesson)

    if not waits_for_itself(lesson, outline_of(moved, saved)):
        assert can_be_finished(outline_of(moved, saved))


def test_the_place_is_that_of_the_first_rule_that_waits():
    where = {MODULES[0]: LESSONS[:2], MODULES[1]: LESSONS[2:]}
    outline = outline_of(where, {LESSONS[1]: (AfterLesson(LESSONS[0]),)})
    wanted = (AfterPrevious(), AfterModule(MODULES[1]), AfterLesson(LESSONS[1]), AfterLesson(LESSONS[0]))

    assert position_of_lesson_cycle(LESSONS[0], wanted, outline) == 2
    assert position_of_module_cycle(MODULES[1], (AfterModule(MODULES[0]), AfterLesson(LESSONS[3])), outline) == 1
    assert position_of_lesson_cycle(LESSONS[0], wanted[:2], outline) is None
