"""How what learners see is kept for later."""

from datetime import datetime

from application.catalog.content_ports import ContentUnit
from application.shared.actor import Actor
from domain.catalog.lesson import Lesson


async def keep_version(unit: ContentUnit, lesson: Lesson, actor: Actor, *, at: datetime) -> None:
    """Keeps the lesson as a new version, where it is published and says something else than the latest one."""
    if not lesson.is_published:
        return
    latest = await unit.lessons.latest_version(lesson.id)
    version = lesson.next_version(latest, by=actor.user_id, at=at)
    if version is not None:
        await unit.lessons.keep_versions(version)
