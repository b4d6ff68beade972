"""What the OpenAPI document says of an answer whose bytes the handler doesn't build."""

from typing import Any

from litestar.openapi.datastructures import ResponseSpec


def shows(view: type[Any] | None, status: int = 200) -> dict[int, ResponseSpec]:
    """The successful answer of a route: the view that its bytes are, or nothing."""
    descriptions = {200: "The answer.", 201: "Made.", 204: "Done; there is nothing to show."}
    return {status: ResponseSpec(data_container=view, description=descriptions[status], generate_examples=False)}
