import msgspec

from application.catalog.course_document import CourseDocument
from application.catalog.document_writing import document_of
from application.catalog.queries import Reader
from application.catalog.whole_course import WholeCourses
from application.shared.encoded import Encoded, content_tag
from domain.shared.ids import CourseId


class ExportCourse:
    def __init__(self, courses: WholeCourses) -> None:
        self._courses = courses

    async def __call__(self, course_id: CourseId, reader: Reader) -> Encoded[CourseDocument]:
        """The course as a document, for who made it and admins.

        Raises:
            CourseNotFound: there is none, or not for these eyes.
            CourseNotYours: it is published, and somebody else's.
        """
        body = msgspec.json.encode(document_of(await self._courses.whole(course_id, reader)))
        return Encoded(body, content_tag(body))
