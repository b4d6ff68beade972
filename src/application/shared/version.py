from domain.shared.errors import Stale


class VersionStale(Stale):
    code = "version.stale"


def assert_version(present: int, expected: int | None) -> None:
    """Raises VersionStale where the caller read another version than the present one; None asks for no check."""
    if expected is not None and expected != present:
        raise VersionStale(f"It was changed in the meantime: this is version {present}, you read version {expected}.")
