from typing import TypeAlias, TypeVar

from litestar.di import NamedDependency
from litestar.params import SkipValidation

Offered_T = TypeVar("Offered_T")

Offered: TypeAlias = NamedDependency[SkipValidation[Offered_T]]
"""A part of the platform that a handler asks for by name. Ports are protocols, which can't be checked at run time."""
