"""Clerk, or the development issuer in its place, as the settings have it."""

import httpx

from adapters.clerk.backend_api import ClerkUserDirectory
from adapters.clerk.claims import ClaimRules
from adapters.clerk.development import ISSUER, DevelopmentIssuer, development_webhook_secret
from adapters.clerk.instance import key_set_url
from adapters.clerk.key_set import HttpKeySetSource, KeySet, KeySetSource, StaticKeySetSource
from adapters.clerk.tokens import ClerkTokenVerifier
from adapters.clerk.webhooks import SvixWebhookVerifier
from application.identity.ports import UserDirectory
from application.shared.clock import Clock
from entrypoints.settings import Settings


def development_issuer(settings: Settings) -> DevelopmentIssuer | None:
    """None where a Clerk is configured: then nobody else signs tokens."""
    return None if settings.has_clerk else DevelopmentIssuer.in_folder(settings.data_dir)


def key_set(settings: Settings, issuer: DevelopmentIssuer | None, client: httpx.AsyncClient, clock: Clock) -> KeySet:
    source: KeySetSource
    if issuer is None:
        source = HttpKeySetSource(client, key_set_url(settings.clerk_issuer))
    else:
        source = StaticKeySetSource(issuer.key_set)
    return KeySet(source, clock=clock)


def token_verifier(settings: Settings, keys: KeySet, clock: Clock) -> ClerkTokenVerifier:
    rules = ClaimRules(
        issuer=settings.clerk_issuer if settings.has_clerk else ISSUER,
        parties=frozenset(settings.clerk_authorized_parties),
        allows_no_party=settings.clerk_allow_missing_azp,
    )
    return ClerkTokenVerifier(keys, rules, clock=clock)


def webhook_secrets(settings: Settings) -> list[str]:
    """The secrets that a webhook may be signed with; the development one only where nothing is set."""
    given = [secret.get_secret_value() for secret in settings.clerk_webhook_signing_secret]
    return given or [development_webhook_secret(settings.data_dir)]


def webhook_verifier(settings: Settings, clock: Clock) -> SvixWebhookVerifier:
    return SvixWebhookVerifier(webhook_secrets(settings), clock=clock)


def user_directory(settings: Settings, client: httpx.AsyncClient, patience: float) -> UserDirectory | None:
    """None where no secret key is set: changes stay here then, and there is nobody to reconcile with.

    `patience` bounds each call in seconds, all its tries together.
    """
    if settings.clerk_secret_key is None:
        return None
    secret_key = settings.clerk_secret_key.get_secret_value()
    return ClerkUserDirectory(client, url=settings.clerk_api_url, secret_key=secret_key, patience=patience)
