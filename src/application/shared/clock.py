from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class NewId(Protocol):
    def __call__(self) -> UUID:
        """A new UUIDv7, greater than every one this process made before."""
        ...
