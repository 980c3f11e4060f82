"""Puts our line into a crontab and takes it out, every other byte as it was."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.watch import EVERY_MINUTES
from awscli_mfa_plugin.watch.jobs import NAME

if TYPE_CHECKING:
    from awscli_mfa_plugin.watch.jobs import Job

LONGEST_LINE = 998
"""Bytes that Debian's crontab takes in one line (cron.h, MAX_COMMAND); others take no less."""

_MARK = f"# {NAME}"


def cron_line(job: Job) -> str:
    """Return the job as a line of a crontab (crontab(5)), its words as sh reads them.

    Raises ConfigurationError if it is longer than cron takes.
    """
    words = [f"{name}={value}" for name, value in job.environment.items()]
    command = " ".join(_word(word) for word in ("/usr/bin/env", *words, *job.words))
    line = f"*/{EVERY_MINUTES} * * * * {command} {_MARK}"
    if len(line.encode("utf-8", "surrogateescape")) > LONGEST_LINE:
        raise ConfigurationError(
            f"The line for cron would be longer than the {LONGEST_LINE} bytes that it takes.",
            "Shorten the PATH for this one call: PATH=/usr/local/bin:/usr/bin:/bin aws mfa watch …",
        )
    return line


def _word(word: str) -> str:
    r"""Return a word quoted for sh, and then for cron, to which a bare «%» ends the command.

    A backslash that stood before a «%» or another backslash would mean something else to some
    crons: a closing and an opening quote between them keep all of them apart.
    """
    quoted = shlex.quote(word)
    if "\\" in quoted:
        quoted = quoted.replace("\\", "\\''")
    return quoted.replace("%", "\\%")


def with_line(content: bytes, line: str) -> bytes:
    """Return a crontab with our line in the place of an earlier one, or at its end."""
    ours = line.encode("utf-8", "surrogateescape") + b"\n"
    lines = content.splitlines(keepends=True)
    at = next((number for number, text in enumerate(lines) if _is_ours(text)), None)
    if at is not None:
        kept = [text for text in lines[at:] if not _is_ours(text)]
        return b"".join([*lines[:at], ours, *kept])
    # crontab(1) refuses a file whose last line has no end.
    end = b"\n" if content and not content.endswith(b"\n") else b""
    return content + end + ours


def without_line(content: bytes) -> bytes:
    """Return a crontab without our line."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not _is_ours(line))


def has_line(content: bytes) -> bool:
    """Tell whether our line is in a crontab."""
    return without_line(content) != content


def _is_ours(line: bytes) -> bool:
    text = line.strip()
    return text.endswith(_MARK.encode()) and not text.startswith(b"#")
