from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).resolve().parents[3]


def configuration(url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Brings the database up to `revision`; nothing where it is there already."""
    command.upgrade(configuration(url), revision)


def newest_revision() -> str:
    head = ScriptDirectory.from_config(configuration("")).get_current_head()
    assert head is not None, "there is at least one migration"
    return head
