import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.database import cloned_database
from tests.support.embedded import server_pid, wait_until


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="tekun-embedded-"))
    folder.chmod(0o755)
    yield folder
    wait_until(lambda: server_pid(folder) is None, "the server ends with its owner")
    shutil.rmtree(folder)


@pytest.fixture
def own_database_url(server_url: str) -> Iterator[str]:
    """A database of the test's own, migrated, for processes that it starts and kills."""
    with cloned_database(server_url) as url:
        yield url
