from dataclasses import dataclass

from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks for a change, in plain values; every command carries one, and the audit writes it down.

    `user_id` is None for Clerk, commands of the operator and jobs; `source` is `http`, `clerk`, `command` or `worker`.
    """

    user_id: UserId | None
    is_admin: bool
    source: str
    address: str | None = None
    request_id: str | None = None


OPERATOR = Actor(user_id=None, is_admin=True, source="command")
CLERK = Actor(user_id=None, is_admin=True, source="clerk")
