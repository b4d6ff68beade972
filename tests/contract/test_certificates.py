from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.certificate_queries import MemoryCertificateQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.certificates import PostgresCertificateQueries
from application.learning.certificate_ports import CertificateNotFound
from application.learning.certificate_queries import CertificateQueries, CertificateView
from application.shared.page import CursorInvalid
from domain.identity.user import User
from domain.learning.certificate import Award, Certificate, code_of
from domain.learning.enrollment import Enrollment, Offer
from domain.shared.ids import CertificateId
from tests.contract.conftest import Persistence
from tests.support.catalog import acting
from tests.support.certificates import Certificates
from tests.support.learning import Syllabus, a_syllabus, an_enrollment
from tests.support.people import NOON, a_user


@pytest.fixture
def certificates(persistence: Persistence) -> Certificates:
    place = persistence.place
    queries: CertificateQueries
    if isinstance(place, MemoryStore):
        queries = MemoryCertificateQueries(place.committed)
    else:
        queries = PostgresCertificateQueries(place)
    return Certificates(persistence.begin, queries)


def an_award(enrollment: Enrollment, number: int = 1, *, hours: int = 0) -> Award:
    return Award(
        id=CertificateId(uuid7()),
        enrollment_id=enrollment.id,
        code=code_of(number),
        issued_at=NOON + timedelta(hours=hours),
    )


async def awarded(persistence: Persistence, enrollment: Enrollment, *awards: Award) -> None:
    async with persistence.begin() as unit:
        await unit.enrollments.obtain(enrollment)
        await unit.enrollments.save(enrollment, awards=awards)
        await unit.commit()


async def a_learner(persistence: Persistence, syllabus: Syllabus, **given: str | None) -> tuple[User, Enrollment]:
    learner = a_user(**given)
    await persistence.add_users(learner)
    await syllabus.store(persistence.begin)
    return learner, an_enrollment(syllabus.course, learner)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"name": "Siti", "display_name": "Bu Siti"}, "Bu Siti"),
        ({"name": "Siti", "display_name": None}, "Siti"),
        ({"name": None, "display_name": None}, ""),
    ],
)
async def test_an_award_becomes_a_certificate(
    persistence: Persistence, certificates: Certificates, given: dict[str, str | None], shown: str
):
    owner = a_user()
    await persistence.add_users(owner)
    syllabus = a_syllabus(title="Aljabar", created_by=owner.id)
    learner, enrollment = await a_learner(persistence, syllabus, **given)
    award = an_award(enrollment)
    await awarded(persistence, enrollment, award)

    async with persistence.begin() as unit:
        found, offer = await unit.certificates.get(award.code.lower())
    assert found == Certificate(
        id=award.id, enrollment_id=enrollment.id, code=award.code, learner_name=shown, course_title="Aljabar",
        issued_at=NOON,
    )  # fmt: skip
    assert offer == Offer(course_id=syllabus.course.id, is_published=True, owner_id=owner.id, capacity=None)
    view = CertificateView.of(found, syllabus.course.id)
    assert await certificates.detail(award.code) == view
    assert await certificates.mine(learner) == [view]


async def test_an_enrollment_keeps_its_first_certificate(persistence: Persistence, certificates: Certificates):
    learner, enrollment = await a_learner(persistence, a_syllabus())
    first = an_award(enrollment, 1)
    await awarded(persistence, enrollment, first)
    await certificates.revoke(_admin(learner), first.code)
    await awarded(persistence, enrollment, an_award(enrollment, 2))

    assert [view.code for view in await certificates.mine(learner)] == [first.code]
    with pytest.raises(CertificateNotFound):
        await certificates.detail(code_of(2))


async def test_without_a_commit_none_is_issued(persistence: Persistence, certificates: Certificates):
    _, enrollment = await a_learner(persistence, a_syllabus())
    async with persistence.begin() as unit:
        await unit.enrollments.obtain(enrollment)
        await unit.enrollments.save(enrollment, awards=[an_award(enrollment)])
    with pytest.raises(CertificateNotFound):
        await certificates.detail(code_of(1))


async def test_a_revocation_is_stored_and_taken_back(persistence: Persistence, certificates: Certificates):
    learner, enrollment = await a_learner(persistence, a_syllabus())
    await awarded(persistence, enrollment, an_award(enrollment))
    revoked = await certificates.revoke(_admin(learner), code_of(1), "Keliru.")
    assert await certificates.detail(code_of(1)) == revoked
    async with persistence.begin() as unit:
        found, _ = await unit.certificates.get(code_of(1))
    assert (found.revoked_at, found.revoked_by, found.revoked_reason) == (NOON, learner.id, "Keliru.")
    await certificates.reinstate(_admin(learner), code_of(1))
    assert (await certificates.detail(code_of(1))).is_valid


@pytest.mark.parametrize("written", ["", "TK-0000-0000-000U", code_of(5), "\x00", "x" * 1000])
async def test_what_is_no_number_is_not_found(persistence: Persistence, certificates: Certificates, written: str):
    with pytest.raises(CertificateNotFound):
        await certificates.detail(written)
    async with persistence.begin() as unit:
        with pytest.raises(CertificateNotFound):
            await unit.certificates.get(written)


async def test_mine_are_mine_newest_first_in_pages_and_by_course(persistence: Persistence, certificates: Certificates):
    learner, other = a_user(), a_user()
    await persistence.add_users(learner, other)
    courses: list[UUID] = []
    for number in range(5):
        syllabus = a_syllabus()
        await syllabus.store(persistence.begin)
        courses.append(syllabus.course.id)
        for who, of in ((learner, 0), (other, 100)):
            enrollment = an_enrollment(syllabus.course, who)
            # Two of them at the same moment.
            await awarded(persistence, enrollment, an_award(enrollment, number + of, hours=number // 2))

    seen: list[str] = []
    page = await certificates.page(learner, limit=2)
    while page.next_cursor is not None:
        seen += [view.code for view in page.items]
        page = await certificates.page(learner, limit=2, cursor=page.next_cursor)
    assert [*seen, page.items[0].code] == [code_of(number) for number in (4, 3, 2, 1, 0)]
    [one] = await certificates.mine(learner, course_id=courses[2])
    assert (one.code, one.course_id) == (code_of(2), courses[2])
    cursor = (await certificates.page(learner, limit=2)).next_cursor
    for wrong in ({"course_id": courses[0]}, {}):
        with pytest.raises(CursorInvalid):
            await certificates.page(learner if wrong else other, cursor=cursor, **wrong)


def _admin(user: User):
    return acting(user, is_admin=True)
