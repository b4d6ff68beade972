from typing import Any

from litestar import Controller, Request, post

from adapters.telemetry.metrics import Metrics
from application.identity.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered


class WebhooksController(Controller):
    path = "/webhooks"
    tags = ("Webhooks",)

    @post(
        "/clerk",
        operation_id="receiveClerkWebhook",
        summary="Clerk tells what happened, signed by Svix",
        status_code=204,
        responses=shows(None, 204),
    )
    async def receive(
        self,
        request: Request[Any, Any, Any],
        receive_webhook: Offered[ReceiveWebhookHandler],
        metrics: Offered[Metrics],
    ) -> None:
        # The raw bytes: the signature covers them, and JSON that was decoded and encoded again is not the same.
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.scope["headers"]}
        state = await receive_webhook(ReceiveWebhook(headers, await request.body()))
        metrics.webhooks.labels(state.value if state is not None else "duplicate").inc()
