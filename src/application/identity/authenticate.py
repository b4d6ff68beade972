"""From a session token to the person it speaks for."""

from application.audit.record import record
from application.identity.ports import (
    EmailTaken,
    IdentityUnit,
    Principal,
    Principals,
    SessionClaims,
    TokenRejected,
    TokenVerifier,
)
from application.shared.actor import CLERK
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.identity.user import Status, User
from domain.shared.errors import Forbidden
from domain.shared.ids import UserId


class UserInactive(Forbidden):
    """The token is good, the person is not to come in: banned, locked, deleted."""

    code = "user.inactive"


class Authenticate:
    def __init__(
        self,
        verifier: TokenVerifier,
        principals: Principals,
        begin: Begin[IdentityUnit],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._verifier = verifier
        self._principals = principals
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, token: str) -> Principal:
        """The principal of a good token, made now if this is the first that we hear of them.

        Raises:
            TokenRejected: the token is not good, or its session is over.
            KeysUnavailable: that can't be told.
            UserInactive: the person may not come in.
        """
        claims = await self._verifier.verify(token)
        principal = await self._principals.find(claims.clerk_id, claims.session_id)
        if principal is None:
            await self._provision(claims)
            principal = await self._principals.find(claims.clerk_id, claims.session_id)
            assert principal is not None, "provisioned a moment ago, and users are never removed"
        if principal.is_session_denied:
            raise TokenRejected("session_denied")
        if principal.is_deleted or principal.status is Status.INACTIVE:
            raise UserInactive("This account is not active.")
        return principal

    async def _provision(self, claims: SessionClaims) -> None:
        """Parallel first requests end with one row. What the token says of the person is a start, not the truth."""
        try:
            await self._store(claims, email=claims.email)
        except EmailTaken:
            # An address in a token proves nothing; the webhook or the reconciliation will say whose it is.
            await self._store(claims, email=None)

    async def _store(self, claims: SessionClaims, *, email: str | None) -> None:
        now = self._clock()
        newcomer = User.provisioned(UserId(self._new_id()), clerk_id=claims.clerk_id, at=now)
        newcomer.name, newcomer.email = claims.name, email
        async with self._begin() as unit:
            stored = await unit.users.obtain(newcomer)
            if stored.id == newcomer.id:
                await record(unit.audit, CLERK, "user.provisioned", stored.id, new_id=self._new_id, at=now)
            await unit.commit()
