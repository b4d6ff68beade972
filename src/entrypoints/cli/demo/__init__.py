"""A small catalog of our own writing, for a platform that somebody wants to look at."""

from importlib.resources import files
from io import BytesIO

from application.catalog.import_courses import ImportCourses


def demo_courses(*, owner: str | None = None) -> ImportCourses:
    """The command that imports the demo catalog, published; again, it changes nothing."""
    content = files(__package__).joinpath("courses.csv").read_bytes()
    return ImportCourses(source=BytesIO(content), owner=owner)
