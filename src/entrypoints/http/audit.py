from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import FromQuery, QueryParameter
from litestar.response.base import ASGIResponse

from application.audit.queries import AuditPage, AuditQueries, AuditQuestion
from application.shared.page import DEFAULT_LIMIT
from entrypoints.http.answers import answer
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, Limit


class AuditController(Controller):
    path = "/v1/audit"
    tags = ("Audit",)

    @get(operation_id="listAudit", summary="Who changed what, when, from where", responses=shows(AuditPage))
    async def list_entries(
        self,
        request: Request[Any, Any, Any],
        audit: Offered[AuditQueries],
        actor_id: FromQuery[UUID | None] = None,
        subject_id: FromQuery[UUID | None] = None,
        action: Annotated[str | None, QueryParameter(max_length=100, required=False)] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        question = AuditQuestion(actor_id=actor_id, subject_id=subject_id, action=action, limit=limit, cursor=cursor)
        return answer(request, await audit.list(question))
