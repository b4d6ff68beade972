"""Where the server of a data folder is: written down when it starts, so that commands find it."""

from entrypoints.settings import Settings

_FILE = "server.url"


def write_address(settings: Settings, url: str) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / _FILE).write_text(url, encoding="utf-8")


def served_at(settings: Settings) -> str:
    """The URL of the server that was started last on this data folder; else the one that the settings name."""
    try:
        return (settings.data_dir / _FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return f"http://{settings.host}:{settings.port}"
