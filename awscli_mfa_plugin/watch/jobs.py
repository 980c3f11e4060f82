"""The job that a scheduler runs: which command, in which environment, without a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "awscli-mfa-watch"

KEPT_VARIABLES = (
    "PATH",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONPATH",
    "GNUPGHOME",
    "PASSWORD_STORE_DIR",
)
"""What ``aws`` and the usual commands of ``mfa_process`` need; displays are found at each run."""

_USER_OF_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://|)[^/?#]*@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Job:
    """The command's words, the first an absolute path, and the variables that it needs."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def job_of(words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[Job, tuple[str, ...]]:
    """Return the job to schedule, and lines on what was left out of its environment.

    Raises UsageError for what can't stand in a unit, a crontab, or XML: control characters.
    """
    kept: dict[str, str] = {}
    notes = []
    for name in KEPT_VARIABLES:
        value = environment.get(name, "")
        bare = _USER_OF_URL.sub(r"\1", value) if _is_url(name) else value
        if _is_url(name) and "@" in bare:
            bare = ""  # a password with a character that ends the host: nothing of it is kept
        if bare != value:
            notes.append(
                f"{name} holds a user's name or password: it is "
                + ("kept without" if bare else "left out")
                + ", and a proxy that wants them will refuse."
            )
        if bare:
            kept[name] = bare
    for text in (*words, *kept.values()):
        if _CONTROL.search(text):
            raise UsageError(
                f"«{sanitize(text, 80)}» holds a control character, which no scheduler's file "
                "takes.",
                "Use a path or a name without it.",
            )
    return Job(words, kept), tuple(notes)


def _is_url(name: str) -> bool:
    return name.lower().endswith("_proxy") or name.startswith("AWS_ENDPOINT_URL")
