from time import process_time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from application.catalog.content_queries import ArticleView, FileView, LessonVersionView
from application.catalog.lesson_comparison import CAREFUL_LINES, FieldDifference, LessonComparison, compared
from tests.support.people import NOON

LESSON = uuid7()


def a_version(number: int, content: Any, title: str = "T") -> LessonVersionView:
    return LessonVersionView(
        number=number, title=title, published_at=NOON, published_by=None, lesson_id=LESSON, content=content
    )


def differences(before: str, after: str) -> list[FieldDifference]:
    one, other = a_version(1, ArticleView(before, "")), a_version(2, ArticleView(after, "<p></p>"))
    return list(compared(one, other).fields)


def applied(diff: str, before: list[str]) -> list[str]:
    """What `patch` would make of it."""
    result, place = [], 0
    for line in diff.splitlines():
        if line.startswith("@@"):
            start, _, count = line.split()[1].removeprefix("-").partition(",")
            # A range without lines names the line before it.
            skip = int(start) - (0 if count == "0" else 1)
            result += before[place:skip]
            place = skip
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert before[place] == line[1:]
            place += 1
            result += [line[1:]] if line.startswith(" ") else []
    return result + before[place:]


lines = st.lists(st.sampled_from(["a", "b", "", "c d", "+", "-", " "]), max_size=12)


@given(lines, lines)
def test_a_difference_leads_from_one_to_the_other(before: list[str], after: list[str]):
    found = differences("\n".join([*before, "end"]), "\n".join([*after, "end"]))

    if before == after:
        assert found == []
    else:
        [only] = found
        assert only.field == "markdown"
        assert applied(only.diff, [*before, "end"]) == [*after, "end"]


@given(lines, lines)
def test_a_long_one_leads_there_too(before: list[str], after: list[str]):
    many = [f"line {number}" for number in range(CAREFUL_LINES)]
    before, after = [*many, *before, "end"], [*many, *after, "end"]
    found = differences("\n".join(before), "\n".join(after))

    assert [applied(one.diff, before) for one in found] == ([] if before == after else [after])


def test_fields_that_are_the_same_are_left_out():
    one = a_version(1, FileView("https://example.org/a", "a.pdf", "application/pdf", None), title="Satu")
    other = a_version(4, FileView("https://example.org/a", "b.pdf", "application/pdf", 7), title="Satu")

    assert compared(one, other) == LessonComparison(
        lesson_id=LESSON,
        first=1,
        second=4,
        fields=[
            FieldDifference("name", "@@ -1 +1 @@\n-a.pdf\n+b.pdf"),
            FieldDifference("size_bytes", "@@ -0,0 +1 @@\n+7"),
        ],
    )


def test_the_longest_text_at_its_worst_takes_no_time():
    # As many different lines, each as often, as make the comparison by line slow.
    before = "\n".join(str(number % 100) for number in range(30_000))
    after = "\n".join(str(number * 7 % 100) for number in range(30_000))
    careful = "\n".join(str(number % 100) for number in range(CAREFUL_LINES))
    other = "\n".join(str(number * 37 % 101) for number in range(CAREFUL_LINES))

    started = process_time()
    assert differences(before, after)
    assert differences(careful, other)
    assert process_time() - started < 1
