from pathlib import Path

import pytest
from dependency_injector.errors import Error
from dependency_injector.providers import Provider
from pydantic import SecretStr

from entrypoints.container import Container, make_container
from entrypoints.http.dependencies import ROUTED
from entrypoints.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None).model_copy(
        update={
            "data_dir": tmp_path,
            "database_url": SecretStr("postgresql://nowhere/tekun"),
            "clerk_secret_key": SecretStr("sk_test_1"),
        }
    )


def test_every_provider_can_be_built(settings: Settings) -> None:
    container = make_container(settings)
    for name in Container.providers:
        provider: Provider[object] = getattr(container, name)
        assert provider() is not None, name


def test_what_lives_as_long_as_the_process_is_made_once(settings: Settings) -> None:
    container = make_container(settings)
    assert container.create_course() is container.create_course()
    assert container.pool() is container.pool()


def test_every_name_that_routes_may_ask_for_is_there() -> None:
    assert set(ROUTED) <= set(Container.providers)


def test_settings_of_another_type_are_refused() -> None:
    """A dictionary in their place would answer None to each misspelled name."""
    with pytest.raises(Error):
        Container(settings={}).settings()
