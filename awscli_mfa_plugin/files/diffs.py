"""Shows a change of a file as a unified diff, without the secrets around it."""

from __future__ import annotations

import difflib
import re

from awscli_mfa_plugin.text import sanitize

_SECRET = re.compile(
    r"^(.?\s*(?:aws_secret_access_key|aws_session_token|aws_security_token)\s*[=:]\s*)\S.*$",
    re.IGNORECASE,
)
_MAY_BE_SECRET = re.compile(
    r"^([ ]\s*(?:\S*(?:secret|token|passw|_process|_key|auth|url)\S*\s*[=:]\s*"
    r"|\S+\s*[=:]\s*!))\S.*$",
    re.IGNORECASE,
)
"""A line that doesn't change, whose value may hold a secret: a command, a URL, another tool's."""

_NOWHERE = "/dev/null"


def unified(path: str, before: bytes | None, after: bytes | None) -> str:
    """Return the diff of a file's content, "" without a difference; None is a missing file.

    Values of secret keys and tokens are masked, and those of lines that don't change where they
    may hold one; control characters are escaped.
    """
    if before == after:
        return ""
    name = sanitize(path)
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        name if before is not None else _NOWHERE,
        name if after is not None else _NOWHERE,
        lineterm="",
    )
    return "".join(f"{_masked(line)}\n" for line in lines) or f"--- {name}\n+++ {name}\n"


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "backslashreplace")
    return text.split("\n")[: -1 if text.endswith("\n") else None] if text else []


def _masked(line: str) -> str:
    line = _MAY_BE_SECRET.sub(r"\1****", line)
    return sanitize(_SECRET.sub(r"\1****", line.replace("\t", "    ").rstrip("\r")), limit=2000)
