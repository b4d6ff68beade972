import json
from pathlib import Path

import click
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from entrypoints.container import make_container
from entrypoints.http.error_catalog import CATALOG
from entrypoints.http.policy import POLICY
from entrypoints.settings import ROOT, Settings


@click.command()
@click.option("--check", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Compare with this file.")
def openapi(check: Path | None) -> None:
    """Print the OpenAPI document. With --check, exit with 1 where a committed one differs.

    \b
    Example:
      tekun openapi > openapi.json
      tekun openapi --check openapi.json
    """
    text = openapi_text()
    if check is None:
        click.echo(text, nl=False)
    elif check.read_text(encoding="utf-8") != text:
        raise click.ClickException(f"{check} is not what the code serves: run `tekun openapi > {check}`")


def openapi_text() -> str:
    """The document, without any part being opened: no database, no key, no network."""
    from entrypoints.http.app import make_litestar  # noqa: PLC0415 # takes half a second, which `reference` needn't wait
    from entrypoints.http.openapi import openapi_document  # noqa: PLC0415 # likewise

    nowhere = {
        "database_url": SecretStr("postgresql://nowhere"),
        # Otherwise the development issuer would make its key and secret.
        "clerk_frontend_api_url": "https://nowhere.invalid",
        "clerk_webhook_signing_secret": [SecretStr("whsec_bm93aGVyZQ==")],
    }
    settings = Settings(_env_file=None).model_copy(update=nowhere)
    return json.dumps(openapi_document(make_litestar(make_container(settings))), indent=2, ensure_ascii=False) + "\n"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="docs/reference")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a page differs.")
def reference(folder: Path, check: bool) -> None:
    """Write the pages that are made from the code into FOLDER: settings, policy, error codes.

    \b
    Example:
      tekun reference docs/reference
      tekun reference --check
    """
    pages = {"settings.md": settings_table(), "policy.md": policy_table(), "errors.md": error_table()}
    for name, text in pages.items():
        path = folder / name
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise click.ClickException(f"{path} is not what the code says: run `tekun reference {folder}`")


def settings_table() -> str:
    rows = ["# Settings", "", "From the environment, or from a file `.env`.", ""]
    rows += ["| name | default | what it decides |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        alias = field.validation_alias
        name = alias if isinstance(alias, str) else str(getattr(alias, "choices", [alias])[0])
        rows.append(f"| `{name}` | {_shown(field.default)} | {field.description} |")
    return "\n".join(rows) + "\n"


def policy_table() -> str:
    """Operations, who may call them, and what must hold between caller and thing."""
    rows = ["# Policy", "", "Who may do what. A token that is sent is checked on every route.", ""]
    rows += ["| operation | roles | relation |", "|---|---|---|"]
    for operation, rule in POLICY.items():
        roles = "everyone" if rule.roles is None else ", ".join(sorted(rule.roles))
        rows.append(f"| `{operation}` | {roles} | {rule.relation} |")
    return "\n".join(rows) + "\n"


def error_table() -> str:
    rows = ["# Error codes", "", "Codes never change; titles follow `Accept-Language`.", ""]
    rows += ["| code | Indonesia | English |", "|---|---|---|"]
    rows += [f"| `{code}` | {titles[0]} | {titles[1]} |" for code, titles in sorted(CATALOG.items())]
    return "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    if default is None or default == [] or default is PydanticUndefined:
        return "unset"
    if isinstance(default, Path):
        return f"`{default.relative_to(ROOT)}` in the project's folder"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
