import base64

import pytest
from pydantic import ValidationError

from entrypoints.settings import Settings

KEY = "pk_test_" + base64.b64encode(b"clerk.tekun.example$").decode()
PRODUCTION = {
    "TEKUN_ENV": "production",
    "DATABASE_URL": "postgresql://tekun:hunter2@db/tekun",
    "CLERK_PUBLISHABLE_KEY": KEY,
    "CLERK_SECRET_KEY": "sk_live_hunter2",
    "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_aHVudGVyMg==",
    "CLERK_AUTHORIZED_PARTIES": "https://app.tekun.example",
    "TEKUN_ALLOWED_HOSTS": "api.tekun.example",
}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is what is tested, so it is set here and not given as arguments."""
    for name in Settings.model_fields.values():
        monkeypatch.delenv(str(name.validation_alias), raising=False)
    for name in PRODUCTION:
        monkeypatch.delenv(name, raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_without_any_setting_everything_is_for_development(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    assert not settings.is_production
    assert not settings.has_clerk
    assert settings.database_url is None


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, CLERK_PUBLISHABLE_KEY="", DATABASE_URL="")
    assert not settings.has_clerk
    assert settings.database_url is None


def test_the_issuer_follows_from_the_publishable_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, CLERK_PUBLISHABLE_KEY=KEY).clerk_issuer == "https://clerk.tekun.example"


def test_a_proxied_frontend_api_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, CLERK_PUBLISHABLE_KEY=KEY, CLERK_FRONTEND_API_URL="http://127.0.0.1:9/")
    assert settings.clerk_issuer == "http://127.0.0.1:9"


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, TEKUN_CORS_ORIGINS="https://a.example, https://b.example,", CLERK_WEBHOOK_SIGNING_SECRET="a,b"
    )
    assert settings.cors_origins == ["https://a.example", "https://b.example"]
    assert [secret.get_secret_value() for secret in settings.clerk_webhook_signing_secret] == ["a", "b"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_database_url_is_taken_as_hosters_write_it(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    settings = load(monkeypatch, DATABASE_URL=f"{scheme}://db/tekun?sslmode=require")
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://db/tekun?sslmode=require"


def test_production_starts_when_it_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, **PRODUCTION).is_production


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"TEKUN_ENV"}))
def test_production_refuses_each_development_default_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        load(monkeypatch, **{key: value for key, value in PRODUCTION.items() if key != name})
    assert name in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"CLERK_PUBLISHABLE_KEY": "pk_test_hunter2"},
        {"CLERK_FRONTEND_API_URL": "ftp://hunter2"},
        {"DATABASE_URL": "mysql://hunter2"},
        {"TEKUN_PORT": "70000"},
        {"TEKUN_LOG_LEVEL": "loud"},
        {"TEKUN_TRUSTED_PROXIES": "hunter2"},
        {**PRODUCTION, "CLERK_API_URL": "http://api.clerk.example"},
        {**PRODUCTION, "CLERK_FRONTEND_API_URL": "http://clerk.tekun.example"},
    ],
)
def test_wrong_settings_are_refused_without_their_values(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        load(monkeypatch, **wrong)
    assert "hunter2" not in str(refusal.value)
