"""The job that a scheduler runs, without secrets, in each scheduler's format."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import sanitize
from awscli_mfa_plugin.watch import EVERY_MINUTES

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "awscli-mfa-watch"
LAUNCHD_LABEL = f"io.github.{NAME}"
_DESCRIPTION = "Renew the MFA sessions of the AWS CLI"

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
KEPT_VARIABLES = (
    "PATH",
    *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
    *("AWS_REGION", "AWS_DEFAULT_REGION"),
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"),
    *("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"),
    *_PROXIES,
    *(name.lower() for name in _PROXIES),
    *("LANG", "LC_ALL", "TZ"),
    "PYTHONPATH",
    *("GNUPGHOME", "PASSWORD_STORE_DIR"),
)
"""What ``aws`` and the usual ``mfa_process`` commands need; each run finds the display itself."""

_USER_OF_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://|)[^/?#]*@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Job:
    """A command line that starts with an absolute path, and the variables it needs."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def job_of(words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[Job, tuple[str, ...]]:
    """Return the job to schedule, and notes on what was left out of its environment.

    Raises UsageError for control characters: units, crontabs and XML can't contain them.
    """
    kept: dict[str, str] = {}
    notes = []
    for name in KEPT_VARIABLES:
        value = environment.get(name, "")
        bare = _USER_OF_URL.sub(r"\1", value) if _is_url(name) else value
        if _is_url(name) and "@" in bare:
            bare = ""  # a password with a character that ends the host name
        if bare != value:
            saved = "saved without it" if bare else "not saved"
            notes.append(f"{name} contains a user name or password and was {saved}.")
        if bare:
            kept[name] = bare
    for text in (*words, *kept.values()):
        if _CONTROL.search(text):
            raise UsageError(
                f"'{sanitize(text, 80)}' contains a control character. Schedulers can't store it.",
                "Use a path or a name without it.",
            )
    return Job(words, kept), tuple(notes)


def _is_url(name: str) -> bool:
    return name.lower().endswith("_proxy") or name.startswith("AWS_ENDPOINT_URL")


def systemd_service(job: Job) -> str:
    """Return the service unit (systemd.service(5), systemd.syntax(7))."""
    variables = "".join(
        f"Environment={_systemd_word(f'{name}={value}')}\n"
        for name, value in job.environment.items()
    )
    # systemd expands "$" in arguments, but not in the program's path.
    program, *arguments = map(_systemd_word, job.words)
    command = " ".join([program, *(word.replace("$", "$$") for word in arguments)])
    return (
        f"[Unit]\nDescription={_DESCRIPTION}\n\n"
        f"[Service]\nType=oneshot\nUMask=0077\n{variables}ExecStart={command}\n"
        # A question may take two minutes for each profile.
        "TimeoutStartSec=30min\n"
    )


def systemd_timer() -> str:
    """Return the timer unit (systemd.timer(5)); it fires right after a suspend."""
    return (
        f"[Unit]\nDescription={_DESCRIPTION}\n\n"
        f"[Timer]\nOnCalendar=*:0/{EVERY_MINUTES}\nOnStartupSec=1min\nAccuracySec=30s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def launchd_plist(job: Job) -> str:
    """Return the property list of a launch agent (launchd.plist(5)).

    Without ``plistlib``: AWS's own builds of v2 lacked it at least until 2024.
    """
    variables = "".join(
        f"    <key>{escape(name)}</key>\n    <string>{escape(value)}</string>\n"
        for name, value in job.environment.items()
    )
    words = "".join(f"    <string>{escape(word)}</string>\n" for word in job.words)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
        '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        '<plist version="1.0">\n<dict>\n'
        f"  <key>Label</key>\n  <string>{LAUNCHD_LABEL}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n"
        f"  <key>EnvironmentVariables</key>\n  <dict>\n{variables}  </dict>\n"
        f"  <key>StartInterval</key>\n  <integer>{EVERY_MINUTES * 60}</integer>\n"
        "  <key>RunAtLoad</key>\n  <true/>\n</dict>\n</plist>\n"
    )


CONHOST = r"%SystemRoot%\System32\conhost.exe"


def task_xml(job: Job) -> str:
    """Return the task of Task Scheduler (its schema, version 1.2), which can't set variables.

    A console program would flash a window every time: conhost gives it a console without one.
    """
    arguments = " ".join(["--headless", *(_windows_word(word) for word in job.words)])
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        f"  <RegistrationInfo><Description>{_DESCRIPTION}</Description></RegistrationInfo>\n"
        "  <Triggers>\n    <TimeTrigger>\n"
        f"      <Repetition><Interval>PT{EVERY_MINUTES}M</Interval></Repetition>\n"
        "      <StartBoundary>2020-01-01T00:00:00</StartBoundary>\n"
        "    </TimeTrigger>\n  </Triggers>\n"
        "  <Settings>\n"
        "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
        "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
        "    <StartWhenAvailable>true</StartWhenAvailable>\n"
        "    <Hidden>true</Hidden>\n"
        "  </Settings>\n"
        "  <Actions>\n    <Exec>\n"
        f"      <Command>{CONHOST}</Command>\n"
        f"      <Arguments>{escape(arguments)}</Arguments>\n"
        "    </Exec>\n  </Actions>\n</Task>\n"
    )


def _windows_word(word: str) -> str:
    """Quote a word as Microsoft's C runtime reads it (Parsing C++ command-line arguments)."""
    doubled = re.sub(r'(\\*)"', r'\1\1\\"', word)
    doubled = re.sub(r"(\\+)\Z", r"\1\1", doubled)
    return f'"{doubled}"'


CRON_LINE_BYTES = 998
"""Debian's limit for a crontab line (cron.h, MAX_COMMAND); other crons allow more."""

_MARK = f"# {NAME}"


def cron_line(job: Job) -> str:
    """Return the job as a crontab line (crontab(5)), quoted for sh.

    Raises ConfigurationError if the line is too long.
    """
    words = [f"{name}={value}" for name, value in job.environment.items()]
    command = " ".join(_cron_word(word) for word in ("/usr/bin/env", *words, *job.words))
    line = f"*/{EVERY_MINUTES} * * * * {command} {_MARK}"
    if len(line.encode("utf-8", "surrogateescape")) > CRON_LINE_BYTES:
        raise ConfigurationError(
            f"The crontab line would be longer than cron's limit of {CRON_LINE_BYTES} bytes.",
            "Shorten the PATH for this call:  PATH=/usr/local/bin:/usr/bin:/bin aws mfa watch …",
        )
    return line


def _cron_word(word: str) -> str:
    r"""Return a word quoted for sh, and then for cron, where a bare ``%`` ends the command.

    Some crons resolve a backslash before ``%`` or another backslash: ``''`` keeps them apart.
    """
    return shlex.quote(word).replace("\\", "\\''").replace("%", "\\%")


def with_line(content: bytes, line: str) -> bytes:
    """Return a crontab with our line in place of an earlier one, or at the end."""
    ours = line.encode("utf-8", "surrogateescape") + b"\n"
    lines = content.splitlines(keepends=True)
    at = next((number for number, text in enumerate(lines) if _is_ours(text)), None)
    if at is not None:
        kept = [text for text in lines[at:] if not _is_ours(text)]
        return b"".join([*lines[:at], ours, *kept])
    # crontab(1) refuses a file without a last newline.
    end = b"\n" if content and not content.endswith(b"\n") else b""
    return content + end + ours


def without_line(content: bytes) -> bytes:
    """Return a crontab without our line."""
    return b"".join(line for line in content.splitlines(keepends=True) if not _is_ours(line))


def has_line(content: bytes) -> bool:
    """Return whether a crontab contains our line."""
    return without_line(content) != content


def _is_ours(line: bytes) -> bool:
    text = line.strip()
    return text.endswith(_MARK.encode()) and not text.startswith(b"#")
