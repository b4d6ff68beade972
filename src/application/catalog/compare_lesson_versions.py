import msgspec

from application.catalog.content_queries import ContentQueries
from application.catalog.lesson_comparison import LessonComparison, compared
from application.catalog.queries import Reader
from application.shared.encoded import Encoded, content_tag
from domain.shared.ids import LessonId


class CompareLessonVersions:
    def __init__(self, content: ContentQueries) -> None:
        self._content = content

    async def __call__(self, lesson_id: LessonId, first: int, second: int, reader: Reader) -> Encoded[LessonComparison]:
        """What changed from the first to the second. Raises as `ContentQueries.version` does."""
        body = msgspec.json.encode(compared(*await self._content.both_versions(lesson_id, first, second, reader)))
        return Encoded(body, content_tag(body))
