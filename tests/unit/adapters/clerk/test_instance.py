import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clerk.instance import api_base, issuer_of, key_set_url


def publishable(host: str, kind: str = "test") -> str:
    return f"pk_{kind}_{base64.b64encode(host.encode()).decode()}"


@pytest.mark.parametrize("kind", ["test", "live"])
def test_issuer_is_the_host_in_the_publishable_key(kind: str) -> None:
    issuer = issuer_of(publishable("warm-fox-12.clerk.accounts.dev$", kind))
    assert issuer == "https://warm-fox-12.clerk.accounts.dev"
    assert key_set_url(issuer) == "https://warm-fox-12.clerk.accounts.dev/.well-known/jwks.json"


def test_missing_padding_is_no_matter() -> None:
    assert issuer_of(publishable("clerk.example.com$").rstrip("=")) == "https://clerk.example.com"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "pk_test_",
        "sk_test_abc",
        "pk_test_!!!",
        "pk_test_A",
        publishable("clerk.example.com"),
        publishable("$"),
        publishable("localhost$"),
        publishable("evil.example/path?$"),
        publishable("user@evil.example$"),
        publishable("clerk.example.com$\n"),
        publishable("clerk.éxample.com$"),
        publishable("clerk.example.com$") + "\n",
    ],
)
def test_what_is_no_publishable_key(key: str) -> None:
    with pytest.raises(ValueError, match="not a Clerk publishable key"):
        issuer_of(key)


@given(st.text() | st.binary().map(lambda data: publishable(data.decode("latin-1"))))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    try:
        assert issuer_of(text).startswith("https://")
    except ValueError as error:
        assert "not a Clerk publishable key" in str(error)  # noqa: PT017 # either outcome is right, others aren't


@pytest.mark.parametrize("url", ["https://api.clerk.com", "https://api.clerk.com/", "https://api.clerk.com/v1/"])
def test_api_address_with_or_without_its_version(url: str) -> None:
    assert api_base(url) == "https://api.clerk.com/v1"
