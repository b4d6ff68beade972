"""A person as Clerk describes them, already translated into our words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; the names are the institution's."""

    ADMIN = "admin"
    DOSEN = "dosen"
    MAHASISWA = "mahasiswa"


@dataclass(frozen=True, slots=True, order=True)
class SourceMark:
    """Where a description stands in Clerk's own order of events.

    Two descriptions of one person can carry the same millisecond and differ; the digest of the content breaks the tie,
    so that every order of delivery ends in the same state (a last-writer-wins register with a total order).
    """

    updated_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One description of one person at Clerk.

    `email` is the primary address or None; `suspended` says banned or locked; `created_at` is when they joined Clerk.
    """

    clerk_id: str
    name: str | None
    email: str | None
    email_verified: bool
    role: Role
    suspended: bool
    created_at: datetime
    mark: SourceMark
