"""`tekun courses`: the catalog from the command line."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from application.catalog.course_table import FIELDS
from application.catalog.import_courses import ImportCourses, ImportReport
from domain.catalog.course import CourseStatus
from entrypoints.cli.running import run_with_container


@click.group()
def courses() -> None:
    """The course catalog."""


def _mapping(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for column, sign, field in pairs:
        if not (column and sign and field in FIELDS):
            raise click.BadParameter(f"write COLUMN=FIELD, with one of these fields: {', '.join(FIELDS)}")
    return {column: field for column, _, field in pairs}


@courses.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--go-on", is_flag=True, help="Import the good rows although others are bad.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--status",
    type=click.Choice([CourseStatus.DRAFT.value, CourseStatus.PUBLISHED.value]),
    default=CourseStatus.PUBLISHED.value,
    show_default=True,
    help="What new courses become.",
)
@click.option("--language", metavar="TAG", help="The language of rows that name none, e.g. id, en, zh.")
@click.option(
    "--map", "mapping", metavar="COLUMN=FIELD", multiple=True, callback=_mapping, help="Read a column as a field."
)
@click.option("--owner", metavar="USER", help="Whose the new courses are: an id or an email address. Else nobody's.")
def import_command(
    file: Path,
    *,
    go_on: bool,
    dry_run: bool,
    status: str,
    language: str | None,
    mapping: dict[str, str],
    owner: str | None,
) -> None:
    """Import courses from a CSV FILE (UTF-8, with a header).

    The columns external_id and title are needed; summary, description (Markdown), language, level (beginner,
    intermediate, advanced), tags, cover_url and prerequisite_ids (external ids) are taken where they are there. Tags
    and ids in one cell are separated by semicolons. Other columns are ignored.

    A second import of the same file changes nothing: courses are known again by their external_id. Without --go-on a
    single bad row keeps everything out, and the exit code is 1. With it the bad rows are listed and the exit code is 0.

    \b
    Examples:
      tekun courses import courses.csv
      tekun courses import courses.csv --go-on --language zh --map fields=tags
    """
    with file.open("rb") as source, _progress() as progress:
        command = ImportCourses(
            source=progress.wrap_file(source, total=file.stat().st_size, description=file.name),
            status=CourseStatus(status),
            language=language,
            mapping=mapping,
            owner=owner,
            go_on=go_on,
            dry_run=dry_run,
        )
        report = run_with_container(lambda container: container.import_courses()(command))
    _tell(report)
    if report.errors and not go_on:
        raise click.exceptions.Exit(1)


def _progress() -> Progress:
    """A bar on a terminal; nothing where the output goes into a file or a pipe."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _tell(report: ImportReport) -> None:
    for error in report.errors:
        click.echo(str(error), err=True)
    if report.ignored_columns:
        click.echo(f"ignored columns: {', '.join(report.ignored_columns)}")
    prefix = "" if report.imported else "would have been "
    counts = f"created {report.created}, changed {report.changed}, unchanged {report.unchanged}"
    click.echo(f"{prefix}{counts}; refused {report.refused}")
    if not report.imported:
        advice = "" if not report.errors else ": mend the rows above, or import the others with --go-on"
        click.echo(f"nothing was imported{advice}")
