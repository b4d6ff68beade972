import asyncio
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from application.shared.encoded import Encoded
from application.shared.idempotency import Created, IdempotencyKey, IdempotencyKeyInFlight, IdempotencyKeyReused
from domain.shared.ids import UserId
from tests.contract.conftest import Persistence
from tests.support.people import NOON, a_user

KEY = IdempotencyKey(UserId(uuid7()), "key-1", "fingerprint-1")


def an_answer() -> Created[Any]:
    return Created(uuid7(), Encoded(b'{"id":"\xc3\xa9"}', "3"))


async def keep(persistence: Persistence, key: IdempotencyKey | None, answer: Created[Any]) -> None:
    async with persistence.begin() as unit:
        assert await unit.idempotency.find(key) is None
        await unit.idempotency.keep(key, answer, at=NOON)
        await unit.commit()


async def found(persistence: Persistence, key: IdempotencyKey | None) -> Created[Any] | None:
    async with persistence.begin() as unit:
        return await unit.idempotency.find(key)


async def test_a_kept_answer_is_found_again_as_it_was(persistence: Persistence):
    answer = an_answer()
    await keep(persistence, KEY, answer)

    assert await found(persistence, KEY) == answer


async def test_without_a_commit_the_key_is_as_new(persistence: Persistence):
    async with persistence.begin() as unit:
        assert await unit.idempotency.find(KEY) is None
        await unit.idempotency.keep(KEY, an_answer(), at=NOON)

    assert await found(persistence, KEY) is None


async def test_another_request_under_the_same_key_is_refused(persistence: Persistence):
    await keep(persistence, KEY, an_answer())

    with pytest.raises(IdempotencyKeyReused):
        await found(persistence, IdempotencyKey(KEY.user_id, KEY.key, "fingerprint-2"))


async def test_the_same_key_of_somebody_else_is_another_key(persistence: Persistence):
    await keep(persistence, KEY, an_answer())

    assert await found(persistence, IdempotencyKey(UserId(uuid7()), KEY.key, KEY.fingerprint)) is None


async def test_no_key_is_never_found_and_never_kept(persistence: Persistence):
    await keep(persistence, None, an_answer())

    assert await found(persistence, None) is None


async def test_answers_are_forgotten_by_their_age(persistence: Persistence):
    await keep(persistence, KEY, an_answer())
    async with persistence.begin() as unit:
        assert await unit.idempotency.forget_before(NOON) == 0
        assert await unit.idempotency.forget_before(NOON + timedelta(seconds=1)) == 1
        await unit.commit()

    assert await found(persistence, KEY) is None


async def test_many_equal_requests_at_once_make_one_thing(persistence: Persistence):
    async def create() -> Created[Any] | None:
        try:
            async with persistence.begin() as unit:
                if kept := await unit.idempotency.find(KEY):
                    return kept
                user = a_user()
                await unit.users.add(user)
                answer = Created(user.id, await unit.users.view(user.id))
                await unit.idempotency.keep(KEY, answer, at=NOON)
                await unit.commit()
        except IdempotencyKeyInFlight:
            return None
        return answer

    answers = await asyncio.gather(*(create() for _ in range(8)))

    made = {answer.id for answer in answers if answer is not None}
    assert len(made) == 1
    async with persistence.begin() as unit:
        assert len(await unit.users.live_clerk_ids(after="", limit=100)) == 1
