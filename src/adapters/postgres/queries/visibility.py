"""Who others see on leaderboards and in leagues: said once, since whoever is counted must also be shown."""

from sqlalchemy import ColumnElement, FromClause, and_


def is_visible(user: FromClause) -> ColumnElement[bool]:
    """Of a row of `users`: neither hidden, nor inactive, nor deleted."""
    return and_(user.c.leaderboard != "hidden", user.c.status != "inactive", user.c.deleted_at.is_(None))
