"""Which date an instant belongs to for a learner. No instant counts for two dates, and no date counts twice."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


def day_for(instant: datetime, zone: tzinfo, last_day: date | None) -> date:
    """The local date, but never one before the last that was counted.

    So a new zone, or a clock that jumps back, fills no day that was missed, and rewrites none.
    """
    day = instant.astimezone(zone).date()
    return day if last_day is None else max(day, last_day)


def day_ends(day: date, zone: tzinfo) -> datetime:
    """The first instant, in UTC, at which a clock in that zone shows a later date.

    Where clocks jump over midnight, or over a whole date, that is the moment of the jump: a time that doesn't exist is
    read with the offset from before (PEP 495, fold 0).
    """
    return datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
