"""Certificates: checked by everybody who knows a number, printed, revoked by who teaches, listed for whose they are."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.learning.certificate_queries import (
    CertificatePage,
    CertificateQueries,
    CertificateQuestion,
    CertificateView,
)
from application.learning.print_certificate import PrintCertificate
from application.learning.reinstate_certificate import ReinstateCertificate, ReinstateCertificateHandler
from application.learning.revoke_certificate import RevokeCertificate, RevokeCertificateHandler
from application.shared.encoded import Encoded, content_tag
from application.shared.page import DEFAULT_LIMIT
from domain.learning.certificate import REASON_LENGTH
from domain.shared.ids import CourseId
from entrypoints.http.answers import answer, answer_view
from entrypoints.http.auth import actor_of, principal_of
from entrypoints.http.bodies import Body, Text
from entrypoints.http.documentation import shows
from entrypoints.http.headers import header_of
from entrypoints.http.injection import Offered
from entrypoints.http.language import language_of
from entrypoints.http.parameters import Cursor, Limit
from entrypoints.settings import Settings


class Revocation(Body):
    reason: Annotated[Text, Field(min_length=1, max_length=REASON_LENGTH, pattern=r"\S")] = Field(
        description="Everybody who checks the certificate reads it."
    )


class CertificatesController(Controller):
    path = "/v1"
    tags = ("Certificates",)

    @get(
        "/me/certificates",
        operation_id="listMyCertificates",
        summary="My certificates",
        responses=shows(CertificatePage),
    )
    async def mine(
        self,
        request: Request[Any, Any, Any],
        certificates: Offered[CertificateQueries],
        course_id: FromQuery[UUID | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Newest first, also the revoked ones; one for each course that I completed."""
        course = None if course_id is None else CourseId(course_id)
        question = CertificateQuestion(course_id=course, limit=limit, cursor=cursor)
        return answer(request, await certificates.mine(principal_of(request).user_id, question))

    @get(
        "/certificates/{code:str}",
        operation_id="getCertificate",
        summary="Check a certificate",
        responses=shows(CertificateView),
    )
    async def detail(
        self, request: Request[Any, Any, Any], code: FromPath[str], certificates: Offered[CertificateQueries]
    ) -> ASGIResponse:
        """By its number, however it is written: case and hyphens don't matter, nor O for 0. A revoked one says why."""
        return answer(request, await certificates.detail(code))

    @get(
        "/certificates/{code:str}/pdf",
        operation_id="printCertificate",
        summary="A certificate to print",
        media_type="application/pdf",
    )
    async def pdf(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        print_certificate: Offered[PrintCertificate],
        settings: Offered[Settings],
    ) -> ASGIResponse:
        """One page of A4, in Indonesian or, by `Accept-Language`, in English. A revoked one isn't printed."""
        language = language_of(request.scope)
        printed = await print_certificate(code, language=language, address=_address(request, settings))
        headers = {
            "Content-Disposition": f'attachment; filename="{printed.code}.pdf"',
            "Content-Language": language,
            "Vary": "Accept-Language",
        }
        document: Encoded[Any] = Encoded(printed.pdf, content_tag(printed.pdf))
        return answer(request, document, headers=headers, media_type="application/pdf")

    @put(
        "/certificates/{code:str}/revocation",
        operation_id="revokeCertificate",
        summary="Revoke a certificate",
        responses=shows(CertificateView),
    )
    async def revoke(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        data: JSONBody[Revocation],
        revoke_certificate: Offered[RevokeCertificateHandler],
    ) -> ASGIResponse:
        """Again and again leads to one revocation; another reason takes the place of the first."""
        command = RevokeCertificate(actor=actor_of(request), code=code, reason=data.reason)
        return answer_view(request, await revoke_certificate(command))

    @delete(
        "/certificates/{code:str}/revocation",
        operation_id="reinstateCertificate",
        summary="Take a revocation back",
        status_code=204,
        responses=shows(None, 204),
    )
    async def reinstate(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        reinstate_certificate: Offered[ReinstateCertificateHandler],
    ) -> None:
        """For who was revoked by mistake: a second certificate is never issued."""
        await reinstate_certificate(ReinstateCertificate(actor=actor_of(request), code=code))


def _address(request: Request[Any, Any, Any], settings: Settings) -> str:
    """Where certificates are checked: as the settings say, else where this request found us."""
    host = header_of(request.scope, b"host") or f"{settings.host}:{settings.port}"
    base = settings.public_url or f"{request.scope['scheme']}://{host}"
    return f"{base.rstrip('/')}/v1/certificates/"
