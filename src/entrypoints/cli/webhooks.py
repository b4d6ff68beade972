import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import uuid4

import click
import httpx

from adapters.clerk.webhooks import sign_webhook
from application.identity.ports import DeliveryState, WebhookDelivery
from application.identity.webhook_queries import DeliverySummary
from entrypoints.address import served_at
from entrypoints.clerk import webhook_secrets
from entrypoints.cli.running import load_settings, run_with_container, say
from entrypoints.container import Container


@click.group()
def webhook() -> None:
    """Send a signed webhook, as Clerk would."""


@webhook.command()
@click.argument("file", type=click.File("rb"))
@click.option("--id", "message_id", help="The svix-id; the same id again is a redelivery.")
@click.option("--url", help="Where to; otherwise the server that runs on this data folder.")
def send(file: BinaryIO, message_id: str | None, url: str | None) -> None:
    """Sign FILE (`-` reads standard input) with the webhook secret and post it. Exit code 1 where it isn't taken.

    \b
    Example:
      tekun webhook send user.created.json
    """
    settings = load_settings()
    body = file.read()
    identity = message_id or f"msg_{uuid4().hex}"
    headers = sign_webhook(webhook_secrets(settings)[0], identity, datetime.now(UTC), body)
    address = url or f"{served_at(settings)}/webhooks/clerk"
    try:
        answer = httpx.post(address, content=body, headers={**headers, "content-type": "application/json"}, timeout=15)
    except httpx.TransportError as error:
        raise click.ClickException(f"nobody answers at {address}: is the server running?") from error
    click.echo(f"{identity} {answer.status_code}")
    if not answer.is_success:
        raise click.ClickException(answer.text)


@click.group()
def webhooks() -> None:
    """List, show and replay received webhooks."""


@webhooks.command("list")
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those left in it.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_deliveries(state: str | None, limit: int, as_json: bool) -> None:
    """List received webhooks, the newest first.

    \b
    Example:
      tekun webhooks list --state dead
    """

    async def work(container: Container) -> Sequence[DeliverySummary]:
        return await container.webhooks().list(state=DeliveryState(state) if state else None, limit=limit)

    deliveries = run_with_container(work)
    if as_json:
        for delivery in deliveries:
            click.echo(json.dumps(_shown(delivery)))
        return
    for delivery in deliveries:
        received = delivery.received_at.isoformat(timespec="seconds")
        click.echo(f"{delivery.id}  {received}  {delivery.state:8}  {delivery.type}  {delivery.error or ''}".rstrip())


@webhooks.command()
@click.argument("delivery_id")
def show(delivery_id: str) -> None:
    """Show one delivery with its payload.

    \b
    Example:
      tekun webhooks show msg_2vX...
    """

    async def work(container: Container) -> WebhookDelivery:
        async with container.begin()() as unit:
            delivery: WebhookDelivery = await unit.inbox.get(delivery_id)
            return delivery

    delivery = run_with_container(work)
    payload = delivery.payload.decode("utf-8", errors="replace")
    click.echo(json.dumps({**_shown(delivery), "payload": payload}, indent=2, ensure_ascii=False))


@webhooks.command()
@click.argument("delivery_id")
def replay(delivery_id: str) -> None:
    """Apply a stored delivery again: order-proof, like the first time. Exit code 1 where it fails again.

    \b
    Example:
      tekun webhooks replay msg_2vX...
    """

    async def work(container: Container) -> WebhookDelivery:
        delivery: WebhookDelivery = await container.replay_webhook()(delivery_id)
        return delivery

    delivery = run_with_container(work)
    click.echo(f"{delivery.id} {delivery.state}")
    if delivery.state in (DeliveryState.FAILED, DeliveryState.DEAD):
        say(delivery.error or "")
        raise SystemExit(1)


def _shown(delivery: DeliverySummary | WebhookDelivery) -> dict[str, object]:
    due = delivery.next_attempt_at
    return {
        "id": delivery.id,
        "type": delivery.type,
        "state": delivery.state,
        "received_at": delivery.received_at.isoformat(),
        "attempts": delivery.attempts,
        "next_attempt_at": due.isoformat() if due else None,
        "error": delivery.error,
    }
