"""How a course goes, as a table to download."""

import csv
import io

import httpx

from domain.identity.profile import Role
from tests.support import quizzes
from tests.support.platform import Person, Platform


async def test_the_table_runs_nothing_in_a_spreadsheet(
    platform: Platform, client: httpx.AsyncClient, dosen: Person
) -> None:
    course = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, course)
    title = '=HYPERLINK("https://example.org")'
    await platform.make_lesson(dosen, module, title, status="published", content=quizzes.a_quiz())
    learner = await platform.person(Role.MAHASISWA, "@SUM(1+1)")
    await platform.enroll(learner.headers, course["id"])
    target = f"/v1/courses/{course['id']}/analytics.csv"

    answer = await client.get(target, headers=dosen.headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="course-{course["id"]}.csv"'
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    shown = dict(zip(header, row, strict=True))
    assert header[-1] == f"'{title}"
    assert (shown["user_id"], shown["name"], shown["status"], shown["percent"]) == (
        learner.id, "'@SUM(1+1)", "active", "0",
    )  # fmt: skip
    again = await client.get(target, headers={**dosen.headers, "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
