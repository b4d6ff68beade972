"""Every setting, from the environment and `.env`; the table in docs/reference/settings.md is made from this model."""

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from adapters.clerk.instance import API_URL, issuer_of

ROOT = Path(__file__).resolve().parents[2]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _comma_separated(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Several = Annotated[list[str], NoDecode, BeforeValidator(_comma_separated)]


def _setting(default: Any, name: str, description: str) -> Any:
    return Field(default=default, validation_alias=AliasChoices(name), description=description)


class Settings(BaseSettings):
    """What an operator decides. An unset Clerk means the development issuer, an unset database the embedded one."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Environment = _setting(
        Environment.DEVELOPMENT, "TEKUN_ENV", "`development` or `production`, which refuses every development default."
    )
    data_dir: Path = _setting(
        ROOT / ".tekun", "TEKUN_DATA_DIR", "Where the embedded PostgreSQL and the development keys live."
    )
    database_url: SecretStr | None = _setting(
        None, "DATABASE_URL", "`postgresql://user:password@host:port/name`; unset: an embedded PostgreSQL."
    )
    database_pool_size: int = Field(
        default=12, ge=1, le=200, validation_alias="TEKUN_DATABASE_POOL_SIZE", description="Connections per process."
    )
    redis_url: SecretStr | None = _setting(
        None, "REDIS_URL", "`redis://host:port/0`; unset: what Redis would hold is held by each process for itself."
    )
    host: str = _setting("127.0.0.1", "TEKUN_HOST", "The address that `tekun serve` listens on.")
    port: int = Field(
        default=8000, ge=0, le=65535, validation_alias="TEKUN_PORT", description="Its port; 0 picks a free one."
    )
    public_url: str | None = _setting(
        None,
        "TEKUN_PUBLIC_URL",
        "`https://...`: where the world finds this service; certificates name it. Unset: the host of the request.",
    )
    allowed_hosts: Several = _setting(
        [], "TEKUN_ALLOWED_HOSTS", "Host names that are answered, comma-separated; unset: all."
    )
    cors_origins: Several = _setting(
        [], "TEKUN_CORS_ORIGINS", "Origins of front ends that may call from a browser, comma-separated."
    )
    trusted_proxies: Several = _setting(
        [], "TEKUN_TRUSTED_PROXIES", "Addresses or networks whose `X-Forwarded-For` and `X-Request-Id` are believed."
    )
    metrics_public: bool = _setting(
        False, "TEKUN_METRICS_PUBLIC", "Serve `/metrics` to everyone; otherwise only to loopback, and in development."
    )
    rate_limit_enabled: bool = _setting(
        True, "TEKUN_RATE_LIMIT_ENABLED", "Whether limits per user or address are in force; there are none yet."
    )
    events_seconds: float = Field(
        default=300,
        gt=0,
        le=3600,
        validation_alias="TEKUN_EVENTS_SECONDS",
        description="How long a stream of events lasts; its client connects again, and shows who it is anew.",
    )
    events_heartbeat_seconds: float = Field(
        default=15,
        gt=0,
        le=60,
        validation_alias="TEKUN_EVENTS_HEARTBEAT_SECONDS",
        description="After how long a silence a stream says that it lives: less than proxies wait.",
    )
    drain_seconds: float = Field(
        default=2,
        ge=0,
        le=300,
        validation_alias="TEKUN_DRAIN_SECONDS",
        description="How long readiness says 503 before a stopping server takes no more connections.",
    )
    log_level: str = Field(
        default="info",
        pattern="^(debug|info|warning|error)$",
        validation_alias="TEKUN_LOG_LEVEL",
        description="`debug`, `info`, `warning` or `error`.",
    )
    rules_refresh_seconds: float = Field(
        default=5,
        gt=0,
        le=3600,
        validation_alias="TEKUN_RULES_REFRESH_SECONDS",
        description="How often a process looks for newly published rules of the game.",
    )
    clerk_publishable_key: str | None = _setting(
        None, "CLERK_PUBLISHABLE_KEY", "`pk_live_...`: issuer and key set follow from it."
    )
    clerk_frontend_api_url: str | None = _setting(
        None, "CLERK_FRONTEND_API_URL", "A proxied Frontend API, instead of the one in the publishable key."
    )
    clerk_secret_key: SecretStr | None = _setting(
        None, "CLERK_SECRET_KEY", "`sk_live_...`: with it, changes are written to Clerk and users reconciled."
    )
    clerk_api_url: str = _setting(API_URL, "CLERK_API_URL", "Clerk's Backend API.")
    clerk_webhook_signing_secret: Annotated[list[SecretStr], NoDecode, BeforeValidator(_comma_separated)] = _setting(
        [], "CLERK_WEBHOOK_SIGNING_SECRET", "`whsec_...`; several, comma-separated, while one replaces another."
    )
    clerk_authorized_parties: Several = _setting(
        [], "CLERK_AUTHORIZED_PARTIES", "Origins (`azp`) whose tokens are accepted, comma-separated; unset: any."
    )
    clerk_allow_missing_azp: bool = _setting(
        False, "TEKUN_CLERK_ALLOW_MISSING_AZP", "Accept tokens without `azp` although parties are configured."
    )
    users_sync_minutes: int = Field(
        default=60,
        ge=1,
        validation_alias="TEKUN_USERS_SYNC_MINUTES",
        description="How often the worker reconciles users with Clerk.",
    )

    @field_validator("database_url")
    @classmethod
    def _database_url_is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        """Takes the spellings that hosters and SQLAlchemy use for the same thing."""
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
            raise ValueError("must be postgresql://user:password@host:port/name")
        return SecretStr(f"postgresql://{rest}")

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, value: list[str]) -> list[str]:
        try:
            for proxy in value:
                ip_network(proxy)
        except ValueError as error:
            raise ValueError("must be addresses or networks such as 10.0.0.0/8") from error
        return value

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def has_clerk(self) -> bool:
        """Whether tokens come from Clerk; otherwise the development issuer signs them."""
        return self.clerk_publishable_key is not None or self.clerk_frontend_api_url is not None

    @property
    def clerk_issuer(self) -> str:
        """What `iss` must be, exactly. Only where `has_clerk`."""
        if self.clerk_frontend_api_url is not None:
            return self.clerk_frontend_api_url.rstrip("/")
        assert self.clerk_publishable_key is not None
        return issuer_of(self.clerk_publishable_key)

    @model_validator(mode="after")
    def _addresses_are_sane(self) -> Self:
        if self.clerk_publishable_key is not None:
            try:
                issuer_of(self.clerk_publishable_key)
            except ValueError as error:
                raise ValueError(f"CLERK_PUBLISHABLE_KEY is {error}") from error
        for name, url in (
            ("CLERK_FRONTEND_API_URL", self.clerk_frontend_api_url),
            ("CLERK_API_URL", self.clerk_api_url),
            ("TEKUN_PUBLIC_URL", self.public_url),
        ):
            if url is None:
                continue
            if not url.startswith(("https://", "http://")):
                raise ValueError(f"{name} must be an http(s) URL")
            if self.is_production and not url.startswith("https://"):
                raise ValueError(f"{name} must be https in production")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if not self.is_production:
            return self
        missing = [
            name
            for name, is_set in (
                ("DATABASE_URL", self.database_url is not None),
                ("CLERK_PUBLISHABLE_KEY", self.has_clerk),
                ("CLERK_SECRET_KEY", self.clerk_secret_key is not None),
                ("CLERK_WEBHOOK_SIGNING_SECRET", bool(self.clerk_webhook_signing_secret)),
                ("CLERK_AUTHORIZED_PARTIES", bool(self.clerk_authorized_parties)),
                ("TEKUN_ALLOWED_HOSTS", bool(self.allowed_hosts)),
            )
            if not is_set
        ]
        if missing:
            raise ValueError(f"production needs {', '.join(missing)}: it starts with no development default")
        return self
