import socket
from collections.abc import Callable

import click

from adapters.telemetry.logging import configure_logging
from entrypoints.address import write_address
from entrypoints.cli.running import load_settings, say, telling_what_to_do
from entrypoints.container import make_container
from entrypoints.database import with_database
from entrypoints.settings import Settings


@click.command()
@click.option("--host", help="The address to listen on; otherwise TEKUN_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 picks a free one; otherwise TEKUN_PORT.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the API until told to stop (Ctrl-C, or SIGTERM for a stop that cuts nothing).

    \b
    Example:
      tekun serve --port 8000
    """
    settings = load_settings()
    configure_logging(settings.log_level)
    listener = listen_or_tell(host or settings.host, settings.port if port is None else port)
    with telling_what_to_do(), with_database(settings) as ready:
        serve_on(listener, ready, lambda url: say(f"ready {url}"))


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--with-parent", is_flag=True, help="End when standard input closes, as it does when its parent ends.")
def worker(once: bool, with_parent: bool) -> None:
    """Do what is due in the background: hand in attempts that have run out, retry webhooks, reconcile users, forget.

    \b
    Example:
      tekun worker
    """
    from entrypoints.worker.run import run_worker  # noqa: PLC0415 # `serve` needn't load it

    settings = load_settings()
    configure_logging(settings.log_level)
    with telling_what_to_do(), with_database(settings) as ready:
        run_worker(ready, once=once, with_parent=with_parent)


def listen_or_tell(host: str, port: int) -> socket.socket:
    """Raises click.ClickException where the port can't be had."""
    from entrypoints.http.server import listen  # noqa: PLC0415 # `worker` needn't load it

    try:
        return listen(host, port)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} can't be had ({error.strerror}): choose another --port") from error


def serve_on(listener: socket.socket, settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serves until told to stop; calls back with the URL once requests are answered."""
    from entrypoints.http.server import Server  # noqa: PLC0415 # `worker` needn't load it

    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    announce_issuer(settings)

    def announce() -> None:
        write_address(settings, url)
        on_ready(url)

    Server(make_container(settings), listener, announce).run_until_stopped()


def announce_issuer(settings: Settings) -> None:
    if not settings.has_clerk:
        say("no Clerk is configured: the development issuer signs tokens (tekun token --as ROLE). Not for production.")
