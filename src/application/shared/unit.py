from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar


class Unit(Protocol):
    """One unit of work: one transaction. What is not committed by the end of its block never was."""

    async def commit(self) -> None:
        """Makes everything saved in this unit true, all of it or nothing.

        Raises:
            Refusal: a constraint of the database stands against it (as the refusal that the constraint maps to).
        """
        ...


UnitT_co = TypeVar("UnitT_co", bound=Unit, covariant=True)

Begin = Callable[[], AbstractAsyncContextManager[UnitT_co]]
"""Begins a unit: `async with begin() as unit: ...; await unit.commit()`."""
