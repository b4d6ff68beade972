from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from adapters.memory.certificate_queries import MemoryCertificateQueries
from adapters.memory.unit import MemoryStore
from adapters.system.clock import SystemNewId
from application.learning.admission import CourseNotYours
from application.learning.award import random_bits
from application.learning.certificate_ports import CertificateNotFound, Sheet
from application.learning.certificate_queries import CertificateView
from domain.learning.certificate import RANDOM_BITS, CertificateRevoked
from tests.support.catalog import acting
from tests.support.certificates import Certificates
from tests.support.learning import Learning, Syllabus, a_syllabus, a_video
from tests.support.people import NOON, a_user


class World:
    """Somebody who teaches, somebody who learns, and both sides of certificates over one memory."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.learning = Learning(self.store.begin)
        queries = MemoryCertificateQueries(self.store.committed)
        self.certificates = Certificates(self.store.begin, queries, self.learning.clock)
        self.owner, self.other = a_user(), a_user()
        self.learner = a_user(name="Maya", display_name="Bu Maya")
        self.store.tables.users |= {user.id: user for user in (self.owner, self.learner, self.other)}

    async def add(self, syllabus: Syllabus) -> Syllabus:
        await syllabus.store(self.store.begin)
        return syllabus

    async def completed(self, *sizes: int) -> tuple[Syllabus, CertificateView]:
        syllabus = await self.add(a_syllabus(*(sizes or (1,)), title="Aljabar", created_by=self.owner.id))
        await self.learning.enroll(self.learner, syllabus.course)
        for lesson in syllabus.lessons:
            await self.learning.complete(self.learner, lesson)
        [certificate] = await self.certificates.mine(self.learner, course_id=syllabus.course.id)
        return syllabus, certificate

    @property
    def actions(self) -> list[str]:
        entries = self.store.tables.audit_entries
        return [entry.action for entry in entries if entry.action.startswith("certificate.")]


@pytest.fixture
def world() -> World:
    return World()


async def test_it_is_issued_with_the_last_lesson_and_not_before(world: World):
    syllabus = await world.add(a_syllabus(2))
    await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.complete(world.learner, syllabus.lessons[0])
    assert await world.certificates.mine(world.learner) == []
    world.learning.clock.advance(hours=1)
    await world.learning.complete(world.learner, syllabus.lessons[1])
    [certificate] = await world.certificates.mine(world.learner)

    assert certificate == CertificateView(
        code=certificate.code, learner_name="Bu Maya", course_title="Struktur Data", course_id=syllabus.course.id,
        issued_at=NOON + timedelta(hours=1), revoked_at=None, revoked_reason=None, is_valid=True,
    )  # fmt: skip
    assert await world.certificates.detail(certificate.code) == certificate
    assert world.actions == ["certificate.issued"]
    [entry] = [each for each in world.store.tables.audit_entries if each.action == "certificate.issued"]
    [enrollment] = world.store.tables.enrollments.values()
    assert entry.changes == {"enrollment_id": str(enrollment.id), "code": certificate.code}


async def test_a_video_that_is_watched_completes_the_course_as_well(world: World):
    syllabus = a_syllabus(0)
    syllabus.lessons.append(a_video(syllabus.modules[0], seconds=10))
    await world.add(syllabus)
    await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.watch(world.learner, syllabus.lessons[0], 10)
    assert len(await world.certificates.mine(world.learner)) == 1


async def test_again_withdrawn_or_back_there_is_the_one(world: World):
    syllabus, certificate = await world.completed(2)
    await world.learning.complete(world.learner, syllabus.lessons[1])
    await world.learning.withdraw(world.learner, syllabus.course)
    assert await world.certificates.mine(world.learner) == [certificate]
    await world.learning.enroll(world.learner, syllabus.course)
    await world.learning.complete(world.learner, syllabus.lessons[0])
    assert await world.certificates.mine(world.learner) == [certificate]
    assert world.actions == ["certificate.issued"]


async def test_names_stay_as_they_were_also_of_who_was_erased(world: World):
    syllabus, certificate = await world.completed()
    world.store.tables.users[world.learner.id].bury(at=NOON)
    async with world.store.begin() as unit:
        course = await unit.courses.get(syllabus.course.id)
        course.content = a_syllabus(title="Geometri").course.content
        await unit.courses.save(course)
        await unit.commit()
    assert await world.certificates.detail(certificate.code) == certificate


async def test_who_has_no_name_gets_one_without(world: World):
    world.learner.name = world.learner.display_name = None
    assert (await world.completed())[1].learner_name == ""


async def test_a_revoked_one_says_why_and_is_not_printed(world: World):
    _, certificate = await world.completed()
    world.learning.clock.advance(days=1)
    revoked = await world.certificates.revoke(world.owner, certificate.code.lower(), "Tugas orang lain.")

    assert revoked == await world.certificates.detail(certificate.code)
    assert (revoked.is_valid, revoked.revoked_reason) == (False, "Tugas orang lain.")
    assert revoked.revoked_at == NOON + timedelta(days=1)
    with pytest.raises(CertificateRevoked):
        await world.certificates.print(certificate.code)
    assert await world.certificates.revoke(world.owner, certificate.code, "Tugas orang lain.") == revoked
    assert world.actions == ["certificate.issued", "certificate.revoked"]
    [stored] = world.store.tables.certificates.values()
    assert stored.revoked_by == world.owner.id


async def test_after_a_revocation_there_is_no_second_one_but_it_can_be_taken_back(world: World):
    syllabus, certificate = await world.completed(2)
    await world.certificates.revoke(world.owner, certificate.code)
    await world.learning.withdraw(world.learner, syllabus.course)
    await world.learning.enroll(world.learner, syllabus.course)
    for lesson in syllabus.lessons:
        await world.learning.complete(world.learner, lesson)
    [still] = await world.certificates.mine(world.learner)
    assert (still.code, still.is_valid) == (certificate.code, False)

    admin = acting(world.other, is_admin=True)
    for _ in range(2):
        await world.certificates.reinstate(admin, certificate.code)
    assert await world.certificates.detail(certificate.code) == certificate
    assert world.actions == ["certificate.issued", "certificate.revoked", "certificate.reinstated"]


async def test_only_who_teaches_the_course_revokes(world: World):
    _, certificate = await world.completed()
    for stranger in (world.other, world.learner):
        with pytest.raises(CourseNotYours):
            await world.certificates.revoke(stranger, certificate.code)
        with pytest.raises(CourseNotYours):
            await world.certificates.reinstate(stranger, certificate.code)
    for unknown in ("TK-0000-0000-0000", "x"):
        for ask in (world.certificates.detail, world.certificates.print):
            with pytest.raises(CertificateNotFound):
                await ask(unknown)
        with pytest.raises(CertificateNotFound):
            await world.certificates.revoke(world.owner, unknown)


async def test_the_sheet_says_what_the_certificate_says(world: World):
    _, certificate = await world.completed()
    printed = await world.certificates.print(certificate.code, language="en")

    assert (printed.code, printed.pdf) == (certificate.code, certificate.code.encode())
    assert world.certificates.printer.sheets == [
        Sheet(
            code=certificate.code, learner_name="Bu Maya", course_title="Aljabar", issued_at=NOON, language="en",
            address=f"https://tekun.example/v1/certificates/{certificate.code}",
        )
    ]  # fmt: skip


def test_the_bits_of_a_number_are_random_each_time():
    new_id = SystemNewId()
    numbers = [random_bits(new_id) for _ in range(4000)]

    assert len(set(numbers)) == len(numbers)
    for place in range(RANDOM_BITS):
        # A fair coin is further off than this once in ten billion times.
        assert abs(sum(number >> place & 1 for number in numbers) - 2000) < 210, place
        same = sum((one ^ other) >> place & 1 for one, other in pairwise(numbers))
        assert abs(same - 2000) < 210, place


def test_bits_come_from_the_end_of_an_id_where_no_counter_reaches():
    ids = iter([UUID(int=2**128 - 1), UUID(int=2**128 - 2**28)])
    assert random_bits(lambda: next(ids)) == (2**27 - 1) << 28
