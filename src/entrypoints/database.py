"""The database of a process: the one that is set, else an embedded PostgreSQL in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from adapters.postgres.embedded import embedded_postgresql
from adapters.postgres.migrations import migrate
from entrypoints.settings import Settings


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """Settings whose `database_url` is set, for the length of the block.

    An embedded database is migrated first: nobody else could have done it.

    Raises:
        EmbeddedPostgresqlFailed, BinariesNotFound
    """
    if settings.database_url is not None:
        yield settings
        return
    with embedded_postgresql(settings.data_dir) as url:
        migrate(url)
        yield settings.model_copy(update={"database_url": SecretStr(url)})
