"""Request bodies: strict JSON into pydantic models, with a pointer to each field that is wrong."""

from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import InternalServerException
from litestar.plugins.pydantic import PydanticInitPlugin
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from domain.shared.errors import FieldError, Invalid

JSON_TYPES = ("application/json", "application/merge-patch+json")


class BodyMalformed(Invalid):
    code = "request.malformed"


class BodyInvalid(Invalid):
    code = "request.invalid"


class MediaTypeUnsupported(Invalid):
    code = "request.media_type_unsupported"


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("contains half of a surrogate pair")
    return text


Text = Annotated[str, AfterValidator(_storable)]
"""Text that every part of the platform can store."""


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""For integers, however they are written: to JSON Schema 76.0 is one. Stands last, lest bounds miss the document."""


class Body(BaseModel):
    """Base of request bodies: unknown fields are errors, and numbers and texts are not turned into one another."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class MergePatch(Body):
    """Base of merge patches (RFC 7396): a field that is absent stays as it is, so defaults mean nothing."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)


class JsonRequest(Request[Any, Any, State]):
    """Reads JSON strictly: whatever is not JSON in UTF-8 is a 400, however it is broken."""

    async def body(self) -> bytes:
        try:
            return await super().body()
        except InternalServerException as error:
            # Litestar's word for a client that went away, which is no fault of ours.
            raise BodyMalformed("The body came to an end too soon.") from error

    async def json(self) -> Any:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in JSON_TYPES:
            raise MediaTypeUnsupported("The body must be application/json.")
        try:
            return msgspec.json.decode(await self.body())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BodyMalformed(f"The body is not JSON: {error}") from error
        except RecursionError as error:
            raise BodyMalformed("The body is nested too deep.") from error


class StrictBodies(PydanticInitPlugin):
    """Has our decoder asked before Litestar's own for pydantic, which loses pointers and kinds of errors."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config = super().on_app_init(app_config)
        app_config.type_decoders = [(_is_body, decode_body), *(app_config.type_decoders or ())]
        return app_config


def _is_body(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, Body)


def decode_body(model: type[Body], value: Any) -> Body:
    """A checked model from decoded JSON. Raises BodyInvalid naming each field that is wrong."""
    try:
        # Through JSON once more, since strict mode takes texts for dates and enums only from JSON.
        return model.model_validate_json(msgspec.json.encode(value))
    except ValidationError as error:
        findings = [
            FieldError(_pointer(finding["loc"]), finding["type"], finding["msg"])
            for finding in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise BodyInvalid("Some fields are not valid.", errors=findings) from error


def _pointer(place: tuple[int | str, ...]) -> str:
    # What is wrong with a field's name, pydantic places one step below the field.
    return "".join(f"/{_escaped(part)}" for part in place if part != "[key]")


def _escaped(part: int | str) -> str:
    """RFC 6901, 3: `~` and `/` are written `~0` and `~1`."""
    return str(part).replace("~", "~0").replace("/", "~1")
