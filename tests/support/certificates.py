"""What is done with certificates, over a store, for tests."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from uuid_utils.compat import uuid7

from application.learning.certificate_ports import CertificatePrinter, Sheet
from application.learning.certificate_queries import (
    CertificatePage,
    CertificateQueries,
    CertificateQuestion,
    CertificateView,
)
from application.learning.print_certificate import PrintCertificate, PrintedCertificate
from application.learning.reinstate_certificate import ReinstateCertificate, ReinstateCertificateHandler
from application.learning.revoke_certificate import RevokeCertificate, RevokeCertificateHandler
from application.shared.actor import Actor
from application.shared.unit import Begin
from domain.identity.user import User
from tests.support.catalog import acting
from tests.support.clock import SettableClock
from tests.support.people import NOON


class PlainPrinter(CertificatePrinter):
    """Keeps what it was to print."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []

    async def __call__(self, sheet: Sheet) -> bytes:
        self.sheets.append(sheet)
        return sheet.code.encode()


@dataclass
class Certificates:
    begin: Begin[Any]
    queries: CertificateQueries
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOON))
    printer: PlainPrinter = field(default_factory=PlainPrinter)

    def __post_init__(self) -> None:
        self._revoke = RevokeCertificateHandler(self.begin, self.clock, uuid7)
        self._reinstate = ReinstateCertificateHandler(self.begin, self.clock, uuid7)
        self._print = PrintCertificate(self.queries, self.printer)

    async def detail(self, code: str) -> CertificateView:
        return msgspec.json.decode((await self.queries.detail(code)).body, type=CertificateView, strict=True)

    async def page(self, who: User, **question: Any) -> CertificatePage:
        answer = await self.queries.mine(who.id, CertificateQuestion(**question))
        return msgspec.json.decode(answer.body, type=CertificatePage, strict=True)

    async def mine(self, who: User, **question: Any) -> list[CertificateView]:
        return list((await self.page(who, **question)).items)

    async def revoke(self, who: User | Actor, code: str, reason: str = "Keliru.") -> CertificateView:
        return await self._revoke(RevokeCertificate(actor=_actor(who), code=code, reason=reason))

    async def reinstate(self, who: User | Actor, code: str) -> None:
        await self._reinstate(ReinstateCertificate(actor=_actor(who), code=code))

    async def print(self, code: str, *, language: str = "id") -> PrintedCertificate:
        return await self._print(code, language=language, address="https://tekun.example/v1/certificates/")


def _actor(who: User | Actor) -> Actor:
    return acting(who) if isinstance(who, User) else who
