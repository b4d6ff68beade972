from dataclasses import dataclass

import msgspec

from application.learning.certificate_ports import CertificatePrinter, Sheet
from application.learning.certificate_queries import CertificateQueries, CertificateView
from domain.learning.certificate import CertificateRevoked

_VIEW = msgspec.json.Decoder(CertificateView)


@dataclass(frozen=True, slots=True)
class PrintedCertificate:
    code: str
    pdf: bytes


class PrintCertificate:
    def __init__(self, queries: CertificateQueries, printer: CertificatePrinter) -> None:
        self._queries = queries
        self._printer = printer

    async def __call__(self, written: str, *, language: str, address: str) -> PrintedCertificate:
        """The certificate with this number, to be checked at `address` followed by the number.

        Raises:
            CertificateNotFound
            CertificateRevoked: nobody should hold a fresh print of it.
        """
        view = _VIEW.decode((await self._queries.detail(written)).body)
        if not view.is_valid:
            raise CertificateRevoked("This certificate was revoked; its page says why.")
        sheet = Sheet(
            code=view.code,
            learner_name=view.learner_name,
            course_title=view.course_title,
            issued_at=view.issued_at,
            language=language,
            address=address + view.code,
        )
        return PrintedCertificate(view.code, await self._printer(sheet))
