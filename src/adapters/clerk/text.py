"""Text that people typed at Clerk, made fit for PostgreSQL (no NUL, no lone surrogate) and for a screen."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LONGEST_NAME = 200
LONGEST_EMAIL = 320  # 64 + @ + 255, RFC 5321 section 4.5.3.1


def without_lone_surrogates(text: str) -> str:
    """JSON can escape half a character; UTF-8 can't carry it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean_name(text: str | None) -> str | None:
    """At most 200 characters, None where nothing is left to show."""
    if text is None:
        return None
    shown = without_lone_surrogates(text).replace("\0", "").strip()[:LONGEST_NAME].rstrip()
    return shown or None


def usable_email(text: str | None) -> str | None:
    """The address without surrounding space, or None. It is never mended: a mended address is somebody else's."""
    if text is None:
        return None
    address = without_lone_surrogates(text).strip()
    is_usable = address.isprintable() and " " not in address and REPLACEMENT not in address and "@" in address
    return address if is_usable and len(address) <= LONGEST_EMAIL else None
