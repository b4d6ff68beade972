"""Where in an order something comes to stand."""

from collections.abc import Mapping
from typing import TypeVar

from domain.catalog.order import inserted
from domain.shared.errors import FieldError, Invalid

Id = TypeVar("Id")


class PlaceUnknown(Invalid):
    code = "order.place_unknown"


def placed(order: Mapping[Id, str], *, moving: Id | None = None, after: Id | None) -> tuple[str, Mapping[Id, str]]:
    """The position right after another one, or the first for None; and new positions for others, if need be.

    `order` are the present positions in their order. What is `moving` may be among them.

    Raises:
        PlaceUnknown: there is no such place here.
    """
    others = {key: position for key, position in order.items() if key != moving}
    if after is not None and after not in others:
        error = FieldError("/after", PlaceUnknown.code, "stands in another place, or nowhere")
        raise PlaceUnknown("There is no such place here.", errors=[error])
    index = 0 if after is None else list(others).index(after) + 1
    found = inserted(list(others.values()), index)
    anew = {} if found.others is None else dict(zip(others, found.others, strict=True))
    return found.position, anew


def last(order: Mapping[Id, str]) -> Id | None:
    return next(reversed(list(order)), None)
