"""The rules of an assignment: what is taken, and what coming late costs."""

from enum import StrEnum


class Accepted(StrEnum):
    """What can be handed in."""

    TEXT = "text"
    LINK = "link"


class LatePolicy(StrEnum):
    """What becomes of what comes after the due time."""

    ACCEPT = "accept"
    DEDUCT = "deduct"
    REFUSE = "refuse"
