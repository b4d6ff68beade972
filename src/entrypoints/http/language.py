from collections.abc import Mapping
from typing import Any

DEFAULT = "id"
LANGUAGES = ("id", "en")
_MAXIMUM_CHOICES = 20


def language_of(scope: Mapping[str, Any]) -> str:
    """The first of our languages in the order that `Accept-Language` prefers (RFC 9110, 12.5.4); else Indonesian."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return best_language(value.decode("latin-1"))
    return DEFAULT


def best_language(header: str) -> str:
    choices: list[tuple[float, str]] = []
    for choice in header.split(",")[:_MAXIMUM_CHOICES]:
        tag, _, parameter = choice.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > 0:
            choices.append((-weight, language))
    # The sort is stable: of equal weights the first one named wins.
    return min(choices, key=lambda choice: choice[0])[1] if choices else DEFAULT


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
