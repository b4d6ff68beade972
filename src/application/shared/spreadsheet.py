"""Texts in tables for spreadsheets, which take what begins like a formula for one, and run it."""

import re

# OWASP, "CSV Injection". Apostrophes before it count, so that taking one off gives back what was there.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def defused(text: str) -> str:
    """With an apostrophe in front of what a spreadsheet might run."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What it was before it was `defused`; a text that needed no apostrophe is as it was."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
