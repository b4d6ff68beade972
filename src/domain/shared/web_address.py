import unicodedata
from urllib.parse import urlsplit

URL_LENGTH = 2_000


def is_https_url(url: str) -> bool:
    """An absolute https address of at most `URL_LENGTH` characters, without user and password."""
    if len(url) > URL_LENGTH or any(c.isspace() or unicodedata.category(c) in {"Cc", "Cs"} for c in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
